use backprop::differentiate;
use std::ops::Mul;

trait Number: Copy + Mul<Output = Self> {}

#[differentiate]
fn square<T: Number>(x: T) -> T {
    x * x
}

fn main() {}
