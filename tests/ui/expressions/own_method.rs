use backprop::{Differentiable, differentiate};

#[derive(Clone, Copy, Differentiable)]
struct V2 {
    x: f64,
    y: f64,
}

impl V2 {
    fn exp(self) -> f64 {
        self.x.exp() + self.y.exp()
    }
}

#[differentiate]
fn f(v: V2) -> f64 {
    v.exp() * 2.0
}

fn main() {}
