//! What single passes make of small functions, where that shows in no gradient or only
//! with types that no test has.

use crate::errors::Errors;
use crate::ir::text;
use crate::parse::{self, Options};
use crate::{analyse, lower};
use proc_macro2::TokenStream;

/// The function after its analysis, with the active values.
fn analysed(function: &str) -> String {
    let mut errors = Errors::default();
    let item = syn::parse_str(function).expect("the test's own program parses");
    let options = Options::read(TokenStream::new(), &mut errors);
    let (home, around) = (parse::Home::Module, parse::Around::default());
    let input = parse::parse(item, options, home, &around, &mut errors);
    let f = &mut lower::lower(&input, &mut errors).function;
    let activity = analyse::analyse(f, &mut errors);
    errors.finish().expect("the test's own program is accepted");
    text::function(f) + &activity.text(f)
}

fn expanded(function: &str) -> String {
    let item = function
        .parse()
        .expect("the test's own function has tokens");
    crate::expand::differentiate(TokenStream::new(), item).to_string()
}

/// Operations whose result carries no derivative are claimed to be those of numbers:
/// of another type they might carry one.
#[test]
fn claims() {
    for (body, claim) in [
        ("x * p.w.floor()", "Real"),
        ("x * p.w.signum()", "Real"),
        ("x * p.w.sqrt()", "Real"),
        ("x * -p.w", "Real"),
        ("x * p.w", "Real"),
        ("if !p.on { x } else { 0.0 }", "Discrete"),
        ("x * f64::from(p.bits ^ p.mask)", "Discrete"),
        ("x * (p.bits & 3) as f64", "Discrete"),
        ("x * (p.bits << 3) as f64", "Discrete"),
        ("x * p.bits as f64", "Castable"),
        ("x * (p.rows * p.cols) as f64", "Number"),
        ("x * p.rows.max(p.cols) as f64", "Number"),
        ("let k = p.count().min(3); x * k as f64", "Discrete"),
        ("x * (k & 3) as f64", "Discrete"),
        ("if p.on && x > 0.0 { x } else { 0.0 }", "Discrete"),
    ] {
        let function = format!("fn f(p: &Params, x: f64, k: Mask) -> f64 {{ {body} }}");
        let found = analysed(&function);
        assert!(found.contains(&format!(" {claim}\n")), "{body}: {found}");
    }
}

/// Wherever a loop with `#[checkpoint]` stands, its iterations run again.
#[test]
fn checkpoints_in_all_places() {
    let looped = "#[checkpoint] for i in 0..n { s = (s * x + i as f64).sin(); }";
    // in one form where the function has no form of its own for gradients
    for (around, forms) in [
        ("{}", 1),
        ("if x > 0.0 { {} } else { s = x; }", 2),
        ("match n { 0 => s = x, _ => { {} } }", 2),
        ("for k in 0..n { {} }", 1),
        ("for k in 0..n { if k > 1 { {} } }", 1),
        ("for k in 0..n { match k { 1 => s = x, _ => { {} } } }", 1),
        // reversed as it runs
        ("for k in 0..n { let mut s = x * k as f64; {} t += s; }", 2),
        (
            "for k in 0..n { let mut s = x * k as f64; if k > 1 { {} } t += s; }",
            2,
        ),
        (
            "for k in 0..n { let mut s = x * k as f64; match k { 1 => s = x, _ => { {} } } t += s; }",
            2,
        ),
        (
            "for k in 0..n { for l in 0..k { let mut s = x * k as f64; {} t += s; } }",
            2,
        ),
    ] {
        let body = around.replace("{}", looped);
        let function = format!(
            "fn f(x: f64, n: usize) -> f64 {{ let (mut s, mut t) = (x, 0.0); {body} s + t }}"
        );
        let found = expanded(&function);
        let turns = found.matches("next_turn").count();
        assert_eq!(turns, forms, "{around}: {found}");
    }
}

/// What the arms of a `match` hand on is nested, and rustc infers the type of each level for
/// each arm: of many arms in the logarithm of their number.
#[test]
fn many_arms_are_nested_in_a_tree() {
    for (count, depth) in [(2, 1), (4, 2), (8, 3), (101, 7)] {
        let arms = (1..count).map(|k| format!("{k} => {{ return x.sin() * {k}.5; }}"));
        let arms: String = arms.collect();
        let found = expanded(&format!(
            "fn f(x: f64, n: usize) -> f64 {{ match n {{ {arms} _ => return x.exp(), }} }}"
        ));
        let level = |side: &str| format!("::backprop::__private::Branch::{side}(");
        let found = found.replace(' ', "");
        let found = found
            .replace(&level("Then"), "<")
            .replace(&level("Else"), "<");
        let levels = found.split(|c| c != '<').map(str::len);
        assert_eq!(levels.max(), Some(depth), "{count} arms: {found}");
    }
}
