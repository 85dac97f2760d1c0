//! The drivers for containers and structs, against companions written by hand:
//! right ones compile and pass, wrong ones are caught.

#![allow(
    clippy::all,
    reason = "the program texts and their companions are test data"
)]

use oracle::by_hand::{Differentiable, differentiate};

oracle::programs! {
    #![reverse_only]

    #[differentiate]
    fn dot(x: &[f64], y: &Vec<f64>, order: &[usize]) -> f64 {
        order.iter().map(|&i| x[i] * y[i]).sum()
    }

    #[differentiate]
    fn dot_wrong(x: &[f64], y: &Vec<f64>) -> f64 { x.iter().zip(y).map(|(a, b)| a * b).sum() }

    #[differentiate]
    fn too_short(x: &[f64], y: Vec<f64>) -> f64 { x[0] * y[0] + x[1] * y[1] }

    #[differentiate]
    fn scale(x: &mut [f64], by: f64, seen: &mut Vec<usize>) {
        for v in x.iter_mut() { *v *= by; }
        seen.push(x.len());
    }

    #[differentiate]
    fn grow(x: &mut Vec<f64>) -> f64 {
        let sum: f64 = x.iter().sum();
        x.push(sum * x[0]);
        x.push(1.0);
        sum
    }

    #[differentiate]
    fn grow_wrong(x: &mut Vec<f64>) { x.push(2.0 * x[0]); }

    #[differentiate]
    fn shrink(x: &mut Vec<f64>) { let last = x.pop().unwrap(); x[0] *= last; }

    #[differentiate]
    fn outer(a: [f64; 2], b: &[f64; 2]) -> Vec<[f64; 2]> {
        a.iter().map(|x| [x * b[0], x * b[1]]).collect()
    }

    #[differentiate]
    fn squares(x: &mut [[f64; 2]; 2], rows: &[Vec<f32>]) -> [f32; 2] {
        x[1][0] *= x[0][1];
        [rows[0][0] * rows[1][0], rows[1][1]]
    }

    #[derive(Differentiable)]
    struct P { w: Vec<f64>, b: f64, n: usize, inner: Q }

    #[derive(Differentiable)]
    struct Q(f64, Option<f64>);

    #[differentiate]
    fn affine(p: &P, x: &[f64]) -> f64 {
        let scale = p.inner.1.unwrap_or(1.0) * p.n as f64;
        scale * (p.w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + p.b)
    }

    #[differentiate]
    fn step(p: &mut P, q: Q) -> (Q, usize) {
        p.b -= q.0 * p.inner.0;
        p.w.push(q.0);
        (Q(q.0 * 2.0, None), p.n)
    }

    #[differentiate]
    fn step_wrong(p: &mut P) { p.b *= 2.0; }

    #[differentiate]
    fn optional(x: Option<f64>, y: Box<f64>) -> f64 { x.map_or(0.0, |x| x * *y) }
}

fn dot_grad(x: &[f64], y: &Vec<f64>, order: &[usize]) -> (f64, (Vec<f64>, Vec<f64>)) {
    let (mut d_x, mut d_y) = (vec![0.0; x.len()], vec![0.0; y.len()]);
    let value = dot_backprop(x, y, order, 1.0, &mut d_x, &mut d_y);
    (value, (d_x, d_y))
}
fn dot_backprop(
    x: &[f64],
    y: &Vec<f64>,
    order: &[usize],
    upstream: f64,
    d_x: &mut [f64],
    d_y: &mut Vec<f64>,
) -> f64 {
    for &i in order {
        d_x[i] += upstream * y[i];
        d_y[i] += upstream * x[i];
    }
    dot(x, y, order)
}

fn dot_wrong_grad(x: &[f64], y: &Vec<f64>) -> (f64, (Vec<f64>, Vec<f64>)) {
    (dot_wrong(x, y), (y.clone(), y.clone()))
}
fn dot_wrong_backprop(x: &[f64], y: &Vec<f64>, _: f64, _: &mut [f64], _: &mut Vec<f64>) -> f64 {
    dot_wrong(x, y)
}

