use backprop::{Differentiable, differentiate};
use std::ops::{Index, IndexMut};

#[derive(Clone, Differentiable)]
struct Row {
    cells: Vec<f64>,
}

#[differentiate]
impl Index<usize> for Row {
    type Output = f64;
    fn index(&self, i: usize) -> &f64 {
        &self.cells[i]
    }
}

#[differentiate]
impl IndexMut<usize> for Row {
    fn index_mut(&mut self, i: usize) -> &mut f64 {
        &mut self.cells[i]
    }
}

#[differentiate]
fn f(row: &mut Row, x: f64) {
    let at = if x > 0.0 { &mut row[0] } else { &mut row[1] };
    *at *= x;
}

fn main() {}
