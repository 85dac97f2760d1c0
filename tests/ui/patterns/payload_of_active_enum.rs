use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Center {
    x: f64,
    y: f64,
}

#[derive(Differentiable)]
enum Shape {
    Circle(Center, f64),
}

#[differentiate]
fn f(k: f64, shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(Center { x, y }, r) if x > y => k * x * y * r,
        _ => k,
    }
}

fn main() {}
