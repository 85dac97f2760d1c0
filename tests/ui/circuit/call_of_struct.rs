use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

#[differentiate]
fn pair(x: f64) -> Pair {
    Pair { a: x, b: x * x }
}

#[differentiate(circuit)]
fn f(x: f64) -> f64 {
    let p = pair(x);
    p.a * p.b
}

fn main() {}
