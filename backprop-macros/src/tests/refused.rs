//! What one refusal has to hold back in each of its forms: if one got through, a write
//! would be lost, or an iteration would not give the same again, and the gradient would be
//! wrong. One form of each has a case in `tests/ui`, with its message.

use crate::fence::{Refusal, catalogue as no};
use proc_macro2::TokenStream;

fn is_refused(function: &str, refusal: Refusal) -> bool {
    let item = function
        .parse()
        .expect("the test's own function has tokens");
    let expanded = crate::expand::differentiate(TokenStream::new(), item).to_string();
    expanded.contains("compile_error") && expanded.contains(refusal.message)
}

/// Changes of what a pattern binds, where the path to it is not known: `Dense` may be a
/// struct inside the variant.
#[test]
fn written_through_patterns() {
    for change in [
        "w[0] *= k",
        "w.push(k)",
        "w.swap(0, 1)",
        "{ w.pop(); }",
        "{ k *= w.pop().unwrap(); }",
        "{ let (_, end) = w.split_at_mut(1); end[0] = k; }",
        "{ let v = w; v[0] *= k; }",
    ] {
        let function = format!(
            "fn f(layer: &mut Layer, other: &mut Vec<f64>, mut k: f64) {{
                match layer {{ Layer::Deep(Dense(.., w)) => {change}, _ => {{}} }}
            }}"
        );
        assert!(
            is_refused(&function, no::WRITTEN_THROUGH_PATTERN),
            "{change}"
        );
    }
}

/// Merged with another, and kept for later.
#[test]
fn parts_that_branches_choose() {
    for change in [
        "{ let v = if k > 0.0 { w } else { &mut *other }; v.push(k); }",
        "{ let v = match k > 0.0 { true => w, false => &mut *other }; v.push(k); }",
        "{ let mut v = &mut *other; if k > 0.0 { v = w; } v.push(k); }",
    ] {
        let function = format!(
            "fn f(layer: &mut Layer, other: &mut Vec<f64>, mut k: f64) {{
                match layer {{ Layer::Dense(w) => {change}, Layer::None => {{}} }}
            }}"
        );
        assert!(is_refused(&function, no::MUT_REFERENCE_CHOSEN), "{change}");
    }
}

/// The same in each way to write what is matched on.
#[test]
fn matched_behind_references() {
    for body in [
        "match (layer, n) { (Layer::Deep(Dense(.., w)), _) => w[0] *= k, _ => {} }",
        "match (n, layer) { (_, Layer::Deep(Dense(.., w))) => w.push(k), _ => {} }",
        "match *layer { Layer::Deep(Dense(.., ref mut w)) => w[0] *= k, _ => {} }",
        "match held.layer { Layer::Deep(Dense(.., ref mut w)) => w[0] *= k, _ => {} }",
        "match &mut own { Layer::Deep(Dense(.., w)) => w[0] *= k, _ => {} }",
        "match (&mut own, n) { (Layer::Deep(Dense(.., w)), 0) => w[0] *= k, _ => {} }",
        "if let (Layer::Deep(Dense(.., w)), Layer::Dense(v)) = (layer, &mut own) { w[0] *= v[0]; }",
    ] {
        let function = format!(
            "fn f(layer: &mut Layer, held: &mut Held, mut own: Layer, k: f64, n: usize) -> f64 {{
                {body}
                value(&own)
            }}"
        );
        assert!(is_refused(&function, no::WRITTEN_THROUGH_PATTERN), "{body}");
    }
}

/// Changes through a reference that may lead to two places.
#[test]
fn written_through_choices() {
    for change in [
        "target[0] *= 2.0",
        "target.swap(0, 1)",
        "scale(target, 2.0)",
        "{ target.pop(); }",
    ] {
        let function = format!(
            "fn f(x: &mut Vec<f64>, y: &mut Vec<f64>, n: usize) {{
                let target;
                if n == 0 {{
                    target = &mut *x;
                }} else {{
                    if n > 3 {{ return; }}
                    target = &mut *y;
                }}
                {change};
            }}"
        );
        assert!(is_refused(&function, no::MUT_REFERENCE_CHOSEN), "{change}");
    }
}

/// What may be something else each time.
#[test]
fn repeated() {
    for constant in [
        "roll()",
        "f64::from(seen.get())",
        "seen.take()",
        "roll!()",
        "roll!(1.0, 2.0)",
        "vec![roll()][0]",
        "Clock::new().ticks",
        "Clock::default().ticks",
        "Clock::roll()",
        "f64::roll()",
        "clock.roll()",
    ] {
        let function = format!(
            "fn f(x: f64, n: usize) -> f64 {{
                let mut s = x;
                #[checkpoint]
                for _ in 0..n {{ s = s.sin() * backprop::constant({constant}); }}
                s
            }}"
        );
        assert!(is_refused(&function, no::CHECKPOINT_REPEATED), "{constant}");
    }
}

/// An option of unknown shape, made here.
#[test]
fn passed_options() {
    let function = "fn f(x: f64) -> f64 { helper((1, Some(x))) }";
    assert!(is_refused(function, no::OPTION_SHAPE));
}
