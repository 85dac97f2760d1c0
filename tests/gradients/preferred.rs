//! The element that a comparison prefers, of any type.

use backprop::{Differentiable, assert_gradient, differentiate};

#[derive(Differentiable, Clone, Debug)]
struct Point {
    w: f64,
    v: Vec<f64>,
}

#[differentiate]
fn greatest_row(x: &[Vec<f64>]) -> f64 {
    x.iter().max_by(|a, b| a[0].total_cmp(&b[0])).unwrap()[1]
}

#[differentiate]
fn least_row(x: &[[f64; 2]], k: f64) -> f64 {
    let r = x
        .iter()
        .min_by(|a, b| a.iter().sum::<f64>().total_cmp(&b.iter().sum::<f64>()))
        .unwrap();
    r[0] * r[1] * k
}

#[differentiate]
fn greatest(p: &[Point]) -> f64 {
    let q = p.iter().max_by(|a, b| a.w.total_cmp(&b.w)).unwrap();
    q.w * q.v[0]
}

#[differentiate]
fn least(p: &[Point], k: f64) -> f64 {
    if let Some(q) = p.iter().min_by(|a, b| a.w.partial_cmp(&b.w).unwrap()) {
        q.w * k
    } else {
        k
    }
}

#[differentiate]
fn of_a_field(p: &Point) -> f64 {
    *p.v.iter().max_by(|a, b| a.total_cmp(b)).unwrap() * p.w
}

#[differentiate]
fn ends(x: &[[f64; 2]]) -> f64 {
    let r = x.first().unwrap();
    let l = x.last().unwrap();
    r[0] * l[1]
}

#[differentiate]
fn of_numbers(x: &[f64]) -> f64 {
    let m = x.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
    m * x.iter().min_by(|a, b| a.total_cmp(b)).unwrap()
}

#[test]
fn programs() {
    assert_gradient!(greatest_row(&vec![
        vec![1.0, 2.0],
        vec![3.0, 4.0],
        vec![2.0, 5.0]
    ]));
    assert_gradient!(least_row(&vec![[1.0, 2.0], [0.5, 0.7]], 2.0));
    let p = vec![
        Point {
            w: 1.0,
            v: vec![2.0, 3.0],
        },
        Point {
            w: 2.0,
            v: vec![5.0, 4.0],
        },
    ];
    assert_gradient!(greatest(&p.clone()));
    assert_gradient!(least(&p.clone(), 2.0));
    assert_eq!(least(&[], 2.0), 2.0);
    assert_gradient!(of_a_field(&p[0].clone()));
    assert_gradient!(ends(&vec![[1.0, 2.0], [0.5, 0.7]]));
    assert_gradient!(of_numbers(&vec![1.0, 2.0, 0.5]));
}
