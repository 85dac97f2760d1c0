//! `f_jacobian`: a row for each number of the result, in the shape of the gradient.

use backprop::{Differentiable, differentiate};

#[differentiate(jacobian)]
fn polar(r: f64, angle: f64) -> (f64, f64) {
    (r * angle.cos(), r * angle.sin())
}

#[test]
fn the_rows_of_a_tuple() {
    let ((x, y), rows) = polar_jacobian(2.0, 0.5);
    let (sin, cos) = 0.5_f64.sin_cos();
    assert_eq!((x, y), (2.0 * cos, 2.0 * sin));
    assert_eq!(rows, [(cos, -2.0 * sin), (sin, 2.0 * cos)]);
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Layer {
    weights: Vec<[f64; 2]>,
    bias: f64,
    name: String,
}

#[differentiate]
fn dot(w: &[f64; 2], x: &[f64; 2]) -> f64 {
    w[0] * x[0] + w[1] * x[1]
}

#[differentiate(jacobian)]
fn outputs(layer: &Layer, x: [f64; 2], scale: f64) -> Vec<f64> {
    let weights = &layer.weights;
    weights
        .iter()
        .map(|w| scale * dot(w, &x) + layer.bias)
        .collect()
}

#[test]
fn a_row_has_the_shape_of_the_gradient() {
    let layer = Layer {
        weights: vec![[1.0, 2.0], [3.0, 4.0]],
        bias: 0.5,
        name: "hidden".into(),
    };
    let (value, rows) = outputs_jacobian(&layer, [5.0, 6.0], 10.0);
    assert_eq!(value, [170.5, 390.5]);
    let (d_layer, d_x, d_scale) = &rows[1];
    assert_eq!(d_layer.weights, [[0.0, 0.0], [50.0, 60.0]]);
    assert_eq!((d_layer.bias, *d_x, *d_scale), (1.0, [30.0, 40.0], 39.0));
    assert_eq!(rows.len(), 2);
}

#[derive(Differentiable, Debug, PartialEq)]
struct State {
    position: [f64; 2],
    steps: usize,
}

#[differentiate(jacobian, wrt(v), name = moved)]
fn move_on(x: [f64; 2], v: f64) -> State {
    State {
        position: [x[0] + v, x[1] * v],
        steps: 1,
    }
}

#[test]
fn integers_of_a_struct_have_no_row() {
    let (state, rows) = moved_jacobian([1.0, 2.0], 3.0);
    assert_eq!(state.position, [4.0, 6.0]);
    assert_eq!(rows, [1.0, 2.0]);
}

#[differentiate(jvp, jacobian)]
fn both(x: &[f64]) -> [f64; 3] {
    [x[0] * x[1], x[1].exp(), x[0] / x[1]]
}

#[test]
fn the_rows_agree_with_forward_mode() {
    let x = [0.7, 1.9];
    let (_, rows) = both_jacobian(&x);
    for column in 0..2 {
        let mut direction = [0.0; 2];
        direction[column] = 1.0;
        let (_, tangent) = both_jvp(&x, &direction);
        for row in 0..3 {
            assert!((rows[row][column] - tangent[row]).abs() < 1e-14);
        }
    }
}

std::thread_local! {
    static RUNS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn count() -> bool {
    RUNS.with(|runs| runs.set(runs.get() + 1));
    true
}

fn runs() -> usize {
    RUNS.with(|runs| runs.replace(0))
}

#[differentiate]
fn turned(v: [f64; 2], angle: f64) -> [f64; 2] {
    if angle == 0.0 {
        return v;
    }
    let (sin, cos) = angle.sin_cos();
    [v[0] * cos - v[1] * sin, v[0] * sin + v[1] * cos]
}

#[differentiate(jacobian)]
fn calling(x: &[f64; 2], angle: f64) -> [f64; 3] {
    let _counted: bool = backprop::constant(count());
    let v = turned([x[0] * x[1], x[0]], angle);
    let r = (v[0] * v[0] + v[1] * v[1]).sqrt();
    if r > 1.0 {
        [v[0] / r, v[1] / r, r]
    } else {
        [v[0], v[1], r * r]
    }
}

#[differentiate(jacobian)]
fn straight(x: f64, y: f64) -> (f64, f64) {
    let _counted: bool = backprop::constant(count());
    if x > y { (x * y, x.exp()) } else { (x / y, y) }
}

#[differentiate]
fn deep(x: f64, n: usize) -> f64 {
    if n == 0 { x } else { x * deep(x, n - 1) }
}

#[differentiate(jacobian)]
fn boxed(x: f64, y: f64) -> [f64; 3] {
    let _counted: bool = backprop::constant(count());
    let p = deep(x, 3);
    [p * y, p, p + y]
}

// by value, of a type that cannot be copied
#[derive(Differentiable)]
struct Own {
    v: Vec<f64>,
}

#[differentiate]
fn own(x: f64, n: usize) -> Own {
    let mut v = vec![x];
    for _ in 1..n {
        let last = v[v.len() - 1];
        v.push(last * x);
    }
    Own { v }
}

#[differentiate(jacobian)]
fn listed(x: f64, y: f64, n: usize) -> Vec<f64> {
    let _counted: bool = backprop::constant(count());
    let own = own(x, n);
    own.v.iter().map(|v| v * v * y).collect()
}

#[differentiate(jacobian)]
fn generic<T: num_traits::Float>(x: T, y: T) -> [T; 2] {
    [x * y.sin(), if x > y { x / y } else { y * y * x }]
}

// tapes in tapes, what is put back, zeros of vectors that are gone, snapshots, and calls
// that change what they are given
#[derive(Differentiable, Clone)]
struct Filter {
    gain: f64,
    last: Vec<f64>,
}

#[differentiate]
impl Filter {
    fn feed(&mut self, x: f64) -> f64 {
        self.last.push(x * self.gain);
        let n = self.last.len();
        self.last[n - 1] * self.last[n / 2]
    }
}

#[differentiate]
fn scale(v: &mut [f64], by: f64) {
    for x in v.iter_mut() {
        *x = *x * *x * by;
    }
}

#[differentiate(jacobian)]
fn remembering(x: &[f64; 2], y: f64) -> Vec<f64> {
    let _counted: bool = backprop::constant(count());
    let mut filter = Filter {
        gain: y,
        last: vec![x[1]],
    };
    let mut table = [[0.0_f64; 3]; 3];
    let mut out = Vec::new();
    for i in 0..3 {
        for j in 0..3 {
            table[i][j] = if j == 0 {
                x[0] * y
            } else {
                table[i][j - 1].sin()
            };
            if i > 0 && table[i][j] > 0.1 {
                let mut part = vec![table[i - 1][j], x[1]];
                part.push(y.sin());
                scale(&mut part, table[i][j]);
                table[i][j] *= (part[0] + part[1] * part[2]).sin() + 1.5;
            }
        }
        out.push(filter.feed(table[i][i]) + deep(x[1], i));
    }
    let mut state = [x[0], y];
    #[checkpoint(snapshots = 2)]
    for _ in 0..5 {
        state = [state[0] + 0.1 * state[1].cos(), state[1] * state[0]];
    }
    let mut row = Vec::from([1.0; 4]);
    for k in 1..4 {
        for l in 0..4 {
            row[l] = row[(l + k) % 4] * state[0] + row[l] * x[1];
        }
    }
    out.push(row[0] * state[1]);
    out
}

// slices that loops take before they begin, of vectors that the reverse half puts back, and
// iterations that run again around them
#[differentiate]
fn slope(y: [f64; 2], k: f64) -> [f64; 2] {
    [y[0] * (k - y[1]), y[1] * (y[0] - k)]
}

#[differentiate(jacobian)]
fn through_windows(x: &[f64; 2], k: f64) -> Vec<f64> {
    let _counted: bool = backprop::constant(count());
    let mut u = vec![x[0], x[1], k, x[0] * k, x[1] - k];
    let mut v = u.clone();
    let mut y = *x;
    for _ in 0..3 {
        for i in 0..4 {
            let d = slope(y, u[i] * u[i + 1]);
            y = [y[1] + 0.1 * d[0], y[0] * d[1] + 0.2];
        }
        for i in 1..4 {
            v[i] = u[i] * u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * y[0];
        }
        for i in 1..4 {
            u[i] = v[i] * v[i - 1] + v[i] * u[i];
        }
    }
    for i in 0..5 {
        if u[i] > 0.2 {
            u[i] = u[i].sin() * v[i] * y[1];
        }
    }
    u
}

type Adjoints = (f64, Vec<f64>, Vec<f64>);

#[differentiate(rule = product_rule)]
fn product(x: f64, w: Vec<f64>, v: &[f64]) -> f64 {
    x * w[0] * v[0]
}

fn product_rule(x: f64, w: Vec<f64>, v: &[f64]) -> (f64, impl FnOnce(f64) -> Adjoints + use<>) {
    let (w, v) = (w[0], v[0]);
    (x * w * v, move |up| {
        (up * w * v, vec![up * x * v], vec![up * x * w])
    })
}

#[differentiate]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x)) * x
}

#[differentiate(jacobian)]
fn foreign(x: f64, y: f64) -> [f64; 2] {
    let _counted: bool = backprop::constant(count());
    let scaled = |v: f64| v.sin() * y;
    let v = [x + y];
    let p = product(x, vec![y], &v);
    [p * y, twice(scaled, x) + p * p]
}

#[differentiate]
fn sine(x: f64) -> f64 {
    x.sin()
}

#[differentiate(jacobian)]
fn applied<F: Fn(f64) -> f64>(f: F, x: f64, scale: impl Fn([f64; 2]) -> f64) -> [f64; 2] {
    let y = f(x * x);
    [f(y) * x, scale([x, y])]
}

#[differentiate]
fn spread(v: [f64; 2]) -> f64 {
    v[0] * v[1]
}

// rows of the result, then of what is left behind `&mut`
#[differentiate(jacobian)]
fn step(state: &mut [f64], dt: f64, ends: &mut (f64, f64)) -> f64 {
    let _counted: bool = backprop::constant(count());
    let force = state[0] * ends.0;
    scale(state, dt);
    ends.1 *= force;
    force * dt
}

#[differentiate(jacobian)]
fn only_changes(x: &mut f64, v: &mut Vec<f64>) {
    v.push(*x * v[0]);
    *x = v[0] * v[1];
}

#[differentiate(jacobian)]
fn perhaps(x: f64, y: f64) -> Option<[f64; 2]> {
    let _counted: bool = backprop::constant(count());
    if x > 5.0 {
        return None;
    }
    Some([deep(x, 2) * y, x / y])
}

#[differentiate(jacobian)]
fn checked(x: f64, y: f64) -> Result<(f64, f64), String> {
    let r = perhaps(x, y).ok_or("too large")?;
    Ok((r[0] * r[1], r[1]))
}

/// The rows against central differences.
fn check_rows<const N: usize>(x: [f64; N], run: impl Fn([f64; N]) -> (Vec<f64>, Vec<Vec<f64>>)) {
    let (_, rows) = run(x);
    for column in 0..N {
        let differences = |step: f64| -> Vec<f64> {
            let (mut above, mut below) = (x, x);
            above[column] += step;
            below[column] -= step;
            let (above, below) = (run(above).0, run(below).0);
            let pairs = above.iter().zip(&below);
            pairs.map(|(a, b)| (a - b) / (2.0 * step)).collect()
        };
        let (long, short) = (differences(2e-5), differences(1e-5));
        assert_eq!(long.len(), rows.len());
        for (row, (long, short)) in rows.iter().zip(long.iter().zip(&short)) {
            let expected = (4.0 * short - long) / 3.0;
            assert!(
                (row[column] - expected).abs() < 1e-7 * expected.abs().max(1.0),
                "{} {expected}",
                row[column]
            );
        }
    }
}

#[test]
fn the_forward_half_runs_once() {
    for x in [[0.3, 0.4, 0.5], [1.3, 2.4, 0.9]] {
        check_rows(x, |x| {
            let (value, rows) = calling_jacobian(&[x[0], x[1]], x[2]);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(d, a)| vec![d[0], d[1], *a]);
            (value.to_vec(), rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let (value, rows) = straight_jacobian(x[0], x[1]);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (vec![value.0, value.1], rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let (value, rows) = generic_jacobian(x[0], x[1]);
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (value.to_vec(), rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let (value, rows) = boxed_jacobian(x[0], x[1]);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (value.to_vec(), rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let (value, rows) = listed_jacobian(x[0], x[1], 4);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (value, rows.collect())
        });
        check_rows(x.map(|x| 0.4 * x), |x| {
            let (value, rows) = remembering_jacobian(&[x[0], x[1]], x[2]);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(d, y)| vec![d[0], d[1], *y]);
            (value, rows.collect())
        });
        check_rows(x.map(|x| 0.4 * x), |x| {
            let (value, rows) = through_windows_jacobian(&[x[0], x[1]], x[2]);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(d, k)| vec![d[0], d[1], *k]);
            (value, rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let (value, rows) = foreign_jacobian(x[0], x[1]);
            assert_eq!(runs(), 1);
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (value.to_vec(), rows.collect())
        });
        check_rows([x[0]], |x| {
            let (value, rows) = applied_jacobian(sine {}, x[0], spread {});
            let rows = rows.iter().map(|d_x| vec![*d_x]);
            (value.to_vec(), rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let found = perhaps_jacobian(x[0], x[1]);
            assert_eq!(runs(), 1);
            let (value, rows) = found.expect("a small number");
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (value.to_vec(), rows.collect())
        });
        check_rows([x[0], x[2]], |x| {
            let (value, rows) = checked_jacobian(x[0], x[1]).expect("a small number");
            runs();
            let rows = rows.iter().map(|(a, b)| vec![*a, *b]);
            (vec![value.0, value.1], rows.collect())
        });
    }
    assert_eq!(perhaps_jacobian(6.0, 1.0), None);
    assert_eq!(checked_jacobian(6.0, 1.0), Err("too large".into()));
    runs();
    let (value, rows) = listed_jacobian(1.0, 2.0, 0);
    assert_eq!((value.len(), rows.len(), runs()), (1, 1, 1));
}

#[test]
fn rows_of_what_is_changed() {
    for x in [[0.3, 0.4, 0.5, 1.5, 0.7], [1.3, 2.4, 0.9, -0.5, 0.2]] {
        check_rows(x, |x| {
            let (mut state, mut ends) = ([x[0], x[1]], (x[3], x[4]));
            let (force, rows) = step_jacobian(&mut state, x[2], &mut ends);
            assert_eq!(runs(), 1);
            let rows = rows
                .iter()
                .map(|(s, dt, e)| vec![s[0], s[1], *dt, e.0, e.1]);
            let value = vec![force, state[0], state[1], ends.0, ends.1];
            (value, rows.collect())
        });
        check_rows([x[0], x[1]], |x| {
            let (mut number, mut v) = (x[0], vec![x[1]]);
            let ((), rows) = only_changes_jacobian(&mut number, &mut v);
            let value = vec![number, v[0], v[1]];
            let rows = rows.iter().map(|(x, v)| vec![*x, v[0]]);
            (value, rows.collect())
        });
    }
}
