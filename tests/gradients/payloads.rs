//! Payloads of enums: in guards, passed to other functions, nested.

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
fn guarded(s: &Shape, k: f64) -> f64 {
    match s {
        Shape::Circle(r) if *r > 1.0 => r * r * k,
        Shape::Circle(r) => r * k,
        Shape::Poly(p) if p.len() > 2 => p[0] * p[2] * k,
        Shape::Poly(p) if p[0] > 0.5 => p[0] * p[1],
        Shape::Poly(p) => p.iter().sum::<f64>() * k,
        Shape::Rect { w, h } if w > h => w * k,
        Shape::Rect { w, h } => w * h,
        Shape::None => k,
    }
}
#[differentiate]
fn guarded_owned(s: Shape, k: f64) -> f64 {
    match s {
        Shape::Circle(r) if r > 1.0 => r * r * k,
        Shape::Poly(p) if p.len() > 2 => p[0] * p[2] * k,
        Shape::Poly(p) => p.iter().sum::<f64>() * k,
        Shape::Rect { w, h } if w > h => w * k,
        _ => k,
    }
}
#[differentiate]
fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x {
        s += v * v;
    }
    s
}
#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}
#[differentiate]
fn square_ref(x: &f64) -> f64 {
    x * x
}
#[differentiate]
fn passed(s: &Shape, k: f64) -> f64 {
    match s {
        Shape::Circle(r) => square(*r) * k + square_ref(r),
        Shape::Poly(p) => sum(p) * k + sum(&p[1..]),
        Shape::Rect { w, h } => square(*w) + square_ref(h),
        Shape::None => k,
    }
}
#[differentiate]
fn passed_owned(s: Shape, k: f64) -> f64 {
    match s {
        Shape::Circle(r) => square(r) * k + square_ref(&r),
        Shape::Poly(p) => sum(&p) * k + sum(&p[1..]),
        Shape::Rect { w, h } => square(w) + square_ref(&h),
        Shape::None => k,
    }
}
#[derive(Differentiable, Clone, Debug)]
enum Act {
    Relu,
    Leaky(f64),
    Named(String, f64),
    Poly { coef: Vec<f64>, degree: usize },
    Pair((f64, f64)),
    Boxed(Box<Act>),
    Opt(Option<f64>),
}
#[differentiate]
fn named(n: &str, x: f64) -> f64 {
    if n == "exp" { x.exp() } else { x }
}
#[differentiate]
fn horner(c: &[f64], x: f64) -> f64 {
    let mut s = 0.0;
    for v in c.iter().rev() {
        s = s * x + v;
    }
    s
}
#[differentiate]
fn act(a: &Act, x: f64) -> f64 {
    match a {
        Act::Relu => x.max(0.0),
        Act::Leaky(s) if x < 0.0 => s * x,
        Act::Leaky(_) => x,
        Act::Named(n, w) if n == "sq" => x * x * w,
        Act::Named(n, w) => named(n, x) * w,
        Act::Poly { coef, degree } => {
            horner(&coef[..*degree], x) * *degree as f64 + coef[degree - 1]
        }
        Act::Pair((p, q)) => p * x + *q,
        Act::Boxed(inner) => 2.0 * act(inner, x),
        Act::Opt(Some(v)) => v * x,
        Act::Opt(None) => x * 0.5,
    }
}
#[differentiate]
fn layers(acts: &[Act], x: f64) -> f64 {
    let mut y = x;
    for a in acts {
        y = act(a, y);
        if let Act::Leaky(s) = a {
            y += s * s;
        }
        let Act::Poly { coef, .. } = a else {
            continue;
        };
        for c in coef {
            y += c * x;
        }
        y += coef.iter().map(|c| c * c).sum::<f64>();
    }
    y
}
#[differentiate]
fn indexed(acts: &[Act], k: usize, x: f64) -> f64 {
    match &acts[k] {
        Act::Leaky(s) => s * x,
        Act::Poly { coef, degree } if coef.len() > *degree => horner(coef, x),
        Act::Poly { coef, .. } => coef[0] * x,
        other => act(other, x),
    }
}

