//! What a circuit says, in each of its languages.

use backprop::differentiate;

#[differentiate(circuit)]
fn first(x: f64, y: f64, z: f64) -> f64 {
    let q = x + y;
    q * z
}

#[test]
fn the_table() {
    let circuit = first_circuit(-2.0, 5.0, -4.0);
    println!(
        "{circuit}\n{}\n{}\n{}",
        circuit.to_dot(),
        circuit.to_mermaid(),
        circuit.to_svg()
    );
}
