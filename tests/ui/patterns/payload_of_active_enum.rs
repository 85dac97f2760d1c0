use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Shape {
    Circle((f64, f64), f64),
}

#[differentiate]
fn f(x: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Circle((a, _), r) => x * a * r,
    }
}

fn main() {}
