use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Stack {
    values: Vec<f64>,
    top: usize,
}

impl Stack {
    #[differentiate]
    fn next_mut(&mut self) -> &mut f64 {
        self.top += 1;
        &mut self.values[self.top]
    }
}

fn main() {}
