//! What training makes small.

#[cfg(not(feature = "std"))]
use crate::__private::Float;
use crate::differentiate;
use alloc::vec::Vec;

/// The squared error `Σ (y − t)²` of outputs `y` against targets `t`.
///
/// # Panics
///
/// If there are not as many targets as outputs.
#[differentiate(jvp)]
pub fn squared_error(outputs: &[f64], targets: &[f64]) -> f64 {
    assert_eq!(outputs.len(), targets.len(), "a target for each output");
    outputs
        .iter()
        .zip(targets)
        .map(|(y, t)| (y - t) * (y - t))
        .sum()
}

/// The cross-entropy of the softmax of scores and a label:
/// `−ln (e^s_label / Σ e^s)`.
///
/// Its gradient is `softmax(s)`, less 1 at the label.
///
/// # Panics
///
/// If there is no score of that index.
#[differentiate(jvp)]
pub fn cross_entropy(scores: &[f64], label: usize) -> f64 {
    let own = scores[label];
    let shift = crate::constant(scores.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let total: f64 = scores.iter().map(|s| (s - shift).exp()).sum();
    total.ln() - (own - shift)
}

/// The multiclass hinge loss (support vector machine): the margin of 1 by which
/// the score of the label should exceed each other score, as far as it is
/// missed: `Σ max(0, s_j − s_label + 1)` over the other `j`.
///
/// # Panics
///
/// If there is no score of that index.
#[differentiate(jvp)]
pub fn multiclass_hinge(scores: &[f64], label: usize) -> f64 {
    let own = scores[label];
    let mut loss = 0.0;
    for (j, score) in scores.iter().enumerate() {
        if j != label {
            loss += (score - own + 1.0).max(0.0);
        }
    }
    loss
}

/// The mean [`cross_entropy`] of a batch.
///
/// # Panics
///
/// If there are not as many labels as samples, or none.
#[differentiate(jvp)]
pub fn mean_cross_entropy(scores: &[Vec<f64>], labels: &[usize]) -> f64 {
    assert_eq!(scores.len(), labels.len(), "a label for each sample");
    assert!(!labels.is_empty(), "the mean of no losses");
    let mut total = 0.0;
    for (scores, label) in scores.iter().zip(labels) {
        total += cross_entropy(scores, *label);
    }
    total / labels.len() as f64
}
