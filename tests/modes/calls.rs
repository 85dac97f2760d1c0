//! Second derivatives through calls of other functions.

use crate::agree::check;
use backprop::{Differentiable, differentiate};

#[differentiate(hvp)]
fn square(x: f64) -> f64 {
    x * x * x
}
#[differentiate(hvp)]
fn dot(w: &[f64], x: &[f64]) -> f64 {
    w.iter().zip(x).map(|(a, b)| a * b.sin()).sum()
}
#[differentiate(hvp)]
fn pair(x: f64, y: &f64, n: usize) -> (f64, f64) {
    (x.powi(2) * y * n as f64, x.exp() * y)
}
#[differentiate(hvp)]
fn layer(w: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    w.iter().map(|row| dot(row, x).tanh()).collect()
}
#[differentiate(hvp)]
fn of_scalars(x: f64, y: f64) -> f64 {
    square(x) * y + square(y * x)
}
#[differentiate(hvp)]
fn of_slices(w: &[f64], x: &[f64]) -> f64 {
    dot(w, x) * dot(&w[1..], &x[..2]) + dot(w, w) + dot(&[1.0, 2.0, 3.0], x)
}
#[differentiate(hvp)]
fn of_pairs(x: f64, y: f64) -> f64 {
    let (a, b) = pair(x, &y, 3);
    let (c, _) = pair(2.0, &a, 2);
    a * b + c * x
}
#[differentiate(hvp)]
fn of_layers(w: &[Vec<f64>], v: &[Vec<f64>], x: &[f64]) -> f64 {
    let h = layer(w, x);
    let o = layer(v, &h);
    o.iter().map(|a| a * a).sum()
}
#[differentiate(hvp)]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}
#[differentiate(hvp)]
fn in_loops(x: f64, y: f64, n: usize) -> f64 {
    let mut s = y;
    for i in 0..n {
        if s > 0.1 {
            s = power(s, i) * x + square(s);
        } else {
            s += square(x);
        }
    }
    s
}
#[derive(Differentiable, Clone, Debug)]
struct Polynomial {
    a: f64,
    b: Vec<f64>,
}
#[differentiate(hvp)]
fn eval(p: &Polynomial, x: f64) -> f64 {
    let mut s = p.a;
    for b in &p.b {
        s = s * x + b * p.a;
    }
    s
}
#[differentiate(hvp)]
fn moved(p: Polynomial, k: f64) -> Polynomial {
    Polynomial {
        a: p.a * k * k,
        b: p.b.iter().map(|x| x * p.a * k).collect(),
    }
}
#[differentiate(hvp)]
fn of_structs(p: &Polynomial, x: f64) -> f64 {
    let q = moved(p.clone(), x);
    eval(&q, x) * eval(p, 2.0)
}

/// The tangent of the call is that of the result.
#[differentiate(hvp, hessian)]
fn handed_on(x: f64) -> f64 {
    square(x) + 1.0
}

#[differentiate(hvp)]
fn only_a_call(x: f64) -> f64 {
    handed_on(x)
}

#[test]
fn tangents_that_are_handed_on() {
    assert_eq!(handed_on_hessian(2.0), (9.0, 12.0, vec![12.0]));
    assert_eq!(only_a_call_hvp(2.0, 1.0), (only_a_call(2.0), 12.0, 12.0));
}

#[test]
fn scalars_and_tuples() {
    check(
        &[0.7, 1.3],
        |x| of_scalars_grad(x[0], x[1]).1,
        |x, d| of_scalars_hvp(x[0], d[0], x[1], d[1]),
    );
    check(
        &[0.7, 1.3],
        |x| of_pairs_grad(x[0], x[1]).1,
        |x, d| of_pairs_hvp(x[0], d[0], x[1], d[1]),
    );
}

/// Recursion inside a branch inside a loop; no iteration at all.
#[test]
fn loops_and_recursion() {
    for n in [0, 1, 3] {
        check(
            &[0.7, 0.3],
            |x| in_loops_grad(x[0], x[1], n).1,
            |x, d| in_loops_hvp(x[0], d[0], x[1], d[1], n),
        );
    }
}

/// Parts of an argument, one argument twice, constants.
#[test]
fn slices() {
    check(
        &[0.7, 1.3, 0.2, 0.5, 0.9, -1.1],
        |x| of_slices_grad(&x[..3], &x[3..]).1,
        |x, d| of_slices_hvp(&x[..3], &d[..3], &x[3..], &d[3..]),
    );
}

/// Calls inside closures inside calls, vectors as results.
#[test]
fn layers_of_layers() {
    let rows = |x: &[f64]| -> Vec<Vec<f64>> { x.chunks(2).map(<[f64]>::to_vec).collect() };
    check(
        &[0.7, 1.3, 0.2, 0.5, 0.9, -1.1, 0.3, 0.1, 0.6, 0.8],
        |x| of_layers_grad(&rows(&x[..4]), &rows(&x[4..8]), &x[8..]).1,
        |x, d| {
            let (first, second) = (rows(&x[..4]), rows(&x[4..8]));
            let (along_first, along_second) = (rows(&d[..4]), rows(&d[4..8]));
            of_layers_hvp(
                &first,
                &along_first,
                &second,
                &along_second,
                &x[8..],
                &d[8..],
            )
        },
    );
}

#[test]
fn structs() {
    let value = |x: &[f64]| Polynomial {
        a: x[0],
        b: x[1..3].to_vec(),
    };
    let along = |x: &[f64]| PolynomialGradient {
        a: x[0],
        b: x[1..3].to_vec(),
    };
    check(
        &[0.7, 1.3, 0.2, 0.5],
        |x| of_structs_grad(&value(x), x[3]).1,
        |x, d| of_structs_hvp(&value(x), &along(d), x[3], d[3]),
    );
}

/// A product of zero and an infinite slope stays out of second derivatives, too.
#[differentiate(hvp)]
fn root(x: f64) -> f64 {
    x.sqrt()
}

#[differentiate(hvp)]
fn masked(x: f64, y: f64) -> f64 {
    if x > 0.0 { root(x) * y } else { x * x * y }
}

#[test]
fn branches_not_taken_give_nothing() {
    assert_eq!(
        masked_hvp(0.0, 1.0, 2.0, 0.0),
        (0.0, (0.0, 0.0), (4.0, 0.0))
    );
    check(
        &[0.5, 1.5],
        |x| masked_grad(x[0], x[1]).1,
        |x, d| masked_hvp(x[0], d[0], x[1], d[1]),
    );
}

#[differentiate(hvp)]
fn scaled<T: num_traits::Float>(x: &[T], k: T) -> T {
    let mut sum = T::zero();
    for v in x {
        sum = sum + *v * *v * k;
    }
    sum
}

#[differentiate(hvp)]
fn of_generics(x: &[f64], k: f64) -> f64 {
    scaled(x, k) * scaled(&[2.0], k)
}

#[test]
fn generic_functions() {
    check(
        &[0.7, 1.3, 0.4],
        |x| of_generics_grad(&x[..2], x[2]).1,
        |x, d| of_generics_hvp(&x[..2], &d[..2], x[2], d[2]),
    );
}
