use backprop::{Differentiable, differentiate};

#[derive(Clone, Copy, Differentiable)]
struct P {
    x: f64,
}

#[differentiate]
impl P {
    fn scaled(self, k: f64) -> f64 {
        self.x * k
    }

    fn grow(&mut self) -> f64 {
        self.x *= 2.0;
        self.x
    }
}

// the receiver is copied before it grows, which nothing here tells
#[differentiate]
fn f(mut p: P) -> f64 {
    p.scaled(p.grow())
}

fn main() {}
