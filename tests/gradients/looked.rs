//! `match *self`, `match layer.kind`: names that are copies of what stands behind a
//! reference; `let` .. `else` with alternatives, slices behind `&`.

#![expect(
    clippy::match_ref_pats,
    reason = "the programs are written as users write them"
)]

use backprop::{Differentiable, assert_gradient, differentiate};

#[derive(Clone, Debug, Differentiable)]
enum Shape {
    Circle { r: f64 },
    Rect { w: f64, h: f64 },
    Path(Vec<f64>),
    Triangle([f64; 3]),
    Unit,
}

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn area(s: &Shape, k: f64) -> f64 {
    match *s {
        Shape::Circle { r } => 3.5 * square(r) * k,
        Shape::Rect { w, h } if w > h => w * h,
        // a guard sees the copies, too
        Shape::Rect { mut w, ref h } if w > 1.0 && square(*h) > w + 0.5 => {
            w *= k;
            w - h
        }
        Shape::Rect { mut w, h } => {
            w *= h;
            w * k
        }
        Shape::Path(ref v) => v.iter().sum::<f64>() * v[0],
        Shape::Triangle([a, b, c]) => a * b + c * k,
        Shape::Unit => k,
    }
}

#[differentiate]
impl Shape {
    fn width(&self) -> f64 {
        match *self {
            Shape::Circle { r } => 2.0 * r,
            Self::Rect { w, .. } => w,
            Self::Path(ref v) => v[0],
            Self::Triangle(sides) => sides[0] * sides[1],
            Self::Unit => 1.0,
        }
    }
}

#[differentiate]
fn width_of(s: &Shape, k: f64) -> f64 {
    s.width() * k
}

#[derive(Clone, Debug, Differentiable)]
enum Act {
    Leaky(f64),
    Elu { alpha: f64 },
    Relu,
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    act: Act,
    others: Vec<Act>,
    weight: f64,
}

#[differentiate]
fn layer(l: &Layer, x: f64, i: usize) -> f64 {
    let y = match l.act {
        Act::Leaky(k) if x < 0.0 => k * x,
        Act::Leaky(_) => x,
        Act::Elu { alpha } => alpha * (x.exp() - 1.0),
        Act::Relu => x.max(0.0),
    };
    let z = if let Act::Leaky(k) = l.others[i] {
        k * y
    } else {
        y
    };
    let Act::Elu { alpha } = l.others[0] else {
        return z * l.weight;
    };
    alpha * z
}

// what is copied stays as it was
#[differentiate]
fn changed_after(act: &Act, x: f64) -> f64 {
    let mut a = act.clone();
    let mut s = x;
    for _ in 0..3 {
        let r = &mut a;
        let y = match *r {
            Act::Leaky(k) => k * s,
            Act::Elu { alpha } => alpha + s,
            Act::Relu => s,
        };
        *r = Act::Leaky(y * x);
        s = y * y + x;
    }
    s
}

#[differentiate]
fn alternatives(act: &Act, x: f64) -> f64 {
    let mut s = x;
    for n in 0..3 {
        let (Act::Leaky(k) | Act::Elu { alpha: k }) = act else {
            s *= 2.0 * x;
            continue;
        };
        let (Act::Elu { alpha: a } | Act::Leaky(a)) = *act else {
            return s;
        };
        s = s * k + square(a) * n as f64;
    }
    s
}

// not on dual numbers: there are no patterns of such
#[differentiate]
fn either(x: f64, y: f64) -> f64 {
    let ((a, 0.0) | (0.0, a)) = (x, y) else {
        return x * y * y;
    };
    a * a * 3.0
}

oracle::programs! {
    #[differentiate]
    fn of_slices(x: &[f64], t: f64) -> f64 {
        let m = match x {
            &[p, q] => p * q,
            &[p, .., q] => p + q * t,
            _ => t,
        };
        let &[a, b, c] = x else {
            return t * m;
        };
        a * b + c * m
    }
}

#[test]
fn copies_behind_references() {
    let shapes = [
        Shape::Circle { r: 1.2 },
        Shape::Rect { w: 2.0, h: 0.7 },
        Shape::Rect { w: 0.7, h: 2.0 },
        Shape::Rect { w: 1.2, h: 1.5 },
        Shape::Path(vec![1.1, 0.4]),
        Shape::Triangle([1.1, 0.4, 0.9]),
        Shape::Unit,
    ];
    for shape in &shapes {
        assert_gradient!(area(&shape.clone(), 0.7));
        assert_gradient!(width_of(&shape.clone(), 0.7));
    }
    for act in [Act::Leaky(0.1), Act::Elu { alpha: 0.5 }, Act::Relu] {
        for (i, x) in [(0, -0.7), (1, -0.7), (0, 0.7), (1, 0.7)] {
            let others = vec![act.clone(), Act::Leaky(0.3)];
            let l = Layer {
                act: act.clone(),
                others,
                weight: 2.0,
            };
            assert_gradient!(layer(&l.clone(), x, i));
            assert_gradient!(changed_after(&act.clone(), x));
            assert_gradient!(alternatives(&act.clone(), x));
        }
    }
}

#[test]
fn pairs() {
    assert_gradient!(either(1.3, 0.7));
    let (value, gradient) = either_grad(1.3, 0.0);
    assert_eq!((value, gradient), (1.3 * 1.3 * 3.0, (2.0 * 1.3 * 3.0, 0.0)));
    let (value, gradient) = either_grad(0.0, 0.5);
    assert_eq!((value, gradient), (0.75, (0.0, 3.0)));
}

#[test]
fn slices() {
    for n in 0..=4 {
        oracle::check!(of_slices(&[1.3, 0.8, 2.1, 1.7][..n], 0.7));
    }
}
