//! Tuples of containers behind references, options inside tuples, structs and
//! calls, tuples that are matched on, types with lifetimes.

use backprop::{Differentiable, assert_gradient, differentiate};

oracle::programs! {
    #[differentiate]
    fn pair(p: &(Vec<f64>, f64)) -> f64 {
        let (w, b) = p;
        let mut s = *b;
        for v in w {
            s += v * v;
        }
        s * p.1 + p.0[0]
    }
    #[differentiate]
    fn layers(net: &[(Vec<f64>, f64)], x: f64) -> f64 {
        let mut y = x;
        for (w, b) in net {
            y = (y * w[0] + w[1] * b).tanh();
        }
        y
    }
    #[differentiate]
    fn pair_mut(p: &(Vec<f64>, f64), q: &(f64, f64)) -> f64 {
        let v: Vec<f64> = p.0.iter().map(|v| v * p.1).collect();
        v[0] * q.0 + p.0.len() as f64 * q.1
    }
    #[differentiate]
    fn in_place(p: &mut (Vec<f64>, f64), x: f64) {
        p.0[0] *= x;
        p.1 += p.0[0] * p.1;
        let (w, b) = p;
        w[1] = *b * x;
        *b *= w[0];
    }
    #[differentiate]
    fn calls(p: &mut (Vec<f64>, f64), net: &[(Vec<f64>, f64)], x: f64) -> f64 {
        let a = pair(p);
        in_place(p, x * a);
        let b = pair(&net[0]) + pair(p);
        let mut t = (vec![x, b, a], x);
        in_place(&mut t, x);
        t.0[1] * b
    }
    #[differentiate]
    fn constant_tuple(p: &(Vec<usize>, usize), q: &(&[f64], f64), x: &[f64]) -> f64 {
        let (i, n) = p;
        let mut s = q.0[0] * q.1;
        for k in i {
            s += x[*k] * *n as f64;
        }
        s + x[p.0[0]] * p.1 as f64
    }

    #[differentiate]
    fn scrutinee(x: &mut [f64]) {
        for (i, v) in x.iter_mut().enumerate() {
            match (i % 2, v) {
                (0, v) => *v *= 2.0,
                (_, v) => *v = *v * *v,
            }
        }
        for (v, w) in x.iter_mut().zip([1.0, 2.0]) {
            match (v, w) {
                (v, w) if w > 1.5 => *v *= w,
                (v, _) => *v += 1.0,
            }
        }
    }
    #[differentiate]
    fn matched(x: &[f64], k: usize) -> f64 {
        let v: Vec<f64> = x.iter().map(|v| v * v).collect();
        let w = [x[0], x[1] * 2.0];
        match (k, v, w) {
            (0, v, _) => v[0] * v[1],
            (1, mut v, w) => {
                v[0] *= w[1];
                v[0] * w[0]
            }
            (_, v, w) if v[0] > 0.1 => v[0] + w[0] * v[1],
            (_, _, w) => w[0] * w[1],
        }
    }
}

