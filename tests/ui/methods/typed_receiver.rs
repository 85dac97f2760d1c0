use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct S {
    x: f64,
}

impl S {
    #[differentiate]
    fn f(self: Box<Self>, x: f64) -> f64 {
        self.x * x
    }
}

fn main() {}
