use backprop::{Differentiable, differentiate};
use std::ops::{Index, IndexMut};

#[derive(Differentiable)]
struct Counted {
    data: Vec<f64>,
    writes: usize,
}

impl Index<usize> for Counted {
    type Output = f64;
    fn index(&self, i: usize) -> &f64 {
        &self.data[i]
    }
}

#[differentiate]
impl IndexMut<usize> for Counted {
    fn index_mut(&mut self, i: usize) -> &mut f64 {
        self.writes += 1;
        &mut self.data[i]
    }
}

fn main() {}
