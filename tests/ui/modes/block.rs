use backprop::{Differentiable, differentiate};

#[derive(Differentiable)]
struct Square {
    side: f64,
}

#[differentiate(jvp)]
impl Square {
    fn content(&self) -> f64 {
        self.side * self.side
    }
}

fn main() {}
