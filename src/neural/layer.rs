//! A dense layer.

use super::activation::{Activation, activate_all};
use super::linear::linear_score;
use crate::{Differentiable, differentiate};
use alloc::vec::Vec;

/// A dense layer: `activation(W x + b)`.
#[derive(Debug, Clone, PartialEq, Differentiable)]
pub struct Dense {
    /// One row of as many numbers as there are inputs for each output, row
    /// after row.
    pub weights: Vec<f64>,
    /// One for each output.
    pub biases: Vec<f64>,
    /// Applied to each sum.
    pub activation: Activation,
}

impl Dense {
    /// A layer of these numbers.
    ///
    /// # Panics
    ///
    /// If there is no bias, or the weights are not rows of equal length.
    pub fn new(weights: Vec<f64>, biases: Vec<f64>, activation: Activation) -> Self {
        assert!(!biases.is_empty(), "a layer without outputs");
        assert_eq!(weights.len() % biases.len(), 0, "rows of equal length");
        Self {
            weights,
            biases,
            activation,
        }
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.weights.len() / self.biases.len()
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.biases.len()
    }

    /// The outputs for one sample.
    ///
    /// # Panics
    ///
    /// If the layer has another number of inputs.
    #[differentiate]
    pub fn forward(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(
            self.weights.len(),
            self.biases.len() * x.len(),
            "a weight for each input and output"
        );
        let mut sums = linear_score(&self.weights, x);
        for (sum, bias) in sums.iter_mut().zip(&self.biases) {
            *sum += bias;
        }
        activate_all(&sums, self.activation)
    }
}
