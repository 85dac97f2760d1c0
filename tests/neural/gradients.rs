//! Everything differentiated, inside functions of one's own and directly.

use crate::{ACTIVATIONS, network};
use backprop::neural::*;
use backprop::{assert_gradient, differentiate};

#[differentiate]
fn firing_rate(neuron: &Neuron, inputs: &[f64]) -> f64 {
    neuron.forward(inputs)
}

#[differentiate]
fn fixed_firing_rate(neuron: &FixedNeuron<3>, inputs: &[f64; 3]) -> f64 {
    neuron.forward(inputs)
}

#[test]
fn neurons() {
    let (weights, bias, inputs) = ([0.4, -0.7, 0.3], 0.2, [0.5, -1.0, 0.25]);
    for activation in ACTIVATIONS {
        let fixed = FixedNeuron {
            weights,
            bias,
            activation,
        };
        let neuron = Neuron {
            weights: weights.to_vec(),
            bias,
            activation,
        };
        assert_gradient!(firing_rate(&neuron.clone(), &inputs));
        assert_gradient!(fixed_firing_rate(&fixed, &inputs));
        let (rate, (d_neuron, d_inputs)) = neuron.forward_grad(&inputs);
        let (fixed_rate, (d_fixed, d_fixed_inputs)) = fixed.forward_grad(&inputs);
        assert!((rate - fixed_rate).abs() < 1e-15);
        assert!((d_neuron.bias - d_fixed.bias).abs() < 1e-15);
        for i in 0..3 {
            assert!((d_neuron.weights[i] - d_fixed.weights[i]).abs() < 1e-15);
            assert!((d_inputs[i] - d_fixed_inputs[i]).abs() < 1e-15);
        }
    }
}

#[test]
fn free_functions() {
    for activation in ACTIVATIONS {
        assert_gradient!(activate(0.3, activation));
        assert_gradient!(activate(-0.3, activation));
        assert_gradient!(activate_all(&[0.7, -1.2], activation));
    }
    assert_gradient!(cell_body_sum(&[1.0, 2.0], &[0.5, -0.3], 0.1));
    let (w1, w2, w3) = (
        [0.5, -0.2, 0.3, 0.8, 1.0, -0.6],
        [0.1, 0.9, -0.4],
        [2.0, -1.0],
    );
    assert_gradient!(linear_score(&w1, &[1.0, 2.0]));
    assert_gradient!(two_layers(&w1, &w2, &[1.0, 2.0]));
    assert_gradient!(three_layers(&w1, &w2, &w3, &[1.0, 2.0]));
}

/// Forward mode, through a layer and a loss.
#[differentiate(jvp, wrt(w1, w2))]
fn score_loss(w1: &[f64], w2: &[f64], x: &[f64]) -> f64 {
    let hidden = activate_all(&linear_score(w1, x), Activation::Gelu);
    cross_entropy(&linear_score(w2, &hidden), 1) + squared_error(&two_layers(w1, w2, x), x)
}

#[test]
fn directions() {
    let (w1, w2, x) = ([0.5, -0.2, 0.3, 0.8], [0.1, 0.9, -0.4, 0.7], [1.0, 2.0]);
    assert_gradient!(score_loss(&w1, &w2, &x));
    let (value, (d_w1, d_w2)) = score_loss_grad(&w1, &w2, &x);
    let (same, along) = score_loss_jvp(&w1, &w2, &w2, &w1, &x);
    assert_eq!(value, same);
    let sum = |d: &[f64], along: &[f64]| d.iter().zip(along).map(|(d, v)| d * v).sum::<f64>();
    assert!((along - sum(&d_w1, &w2) - sum(&d_w2, &w1)).abs() < 1e-13);
}

#[test]
fn losses() {
    let scores = [0.3, -1.2, 0.8];
    assert_gradient!(squared_error(&scores, &[0.0, 1.0, 0.5]));
    assert_gradient!(multiclass_hinge(&scores, 0));
    assert_gradient!(cross_entropy(&scores, 1));
    let batch = vec![scores.to_vec(), vec![0.1, 0.2, 0.3]];
    assert_gradient!(mean_cross_entropy(&batch, &vec![2, 0]));
}

#[differentiate]
fn layer_outputs(layer: &Dense, x: &[f64]) -> Vec<f64> {
    layer.forward(x)
}

#[differentiate]
fn outputs(network: &Network, inputs: &[f64]) -> Vec<f64> {
    network.forward(inputs)
}

#[differentiate]
fn batch_outputs(network: &Network, batch: &[Vec<f64>]) -> Vec<Vec<f64>> {
    network.forward_batch(batch)
}

#[differentiate]
fn batch_loss(network: &Network, batch: &[Vec<f64>], labels: &[usize]) -> f64 {
    mean_cross_entropy(&network.forward_batch(batch), labels)
}

/// What a training step takes: one sample after the other.
#[differentiate(wrt(network))]
fn summed_loss(network: &Network, batch: &[Vec<f64>], labels: &[usize]) -> f64 {
    let mut total = 0.0;
    for (inputs, label) in batch.iter().zip(labels) {
        total += cross_entropy(&network.forward(inputs), *label);
    }
    total / labels.len() as f64
}

#[test]
fn networks() {
    let batch = vec![vec![0.5, -1.0, 0.25], vec![-0.3, 0.8, 1.1]];
    let labels = vec![1, 0];
    for activation in [
        Activation::Tanh,
        Activation::LeakyRelu(0.1),
        Activation::Gelu,
    ] {
        let network = network(activation);
        assert_gradient!(layer_outputs(&network.layers[0].clone(), &batch[0].clone()));
        assert_gradient!(outputs(&network.clone(), &batch[0].clone()));
        assert_gradient!(batch_outputs(&network.clone(), &batch.clone()));
        assert_gradient!(batch_loss(
            &network.clone(),
            &batch.clone(),
            &labels.clone()
        ));
        let (loss, (gradient, _)) = batch_loss_grad(&network, &batch, &labels);
        let (summed, of_sum) = summed_loss_grad(&network, &batch, &labels);
        assert!((loss - summed).abs() < 1e-14);
        let numbers = backprop::Numbers::numbers;
        for (a, b) in numbers(&gradient).iter().zip(numbers(&of_sum)) {
            assert!((a - b).abs() < 1e-14);
        }
    }
}

#[test]
fn methods_add_to_buffers() {
    let network = network(Activation::Tanh);
    let inputs = [0.5, -1.0, 0.25];
    let mut d_network = backprop::Differentiable::zero_gradient(&network);
    let mut d_inputs = [1.0; 3];
    let outputs = network.forward_backprop(&inputs, &vec![1.0, 0.0], &mut d_network, &mut d_inputs);
    assert_eq!(outputs, network.forward(&inputs));
    // the derivative by inputs[0] of the first output
    let h = 1e-6;
    let shifted = |h: f64| network.forward(&[0.5 + h, -1.0, 0.25])[0];
    let slope = (shifted(h) - shifted(-h)) / (2.0 * h);
    assert!((d_inputs[0] - 1.0 - slope).abs() < 1e-8);
    assert!(d_network.layers[2].biases[1] == 0.0 && d_network.layers[2].biases[0] != 0.0);
}
