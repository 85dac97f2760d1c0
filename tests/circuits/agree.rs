//! The gradients on the inputs are those of `f_grad`.

use backprop::{Circuit, Differentiable, Numbers, Real, differentiate};

/// The gradient of the input `name`, zero if it does not reach the result.
fn gradient(circuit: &Circuit, name: &str) -> f64 {
    circuit.wire(name).map_or(0.0, |wire| wire.gradient())
}

/// Value and gradients agree: up to rounding, for `f_grad` adds in another order.
#[track_caller]
fn agree(circuit: &Circuit, value: f64, gradients: &[(&str, f64)]) {
    println!("{circuit}\n");
    let same = |a: f64, b: f64| {
        a == b || (a - b).abs() <= 1e-12 * (1.0 + b.abs()) || (a.is_nan() && b.is_nan())
    };
    assert!(
        circuit.value().to_bits() == value.to_bits(),
        "{} is not {value}",
        circuit.value()
    );
    for (name, expected) in gradients {
        let found = gradient(circuit, name);
        assert!(
            same(found, *expected),
            "{name}: {found} is not {expected}\n{circuit}"
        );
    }
    // no input is left out of the comparison
    for wire in circuit.inputs() {
        assert!(
            gradients.iter().any(|(name, _)| *name == wire.name()),
            "{}",
            wire.name()
        );
    }
}

/// The names of the numbers of a container beside its gradient.
fn each<'a>(names: &'a [String], gradient: &impl Numbers) -> Vec<(&'a str, f64)> {
    let numbers = gradient.numbers();
    assert_eq!(names.len(), numbers.len());
    names.iter().map(String::as_str).zip(numbers).collect()
}

fn indexed(name: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{name}[{index}]")).collect()
}

#[differentiate(circuit)]
fn neuron(w: [f64; 3], x: [f64; 2]) -> f64 {
    1.0 / (1.0 + (-(w[0] * x[0] + w[1] * x[1] + w[2])).exp())
}

#[test]
fn operators() {
    let (w, x) = ([2.0, -3.0, -3.0], [-1.0, -2.0]);
    let (value, (d_w, d_x)) = neuron_grad(w, x);
    let names = [indexed("w", 3), indexed("x", 2)].concat();
    let mut expected = each(&names[..3], &d_w);
    expected.extend(each(&names[3..], &d_x));
    agree(&neuron_circuit(w, x), value, &expected);
}

#[differentiate(circuit)]
fn methods(x: f64, y: f64) -> f64 {
    let a = x.sin() * y.cos() + x.tan() - y.exp2();
    let b = (x * x + 1.0).sqrt().ln() + y.powi(3) + x.abs().powf(y);
    let c = x.hypot(y) + y.atan2(x) + x.clamp(-0.5, 0.5) + x.max(y).min(2.0);
    let d = y.tanh() + x.to_degrees().to_radians() + x.mul_add(y, 1.0) + y.ln_1p() + x % 0.3;
    a + b * c - d + x.floor() * y
}

#[test]
fn the_rule_table() {
    for (x, y) in [(0.7, 0.4), (-1.3, 0.9), (2.5, 2.5)] {
        let (value, d) = methods_grad(x, y);
        agree(&methods_circuit(x, y), value, &[("x", d.0), ("y", d.1)]);
    }
}

#[differentiate(circuit)]
fn branches(x: f64, y: f64) -> f64 {
    let a = if x > y { x * y } else { 3.0 };
    let b = match (x > 0.0, y > 0.0) {
        (true, true) => a + x,
        (false, _) => a.sqrt() * y,
        _ => 1.0,
    };
    if b < -10.0 {
        return x;
    }
    b * a
}

#[test]
fn branches_that_ran() {
    for (x, y) in [
        (2.0, 1.0),
        (1.0, 2.0),
        (-1.0, -2.0),
        (2.0, -1.0),
        (6.0, -2.0),
        (0.0, 0.0),
    ] {
        let (value, d) = branches_grad(x, y);
        agree(&branches_circuit(x, y), value, &[("x", d.0), ("y", d.1)]);
    }
}

#[differentiate(circuit)]
fn loops(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    let mut power = 1.0;
    for i in 0..n {
        power *= x;
        if i % 2 == 1 {
            continue;
        }
        sum += power / (i as f64 + 1.0);
        if sum > 100.0 {
            break;
        }
    }
    while sum > 1.0 {
        sum = sum * 0.5 - x * 0.01;
    }
    sum
}

#[test]
fn loops_are_unrolled() {
    for n in 0..9 {
        for x in [0.5, 1.5, 3.0, -2.0] {
            let (value, d) = loops_grad(x, n);
            agree(&loops_circuit(x, n), value, &[("x", d)]);
        }
    }
}

