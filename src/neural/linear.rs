//! The formulas of the lecture, on matrices that are slices.

#![expect(
    clippy::too_many_arguments,
    reason = "three matrices, and a buffer for each"
)]

use crate::activations::relu_all;
use crate::differentiate;
use alloc::vec::Vec;

/// The linear score `W x`.
///
/// `weights` has one row of `x.len()` numbers for each score.
///
/// ```
/// use backprop::neural::linear_score;
///
/// let weights = [
///     1.0, 2.0, //
///     0.0, -1.0, //
///     0.5, 0.5,
/// ];
/// assert_eq!(linear_score(&weights, &[2.0, 4.0]), [10.0, -4.0, 3.0]);
/// ```
///
/// # Panics
///
/// If `x` is empty, or the last row is not complete.
#[differentiate(jvp)]
pub fn linear_score(weights: &[f64], x: &[f64]) -> Vec<f64> {
    let columns = x.len();
    assert!(
        columns > 0 && weights.len().is_multiple_of(columns),
        "rows as long as the input"
    );
    weights
        .chunks_exact(columns)
        .map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>())
        .collect()
}

/// The 2-layer network `W₂ max(0, W₁ x)`.
///
/// # Panics
///
/// If the widths do not fit (see [`linear_score`]).
#[differentiate(jvp)]
pub fn two_layers(w1: &[f64], w2: &[f64], x: &[f64]) -> Vec<f64> {
    let hidden = relu_all(&linear_score(w1, x));
    linear_score(w2, &hidden)
}

/// The 3-layer network `W₃ max(0, W₂ max(0, W₁ x))`.
///
/// # Panics
///
/// If the widths do not fit (see [`linear_score`]).
#[differentiate(jvp, wrt(w1, w2, w3))]
pub fn three_layers(w1: &[f64], w2: &[f64], w3: &[f64], x: &[f64]) -> Vec<f64> {
    let first = relu_all(&linear_score(w1, x));
    let second = relu_all(&linear_score(w2, &first));
    linear_score(w3, &second)
}