#[derive(Differentiable, Clone, Debug, Default)]
enum Part {
    Circle(f64),
    Poly(Vec<f64>),
    Two {
        a: Vec<f64>,
        b: Vec<f64>,
    },
    #[default]
    None,
}
#[differentiate]
fn chosen(s: &Part, other: &[f64], k: f64) -> f64 {
    let best = match s {
        Part::Poly(p) => &p[..],
        Part::Two { a, b } if a[0] > b[0] => &a[..],
        Part::Two { a: _, b } => &b[..],
        _ => other,
    };
    let copy = match s {
        Part::Poly(p) => p.clone(),
        Part::Two { a, .. } => a.to_vec(),
        _ => vec![k],
    };
    let (x, y) = match s {
        Part::Poly(p) => (p[0], p[1]),
        Part::Two { a, b } => (a[0] * k, b[0]),
        _ => (k, k),
    };
    let mut t = 0.0;
    for (i, v) in best.iter().enumerate() {
        t += v * i as f64 + v * v;
    }
    sum(best) * k + sum(&copy) + x * y + t
}
#[differentiate]
fn loops(ss: &[Part], k: f64) -> f64 {
    let mut t = k;
    let mut last = &ss[0];
    for s in ss {
        match (s, last) {
            (Part::Poly(_), Part::Two { .. }) => t *= k,
            (Part::Poly(_), _) => t += k,
            _ => {}
        }
        if let Part::Two { a, b } = s {
            for (x, y) in a.iter().zip(b) {
                t += x * y * t;
            }
        }
        while let Part::Circle(r) = last {
            t += r * r;
            last = &ss[1];
        }
        if let Part::Poly(p) = s
            && p[0] > 0.25
        {
            t *= sum(p);
            last = s;
        }
    }
    t
}
#[test]
fn shapes() {
    let shapes = [
        Shape::Circle(2.0),
        Shape::Circle(0.5),
        Shape::Rect { w: 1.0, h: 2.0 },
        Shape::Rect { w: 3.0, h: 2.0 },
        Shape::Poly(vec![0.2, 0.3]),
        Shape::Poly(vec![0.7, 0.3]),
        Shape::Poly(vec![0.7, 0.3, 0.4]),
        Shape::None,
    ];
    for s in shapes {
        assert_gradient!(guarded(&s.clone(), 0.7));
        assert_gradient!(guarded_owned(s.clone(), 0.7));
        assert_gradient!(passed(&s.clone(), 0.7));
        assert_gradient!(passed_owned(s.clone(), 0.7));
    }
}

#[test]
fn activations() {
    let acts = [
        Act::Relu,
        Act::Leaky(0.2),
        Act::Named("sq".into(), 0.3),
        Act::Named("exp".into(), 0.3),
        Act::Poly {
            coef: vec![0.2, 0.3, 0.5],
            degree: 2,
        },
        Act::Pair((0.3, 0.4)),
        Act::Boxed(Box::new(Act::Leaky(0.1))),
        Act::Poly {
            coef: vec![0.2, 0.3],
            degree: 2,
        },
        Act::Opt(Some(0.3)),
        Act::Opt(None),
    ];
    for a in &acts {
        for x in [0.4, -0.7] {
            assert_gradient!(act(&a.clone(), x));
        }
    }
    assert_gradient!(layers(&acts.clone(), 0.6));
    for k in 0..acts.len() {
        assert_gradient!(indexed(&acts.clone(), k, 0.6));
    }
}

#[test]
fn parts() {
    let parts = vec![
        Part::Circle(2.0),
        Part::Poly(vec![0.2, 0.3]),
        Part::Poly(vec![0.7, 0.3, 0.4]),
        Part::Two {
            a: vec![0.2, 0.3],
            b: vec![0.5, 0.6],
        },
        Part::Two {
            a: vec![0.7, 0.3],
            b: vec![0.5, 0.6],
        },
        Part::None,
    ];
    for s in &parts {
        assert_gradient!(chosen(&s.clone(), &[0.3, 0.5], 0.7));
    }
    assert_gradient!(loops(&parts, 0.7));
}