#[differentiate(circuit)]
fn containers(w: &[f64], m: [[f64; 2]; 2], k: usize) -> f64 {
    let mut h = vec![0.0; w.len()];
    for (i, h) in h.iter_mut().enumerate() {
        for (j, x) in m[i % 2].iter().enumerate() {
            *h += x * w[(i + j) % w.len()];
        }
    }
    h.push(w[k]);
    h.swap(0, k);
    let last = h.pop().unwrap_or(0.0);
    let rows = [[last, 1.0], m[1]];
    let mut copy = h.clone();
    copy[0] = copy[0].max(0.0);
    copy.reverse();
    let total: f64 = copy.iter().zip(&h).map(|(a, b)| a * b).sum();
    total + rows[0][0] * rows[1][1] + h[1..].iter().sum::<f64>()
}

#[test]
fn what_is_kept_in_memory() {
    let (w, m) = ([1.0, -2.0, 0.5], [[1.5, -0.5], [2.0, 3.0]]);
    for k in 0..3 {
        let (value, (d_w, d_m)) = containers_grad(&w, m, k);
        let names = indexed("w", 3);
        let mut expected = each(&names, &d_w);
        let names: Vec<String> = (0..4).map(|i| format!("m[{}][{}]", i / 2, i % 2)).collect();
        expected.extend(each(&names, &d_m));
        agree(&containers_circuit(&w, m, k), value, &expected);
    }
}

#[derive(Differentiable, Clone)]
struct Body {
    mass: f64,
    at: [f64; 2],
    steps: usize,
}

#[differentiate(circuit)]
fn structs(body: &Body, p: (f64, f64)) -> f64 {
    let mut moved = body.clone();
    for _ in 0..body.steps {
        moved.at[0] += p.0 * moved.mass;
        moved.at[1] -= p.1;
    }
    let other = Body {
        mass: p.0,
        ..moved.clone()
    };
    let third = Body {
        mass: 2.0,
        at: [p.1, moved.mass],
        steps: 1,
    };
    moved.at[0] * moved.at[1] + other.mass * other.at[0] + third.mass * third.at[1]
}

#[test]
fn structs_and_tuples() {
    let body = Body {
        mass: 1.5,
        at: [0.5, -1.0],
        steps: 2,
    };
    let (value, (d_body, d_p)) = structs_grad(&body, (0.3, 0.7));
    let expected = [
        ("body.mass", d_body.mass),
        ("body.at[0]", d_body.at[0]),
        ("body.at[1]", d_body.at[1]),
        ("p.0", d_p.0),
        ("p.1", d_p.1),
    ];
    agree(&structs_circuit(&body, (0.3, 0.7)), value, &expected);
}

#[differentiate]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[differentiate]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[differentiate]
fn mass(body: &Body, scale: f64) -> f64 {
    body.mass * scale
}

#[differentiate(circuit)]
fn calls(w: &[f64], x: [f64; 2], body: &Body) -> f64 {
    let s = dot(w, &x) + dot(&x, &x);
    let copy = vec![s, x[0]];
    sigmoid(s) * mass(body, s) + dot(&copy, &w[..2]) + dot(&w[1..], &[2.0, 3.0])
}

#[test]
fn a_call_is_a_gate() {
    let body = Body {
        mass: 1.5,
        at: [0.5, -1.0],
        steps: 2,
    };
    let (w, x) = ([0.3, -0.2, 0.1], [1.0, 2.0]);
    // `dot` stops at the shorter one
    let (value, (d_w, d_x, d_body)) = calls_grad(&w, x, &body);
    let names = [indexed("w", 3), indexed("x", 2)].concat();
    let mut expected = each(&names[..3], &d_w);
    expected.extend(each(&names[3..], &d_x));
    expected.extend([
        ("body.mass", d_body.mass),
        ("body.at[0]", 0.0),
        ("body.at[1]", 0.0),
    ]);
    let circuit = calls_circuit(&w, x, &body);
    agree(&circuit, value, &expected);
    assert_eq!(
        circuit
            .gates()
            .iter()
            .filter(|gate| gate.operation() == "dot")
            .count(),
        4
    );
}

#[differentiate(circuit)]
fn single(x: f32, y: &f32) -> f32 {
    let wide = x as f64 * 0.1;
    wide as f32 * y + x
}

#[test]
fn other_floats() {
    let circuit = single_circuit(0.3, &2.0);
    let (value, d) = single_grad(0.3, &2.0);
    assert_eq!(circuit.value(), f64::from(value));
    assert!((gradient(&circuit, "x") - f64::from(d.0)).abs() < 1e-6);
    assert!((gradient(&circuit, "y") - f64::from(d.1)).abs() < 1e-6);
}

