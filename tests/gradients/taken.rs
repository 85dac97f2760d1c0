//! Values taken out of places that are borrowed, and elements that may be missing.

use backprop::{Differentiable, assert_gradient, differentiate};

#[derive(Differentiable, Clone, Debug, Default)]
struct S {
    v: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
}
#[derive(Differentiable, Clone, Copy, Debug, Default)]
struct P {
    x: f64,
    y: f64,
}

#[differentiate]
fn push_own_element(s: &mut S) {
    s.v.push(s.v[0] * 2.0);
}

#[differentiate]
fn powers(x: f64) -> Vec<f64> {
    vec![x, x * x]
}

#[differentiate]
fn push_first(x: f64) -> f64 {
    let mut v = powers(x);
    v.push(v[0]);
    v.iter().sum()
}

#[differentiate]
fn taken(v: &mut Vec<f64>, k: f64) -> f64 {
    let t = std::mem::take(v);
    t[0] * k
}

#[differentiate]
fn replaced(v: &mut Vec<f64>, k: f64) -> f64 {
    let t = std::mem::replace(v, vec![k]);
    t[0] * k
}

#[differentiate]
fn swapped(v: &mut Vec<f64>, w: &mut Vec<f64>) {
    std::mem::swap(v, w);
    v[0] *= 2.0;
}

#[differentiate]
fn swapped_fields(s: &mut S) {
    std::mem::swap(&mut s.a, &mut s.b);
    s.a[0] *= 3.0;
}

#[differentiate]
fn taken_row(m: &mut [Vec<f64>], k: f64) {
    let r = std::mem::take(&mut m[0]);
    m[0] = r.iter().map(|x| x * k).collect();
}

#[differentiate]
fn first(v: &[[f64; 2]]) -> f64 {
    let u = v.first().copied().unwrap();
    u[0]
}

#[differentiate]
fn second(v: &[[f64; 2]]) -> f64 {
    let w = v.get(1).cloned().unwrap_or([0.0; 2]);
    w[1]
}

#[differentiate]
fn last(v: &[P]) -> f64 {
    let w = v.last().copied().unwrap();
    w.x * w.y
}
#[test]
fn programs() {
    let s = S {
        v: vec![1.0, 2.0],
        a: vec![3.0],
        b: vec![4.0],
    };
    assert_gradient!(push_own_element(&mut s.clone()));
    assert_gradient!(push_first(1.5));
    assert_gradient!(taken(&mut vec![1.0, 2.0], 3.0));
    assert_gradient!(replaced(&mut vec![1.0, 2.0], 3.0));
    assert_gradient!(swapped(&mut vec![1.0, 2.0], &mut vec![3.0]));
    assert_gradient!(swapped_fields(&mut s.clone()));
    assert_gradient!(taken_row(&mut vec![vec![1.0, 2.0], vec![3.0]], 2.0));
    assert_gradient!(first(&vec![[1.0, 2.0]]));
    assert_gradient!(second(&vec![[1.0, 2.0], [3.0, 4.0]]));
    assert_gradient!(last(&vec![P { x: 1.0, y: 2.0 }]));
}