#[differentiate]
fn maybe(x: f64, y: f64) -> (Option<f64>, f64) {
    if x > 0.5 {
        (Some(x * y), y)
    } else {
        (None, x * x)
    }
}
#[differentiate]
fn use_maybe(x: f64, y: f64) -> f64 {
    let (o, v) = maybe(x, y);
    match o {
        Some(a) => a * v,
        None => v,
    }
}
#[derive(Clone, Debug, Differentiable)]
struct Cell {
    best: Option<f64>,
    w: f64,
}
#[differentiate]
fn kept(x: f64, y: f64) -> f64 {
    let c = Cell {
        best: if x > 0.5 { Some(x * y) } else { None },
        w: y,
    };
    let cells = vec![Some(x), None, Some(x * y)];
    let mut s = 0.0;
    for c in &cells {
        match c {
            Some(v) => s += v * v * y,
            None => s *= y,
        }
    }
    match c.best {
        Some(b) => b * c.w + s,
        None => c.w * s,
    }
}
#[differentiate]
fn taken(o: Option<f64>, y: f64) -> f64 {
    match o {
        Some(v) => v * v * y,
        None => y * 3.0,
    }
}
#[differentiate]
fn pass(x: f64, y: f64) -> f64 {
    let o = if x > 0.5 { Some(x * y) } else { None };
    let p = [x, y].iter().copied().reduce(|a, b| a * b);
    taken(o, y) + taken(Some(x), y * y) + taken(None, x) + taken(p, x) + o.unwrap_or(y)
}
#[differentiate]
fn lent(o: &Option<f64>, y: f64) -> f64 {
    match o {
        Some(v) => v * v * y,
        None => y * 3.0,
    }
}
#[differentiate]
fn lend(x: f64, y: f64) -> f64 {
    let mut o = if x > 0.5 { Some(x * y) } else { None };
    let a = lent(&o, y);
    o = Some(a * x);
    a * lent(&o, x) + lent(&None, y) + lent(&Some(x), y) * o.unwrap_or(y)
}
#[derive(Clone, Debug, Differentiable)]
struct D<'a> {
    v: &'a [f64],
    n: usize,
}
#[differentiate]
fn el(d: &D<'_>, x: f64) -> f64 {
    d.v[0] * x + d.v[1] * d.v[1]
}
#[differentiate]
fn el2(d: D<'_>, x: f64) -> f64 {
    d.v[0] * x + d.v[1] * d.v[1]
}
#[differentiate]
fn el3<'a>(d: &D<'a>, x: f64) -> f64 {
    d.v[0] * x + d.v[1] * d.v[1]
}
#[differentiate]
fn el4<'a>(d: &'a D<'a>, ds: &[D<'a>], x: f64) -> f64 {
    let mut s = el(d, x);
    for e in ds {
        s += el(e, s) * e.v[1];
    }
    s
}

#[test]
fn behind_references() {
    let p = (vec![0.4, 0.3], 0.7);
    let net = [(vec![0.4, 0.3], 0.7), (vec![0.1, 0.2], 0.3)];
    oracle::check!(pair(&p));
    oracle::check!(in_place(&mut p.clone(), 0.3));
    oracle::check!(calls(&mut p.clone(), &net, 0.3));
    oracle::check!(constant_tuple(
        &(vec![0, 1], 2),
        &(&[0.3], 0.2),
        &[0.2, 0.3]
    ));
    oracle::check!(layers(&net, 0.4));
    oracle::check!(pair_mut(&p, &(0.3, 0.2)));
}

#[test]
fn matched_on() {
    for k in 0..3 {
        oracle::check!(matched(&[0.4, 0.3], k));
        oracle::check!(matched(&[0.2, 0.3], k));
    }
    oracle::check!(scrutinee(&mut [0.4, 0.3, 0.9]));
}

#[test]
fn options() {
    for x in [0.3, 0.7] {
        assert_gradient!(maybe(x, 0.4));
        assert_gradient!(use_maybe(x, 0.4));
        assert_gradient!(kept(x, 0.4));
        assert_gradient!(pass(x, 0.4));
        assert_gradient!(lend(x, 0.4));
    }
}

#[test]
fn lifetimes() {
    let v = [0.3, 0.4];
    let d = D { v: &v, n: 2 };
    let (_, (g, x)) = el_grad(&d, 0.5);
    assert_eq!((g.v, x), (vec![0.5, 0.8], 0.3));
    let (_, (g, x)) = el2_grad(d.clone(), 0.5);
    assert_eq!((g.v, x), (vec![0.5, 0.8], 0.3));
    let (_, (g, x)) = el3_grad(&d, 0.5);
    assert_eq!((g.v, x), (vec![0.5, 0.8], 0.3));
    // s + el(e, s) e_1 with s = el(d, x)
    let (_, (g, each, x)) = el4_grad(&d, std::slice::from_ref(&d), 0.5);
    let close = |a: f64, b: f64| (a - b).abs() < 1e-15;
    assert!(close(g.v[0], 0.5 * 1.12) && close(g.v[1], 0.8 * 1.12) && close(x, 0.3 * 1.12));
    assert!(close(each[0].v[0], 0.31 * 0.4) && close(each[0].v[1], 0.8 * 0.4 + 0.253));
}