#[derive(Differentiable, Clone, Debug, Default)]
struct Point {
    x: f64,
    y: f64,
    n: usize,
}

#[derive(Differentiable, Clone, Debug)]
enum Figure {
    Dot(f64),
    Line { x: f64, ends: [f64; 2] },
    At(Point),
    Many(Vec<f64>),
    Empty,
}

// what is inside a struct or an array inside a variant, and tests there
#[differentiate]
fn inside(f: &Figure) -> f64 {
    match f {
        Figure::Dot(x) => x * x,
        Figure::Line { x, ends: [a, b] } => x * a * b,
        Figure::At(Point { x, n: 3, .. }) => x * 7.0,
        Figure::At(Point { x, y, n }) => x * y * *n as f64,
        Figure::Many(v) => v[0],
        Figure::Empty => 1.0,
    }
}

#[differentiate]
fn inside_owned(f: Figure, k: f64) -> f64 {
    match f {
        Figure::Line { x, ends: [a, ..] } => x * a * k,
        Figure::At(Point { x, y, .. }) => x * y * k,
        _ => k,
    }
}

// what is tested inside stays a test
#[differentiate]
fn tested(k: &Option<[f64; 3]>) -> f64 {
    match k {
        Some([(..=0.6), b, ..]) => b * b,
        Some([a, rest @ ..]) => a * rest[1],
        None => 0.0,
    }
}

#[differentiate]
fn optional(p: &Option<Point>) -> f64 {
    if let Some(Point { x, y, .. }) = p {
        x * y
    } else {
        0.0
    }
}

// alternatives that bind a payload of each variant
#[differentiate]
fn alternatives(f: Figure, t: f64) -> f64 {
    match f {
        Figure::Dot(x) | Figure::Line { x, .. } if x > t => x * 3.0,
        Figure::Dot(x) | Figure::At(Point { x, .. }) => x * x * t,
        _ => t,
    }
}

#[differentiate]
fn nested_alternatives(f: &Option<Figure>) -> f64 {
    match f {
        Some(Figure::Dot(x) | Figure::Line { x, .. } | Figure::At(Point { x, .. })) => x * x,
        _ => 0.0,
    }
}

// of options: the first that matches is taken
#[differentiate]
fn either(a: Option<f64>, b: Option<f64>, y: f64) -> f64 {
    let first = match (a, b) {
        (Some(x), _) | (_, Some(x)) => x * y,
        _ => y,
    };
    let only = if let (Some(x), None) | (None, Some(x)) = (a, b) {
        x * y
    } else {
        y * y
    };
    let ((Some(x), None) | (None, Some(x))) = (a, b) else {
        return first + only;
    };
    first * only * x
}

#[test]
fn nested_patterns() {
    let point = |n| Point { x: 1.1, y: 0.7, n };
    let figures = [
        Figure::Dot(1.5),
        Figure::Dot(0.2),
        Figure::Line {
            x: 0.5,
            ends: [2.0, 3.0],
        },
        Figure::At(point(3)),
        Figure::At(point(2)),
        Figure::Many(vec![1.0]),
        Figure::Empty,
    ];
    for f in figures {
        assert_gradient!(inside(&f.clone()));
        assert_gradient!(inside_owned(f.clone(), 0.3));
        assert_gradient!(alternatives(f.clone(), 0.4));
        assert_gradient!(nested_alternatives(&Some(f)));
    }
    assert_eq!(inside_grad(&Figure::At(point(3))).0, 1.1 * 7.0);
    assert_gradient!(optional(&Some(point(1))));
    assert_gradient!(optional(&None));
    for k in [None, Some([0.5, 0.8, 0.9]), Some([0.7, 0.8, 0.9])] {
        assert_gradient!(tested(&k));
    }
    assert_eq!(tested_grad(&Some([0.5, 3.0, 1.0])).0, 9.0);
    for a in [None, Some(1.2)] {
        for b in [None, Some(0.4)] {
            assert_gradient!(either(a, b, 0.3));
        }
    }
}