#[differentiate(circuit)]
fn in_place(x: &mut f64, a: &mut [f64]) -> f64 {
    *x *= a[0];
    a[1] += *x;
    a[0] = 1.0;
    a[1] * a[1] + a[0] * *x
}

#[test]
fn content_on_entry() {
    let (mut x, mut a) = (2.0, [3.0, 4.0]);
    let circuit = in_place_circuit(&mut x, &mut a);
    assert_eq!((x, a), (6.0, [1.0, 10.0]));
    let (value, (d_x, d_a)) = in_place_grad(&mut 2.0, &mut [3.0, 4.0]);
    let names = indexed("a", 2);
    let mut expected = each(&names, &d_a);
    expected.push(("x", d_x));
    agree(&circuit, value, &expected);
}

#[differentiate(circuit)]
fn folded(x: &[f64]) -> f64 {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let best = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let spread: f64 = x
        .windows(2)
        .filter(|w| w[1] > w[0])
        .map(|w| w[1] - w[0])
        .product();
    let lengths: Vec<f64> = x.iter().map(|x| (x - mean).powi(2)).collect();
    lengths.iter().sum::<f64>().sqrt() + best * spread
}

#[test]
fn iterator_chains() {
    let x = [1.0, 3.0, 2.0, 5.0];
    let (value, d) = folded_grad(&x);
    agree(&folded_circuit(&x), value, &each(&indexed("x", 4), &d));
}

#[differentiate(circuit, wrt(x))]
fn excluded(x: f64, y: f64) -> f64 {
    let scale = y * 2.0;
    x * scale + y
}

#[test]
fn constants_have_no_wires() {
    let circuit = excluded_circuit(3.0, 4.0);
    agree(&circuit, 28.0, &[("x", 8.0)]);
    assert_eq!(circuit.wires().len(), 3);
}

#[differentiate(circuit)]
fn constant(x: f64) -> f64 {
    if x > 0.0 { x } else { 7.0 }
}

#[test]
fn a_result_that_is_no_gate() {
    agree(&constant_circuit(2.0), 2.0, &[("x", 1.0)]);
    let circuit = constant_circuit(-2.0);
    assert_eq!(
        (
            circuit.value(),
            circuit.gates().len(),
            gradient(&circuit, "x")
        ),
        (7.0, 0, 0.0)
    );
    assert!(circuit.to_svg().contains('7'));
}

#[derive(Differentiable)]
struct Neuron {
    weights: Vec<f64>,
    bias: f64,
}

impl Neuron {
    #[differentiate(circuit)]
    fn tick(&self, inputs: &[f64]) -> f64 {
        let sum = dot(&self.weights, inputs) + self.bias;
        sigmoid(sum)
    }
}

#[test]
fn methods_have_circuits() {
    let neuron = Neuron {
        weights: vec![2.0, -3.0],
        bias: -3.0,
    };
    let circuit = neuron.tick_circuit(&[-1.0, -2.0]);
    let (value, (d_self, d_inputs)) = neuron.tick_grad(&[-1.0, -2.0]);
    let names = [indexed("self.weights", 2), indexed("inputs", 2)].concat();
    let mut expected = each(&names[..2], &d_self.weights);
    expected.extend(each(&names[2..], &d_inputs));
    expected.push(("self.bias", d_self.bias));
    agree(&circuit, value, &expected);
}

#[differentiate(circuit)]
fn infinite(x: f64, y: f64) -> f64 {
    x.sqrt() * y
}

#[test]
fn nothing_meets_no_slope() {
    let (value, d) = infinite_grad(0.0, 0.0);
    agree(
        &infinite_circuit(0.0, 0.0),
        value,
        &[("x", d.0), ("y", d.1)],
    );
    assert_eq!(d.0, 0.0);
}

#[differentiate(circuit)]
fn optional(x: Option<f64>, y: f64) -> f64 {
    match x {
        Some(x) => x * y,
        None => y,
    }
}

#[test]
fn options() {
    let (value, d) = optional_grad(Some(3.0), 2.0);
    agree(
        &optional_circuit(Some(3.0), 2.0),
        value,
        &[("x", d.0.unwrap_or(0.0)), ("y", d.1)],
    );
    let (value, d) = optional_grad(None, 2.0);
    agree(&optional_circuit(None, 2.0), value, &[("y", d.1)]);
}

#[differentiate(circuit)]
fn generic<T>(x: T, y: &[T]) -> T
where
    T: Real,
{
    let mut sum = x;
    for y in y {
        sum = sum * *y + x;
    }
    let ratio = sum / (x * x + y[0]);
    if ratio > x { ratio } else { -ratio }
}

