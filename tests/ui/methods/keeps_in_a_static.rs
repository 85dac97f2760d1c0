use backprop::{Differentiable, differentiate};
use std::cell::Cell;

thread_local! {
    static KEPT: Cell<f64> = const { Cell::new(0.0) };
}

#[derive(Differentiable)]
struct Point {
    x: f64,
}

impl Point {
    fn hide(&self) {
        KEPT.with(|kept| kept.set(self.x));
    }
}

fn found() -> f64 {
    KEPT.with(|kept| kept.get())
}

#[differentiate]
fn f(p: &Point, k: f64) -> f64 {
    p.hide();
    found() * k
}

fn main() {}
