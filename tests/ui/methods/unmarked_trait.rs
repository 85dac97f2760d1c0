use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Disc {
    r: f64,
}

trait Shape {
    fn area(&self) -> f64;
}

#[differentiate]
impl Shape for Disc {
    fn area(&self) -> f64 {
        self.r * self.r
    }
}

fn main() {}
