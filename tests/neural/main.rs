//! Neurons, layers, networks, losses and optimisers: gradients against
//! differences, values against the formulas written out.

mod gradients;
mod optimisers;
mod values;

use backprop::neural::{Activation, Dense, Network};
use rand_pcg::Pcg64Mcg;

/// One of each.
const ACTIVATIONS: [Activation; 13] = [
    Activation::Identity,
    Activation::Sigmoid,
    Activation::HardSigmoid,
    Activation::Tanh,
    Activation::Relu,
    Activation::LeakyRelu(0.1),
    Activation::Elu(1.5),
    Activation::Selu,
    Activation::Softplus,
    Activation::Silu,
    Activation::Gelu,
    Activation::GeluTanh,
    Activation::Mish,
];

/// 3 inputs, hidden layers of 4 and 5 units, 2 outputs; no bias is 0.
fn network(activation: Activation) -> Network {
    let mut random = Pcg64Mcg::new(7);
    let mut network = Network::of(vec![
        Dense::he(3, 4, activation, &mut random),
        Dense::xavier(4, 5, Activation::Tanh, &mut random),
        Dense::he(5, 2, activation, &mut random),
    ]);
    for (i, layer) in network.layers.iter_mut().enumerate() {
        for (j, bias) in layer.biases.iter_mut().enumerate() {
            *bias = 0.1 * (i as f64 + 1.0) - 0.07 * j as f64;
        }
    }
    network
}
