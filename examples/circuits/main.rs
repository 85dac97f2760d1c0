//! Backpropagation through the circuits of the lecture, wire by wire.
//!
//! ```sh
//! cargo run --release --example circuits
//! ```
//!
//! A gate is a one-line function with `#[differentiate]` on it. Each circuit
//! runs forward gate by gate, then backward with the gates' `*_backprop`, last
//! gate first: a gate multiplies the upstream gradient on its output by its
//! local gradients and adds the products to the gradients on its inputs.
//!
//! Nobody has to do this by hand. The same formula written as one function
//! (`lecture.rs`), with `#[differentiate(circuit)]` on it, gives the same numbers in
//! one call of its `*_grad`, and the whole circuit in one call of its `*_circuit`.
//! Each circuit checks that. Last, the circuits are drawn: an SVG file of each goes
//! to `target/circuits`, or to the folder named as argument.

#![expect(
    clippy::too_many_arguments,
    reason = "a gate's `_backprop` takes its wires, the upstream and one buffer for each wire"
)]

mod lecture;

use backprop::{Circuit, differentiate};
use lecture::{f_circuit, f_grad, fork_circuit, fork_grad, gates_circuit, gates_grad};
use lecture::{neuron_circuit, neuron_grad, sigmoid_grad};
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    first_circuit();
    sigmoid_neuron();
    distributor_switcher_router();
    value_used_twice();
    draw()
}

/// Writes each circuit as an SVG file.
fn draw() -> io::Result<()> {
    title("drawings");
    let folder = env::args().nth(1).unwrap_or("target/circuits".into());
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    for (name, circuit) in lecture::circuits() {
        let path = folder.join(name).with_extension("svg");
        fs::write(&path, circuit.to_svg())?;
        println!("  {}: {} gates", path.display(), circuit.gates().len());
    }
    Ok(())
}

// The gates.

#[differentiate]
fn add(x: f64, y: f64) -> f64 {
    x + y
}

#[differentiate]
fn mul(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate]
fn max(x: f64, y: f64) -> f64 {
    x.max(y)
}

#[differentiate]
fn negate(x: f64) -> f64 {
    -x
}

#[differentiate]
fn double(x: f64) -> f64 {
    2.0 * x
}

#[differentiate]
fn exp(x: f64) -> f64 {
    x.exp()
}

#[differentiate]
fn plus_one(x: f64) -> f64 {
    x + 1.0
}

#[differentiate]
fn reciprocal(x: f64) -> f64 {
    1.0 / x
}

// The circuits.

fn first_circuit() {
    title("f(x, y, z) = (x + y)·z");
    println!("    x ──┐");
    println!("       (+)── q ──┐");
    println!("    y ──┘       (×)── f");
    println!("    z ───────────┘\n");

    let mut x = Wire::new(-2.0);
    let mut y = Wire::new(5.0);
    let mut z = Wire::new(-4.0);

    // Forward.
    let mut q = Wire::new(add(x.value, y.value));
    let mut f = Wire::new(mul(q.value, z.value));

    // Backward. The gradient of f with respect to itself is 1.
    f.gradient = 1.0;
    mul_backprop(
        q.value,
        z.value,
        f.gradient,
        &mut q.gradient,
        &mut z.gradient,
    );
    add_backprop(
        x.value,
        y.value,
        q.gradient,
        &mut x.gradient,
        &mut y.gradient,
    );

    table(&[
        ("x", "", x),
        ("y", "", y),
        ("z", "", z),
        ("q", "x + y", q),
        ("f", "q · z", f),
    ]);

    // The whole formula in one call.
    let (value, (d_x, d_y, d_z)) = f_grad(x.value, y.value, z.value);
    println!("  f_grad gives {value:.2} and ({d_x:.2}, {d_y:.2}, {d_z:.2})");
    agree(
        [f.value, x.gradient, y.gradient, z.gradient],
        [value, d_x, d_y, d_z],
    );
    lecture([value, d_x, d_y, d_z], [-12.0, -4.0, -4.0, 3.0]);
    let circuit = f_circuit(x.value, y.value, z.value);
    same(&circuit, [("x", x), ("y", y), ("z", z), ("q", q)]);
    println!("  f_circuit gives\n\n{circuit}");
}

