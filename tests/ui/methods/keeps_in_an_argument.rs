use backprop::{Differentiable, differentiate};
use std::cell::Cell;

#[derive(Differentiable)]
struct Point {
    x: f64,
}

#[differentiate]
impl Point {
    fn note(&self, kept: &Cell<f64>) -> usize {
        kept.set(self.x);
        0
    }

    #[differentiate(wrt(self, k))]
    fn f(&self, k: f64, kept: &Cell<f64>) -> f64 {
        let n = self.note(kept);
        kept.get() * k + n as f64
    }
}

fn main() {}
