use backprop::{Differentiable, differentiate};
use std::ops::Index;

#[derive(Differentiable)]
struct Padded {
    data: Vec<f64>,
}

static ZERO: f64 = 0.0;

#[differentiate]
impl Index<usize> for Padded {
    type Output = f64;
    fn index(&self, i: usize) -> &f64 {
        if i < self.data.len() { &self.data[i] } else { &ZERO }
    }
}

fn main() {}
