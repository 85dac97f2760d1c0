//! The drawings of circuits of many shapes, rendered.

#![expect(
    clippy::too_many_arguments,
    reason = "`_backprop` takes the arguments, the upstream and a buffer for each"
)]

#[path = "../../../../examples/circuits/lecture.rs"]
mod lecture;

use backprop::{Circuit, differentiate};
use pictures::{Font, faults, render};

/// Renders a circuit in each font; `PICTURES=folder` keeps the images.
#[track_caller]
fn check(circuit: &Circuit) {
    let svg = circuit.to_svg();
    for font in [Font::Ubuntu, Font::Hack] {
        if let Ok(folder) = std::env::var("PICTURES") {
            let path = format!("{folder}/{}-{font:?}.png", circuit.function());
            render(&svg, font)
                .save_png(path)
                .expect("the folder can be written to");
        }
        let found = faults(&svg, font);
        assert!(
            found.is_empty(),
            "{}, {font:?}: {found:#?}\n{svg}",
            circuit.function()
        );
    }
}

#[test]
fn the_lecture() {
    for (name, circuit) in lecture::circuits() {
        check(&circuit);
        let path = format!(
            "{}/../../../docs/circuits/{name}.svg",
            env!("CARGO_MANIFEST_DIR")
        );
        let committed = std::fs::read_to_string(path).expect("the drawing is in `docs`");
        let hint = "run `cargo run --example circuits docs/circuits`";
        assert!(circuit.to_svg() == committed, "{name}: {hint}");
    }
}

#[differentiate(circuit)]
fn twice(x: f64, y: f64) -> f64 {
    (x + y) * x * x
}

#[differentiate(circuit)]
fn identity(x: f64) -> f64 {
    x
}

#[differentiate(circuit)]
fn horner(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

#[differentiate(circuit)]
fn wide_numbers(temperature_in_kelvin: f64, rate: f64) -> f64 {
    let activation_energy = temperature_in_kelvin * 1.380649e-23;
    let arrhenius_factor = (-rate / activation_energy).exp_m1().powf(1.2345);
    (arrhenius_factor.atan2(rate) * 1e30).clamp(-1e300, 1e300)
}

#[differentiate(circuit)]
fn softmax(scores: &[f64]) -> f64 {
    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|s| (s - max).exp()).sum();
    total.ln() + max - scores[0]
}

#[test]
fn other_shapes() {
    check(&twice_circuit(-2.0, 5.0));
    check(&identity_circuit(3.0));
    check(&horner_circuit(&[1.0, -2.0, 0.5, 3.0, -1.0], 1.5));
    check(&wide_numbers_circuit(300.0, 1e-20));
    check(&softmax_circuit(&[1.0, 2.0, -0.5, 3.0]));
}

#[differentiate(circuit)]
fn recurrent(inputs: &[f64], w: f64, u: f64) -> f64 {
    let mut state = 0.1;
    for x in inputs {
        let sum = w * state + u * x;
        state = sum.tanh();
    }
    state * state
}

#[differentiate(circuit)]
fn expressions(x: f64, y: f64) -> f64 {
    let a = (x * y + 1.0).sin() * (x - y * 2.0).cos() + (x * x + y * y).sqrt();
    let b = (a * y + 1.0).sin() * (a - y * 2.0).cos() + (a * a + y * y).sqrt();
    let c = (b * y + 1.0).sin() * (b - y * 2.0).cos() + (b * b + y * y).sqrt();
    let d = (c * y + 1.0).sin() * (c - y * 2.0).cos() + (c * c + y * y).sqrt();
    let e = (d * y + 1.0).sin() * (d - y * 2.0).cos() + (d * d + y * y).sqrt();
    e * a + x * b
}

#[test]
fn large_ones_are_folded() {
    let inputs: Vec<f64> = (0..200).map(|i| f64::from(i).sin()).collect();
    let circuit = recurrent_circuit(&inputs[..12], 0.5, -0.3);
    check(&circuit);
    let circuit = recurrent_circuit(&inputs, 0.5, -0.3);
    assert!(circuit.gates().len() > 600 && circuit.to_svg().len() < 20_000);
    check(&circuit);
    check(&expressions_circuit(0.3, 0.4));
}

#[test]
fn faults_are_found() {
    let svg = lecture::f_circuit(-2.0, 5.0, -4.0).to_svg();
    // a text that grows over its neighbours, and one that leaves the drawing
    let longer = svg.replace(">3.00<", ">3.000000000000000<");
    assert!(!faults(&longer, Font::Hack).is_empty());
    let outside = svg.replace(
        "</svg>",
        "<text x=\"1\" y=\"20\" font-size=\"15\">x</text></svg>",
    );
    assert!(
        faults(&outside, Font::Hack)
            .iter()
            .any(|fault| fault.contains("cut"))
    );
    let crossed = svg.replace("</svg>", "<path class=\"wire\" d=\"M0 0L500 200\"/></svg>");
    assert!(
        faults(&crossed, Font::Hack)
            .iter()
            .any(|fault| fault.contains("crosses"))
    );
}
