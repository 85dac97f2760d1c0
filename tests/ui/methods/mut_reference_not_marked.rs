use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Matrix {
    data: Vec<f64>,
}

impl Matrix {
    fn at_mut(&mut self, i: usize) -> &mut f64 {
        &mut self.data[i]
    }
}

#[differentiate]
fn f(m: &mut Matrix, x: f64) {
    *m.at_mut(0) *= x;
}

fn main() {}
