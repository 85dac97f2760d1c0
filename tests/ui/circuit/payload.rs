use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
enum Shape {
    Circle(f64),
    Square { side: f64 },
}

#[differentiate(circuit)]
fn area(shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(radius) => 3.0 * radius * radius,
        Shape::Square { side } => side * side,
    }
}

fn main() {}
