//! Steps against the formulas, and training.

use crate::network;
use backprop::differentiate;
use backprop::neural::*;
use backprop::optimisers::{Adam, Sgd};

/// Rosenbrock's valley.
#[differentiate]
fn valley(p: &[f64; 2]) -> f64 {
    (1.0 - p[0]).powi(2) + 100.0 * (p[1] - p[0] * p[0]).powi(2)
}

/// From algorithm 1 of Kingma and Ba, run by itself in double precision from
/// (−1, 2) with rate 0.02.
#[test]
fn adam_takes_the_steps_of_its_paper() {
    let mut p = [-1.0, 2.0];
    let mut optimiser = Adam::new(0.02);
    let expected = [
        [-1.0199999999994949, 1.980000000001],
        [-1.0399729411038365, 1.960042143150831],
    ];
    for expected in expected {
        let (_, gradient) = valley_grad(&p);
        optimiser.step(&mut p, &gradient);
        assert!((p[0] - expected[0]).abs() < 1e-14 && (p[1] - expected[1]).abs() < 1e-14);
    }
}

#[test]
fn momentum_carries_on() {
    let mut x = vec![1.0, 2.0];
    let mut optimiser = Sgd::new(0.5).with_momentum(0.5);
    // v = (1, 0), (0.5, 2), (0.25, 1)
    optimiser.step(&mut x, &vec![1.0, 0.0]);
    optimiser.step(&mut x, &vec![0.0, 2.0]);
    optimiser.rate = 2.0;
    optimiser.step(&mut x, &vec![0.0, 0.0]);
    assert_eq!(x, [1.0 - 0.5 - 0.25 - 0.5, 2.0 - 1.0 - 2.0]);
}

#[test]
#[should_panic(expected = "as many numbers as in the steps before")]
fn other_parameters_panic() {
    let mut optimiser = Sgd::new(0.5);
    optimiser.step(&mut vec![1.0], &vec![1.0]);
    optimiser.step(&mut vec![1.0, 2.0], &vec![1.0, 1.0]);
}

#[differentiate(wrt(network))]
fn loss(network: &Network, batch: &[Vec<f64>], labels: &[usize]) -> f64 {
    mean_cross_entropy(&network.forward_batch(batch), labels)
}

/// The exclusive or of the first two inputs, which no linear score separates.
#[test]
fn networks_learn() {
    let bits = [(0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0)];
    let batch: Vec<_> = bits.iter().map(|&(a, b, _)| vec![a, b, 1.0]).collect();
    let labels = bits.map(|bit| bit.2);
    for momentum in [false, true] {
        let mut network = network(Activation::Tanh);
        let (mut sgd, mut adam) = (Sgd::new(0.3).with_momentum(0.9), Adam::new(0.05));
        for _ in 0..300 {
            let (_, gradient) = loss_grad(&network, &batch, &labels);
            match momentum {
                true => sgd.step(&mut network, &gradient),
                false => adam.step(&mut network, &gradient),
            }
        }
        for (inputs, label) in batch.iter().zip(labels) {
            let scores = network.forward(inputs);
            assert!(scores[label] > scores[1 - label], "{inputs:?}");
        }
    }
}
