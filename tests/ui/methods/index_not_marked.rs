use backprop::{Differentiable, differentiate};
use std::ops::Index;

#[derive(Differentiable)]
struct Matrix {
    data: Vec<f64>,
    cols: usize,
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.data[i * self.cols + j]
    }
}

#[differentiate]
fn f(m: &Matrix) -> f64 {
    m[(0, 1)] * 2.0
}

fn main() {}