#[test]
fn type_parameters() {
    let (value, (d_x, d_y)) = generic_grad(2.0, &[3.0, 0.5]);
    let names = indexed("y", 2);
    let mut expected = each(&names, &d_y);
    expected.push(("x", d_x));
    agree(&generic_circuit(2.0, &[3.0, 0.5]), value, &expected);
    assert_eq!(
        generic_circuit(2.0_f32, &[3.0]).value(),
        f64::from(generic(2.0_f32, &[3.0]))
    );
}

/// Local gradients that are numbers, or computed with numbers, are of the type parameter.
#[differentiate(circuit)]
fn generic_rules<T: num_traits::Float>(x: T, y: T, k: usize) -> T {
    let a = if x > y { x * y } else { -y };
    let b = match k {
        0 => a,
        1 => x.max(y) * a,
        _ => y.powi(3) - a.abs().sqrt(),
    };
    b + a.abs() * x.hypot(y)
}

#[test]
fn rules_of_type_parameters() {
    for k in 0..3 {
        let (value, (d_x, d_y)) = generic_rules_grad(3.0, 0.5, k);
        agree(
            &generic_rules_circuit(3.0, 0.5, k),
            value,
            &[("x", d_x), ("y", d_y)],
        );
    }
}

#[differentiate(circuit)]
fn patterns((a, b): (f64, f64), &(c, d): &(f64, (f64, i32))) -> f64 {
    a * b + c * d.0
}

#[test]
fn names_in_patterns() {
    let circuit = patterns_circuit((1.0, 2.0), &(3.0, (4.0, 5)));
    let (value, (d_first, d_second)) = patterns_grad((1.0, 2.0), &(3.0, (4.0, 5)));
    let expected = [
        ("a", d_first.0),
        ("b", d_first.1),
        ("c", d_second.0),
        ("d.0", d_second.1.0),
    ];
    agree(&circuit, value, &expected);
}

#[derive(Differentiable, Clone)]
enum Shape {
    Circle(f64),
    Box { sides: [f64; 2], scale: f64 },
    Point,
}

#[derive(Differentiable)]
struct Reading {
    value: Option<f64>,
    shape: Shape,
}

#[differentiate]
fn area(shape: &Shape) -> f64 {
    match shape {
        Shape::Circle(radius) => 3.0 * radius * radius,
        Shape::Box { sides, scale } => sides[0] * sides[1] * scale,
        Shape::Point => 0.0,
    }
}

#[differentiate(circuit)]
fn variants(reading: &Reading, x: f64) -> f64 {
    let value = match reading.value {
        Some(value) => value * x,
        None => x,
    };
    let direct = match &reading.shape {
        Shape::Circle(radius) => radius * radius,
        Shape::Box { sides, scale } if sides.len() == 2 => sides[0] * scale + sides[1],
        _ => 1.0,
    };
    let made = Shape::Box {
        sides: [x, value],
        scale: 2.0,
    };
    direct * value + area(&made) + area(&reading.shape)
}

#[test]
fn payloads_of_enums() {
    let shapes = [
        (Shape::Circle(2.0), vec![".0"]),
        (
            Shape::Box {
                sides: [2.0, 3.0],
                scale: 0.5,
            },
            vec![".sides[0]", ".sides[1]", ".scale"],
        ),
        (Shape::Point, vec![]),
    ];
    for (shape, places) in shapes {
        for value in [Some(1.5), None] {
            let reading = Reading {
                value,
                shape: shape.clone(),
            };
            let (result, (d_reading, d_x)) = variants_grad(&reading, 0.7);
            let mut names: Vec<String> = Vec::new();
            names.extend(value.map(|_| "reading.value".to_owned()));
            names.extend(places.iter().map(|place| format!("reading.shape{place}")));
            let mut expected = each(&names, &d_reading);
            expected.push(("x", d_x));
            agree(&variants_circuit(&reading, 0.7), result, &expected);
        }
    }
}

#[derive(Clone, Differentiable)]
struct Matrix {
    columns: usize,
    cells: Vec<f64>,
}

#[differentiate]
impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.cells[i * self.columns + j]
    }
}

#[differentiate(circuit)]
fn trace(m: &Matrix, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += m[(i, i)] * m[(0, i)];
    }
    sum + m[(n - 1, 0)].sin()
}

#[test]
fn indices_of_the_users_own() {
    let cells = vec![0.5, -0.3, 0.7, 1.1];
    let m = Matrix { columns: 2, cells };
    let (value, d_m) = trace_grad(&m, 2);
    let names = indexed("m.cells", 4);
    agree(&trace_circuit(&m, 2), value, &each(&names, &d_m.cells));
}
