use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone)]
enum Shape {
    Circle(f64),
    Polygon(Vec<f64>),
}

#[differentiate]
fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[differentiate]
fn f(shape: &mut Shape) -> f64 {
    match shape {
        &mut Shape::Circle(r) => r,
        &mut Shape::Polygon(ref sides) => sum(sides),
    }
}

fn main() {}
