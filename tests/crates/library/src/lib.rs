//! Differentiated functions for other crates, with a renamed dependency.

#![deny(warnings)]

use autodiff::differentiate;

/// The sigmoid function.
#[differentiate(crate = autodiff)]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Length and angle of a vector.
#[differentiate(crate = autodiff)]
pub fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

/// Advances a value by one step.
#[differentiate(crate = autodiff)]
pub fn step(state: &mut f64, rate: &f64) {
    *state -= rate * state.sin();
}

/// A factorial of real numbers.
#[differentiate(crate = autodiff)]
pub fn falling(x: f64, n: u32) -> f64 {
    if n == 0 {
        1.0
    } else {
        x * falling(x - 1.0, n - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients() {
        autodiff::assert_gradient!(sigmoid(0.3), crate = autodiff);
        autodiff::assert_gradient!(falling(4.5, 3), crate = autodiff);
        autodiff::assert_gradient!(step(&mut 0.4, &0.7), crate = autodiff);
    }
}

/// A point with a name.
#[derive(autodiff::Differentiable, Clone, Debug, PartialEq)]
#[differentiate(crate = autodiff)]
pub struct Point {
    /// Along x and y.
    pub at: [f64; 2],
    /// No number.
    pub name: String,
}

/// Moves points towards the origin; their squared distances before.
#[differentiate(crate = autodiff)]
pub fn pull(points: &mut [Point], k: f64) -> Vec<f64> {
    let mut distances = Vec::with_capacity(points.len());
    for p in points.iter_mut() {
        distances.push(p.at.iter().map(|c| c * c).sum());
        for c in p.at.iter_mut() {
            *c *= 1.0 - k;
        }
    }
    distances
}
