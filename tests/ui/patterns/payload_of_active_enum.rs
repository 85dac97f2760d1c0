use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Shape {
    Circle([f64; 2], f64),
}

#[differentiate]
fn f(k: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Circle([x, _], r) if x > r => k * x * r,
        _ => k,
    }
}

fn main() {}
