//! Properties at random points: the value is the primal's, the gradient that
//! of dual numbers, nothing finite becomes NaN, `f_backprop` is linear.

use backprop::differentiate;
use proptest::prelude::*;

oracle::programs! {
    #[differentiate]
    fn mixture(x: f64, y: f64) -> f64 {
        let a = x.sin() * y.exp() - (x * y).tanh();
        let b = x.hypot(y) + x.atan2(y) + x.max(y).abs().sqrt();
        let c = if a > b { a / (1.0 + b * b) } else { b - a.cos() };
        let mut s = 0.0;
        for i in 1..=3 {
            s += c.powi(i) * 0.1 - a.min(x);
        }
        s * b.recip() + (a * a + 1.0).ln()
    }

    #[differentiate]
    fn powers(x: f64, y: f64, n: i32) -> f64 {
        x.powf(y) + x.powi(n) * y.cbrt() + x.log(3.0)
    }

    #[differentiate]
    fn remainders(x: f64, y: f64) -> f64 {
        x % y + x.rem_euclid(y) * 2.0 + x.fract() * x.floor()
    }
}

proptest! {
    #[test]
    fn mixture_of_rules(x in -4.0..4.0_f64, y in -4.0..4.0_f64) {
        oracle::check!(mixture(x, y), kink);
    }

    #[test]
    fn powers_of_positive_numbers(x in 1e-3..20.0_f64, y in -5.0..5.0_f64, n in -6..7_i32) {
        oracle::check!(powers(x, y, n), kink);
    }

    #[test]
    fn remainders_of_both_signs(x in -50.0..50.0_f64, y in 0.1..9.0_f64, negative: bool) {
        oracle::check!(remainders(x, if negative { -y } else { y }), kink);
    }

    #[test]
    fn upstreams_scale_the_gradient(x in -4.0..4.0_f64, y in -4.0..4.0_f64, upstream in -3.0..3.0_f64) {
        let (_, (d_x, d_y)) = mixture_grad(x, y);
        let (mut e_x, mut e_y) = (0.5, -0.5);
        mixture_backprop(x, y, upstream, &mut e_x, &mut e_y);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()));
        prop_assert!(close(e_x, 0.5 + upstream * d_x), "{e_x} {d_x}");
        prop_assert!(close(e_y, -0.5 + upstream * d_y), "{e_y} {d_y}");
    }
}
