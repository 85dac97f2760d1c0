use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Disc {
    r: f64,
}

#[differentiate]
trait Shape {
    fn area(&self) -> f64;
}

impl Shape for Disc {
    fn area(&self) -> f64 {
        self.r * self.r
    }
}

fn main() {}