/// All numbers are right, but one stands with the other parameter.
fn too_short_grad(x: &[f64], y: Vec<f64>) -> (f64, (Vec<f64>, Vec<f64>)) {
    let d_x = vec![y[0]];
    let d_y = vec![y[1], x[0], x[1]];
    (too_short(x, y), (d_x, d_y))
}
fn too_short_backprop(x: &[f64], y: Vec<f64>, _: f64, _: &mut [f64], _: &mut Vec<f64>) -> f64 {
    too_short(x, y)
}

fn scale_backprop(x: &mut [f64], by: f64, seen: &mut Vec<usize>, d_x: &mut [f64], d_by: &mut f64) {
    for (x, d_x) in x.iter().zip(d_x) {
        *d_by += *d_x * x;
        *d_x *= by;
    }
    scale(x, by, seen);
}

fn grow_grad(x: &mut Vec<f64>) -> (f64, Vec<f64>) {
    let gradient = vec![1.0; x.len()];
    (grow(x), gradient)
}
fn grow_backprop(x: &mut Vec<f64>, upstream: f64, d_x: &mut Vec<f64>) -> f64 {
    let first = x[0];
    let sum = grow(x);
    assert_eq!(
        d_x.len(),
        x.len(),
        "the upstream has the shape of the final content"
    );
    let (_, product) = (d_x.pop(), d_x.pop().unwrap());
    for d in d_x.iter_mut() {
        *d += upstream + product * first;
    }
    d_x[0] += product * sum;
    sum
}

fn grow_wrong_backprop(x: &mut Vec<f64>, d_x: &mut Vec<f64>) {
    grow_wrong(x);
    d_x[0] *= 2.0;
}

fn shrink_backprop(x: &mut Vec<f64>, d_x: &mut Vec<f64>) {
    let (first, last) = (x[0], x[x.len() - 1]);
    d_x.push(d_x[0] * first);
    d_x[0] *= last;
    shrink(x);
}

fn outer_backprop(
    a: [f64; 2],
    b: &[f64; 2],
    upstream: &Vec<[f64; 2]>,
    d_a: &mut [f64; 2],
    d_b: &mut [f64; 2],
) -> Vec<[f64; 2]> {
    for i in 0..2 {
        for j in 0..2 {
            d_a[i] += upstream[i][j] * b[j];
            d_b[j] += upstream[i][j] * a[i];
        }
    }
    outer(a, b)
}

fn squares_backprop(
    x: &mut [[f64; 2]; 2],
    rows: &[Vec<f32>],
    upstream: &[f32; 2],
    d_x: &mut [[f64; 2]; 2],
    d_rows: &mut [Vec<f32>],
) -> [f32; 2] {
    d_x[0][1] += d_x[1][0] * x[1][0];
    d_x[1][0] *= x[0][1];
    d_rows[0][0] += upstream[0] * rows[1][0];
    d_rows[1][0] += upstream[0] * rows[0][0];
    d_rows[1][1] += upstream[1];
    squares(x, rows)
}

struct PGradient {
    w: Vec<f64>,
    b: f64,
    n: (),
    inner: QGradient,
}
struct QGradient(f64, Option<f64>);

fn affine_grad(p: &P, x: &[f64]) -> (f64, (PGradient, Vec<f64>)) {
    let mut d_p = PGradient {
        w: vec![0.0; p.w.len()],
        b: 0.0,
        n: (),
        inner: QGradient(0.0, p.inner.1.map(|_| 0.0)),
    };
    let mut d_x = vec![0.0; x.len()];
    let value = affine_backprop(p, x, 1.0, &mut d_p, &mut d_x);
    (value, (d_p, d_x))
}
fn affine_backprop(p: &P, x: &[f64], upstream: f64, d_p: &mut PGradient, d_x: &mut [f64]) -> f64 {
    let n = p.n as f64;
    let factor = upstream * p.inner.1.unwrap_or(1.0) * n;
    for i in 0..x.len() {
        d_p.w[i] += factor * x[i];
        d_x[i] += factor * p.w[i];
    }
    d_p.b += factor;
    let () = d_p.n;
    let value = affine(p, x);
    if let (Some(d), Some(scale)) = (&mut d_p.inner.1, p.inner.1) {
        *d += upstream * value / scale;
    }
    value
}

