//! Rosenbrock's valley in n dimensions.

use crate::task::Task;
use backprop::differentiate;

#[differentiate]
fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

/// With a = 1 − xᵢ and b = xᵢ₊₁ − xᵢ²: ∂/∂xᵢ₊₁ = 200 b, ∂/∂xᵢ = −2 a − 2 xᵢ · 200 b.
/// The share of xᵢ₊₁ waits in a register for the next pair, so that every
/// element of the gradient is read and written once.
fn by_hand(x: &[f64], d_x: &mut [f64]) -> f64 {
    assert_eq!(x.len(), d_x.len());
    let (mut sum, mut carried) = (0.0, 0.0);
    let mut this = x[0];
    for (d, &next) in d_x.iter_mut().zip(&x[1..]) {
        let a = 1.0 - this;
        let b = next - this * this;
        let c = 100.0 * b;
        sum += a * a + c * b;
        let d_b = c + c;
        *d += carried - 2.0 * (a + this * d_b);
        (carried, this) = (d_b, next);
    }
    d_x[x.len() - 1] += carried;
    sum
}

pub(crate) struct Rosenbrock;

impl Task for Rosenbrock {
    type Input = Vec<f64>;
    type Work = Vec<f64>;

    fn input(size: usize) -> Self::Input {
        (0..size).map(|i| (0.7 * i as f64).sin()).collect()
    }

    fn work(input: &Self::Input) -> Self::Work {
        vec![0.0; input.len()]
    }

    fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
        rosenbrock(input)
    }

    fn generated(input: &Self::Input, work: &mut Self::Work) -> f64 {
        rosenbrock_backprop(input, 1.0, work)
    }

    fn by_hand(input: &Self::Input, work: &mut Self::Work) -> f64 {
        by_hand(input, work)
    }

    fn results(work: &Self::Work) -> Vec<f64> {
        work.clone()
    }
}
