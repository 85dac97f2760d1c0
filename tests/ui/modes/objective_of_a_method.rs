use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Line;

impl Line {
    #[differentiate(objective)]
    fn f(&self, x: f64) -> f64 {
        x * 2.0
    }
}

fn main() {}
