//! Activation functions inside differentiated bodies.

use backprop::activations::*;
use backprop::{assert_gradient, differentiate};

/// Every scalar one, nested and in arithmetic.
#[differentiate(jvp)]
fn all(x: f64, slope: f64) -> f64 {
    let rectified = relu(x) + leaky_relu(x) + leaky_relu_with(-x, slope) + elu(-x, slope);
    let bounded = sigmoid(x) * tanh(x) - hard_sigmoid(x);
    let smooth = softplus(silu(x)) + gelu(mish(x)) * gelu_tanh(x) + selu(identity(-x));
    rectified + bounded * smooth
}

#[test]
fn scalars() {
    for x in [-2.0, -0.5, 0.25, 1.5] {
        assert_gradient!(all(x, 0.2));
        let (value, (d_x, d_slope)) = all_grad(x, 0.2);
        let (same, along) = all_jvp(x, 2.0, 0.2, -3.0);
        assert_eq!(value, same);
        assert!((along - (2.0 * d_x - 3.0 * d_slope)).abs() < 1e-13);
    }
}

/// A layer of two maxout units, then a choice.
#[differentiate(jvp, wrt(weights, biases))]
fn classify(x: &[f64], weights: &[f64], biases: &[f64], label: usize) -> f64 {
    let pieces = biases.len() / 2;
    let per_unit = pieces * x.len();
    let first = maxout(x, &weights[..per_unit], &biases[..pieces]);
    let second = maxout(x, &weights[per_unit..], &biases[pieces..]);
    let scores = [sigmoid(first), second];
    -log_softmax(&scores)[label] + softmax(&scores)[label] + log_sum_exp(&scores)
}

#[test]
fn slices() {
    let weights = [0.5, -0.25, 1.0, 0.1, -1.5, 0.75, 0.2, 0.3];
    let (x, biases) = ([0.4, -1.2], [0.1, -0.2, 0.3, 0.6]);
    assert_gradient!(classify(&x, &weights, &biases, 1));
    let (value, (d_weights, d_biases)) = classify_grad(&x, &weights, &biases, 1);
    let (same, along) = classify_jvp(&x, &weights, &weights, &biases, &biases, 1);
    assert_eq!(value, same);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert!((along - dot(&d_weights, &weights) - dot(&d_biases, &biases)).abs() < 1e-14);
}

/// Names of one's own win over imported ones, and are told from them.
#[differentiate(jvp)]
fn relu(x: f64) -> f64 {
    if x > 0.0 { 2.0 * x } else { 0.0 }
}

#[test]
fn own_names_win() {
    let (_, (d_x, _)) = all_grad(1.0, 0.0);
    assert_eq!(relu_grad(1.0), (2.0, 2.0));
    assert!(d_x.is_finite());
}
