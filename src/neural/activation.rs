//! An activation function that is chosen at run time.

use crate::activations::*;
use crate::{Differentiable, Numbers, constant, differentiate};
use alloc::vec::Vec;

/// The activation function of a layer or a neuron: one of
/// [`activations`](crate::activations), chosen at run time. Its parameters are
/// constants, which are not learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// None: the weighted sum itself.
    Identity,
    /// [`sigmoid`]
    Sigmoid,
    /// [`hard_sigmoid`]
    HardSigmoid,
    /// [`tanh`]
    Tanh,
    /// [`relu`]
    Relu,
    /// [`leaky_relu_with`] this slope.
    LeakyRelu(f64),
    /// [`elu`] with this α.
    Elu(f64),
    /// [`selu`]
    Selu,
    /// [`softplus`]
    Softplus,
    /// [`silu`]
    Silu,
    /// [`gelu`]
    Gelu,
    /// [`gelu_tanh`]
    GeluTanh,
    /// [`mish`]
    Mish,
}

impl Differentiable for Activation {
    type Gradient = ();

    fn zero_gradient(&self) {}

    fn accumulate((): &mut (), (): &()) {}
}

impl Numbers for Activation {
    fn for_each_number(&self, _: &mut dyn FnMut(f64)) {}

    fn map_numbers(&mut self, _: &mut dyn FnMut(f64) -> f64) {}
}

/// The activation of one sum.
#[differentiate(jvp)]
pub fn activate(sum: f64, activation: Activation) -> f64 {
    match constant(activation) {
        Activation::Identity => identity(sum),
        Activation::Sigmoid => sigmoid(sum),
        Activation::HardSigmoid => hard_sigmoid(sum),
        Activation::Tanh => tanh(sum),
        Activation::Relu => relu(sum),
        Activation::LeakyRelu(slope) => leaky_relu_with(sum, slope),
        Activation::Elu(alpha) => elu(sum, alpha),
        Activation::Selu => selu(sum),
        Activation::Softplus => softplus(sum),
        Activation::Silu => silu(sum),
        Activation::Gelu => gelu(sum),
        Activation::GeluTanh => gelu_tanh(sum),
        Activation::Mish => mish(sum),
    }
}

/// The activation of each of several sums.
#[differentiate(jvp)]
pub fn activate_all(sums: &[f64], activation: Activation) -> Vec<f64> {
    match constant(activation) {
        Activation::Identity => identity_all(sums),
        Activation::Sigmoid => sigmoid_all(sums),
        Activation::HardSigmoid => hard_sigmoid_all(sums),
        Activation::Tanh => tanh_all(sums),
        Activation::Relu => relu_all(sums),
        Activation::LeakyRelu(slope) => leaky_relu_with_all(sums, slope),
        Activation::Elu(alpha) => elu_all(sums, alpha),
        Activation::Selu => selu_all(sums),
        Activation::Softplus => softplus_all(sums),
        Activation::Silu => silu_all(sums),
        Activation::Gelu => gelu_all(sums),
        Activation::GeluTanh => gelu_tanh_all(sums),
        Activation::Mish => mish_all(sums),
    }
}
