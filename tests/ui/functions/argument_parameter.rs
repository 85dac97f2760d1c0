use backprop::{Differentiable, differentiate};

#[differentiate]
fn on_any<S: Differentiable>(f: impl Fn(&S) -> f64, s: &S) -> f64 {
    f(s)
}

fn main() {}
