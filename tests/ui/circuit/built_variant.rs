use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Shape {
    Circle(f64),
    Point,
}

#[differentiate]
fn area(shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(radius) => 3.0 * radius * radius,
        Shape::Point => 0.0,
    }
}

#[differentiate(circuit)]
fn f(x: f64) -> f64 {
    let shape = Shape::Circle(x);
    area(&shape)
}

fn main() {
    let _ = Shape::Point;
}
