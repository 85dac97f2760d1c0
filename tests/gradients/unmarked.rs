//! Calls of functions without the attribute, with constants alone: in functions, which other
//! functions and loops call, and in loops.

use backprop::differentiate;
use std::sync::atomic::{AtomicU32, Ordering};

static CALLS: AtomicU32 = AtomicU32::new(0);

fn flattening() -> f64 {
    0.5
}

fn weight(n: usize) -> f64 {
    n as f64 * 0.25 + 0.5
}

/// Gives something else each time.
fn next() -> f64 {
    f64::from(CALLS.fetch_add(1, Ordering::Relaxed))
}

mod inner {
    pub(super) fn offset(k: usize) -> f64 {
        k as f64 - 1.5
    }
}

#[differentiate(jvp, hvp)]
fn light(x: f64) -> f64 {
    flattening() * x * x
}

#[differentiate(jvp, hvp)]
fn at_latitude(x: f64) -> f64 {
    let e = flattening() * 0.5;
    x.cos() / (1.0 - (e * x.sin()).powi(2)).sqrt()
}

#[differentiate(jvp, hvp)]
fn looped(x: f64, n: usize) -> f64 {
    let mut s = x;
    for k in 0..n {
        s = s * 0.5 + light(s) * weight(k) + inner::offset(k) * at_latitude(x);
    }
    s
}

#[differentiate(recursive)]
fn recursive(x: f64, n: usize) -> f64 {
    if n == 0 {
        flattening() * x * x
    } else {
        recursive(x * weight(n), n - 1)
    }
}

#[differentiate]
fn counted(x: f64) -> f64 {
    next() * x * x
}

// what is not known to give the same again runs once
#[differentiate]
fn in_order(x: f64, n: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        s = s * counted(x) + next();
    }
    s
}

#[test]
fn constants_of_others() {
    use backprop::assert_gradient;

    assert_gradient!(light(0.7));
    assert_gradient!(at_latitude(0.7));
    assert_gradient!(looped(0.7, 5));
    assert_gradient!(looped(0.7, 0));
    assert_gradient!(recursive(0.7, 3));
    let (value, along) = looped_jvp(0.7, 1.0, 5);
    assert_eq!((value, along), looped_grad(0.7, 5));
}

#[test]
fn once_and_in_order() {
    CALLS.store(1, Ordering::Relaxed);
    let (value, d_x) = in_order_grad(0.5, 3);
    assert_eq!(CALLS.load(Ordering::Relaxed), 7);
    // s' = s c x² + k for (c, k) = (1, 2), (3, 4), (5, 6)
    let (mut s, mut d) = (0.5, 1.0);
    for (c, k) in [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)] {
        (s, d) = (s * c * 0.25 + k, d * c * 0.25 + s * c);
    }
    assert_eq!((value, d_x), (s, d));
}