fn sigmoid_neuron() {
    title("f(w, x) = 1 / (1 + exp(-(w0·x0 + w1·x1 + w2)))");
    println!("    w0 ──┐");
    println!("        (×)── a ──┐");
    println!("    x0 ──┘        │");
    println!("                 (+)── c ──┐");
    println!("    w1 ──┐        │       (+)── s ──(·-1)── n ──(exp)── e ──(+1)── p ──(1/·)── f");
    println!("        (×)── b ──┘        │");
    println!("    x1 ──┘                 │");
    println!("    w2 ────────────────────┘\n");

    let mut w0 = Wire::new(2.0);
    let mut x0 = Wire::new(-1.0);
    let mut w1 = Wire::new(-3.0);
    let mut x1 = Wire::new(-2.0);
    let mut w2 = Wire::new(-3.0);

    // Forward.
    let mut a = Wire::new(mul(w0.value, x0.value));
    let mut b = Wire::new(mul(w1.value, x1.value));
    let mut c = Wire::new(add(a.value, b.value));
    let mut s = Wire::new(add(c.value, w2.value));
    let mut n = Wire::new(negate(s.value));
    let mut e = Wire::new(exp(n.value));
    let mut p = Wire::new(plus_one(e.value));
    let mut f = Wire::new(reciprocal(p.value));

    // Backward.
    f.gradient = 1.0;
    reciprocal_backprop(p.value, f.gradient, &mut p.gradient);
    plus_one_backprop(e.value, p.gradient, &mut e.gradient);
    exp_backprop(n.value, e.gradient, &mut n.gradient);
    negate_backprop(s.value, n.gradient, &mut s.gradient);
    add_backprop(
        c.value,
        w2.value,
        s.gradient,
        &mut c.gradient,
        &mut w2.gradient,
    );
    add_backprop(
        a.value,
        b.value,
        c.gradient,
        &mut a.gradient,
        &mut b.gradient,
    );
    mul_backprop(
        w1.value,
        x1.value,
        b.gradient,
        &mut w1.gradient,
        &mut x1.gradient,
    );
    mul_backprop(
        w0.value,
        x0.value,
        a.gradient,
        &mut w0.gradient,
        &mut x0.gradient,
    );

    table(&[
        ("w0", "", w0),
        ("x0", "", x0),
        ("w1", "", w1),
        ("x1", "", x1),
        ("w2", "", w2),
        ("a", "w0 · x0", a),
        ("b", "w1 · x1", b),
        ("c", "a + b", c),
        ("s", "c + w2", s),
        ("n", "s · -1", n),
        ("e", "exp(n)", e),
        ("p", "e + 1", p),
        ("f", "1 / p", f),
    ]);

    // With upstream 1, the gradient of a gate is its local gradient.
    let (_, (local_w0, local_x0)) = mul_grad(w0.value, x0.value);
    println!("  [local gradient] × [upstream gradient]");
    println!(
        "    x0: [{local_x0:5.2}] × [{:.2}] = {:5.2}",
        a.gradient, x0.gradient
    );
    println!(
        "    w0: [{local_w0:5.2}] × [{:.2}] = {:5.2}\n",
        a.gradient, w0.gradient
    );
    agree(
        [local_x0 * a.gradient, local_w0 * a.gradient],
        [x0.gradient, w0.gradient],
    );

    // The last four gates are one sigmoid gate: f = sigmoid(s).
    let (rate, slope) = sigmoid_grad(s.value);
    println!(
        "  the last four gates as one: sigmoid({:.2}) = {rate:.2},",
        s.value
    );
    println!("    local gradient ({rate:.2})·(1 - {rate:.2}) = {slope:.2}\n");
    agree(
        [f.value, s.gradient, rate * (1.0 - rate)],
        [rate, slope, slope],
    );

    let (w, x) = ([w0.value, w1.value, w2.value], [x0.value, x1.value]);
    let (value, ([d_w0, d_w1, d_w2], [d_x0, d_x1])) = neuron_grad(w, x);
    println!(
        "  neuron_grad gives {value:.2} and ({d_w0:.2}, {d_x0:.2}, {d_w1:.2}, {d_x1:.2}, {d_w2:.2})"
    );
    let by_gates = [w0, x0, w1, x1, w2].map(|wire| wire.gradient);
    agree(by_gates, [d_w0, d_x0, d_w1, d_x1, d_w2]);
    agree([f.value], [value]);
    lecture([value, s.gradient, e.gradient], [0.73, 0.20, -0.53]);
    lecture(by_gates, [-0.20, 0.39, -0.39, -0.59, 0.20]);
    let circuit = neuron_circuit(w, x);
    let names = ["w[0]", "x[0]", "w[1]", "x[1]", "w[2]"];
    let wires = [w0, x0, w1, x1, w2];
    same(
        &circuit,
        std::array::from_fn::<_, 5, _>(|i| (names[i], wires[i])),
    );
    println!("  neuron_circuit gives\n\n{circuit}");
}

