//! Enums that are built in the body.

use backprop::{Differentiable, assert_gradient, differentiate};

#[derive(Differentiable, Clone, Debug, Default)]
enum Shape {
    Circle(f64),
    Rect {
        w: f64,
        h: f64,
    },
    Poly(Vec<f64>),
    #[default]
    None,
}

#[differentiate]
fn grow(s: &Shape, k: f64) -> Shape {
    match s {
        Shape::Circle(r) => Shape::Circle(r * k),
        Shape::Rect { w, h } => Shape::Rect { w: *w, h: h * k },
        Shape::Poly(p) => Shape::Poly(p.iter().map(|v| v * k).collect()),
        Shape::None => Shape::None,
    }
}

#[differentiate]
fn area(s: &Shape) -> f64 {
    match s {
        Shape::Circle(r) => 3.0 * r * r,
        Shape::Rect { w, h } => w * h,
        Shape::Poly(p) => p[0] * p[1],
        Shape::None => 0.0,
    }
}

#[differentiate]
fn local(x: f64, k: f64) -> f64 {
    let s = if x > 1.0 {
        Shape::Circle(x)
    } else {
        Shape::Rect { w: x, h: k }
    };
    let g = grow(&s, k);
    area(&g) + area(&s)
}

#[differentiate]
fn matched(x: f64, k: f64) -> f64 {
    let s = Shape::Rect { w: x, h: k };
    match s {
        Shape::Rect { w, h } => w * w * h,
        _ => 0.0,
    }
}

#[test]
fn programs() {
    for s in [
        Shape::Circle(2.0),
        Shape::Rect { w: 1.0, h: 2.0 },
        Shape::Poly(vec![1.0, 2.0]),
    ] {
        assert_gradient!(grow(&s.clone(), 3.0));
        assert_gradient!(area(&s.clone()));
    }
    assert_gradient!(local(2.0, 3.0));
    assert_gradient!(local(0.5, 3.0));
    assert_gradient!(matched(0.5, 3.0));
}
