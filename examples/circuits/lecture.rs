//! The lecture's circuits, each as one function. `circuit` adds a function that
//! returns the gates it executed, to be printed and drawn.

use backprop::{Circuit, differentiate};

#[differentiate(circuit)]
pub(crate) fn f(x: f64, y: f64, z: f64) -> f64 {
    let q = x + y;
    q * z
}

#[differentiate(circuit)]
pub(crate) fn neuron(w: [f64; 3], x: [f64; 2]) -> f64 {
    1.0 / (1.0 + (-(w[0] * x[0] + w[1] * x[1] + w[2])).exp())
}

/// The same with its last four gates as one.
#[differentiate(circuit)]
pub(crate) fn sigmoid_neuron(w: [f64; 3], x: [f64; 2]) -> f64 {
    sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])
}

#[differentiate]
pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// An add gate, a mul gate and a max gate: distributor, switcher and router.
#[differentiate(circuit)]
pub(crate) fn gates(x: f64, y: f64, z: f64, w: f64) -> f64 {
    (x * y + z.max(w)) * 2.0
}

/// A wire that forks: its gradients are added.
#[differentiate(circuit)]
pub(crate) fn fork(x: f64, y: f64) -> f64 {
    let q = x + y;
    q * x
}

/// Two layers: `W2 max(0, W1 x)`.
#[differentiate(circuit)]
pub(crate) fn network(w1: &[[f64; 2]; 2], w2: [f64; 2], x: [f64; 2]) -> f64 {
    let mut score = 0.0;
    for (row, w) in w1.iter().zip(&w2) {
        let sum = row[0] * x[0] + row[1] * x[1];
        let hidden = sum.max(0.0);
        score += w * hidden;
    }
    score
}

/// Each circuit with the name of its drawing.
pub(crate) fn circuits() -> Vec<(&'static str, Circuit)> {
    let (w, x) = ([2.0, -3.0, -3.0], [-1.0, -2.0]);
    let w1 = [[1.0, -0.5], [-2.0, 1.0]];
    vec![
        ("f", f_circuit(-2.0, 5.0, -4.0)),
        ("neuron", neuron_circuit(w, x)),
        ("sigmoid_neuron", sigmoid_neuron_circuit(w, x)),
        ("gates", gates_circuit(3.0, -4.0, 2.0, -1.0)),
        ("fork", fork_circuit(-2.0, 5.0)),
        ("network", network_circuit(&w1, [1.5, -1.0], [2.0, 1.0])),
    ]
}