fn step_backprop(
    p: &mut P,
    q: Q,
    upstream: &(QGradient, ()),
    d_p: &mut PGradient,
    d_q: &mut QGradient,
) -> (Q, usize) {
    d_q.0 += upstream.0.0 * 2.0 + d_p.w.pop().unwrap() - d_p.b * p.inner.0;
    d_p.inner.0 -= d_p.b * q.0;
    step(p, q)
}

fn step_wrong_backprop(p: &mut P, _: &mut PGradient) {
    step_wrong(p);
}

fn optional_backprop(
    x: Option<f64>,
    y: Box<f64>,
    upstream: f64,
    d_x: &mut Option<f64>,
    d_y: &mut Box<f64>,
) -> f64 {
    if let (Some(x), Some(d_x)) = (x, d_x) {
        *d_x += upstream * *y;
        **d_y += upstream * x;
    }
    optional(x, y)
}

fn optional_grad(x: Option<f64>, y: Box<f64>) -> (f64, (Option<f64>, Box<f64>)) {
    let (mut d_x, mut d_y) = (x.map(|_| 0.0), Box::new(0.0));
    let value = optional_backprop(x, y, 1.0, &mut d_x, &mut d_y);
    (value, (d_x, d_y))
}

fn p(scale: Option<f64>) -> P {
    P {
        w: vec![1.0, -0.5],
        b: 0.25,
        n: 3,
        inner: Q(0.75, scale),
    }
}

#[test]
fn right_companions_pass() {
    oracle::check!(dot(&[1.0, 2.0, 3.0], &vec![0.5, -1.0, 2.0], &[2, 0, 2]));
    oracle::check!(dot(&[], &vec![], &[]));
    oracle::check!(scale(&mut [1.0, 2.0], 0.5, &mut vec![9]));
    oracle::check!(grow(&mut vec![2.0, 3.0]));
    oracle::check!(shrink(&mut vec![2.0, 3.0, 4.0]));
    oracle::check!(outer([1.0, 2.0], &[-0.5, 0.25]));
    oracle::check!(squares(
        &mut [[1.0, 2.0], [3.0, 4.0]],
        &[vec![0.5], vec![1.5, -2.0]]
    ));
    oracle::check!(affine(&p(Some(2.0)), &[0.3, 0.7]));
    oracle::check!(affine(&p(None), &[0.3, 0.7]));
    oracle::check!(step(&mut p(Some(2.0)), Q(1.5, None)));
    oracle::check!(optional(Some(2.0), Box::new(3.0)));
    oracle::check!(optional(None, Box::new(3.0)));
}

#[test]
#[should_panic(
    expected = "f_grad: parameter 1 `y`, scalar 0: expected 1e0 (dual numbers), got 5e-1"
)]
fn a_wrong_element_is_caught() {
    oracle::check!(dot_wrong(&[1.0, 2.0], &vec![0.5, -1.0]));
}

#[test]
#[should_panic(expected = "f_grad: the gradient of `x` has 1 scalars instead of 2")]
fn a_gradient_of_another_shape_is_caught() {
    oracle::check!(too_short(&[1.0, 2.0], vec![0.5, -1.0]));
}

#[test]
#[should_panic(expected = "the gradient of `x` has 2 scalars instead of 1")]
fn an_adjoint_left_in_the_final_shape_is_caught() {
    oracle::check!(grow_wrong(&mut vec![1.5]));
}

#[test]
#[should_panic(expected = "parameter 0 `p`, scalar 2: expected 2e0 (dual numbers), got 1e0")]
fn a_wrong_field_is_caught() {
    oracle::check!(step_wrong(&mut p(None)));
}
