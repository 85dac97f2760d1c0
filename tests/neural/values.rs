//! Values and shapes.

use crate::network;
use backprop::neural::*;
use rand_pcg::Pcg64Mcg;

#[test]
fn the_lectures_networks() {
    let (w1, w2, w3) = ([1.0, -1.0, 2.0, 0.5], [1.0, 1.0, -1.0, 2.0], [3.0, -2.0]);
    let x = [1.0, 2.0];
    // W₁ x = (−1, 3), max(0, ·) = (0, 3), W₂ · = (3, 6), W₃ · = 9 − 12
    assert_eq!(linear_score(&w1, &x), [-1.0, 3.0]);
    assert_eq!(two_layers(&w1, &w2, &x), [3.0, 6.0]);
    assert_eq!(three_layers(&w1, &w2, &w3, &x), [-3.0]);
    // the same as networks of layers without biases
    let relu = |w: &[f64]| Dense::new(w.to_vec(), vec![0.0; 2], Activation::Relu);
    let score = |w: &[f64]| Dense::new(w.to_vec(), vec![0.0; w.len() / 2], Activation::Identity);
    let two = Network::of(vec![relu(&w1), score(&w2)]);
    let three = Network::of(vec![relu(&w1), relu(&w2), score(&w3)]);
    assert_eq!(two.forward(&x), [3.0, 6.0]);
    assert_eq!(three.forward(&x), [-3.0]);
    assert_eq!(
        three.forward_batch(&[x.to_vec(), vec![0.0, 0.0]]),
        [[-3.0], [0.0]]
    );
}

#[test]
fn losses() {
    assert_eq!(squared_error(&[1.0, 2.0], &[3.0, 2.5]), 4.25);
    assert_eq!(cross_entropy(&[0.0, 0.0], 1), 2.0_f64.ln());
    // nothing overflows, nothing is lost
    assert_eq!(cross_entropy(&[1e300, -1e300], 0), 0.0);
    assert_eq!(cross_entropy(&[0.0, -1e4], 1), 1e4);
    // the lecture series' cat: scores 3.2, 5.1, −1.7, loss 2.9
    assert!((multiclass_hinge(&[3.2, 5.1, -1.7], 0) - 2.9).abs() < 1e-12);
    assert_eq!(multiclass_hinge(&[5.0, 3.9, 1.0], 0), 0.0);
    let batch = [vec![0.0, 0.0], vec![0.0; 4]];
    let mean = (2.0_f64.ln() + 4.0_f64.ln()) / 2.0;
    assert!((mean_cross_entropy(&batch, &[0, 3]) - mean).abs() < 1e-15);
}

#[test]
fn initial_weights_are_seeded_and_bounded() {
    let make = |seed| Dense::he(300, 40, Activation::Relu, &mut Pcg64Mcg::new(seed));
    assert_eq!(make(1), make(1));
    assert_ne!(make(1), make(2));
    let (he, xavier) = (
        make(1),
        Dense::xavier(300, 40, Activation::Tanh, &mut Pcg64Mcg::new(1)),
    );
    for (layer, variance) in [(he, 2.0 / 300.0), (xavier, 2.0 / 340.0)] {
        let n = layer.weights.len() as f64;
        let bound = f64::sqrt(3.0 * variance);
        assert!(layer.weights.iter().all(|w| w.abs() <= bound));
        let mean = layer.weights.iter().sum::<f64>() / n;
        let square = layer.weights.iter().map(|w| w * w).sum::<f64>() / n;
        // four standard errors
        assert!(mean.abs() < 4.0 * (variance / n).sqrt());
        assert!((square / variance - 1.0).abs() < 4.0 * (0.8 / n).sqrt());
        assert!(layer.biases.iter().all(|b| *b == 0.0));
    }
}

#[test]
#[should_panic(expected = "a weight for each input and output")]
fn another_number_of_inputs_panics() {
    network(Activation::Tanh).forward(&[1.0]);
}

#[test]
#[should_panic(expected = "layers fit together")]
fn layers_that_do_not_fit_panic() {
    let layer = || Dense::new(vec![0.0; 6], vec![0.0; 2], Activation::Relu);
    Network::of(vec![layer(), layer()]);
}
