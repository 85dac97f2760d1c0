//! Macros with the names of those of the crate `approx`: flags and assertions.

use approx::{assert_relative_eq, relative_eq, ulps_eq};
use backprop::{assert_gradient, differentiate};

#[differentiate(jvp, hvp)]
fn close(x: f64, y: f64) -> f64 {
    if relative_eq!(x, y) {
        return x * x;
    }
    let is_one = ulps_eq!(x, 1.0, max_ulps = 4);
    if is_one || !relative_eq!(x * y, 2.0, epsilon = 0.1) {
        x * y
    } else {
        x - y
    }
}

#[differentiate(jvp, hvp)]
fn asserted(x: f64, y: f64) -> f64 {
    let half = x * 0.5;
    assert_relative_eq!(half + half, x);
    half.sin() * y
}

#[test]
fn comparisons() {
    for (x, y) in [(0.5, 0.5), (1.0, 2.0), (1.5, 4.0), (0.8, 2.5)] {
        assert_gradient!(asserted(x, y));
    }
    assert_eq!(close_grad(0.5, 0.5), (0.25, (1.0, 0.0)));
    assert_eq!(close_grad(1.0, 2.0), (2.0, (2.0, 1.0)));
    assert_eq!(close_grad(1.5, 4.0), (6.0, (4.0, 1.5)));
    assert_eq!(close_grad(0.8, 2.5), (0.8 - 2.5, (1.0, -1.0)));
    assert_eq!(close_jvp(1.5, 1.0, 4.0, 0.0), (6.0, 4.0));
}
