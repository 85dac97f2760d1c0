use backprop::{constant, differentiate};

#[differentiate]
fn apply(f: impl Fn(f64) -> f64, t: f64) -> f64 {
    f(t)
}

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let items = x.iter();
    let s: f64 = constant(items.sum());
    s * x[0]
}

#[differentiate]
fn g(x: &[f64]) -> f64 {
    let items = x.iter().map(|v| v * 2.0);
    apply(|t| items.clone().sum::<f64>() * t, x[0])
}

fn main() {}
