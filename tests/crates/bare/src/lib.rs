//! Differentiated functions without `std`: built by
//! `cargo check -p bare --features metal` as for a bare-metal target.

#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use backprop::activations::{gelu, log_sum_exp, sigmoid};
use backprop::neural::FixedNeuron;
use backprop::{Differentiable, Numbers, differentiate};

/// If `std` were linked, there would be two of these.
#[cfg(feature = "metal")]
#[panic_handler]
fn halt(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// Weights and bias.
#[derive(Debug, Differentiable)]
pub struct Neuron {
    /// One for each input.
    pub weights: [f64; 3],
    /// Added to the weighted sum.
    pub bias: f64,
}

/// The firing rate.
#[differentiate]
pub fn fire(neuron: &Neuron, inputs: &[f64; 3]) -> f64 {
    let mut sum = neuron.bias;
    for (w, x) in neuron.weights.iter().zip(inputs) {
        sum += w * x;
    }
    sigmoid(sum)
}

/// One step of gradient descent towards a high firing rate.
pub fn excite(neuron: &mut Neuron, inputs: &[f64; 3]) -> f64 {
    let (rate, (d_neuron, _)) = fire_grad(neuron, inputs);
    neuron.update(&d_neuron, |w, d| w + d);
    rate
}

/// The slope of a neuron of the library by its bias, without allocation.
pub fn slope(neuron: &FixedNeuron<3>, inputs: &[f64; 3]) -> f64 {
    let (_, (d_neuron, _)) = neuron.forward_grad(inputs);
    d_neuron.bias
}

/// A recurrence, whose steps are recorded.
#[differentiate]
pub fn logistic_map(x: f64, rate: f64, steps: usize) -> f64 {
    let mut x = x;
    for _ in 0..steps {
        x = rate * x * (1.0 - x);
    }
    x
}

/// A layer.
#[differentiate]
pub fn smooth(x: &[f64], scale: f64) -> f64 {
    let hidden: Vec<f64> = x.iter().map(|x| gelu(scale * x)).collect();
    log_sum_exp(&hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backprop::neural::Activation;

    #[test]
    fn gradients() {
        let mut neuron = Neuron {
            weights: [2.0, -3.0, -1.0],
            bias: -3.0,
        };
        let inputs = [-1.0, -2.0, 0.0];
        let (rate, (d_neuron, d_inputs)) = fire_grad(&neuron, &inputs);
        // σ(1), as in the lecture
        let slope = rate * (1.0 - rate);
        assert!((d_neuron.bias - slope).abs() < 1e-15);
        let same = FixedNeuron {
            weights: neuron.weights,
            bias: neuron.bias,
            activation: Activation::Sigmoid,
        };
        assert!((super::slope(&same, &inputs) - slope).abs() < 1e-15);
        assert!((d_inputs[0] - 2.0 * slope).abs() < 1e-15);
        assert_eq!(excite(&mut neuron, &inputs), rate);
        assert!(excite(&mut neuron, &inputs) > rate);

        let (value, (d_x, _)) = logistic_map_grad(0.25, 2.0, 2);
        // x₁ = 3/8, x₂ = 2 · 3/8 · 5/8; slopes 2 (1 − 2x): 1, 1/2
        assert_eq!((value, d_x), (15.0 / 32.0, 0.5));

        let (_, (_, d_scale)) = smooth_grad(&[1.0, -1.0], 0.0);
        // both weigh 1/2 and have slope 1/2 · x, of opposite signs
        assert_eq!(d_scale, 0.0);
    }
}
