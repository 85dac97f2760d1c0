use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
enum Shape {
    Disc(f64),
    Point,
}

#[differentiate]
fn area(shape: &Shape, x: f64) -> f64 {
    match shape {
        Shape::Disc(r) => r * r * x,
        Shape::Point => x,
    }
}

#[differentiate]
fn f(shape: Shape, x: f64) -> f64 {
    let a = area(&shape, x);
    match shape {
        Shape::Disc(r) => a * r,
        other => a * area(&other, x),
    }
}

fn main() {}
