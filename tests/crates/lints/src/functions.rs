//! Functions that are passed to functions.

use backprop::{Real, differentiate};
use std::ops::Mul;

/// A wave.
#[differentiate(jvp, hessian)]
#[must_use]
pub fn wave(x: f64) -> f64 {
    x.sin()
}

#[differentiate(jvp, hessian)]
fn product<T: Real + Mul<Output = T>>(x: T, y: T) -> T {
    x * y
}

/// A function by value, called in a loop.
#[differentiate(jvp, jacobian, hessian, wrt(a, b))]
pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: u32) -> f64 {
    let step = (b - a) / f64::from(n);
    let mut sum = 0.0;
    for i in 0..n {
        sum += f(a + f64::from(i) * step);
    }
    sum * step
}

/// A function behind a reference, and one that is passed on.
#[differentiate(jvp, hessian)]
pub fn twice<F: Fn(f64) -> f64>(f: &F, x: f64) -> f64 {
    f(f(x)) + integrate(f, 0.0, x, 3)
}

#[differentiate(jvp, hessian)]
fn fold(f: fn(f64, f64) -> f64, xs: &[f64]) -> f64 {
    let mut acc = 1.0;
    for x in xs {
        acc = f(acc, *x);
    }
    acc
}

/// Passes them by name.
#[differentiate(jvp, hessian)]
#[must_use]
pub fn passed(x: f64, xs: &[f64]) -> f64 {
    twice(&wave, x) * integrate(wave, 0.0, x, 10) + fold(product, xs)
}

/// A weight and an offset.
#[derive(Clone, Debug, PartialEq, backprop::Differentiable)]
pub struct Line {
    /// The weight.
    pub slope: f64,
    /// The offset.
    pub offset: f64,
}

#[differentiate(jvp, hessian)]
impl Line {
    /// A closure that captures `self`.
    #[must_use]
    pub fn iterated(&self, x: f64) -> f64 {
        twice(&|t| t * self.slope + self.offset, x)
    }
}

/// Passes closures.
#[differentiate(jvp, hessian)]
#[must_use]
pub fn closures(x: f64, xs: &[f64], line: &Line) -> f64 {
    let scale = passed(x, xs);
    let copies = xs.to_vec();
    let inner = |t: f64| t * scale + copies[0];
    integrate(inner, 0.0, x, 10) + twice(&|t| inner(t) * line.slope, xs[0])
}

/// Of a slice and a line.
#[differentiate(jvp, hessian)]
pub fn on_line(f: impl Fn(&[f64], &Line) -> f64, xs: &[f64], line: &Line) -> f64 {
    f(xs, line) * f(&xs[1..], line)
}

/// The first value on a line.
#[differentiate(jvp, hessian)]
#[must_use]
pub fn first(xs: &[f64], line: &Line) -> f64 {
    xs[0] * line.slope + line.offset
}

/// Passes functions of references.
#[differentiate(jvp, hessian)]
#[must_use]
pub fn referred(xs: &[f64], line: &Line, y: f64) -> f64 {
    on_line(first, xs, line) + on_line(|v: &[f64], l: &Line| v[0] * l.offset * y, xs, line)
}
