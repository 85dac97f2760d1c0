//! Differentiates through another crate, by every kind of path.

#![deny(warnings)]

use backprop::differentiate;
use library::sigmoid as squash;
use library::*;

#[differentiate]
fn model(w: f64, x: f64) -> f64 {
    let (length, angle) = polar(w * x, x);
    let mut state = squash(length) + ::library::sigmoid(angle);
    for _ in 0..3 {
        step(&mut state, &0.1);
    }
    state * falling(w, 2)
}

fn main() {
    let (value, (d_w, d_x)) = model_grad(1.5, -0.7);
    println!("{value:.6} ({d_w:.6}, {d_x:.6})");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn through_the_library() {
        backprop::assert_gradient!(model(1.5, -0.7));
    }
}
