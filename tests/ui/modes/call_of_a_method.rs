use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Square {
    side: f64,
}

#[differentiate]
impl Square {
    fn content(&self) -> f64 {
        self.side * self.side
    }
}

#[differentiate(jvp)]
fn forward(square: &Square) -> f64 {
    square.content() + 1.0
}

#[differentiate(hvp)]
fn twice(square: &Square) -> f64 {
    square.content() + 1.0
}

fn main() {}
