//! One neuron.

use super::activation::{Activation, activate};
use crate::{Differentiable, differentiate};
use alloc::vec::Vec;

/// A neuron: it weighs and sums its inputs, and fires.
///
/// ```
/// use backprop::neural::{Activation, Neuron};
///
/// // the lecture's: w = (2, −3), bias −3, at x = (−1, −2)
/// let neuron = Neuron { weights: vec![2.0, -3.0], bias: -3.0, activation: Activation::Sigmoid };
/// let (rate, (d_neuron, d_inputs)) = neuron.forward_grad(&[-1.0, -2.0]);
/// assert!((rate - 0.73).abs() < 0.005);
/// // the lecture's gradients, there to one digit: −0.2, −0.4 and 0.2; 0.4, −0.6
/// let one_digit = |d: f64| (10.0 * d).round() / 10.0;
/// assert_eq!(d_neuron.weights.iter().map(|d| one_digit(*d)).collect::<Vec<_>>(), [-0.2, -0.4]);
/// assert_eq!(one_digit(d_neuron.bias), 0.2);
/// assert_eq!([one_digit(d_inputs[0]), one_digit(d_inputs[1])], [0.4, -0.6]);
/// ```
#[derive(Debug, Clone, PartialEq, Differentiable)]
pub struct Neuron {
    /// One for each input.
    pub weights: Vec<f64>,
    /// Added to the weighted sum.
    pub bias: f64,
    /// What makes the firing rate of the sum.
    pub activation: Activation,
}

/// A neuron with `N` inputs, which allocates nothing.
///
/// ```
/// use backprop::neural::{Activation, FixedNeuron};
///
/// let neuron = FixedNeuron { weights: [2.0, -3.0], bias: -3.0, activation: Activation::Sigmoid };
/// let (rate, (d_neuron, d_inputs)) = neuron.forward_grad(&[-1.0, -2.0]);
/// let slope = rate * (1.0 - rate);
/// assert!((d_neuron.weights[1] + 2.0 * slope).abs() < 1e-15);
/// assert!((d_inputs[1] + 3.0 * slope).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Differentiable)]
pub struct FixedNeuron<const N: usize> {
    /// One for each input.
    pub weights: [f64; N],
    /// Added to the weighted sum.
    pub bias: f64,
    /// What makes the firing rate of the sum.
    pub activation: Activation,
}

/// The weighted sum of the inputs in the cell body, plus the bias.
///
/// # Panics
///
/// If there are not as many weights as inputs.
#[differentiate(jvp)]
pub fn cell_body_sum(inputs: &[f64], weights: &[f64], bias: f64) -> f64 {
    assert_eq!(inputs.len(), weights.len(), "a weight for each input");
    inputs.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() + bias
}

impl Neuron {
    /// The firing rate: the lecture's `neuron_tick`,
    /// `activation(sum(inputs * weights) + bias)`.
    ///
    /// # Panics
    ///
    /// If there are not as many weights as inputs.
    #[differentiate]
    pub fn forward(&self, inputs: &[f64]) -> f64 {
        activate(
            cell_body_sum(inputs, &self.weights, self.bias),
            self.activation,
        )
    }
}

#[differentiate]
impl<const N: usize> FixedNeuron<N> {
    /// The firing rate, `activation(sum(inputs * weights) + bias)`.
    pub fn forward(&self, inputs: &[f64; N]) -> f64 {
        let mut sum = self.bias;
        for (x, w) in inputs.iter().zip(&self.weights) {
            sum += x * w;
        }
        activate(sum, self.activation)
    }
}