fn distributor_switcher_router() {
    title("f(x, y, z, w) = (x·y + max(z, w))·2");
    println!("    x ──┐");
    println!("       (×)── a ──┐");
    println!("    y ──┘        │");
    println!("                (+)── c ──(·2)── f");
    println!("    z ──┐        │");
    println!("      (max)── b ─┘");
    println!("    w ──┘\n");

    let mut x = Wire::new(3.0);
    let mut y = Wire::new(-4.0);
    let mut z = Wire::new(2.0);
    let mut w = Wire::new(-1.0);

    // Forward.
    let mut a = Wire::new(mul(x.value, y.value));
    let mut b = Wire::new(max(z.value, w.value));
    let mut c = Wire::new(add(a.value, b.value));
    let mut f = Wire::new(double(c.value));

    // Backward.
    f.gradient = 1.0;
    double_backprop(c.value, f.gradient, &mut c.gradient);
    add_backprop(
        a.value,
        b.value,
        c.gradient,
        &mut a.gradient,
        &mut b.gradient,
    );
    max_backprop(
        z.value,
        w.value,
        b.gradient,
        &mut z.gradient,
        &mut w.gradient,
    );
    mul_backprop(
        x.value,
        y.value,
        a.gradient,
        &mut x.gradient,
        &mut y.gradient,
    );

    table(&[
        ("x", "", x),
        ("y", "", y),
        ("z", "", z),
        ("w", "", w),
        ("a", "x · y", a),
        ("b", "max(z, w)", b),
        ("c", "a + b", c),
        ("f", "2 · c", f),
    ]);
    let (d_a, d_b, d_c) = (a.gradient, b.gradient, c.gradient);
    println!("  add distributes: {d_c:.2} on c becomes {d_a:.2} on a and {d_b:.2} on b");
    println!(
        "  mul switches:    {d_a:.2} on a becomes {d_a:.2}·y = {:.2} on x and {d_a:.2}·x = {:.2} on y",
        x.gradient, y.gradient
    );
    println!(
        "  max routes:      {d_b:.2} on b becomes {:.2} on z, the larger one, and {:.2} on w\n",
        z.gradient, w.gradient
    );

    let (value, (d_x, d_y, d_z, d_w)) = gates_grad(x.value, y.value, z.value, w.value);
    println!("  gates_grad gives {value:.2} and ({d_x:.2}, {d_y:.2}, {d_z:.2}, {d_w:.2})");
    let by_gates = [x, y, z, w].map(|wire| wire.gradient);
    agree(by_gates, [d_x, d_y, d_z, d_w]);
    agree([f.value], [value]);
    lecture([f.value], [-20.0]);
    lecture(by_gates, [-8.0, 6.0, 2.0, 0.0]);
    let circuit = gates_circuit(x.value, y.value, z.value, w.value);
    same(&circuit, [("x", x), ("y", y), ("z", z), ("w", w)]);
    println!("  gates_circuit gives\n\n{circuit}");
}

