//! What a circuit says, in each of its languages.

use backprop::differentiate;

#[differentiate(circuit)]
fn f(x: f64, y: f64, z: f64) -> f64 {
    let q = x + y;
    q * z
}

#[test]
fn the_circuit() {
    let circuit = f_circuit(-2.0, 5.0, -4.0);
    assert_eq!((circuit.function(), circuit.value()), ("f", -12.0));
    let names: Vec<&str> = circuit.inputs().map(|wire| wire.name()).collect();
    assert_eq!(names, ["x", "y", "z"]);
    let [add, mul] = circuit.gates() else {
        panic!("{circuit}");
    };
    assert_eq!((add.operation(), mul.operation()), ("+", "*"));
    // upstream × local gradient
    let upstream = circuit.wires()[mul.output()].gradient();
    assert_eq!(upstream, 1.0);
    for (input, expected) in mul.inputs().iter().zip([-4.0, 3.0]) {
        assert_eq!(input.local_gradient(), expected);
        let wire = &circuit.wires()[input.wire().expect("no constant")];
        assert_eq!(wire.value(), input.value());
        assert_eq!(wire.gradient(), upstream * input.local_gradient());
    }
    assert_eq!(circuit.wire("q").map(|wire| wire.gate()), Some(Some(0)));
    assert_eq!(circuit.wire("no such"), None);
    assert_eq!(add.line().map(|line| line + 1), mul.line());
}

#[test]
fn a_table() {
    let table = f_circuit(-2.0, 5.0, -4.0).to_string();
    // line numbers are those of this file
    let expected = "\
line  wire  gate    value  gradient  local gradients
      x             -2.00     -4.00
      y              5.00     -4.00
      z             -4.00      3.00
   7  q     x + y    3.00     -4.00  x: 1.00, y: 1.00
   8  f     q * z  -12.00      1.00  q: -4.00, z: 3.00";
    assert_eq!(table, expected);
}

#[test]
fn graphviz() {
    let expected = r#"digraph "f" {
    rankdir = LR;
    n0 [shape = plain, label = "x\nvalue -2.00\ngradient -4.00"];
    n1 [shape = plain, label = "y\nvalue 5.00\ngradient -4.00"];
    n2 [shape = plain, label = "z\nvalue -4.00\ngradient 3.00"];
    n3 [shape = ellipse, label = "+\nq\nvalue 3.00\ngradient -4.00"];
    n4 [shape = ellipse, label = "×\nf\nvalue -12.00\ngradient 1.00"];
    n0 -> n3 [label = "1.00"];
    n1 -> n3 [label = "1.00"];
    n3 -> n4 [label = "-4.00"];
    n2 -> n4 [label = "3.00"];
}
"#;
    assert_eq!(f_circuit(-2.0, 5.0, -4.0).to_dot(), expected);
}

#[differentiate(circuit)]
fn relu(w: &[f64], x: f64) -> f64 {
    (w[0] * x).max(0.0)
}

#[test]
fn mermaid() {
    // brackets have a meaning there
    let expected = r#"flowchart LR
    n0["w#91;0#93;<br/>value 2.00<br/>gradient 0.00"]
    n1["x<br/>value -1.00<br/>gradient 0.00"]
    n2(["×<br/>v1<br/>value -2.00<br/>gradient 0.00"])
    n3(["max 0<br/>relu<br/>value 0.00<br/>gradient 1.00"])
    n0 -- "-1.00" --> n2
    n1 -- "2.00" --> n2
    n2 -- "0.00" --> n3
"#;
    assert_eq!(relu_circuit(&[2.0], -1.0).to_mermaid(), expected);
}

#[differentiate(circuit)]
fn recurrence(x: f64, n: usize) -> f64 {
    let mut state = x;
    for _ in 0..n {
        state = state.sin() + x;
    }
    state
}

#[test]
fn each_iteration_has_its_gates() {
    let circuit = recurrence_circuit(0.5, 3);
    assert_eq!(circuit.gates().len(), 6);
    let names: Vec<&str> = circuit.wires().iter().map(|wire| wire.name()).collect();
    assert_eq!(
        names,
        ["x", "v1", "state", "v2", "state#2", "v3", "state#3"]
    );
}

#[test]
#[should_panic(expected = "the circuit of `recurrence` has more than 100000 gates")]
fn too_many_gates() {
    recurrence_circuit(0.5, 60_000);
}

#[test]
fn drawings_are_documents() {
    let svg = f_circuit(-2.0, 5.0, -4.0).to_svg();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    for text in [
        ">−12.00<",
        ">+<",
        ">×<",
        ">q<",
        "q: [-4.00] × [1.00] = -4.00",
    ] {
        assert!(svg.contains(text), "{text} is missing in\n{svg}");
    }
    assert!(
        !svg.contains("http") || svg.matches("http").count() == 1,
        "it refers to nothing"
    );
}
