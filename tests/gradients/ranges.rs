//! Ranges under a name.

use backprop::{assert_gradient, differentiate};
use std::ops::Range;

oracle::programs! {
    #[differentiate]
    fn kept(x: &[f64], n: usize) -> f64 {
        let r = 0..n;
        let mut s = 0.0;
        for i in r {
            s += x[i] * x[i];
        }
        s
    }
    #[differentiate]
    fn sliced(x: &[f64], n: usize) -> f64 {
        let r = 1..n;
        let y = &x[r.clone()];
        let mut s = y[0] * y[1];
        for i in r.clone() {
            s += x[i] * x[i];
        }
        s * r.len() as f64
            + r.start as f64 * x[r.end - 1]
            + x[r.clone()].iter().sum::<f64>()
            + x[r].iter().product::<f64>()
    }
    #[differentiate]
    fn chains(x: &[f64], n: usize) -> f64 {
        let r = 0..=n;
        let a = r.clone().map(|i| x[i] * x[i]).sum::<f64>();
        let b = r.clone().rev().map(|i| x[i]).fold(1.0, |p, v| p * v + v);
        let m = r
            .clone()
            .zip(x.iter())
            .map(|(i, v)| i as f64 * v)
            .sum::<f64>();
        if r.contains(&2) {
            a * b + m
        } else {
            a + x[*r.start()] * x[*r.end()]
        }
    }
    #[differentiate]
    fn blocks(x: &[f64], k: usize) -> f64 {
        let n = x.len();
        let mut s = 0.0;
        for b in 0..k {
            let rows = b * n / k..(b + 1) * n / k;
            let mean = x[rows.clone()].iter().sum::<f64>() / rows.len() as f64;
            for i in rows {
                s += (x[i] - mean).powi(2);
            }
        }
        s
    }
    #[differentiate]
    fn writes(x: &mut [f64], lo: usize, hi: usize) {
        let inner = lo..hi;
        for v in &mut x[inner.clone()] {
            *v *= 2.0;
        }
        x[inner.clone()].reverse();
        x[inner].swap(0, 1);
        let open = ..hi;
        x[open].iter_mut().for_each(|v| *v = *v * *v);
    }
    #[differentiate]
    fn chosen(x: &[f64], n: usize, c: bool) -> f64 {
        let r = if c { 0..n } else { 1..n };
        let mut s = 0.0;
        for i in r {
            s += x[i].exp();
        }
        s
    }
    #[differentiate]
    fn floats(x: f64) -> f64 {
        let unit = 0.0..1.0;
        let r = x * x..4.0 * x;
        let width = r.end - r.start;
        if unit.contains(&x) { width * x } else { width }
    }
}

#[differentiate]
fn param(x: &[f64], r: Range<usize>, q: &Range<usize>) -> f64 {
    let mut s = 0.0;
    for i in r.clone() {
        s += x[i] * x[i];
    }
    for i in q.clone() {
        s *= x[i];
    }
    s += x[r.start];
    s + x[r].iter().sum::<f64>()
}

#[test]
fn programs() {
    let x = [0.4, 0.3, 0.7, 0.9];
    for n in [2, 3] {
        oracle::check!(kept(&x, n));
        oracle::check!(chains(&x, n));
        oracle::check!(blocks(&x, n));
        oracle::check!(sliced(&x, n + 1));
        for c in [true, false] {
            oracle::check!(chosen(&x, n, c));
        }
    }
    oracle::check!(writes(&mut x.clone(), 1, 3));
    oracle::check!(floats(0.4));
    oracle::check!(floats(1.4));
}

#[test]
fn parameters() {
    let (rows, factors) = (1..3usize, 0..2usize);
    assert_gradient!(param(&[0.4, 0.3, 0.7, 0.9], rows.clone(), &factors));
}