fn value_used_twice() {
    title("f(x, y) = (x + y)·x, where x is used twice");
    println!("    y ─────┐");
    println!("          (+)── q ──┐");
    println!("    x ──┬──┘       (×)── f");
    println!("        └───────────┘\n");

    let mut x = Wire::new(-2.0);
    let mut y = Wire::new(5.0);

    // Forward.
    let mut q = Wire::new(add(x.value, y.value));
    let mut f = Wire::new(mul(q.value, x.value));

    // Backward. Both gates add to the gradient on x.
    f.gradient = 1.0;
    mul_backprop(
        q.value,
        x.value,
        f.gradient,
        &mut q.gradient,
        &mut x.gradient,
    );
    let from_mul = x.gradient;
    add_backprop(
        x.value,
        y.value,
        q.gradient,
        &mut x.gradient,
        &mut y.gradient,
    );
    let from_add = x.gradient - from_mul;

    table(&[
        ("x", "", x),
        ("y", "", y),
        ("q", "x + y", q),
        ("f", "q · x", f),
    ]);
    println!(
        "  x gets {from_mul:.2} from the mul gate and {from_add:.2} from the add gate: {:.2}\n",
        x.gradient
    );

    let (value, (d_x, d_y)) = fork_grad(x.value, y.value);
    println!("  fork_grad gives {value:.2} and ({d_x:.2}, {d_y:.2})");
    agree([f.value, x.gradient, y.gradient], [value, d_x, d_y]);
    // f = x² + x·y, so df/dx = 2x + y and df/dy = x.
    agree([d_x, d_y], [2.0 * x.value + y.value, x.value]);
    let circuit = fork_circuit(x.value, y.value);
    same(&circuit, [("x", x), ("y", y), ("q", q)]);
    println!("  fork_circuit gives\n\n{circuit}");
}

/// A wire carries a value forward and a gradient backward.
#[derive(Clone, Copy)]
struct Wire {
    value: f64,
    /// The gradient of the circuit's output with respect to `value`. It starts
    /// at 0, and every gate that reads the wire adds its share.
    gradient: f64,
}

impl Wire {
    fn new(value: f64) -> Self {
        Self {
            value,
            gradient: 0.0,
        }
    }
}

fn title(formula: &str) {
    println!("\n{formula}\n{}\n", "─".repeat(formula.chars().count()));
}

/// Prints one row per wire: its name, the gate it comes from (none for an
/// input), its value and its gradient.
fn table(wires: &[(&str, &str, Wire)]) {
    println!(
        "  {:<4}  {:<9}  {:>8}  {:>8}",
        "wire", "gate", "forward", "gradient"
    );
    for (name, gate, Wire { value, gradient }) in wires {
        println!("  {name:<4}  {gate:<9}  {value:>8.2}  {gradient:>8.2}");
    }
    println!();
}

/// Checks that wires of a circuit are those made by hand.
fn same<const N: usize>(circuit: &Circuit, wires: [(&str, Wire); N]) {
    for (name, by_hand) in wires {
        let wire = circuit.wire(name).expect("it reaches the result");
        agree(
            [wire.value(), wire.gradient()],
            [by_hand.value, by_hand.gradient],
        );
    }
}

/// Checks that two ways to the same numbers agree up to rounding.
fn agree<const N: usize>(left: [f64; N], right: [f64; N]) {
    check(left, right, 1e-14);
}

/// Checks against the numbers of the lecture, which have two decimals.
fn lecture<const N: usize>(computed: [f64; N], printed: [f64; N]) {
    check(computed, printed, 0.005);
}

fn check<const N: usize>(left: [f64; N], right: [f64; N], tolerance: f64) {
    for (l, r) in left.into_iter().zip(right) {
        assert!(
            (l - r).abs() <= tolerance * (1.0 + r.abs()),
            "{left:?} is not {right:?}"
        );
    }
}
