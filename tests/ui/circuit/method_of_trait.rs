use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Circle {
    radius: f64,
}

#[differentiate]
trait Shape {
    #[differentiate(circuit)]
    fn area(&self) -> f64;
}

#[differentiate]
impl Shape for Circle {
    fn area(&self) -> f64 {
        3.0 * self.radius * self.radius
    }
}

fn main() {}
