//! Boxes: made in the body, as parameters and results, behind references.

#![expect(
    clippy::boxed_local,
    clippy::borrowed_box,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, assert_gradient, differentiate};

#[differentiate]
fn parameters(x: Box<[f64; 2]>, y: &Box<f64>) -> Box<f64> {
    Box::new(x[0] * x[1] * **y)
}

#[differentiate]
fn local(x: f64) -> f64 {
    let b = Box::new(x * x);
    *b * x
}

#[differentiate]
fn of_array(x: f64) -> Box<[f64; 2]> {
    Box::new([x, x * x])
}

#[differentiate]
fn from_a_call(x: f64) -> f64 {
    let b = of_array(x);
    b[0] * b[1]
}
#[derive(Differentiable, Clone, Debug)]
enum Expr {
    V(f64),
    Add(Box<Expr>, Box<Expr>),
}

#[differentiate]
fn in_an_enum(x: f64, y: f64) -> Expr {
    Expr::Add(Box::new(Expr::V(x * y)), Box::new(Expr::V(y)))
}

#[differentiate]
fn changed(x: f64) -> f64 {
    let mut b = Box::new(x * x);
    *b += x;
    *b * x
}

#[test]
fn programs() {
    assert_gradient!(local(1.5));
    assert_gradient!(of_array(1.5));
    assert_gradient!(from_a_call(1.5));
    assert_gradient!(in_an_enum(1.5, 2.0));
    assert_gradient!(changed(1.5));
    assert_gradient!(parameters(Box::new([1.0, 2.0]), &Box::new(3.0)));
}
