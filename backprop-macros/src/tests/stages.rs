//! Each program at each stage, from the IR with variables to the emitted code.

use crate::errors::Errors;
use crate::ir::text;
use crate::parse::{self, Options};
use crate::{adjoint, analyse, emit, fence, lower, show, simplify};
use proc_macro2::TokenStream;

/// All stages of `function` as one text.
fn stages(function: &str) -> String {
    let mut errors = Errors::default();
    let item = syn::parse_str(function).expect("the test's own program parses");
    let options = Options::read(TokenStream::new(), &mut errors);
    let input = parse::parse(
        item,
        options,
        parse::Home::Module,
        &parse::Around::default(),
        &mut errors,
    );
    fence::check(&input.item, false, &mut errors);
    let mut out = String::new();
    let mut stage = |name: &str, text: &str| {
        out.push_str(&format!("== {name}\n{text}\n"));
    };
    let mut lowered = lower::raw(&input, &mut errors);
    let f = &mut lowered.function;
    stage("lower", &text::function(f));
    lower::exits::eliminate(f);
    stage("exits", &text::function(f));
    lower::ssa::construct(f);
    lower::settle::loads(f);
    lower::common::merge(f);
    stage("ssa", &text::function(f));
    let activity = analyse::analyse(f, &mut errors);
    stage("analyse", &activity.text(f));
    let repeatable = analyse::repeated::repeatable(f, &input, &activity);
    errors.finish().expect("the test's own program is accepted");
    adjoint::adjoint(f, &activity);
    stage("adjoint", &text::function(f));
    simplify::simplify(f);
    let mut joint = match emit::may_be_joint(&input) {
        true => adjoint::fuse::fuse(f),
        false => None,
    };
    if let Some(joint) = &joint {
        stage("fuse", &text::function(joint));
    }
    let names = ["record", "record (joint)"].into_iter();
    for (form, name) in std::iter::once(&mut *f).chain(&mut joint).zip(names) {
        adjoint::checkpoint::replay(form);
        adjoint::record::record(form);
        adjoint::sums::carry(form);
        adjoint::windows::open(form);
        adjoint::lanes::split(form);
        adjoint::neighbours::carry(form);
        adjoint::guards::gather(form);
        simplify::simplify(form);
        stage(name, &text::function(form));
    }
    let forms = emit::Forms {
        split: f,
        joint: joint.as_ref(),
        circuit: None,
        forward: None,
        second: None,
        doubled: None,
        items: &lowered.items,
        repeatable: &repeatable,
    };
    let tokens = emit::companions(&input, &forms);
    stage("show", &show::pretty(tokens.clone()));
    let file = syn::parse2(tokens).expect("the emitted code parses");
    stage("emit", &prettyplease::unparse(&file));
    out
}

/// The circuit form of `function`, and what is emitted of it.
fn circuit_stages(function: &str) -> String {
    let mut errors = Errors::default();
    let item = syn::parse_str(function).expect("the test's own program parses");
    let options = Options::read(quote::quote!(circuit), &mut errors);
    let (home, around) = (parse::Home::Module, parse::Around::default());
    let input = parse::parse(item, options, home, &around, &mut errors);
    let mut lowered = lower::lower(&input, &mut errors);
    let activity = analyse::analyse(&mut lowered.function, &mut errors);
    let span = proc_macro2::Span::call_site();
    let circuit = crate::circuit::circuit(&input, &lowered.function, &activity, span, &mut errors);
    errors.finish().expect("the test's own program is accepted");
    let circuit = circuit.expect("what is accepted is there");
    let tokens = emit::circuit(&input, &circuit, &lowered.items);
    let file = syn::parse2(tokens).expect("the emitted code parses");
    let (ir, code) = (
        text::function(&circuit.function),
        prettyplease::unparse(&file),
    );
    format!("== circuit\n{ir}\n== emit\n{code}\n")
}

#[test]
fn circuit_form() {
    insta::assert_snapshot!(circuit_stages(
        "fn circuit_form(w: &[f64], x: f64) -> f64 {
            let mut s = 0.0;
            for w in w { s += w * x; }
            if s > 0.0 { sigmoid(s) } else { 2.0 * s }
        }"
    ));
}

/// What the fence says of `function`.
fn refusals(function: &str) -> String {
    let expanded = crate::expand::differentiate(
        TokenStream::new(),
        function.parse().expect("the test's own program has tokens"),
    );
    let file = syn::parse2(expanded).expect("the emitted code parses");
    prettyplease::unparse(&file)
}

macro_rules! snapshots {
    ($($name:ident: $function:literal)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stages($function));
        }
    )*};
}

snapshots! {
    circuit: "fn circuit(x: f64, y: f64, z: f64) -> f64 { let q = x + y; q * z }"
    neuron: "fn neuron(w0: f64, x0: f64, w1: f64, x1: f64, w2: f64) -> f64 {
        1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + w2)).exp())
    }"
    branch: "fn branch(x: f64, y: f64) -> f64 {
        if x < 0.0 { return y; }
        let s = if x > y { x * y } else { x.sin() };
        s + y
    }"
    product_loop: "fn product_loop(x: f64, n: usize) -> f64 {
        let mut s = 1.0;
        for i in 0..n {
            if i == 3 { continue; }
            s *= x;
            if s > 100.0 { break; }
        }
        s
    }"
    predators: "fn predators(mut u: f64, mut v: f64, k: &[f64; 2], steps: usize) -> f64 {
        for _ in 0..steps {
            let (d_u, d_v) = (u - k[0] * u * v, v * (k[1] * u));
            u += d_u;
            v += d_v;
        }
        u
    }"
    linear_loop: "fn linear_loop(x: f64, n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n { s += x * i as f64; }
        s
    }"
    calls: "fn calls(x: f64, y: &f64) -> (f64, f64) {
        let mut s = helper(x, y);
        add_to(&mut s, *y);
        (s, x.max(0.0))
    }"
    squares: "fn squares(x: &[f64]) -> f64 { x.iter().map(|v| v * v).sum() }"
    softmax: "fn softmax(x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        let mut total = 0.0;
        for i in 0..x.len() {
            y[i] = x[i].exp();
            total += y[i];
        }
        for v in y.iter_mut() { *v /= total; }
        y
    }"
    prefix_sums: "fn prefix_sums(x: &mut [f64]) { for i in 1..x.len() { x[i] += x[i - 1]; } }"
    scaled: "fn scaled(y: &mut [f64], w: &[f64], a: f64) {
        for j in 0..w.len() { y[j] += a * w[j]; }
    }"
    fields: "fn fields(p: &Params, x: f64) -> Params {
        let mut q = Params { scale: p.scale * x, ..helper(p) };
        q.bias += p.bias;
        q
    }"
    checkpoint: "fn checkpoint(x: f64, w: &[f64], n: usize) -> f64 {
        let mut s = x;
        let mut u = w.to_vec();
        #[checkpoint(snapshots = 3)]
        for i in 0..n {
            u[i] = u[i] * s;
            s = u[i].sin();
        }
        s
    }"
    again: "fn again(start: [f64; 2], k: f64, n: usize) -> f64 {
        let mut y = start;
        for _ in 0..n {
            let d = rate(y, k);
            y[0] += d * k.exp();
        }
        y[0]
    }"
    in_out: "fn in_out(x: &mut f64, y: f64) { *x *= y; }"
}

#[test]
fn refused() {
    insta::assert_snapshot!(refusals(
        "fn refused(x: f64) -> f64 { let f = |a: f64| a * x; let y = f(x)?; unsafe { y } }"
    ));
}
