//! Every row of the rule table, at many points, against dual numbers and
//! central differences; and the conventions at kinks.
//!
//! One function per row; one engine (`oracle::check!`) for all.

use backprop::differentiate;

mod extremes;
mod kinks;
mod random;

oracle::programs! {
    #[differentiate]
    fn add(x: f64, y: f64) -> f64 { x + y }
    #[differentiate]
    fn sub(x: f64, y: f64) -> f64 { x - y }
    #[differentiate]
    fn mul(x: f64, y: f64) -> f64 { x * y }
    #[differentiate]
    fn div(x: f64, y: f64) -> f64 { x / y }
    #[differentiate]
    fn rem(x: f64, y: f64) -> f64 { x % y }
    #[differentiate]
    fn neg(x: f64) -> f64 { -x }
    #[differentiate]
    fn max(x: f64, y: f64) -> f64 { x.max(y) }
    #[differentiate]
    fn min(x: f64, y: f64) -> f64 { x.min(y) }
    #[differentiate]
    fn clamp(x: f64, y: f64, z: f64) -> f64 { x.clamp(y, z) }
    #[differentiate]
    fn abs(x: f64) -> f64 { x.abs() }
    #[differentiate]
    fn copysign(x: f64, y: f64) -> f64 { x.copysign(y) }
    #[differentiate]
    fn powi(x: f64, n: i32) -> f64 { x.powi(n) }
    #[differentiate]
    fn powi_literals(x: f64) -> f64 {
        x.powi(0) + x.powi(1) + x.powi(2) + x.powi(3) + x.powi(-1) + x.powi(-2)
    }
    #[differentiate]
    fn powf(x: f64, y: f64) -> f64 { x.powf(y) }
    #[differentiate]
    fn powf_literals(x: f64) -> f64 { x.powf(1.5) + x.powf(-0.5) + 2.0_f64.powf(x) }
    #[differentiate]
    fn sqrt(x: f64) -> f64 { x.sqrt() }
    #[differentiate]
    fn cbrt(x: f64) -> f64 { x.cbrt() }
    #[differentiate]
    fn hypot(x: f64, y: f64) -> f64 { x.hypot(y) }
    #[differentiate]
    fn recip(x: f64) -> f64 { x.recip() }
    #[differentiate]
    fn exp(x: f64) -> f64 { x.exp() }
    #[differentiate]
    fn exp2(x: f64) -> f64 { x.exp2() }
    #[differentiate]
    fn exp_m1(x: f64) -> f64 { x.exp_m1() }
    #[differentiate]
    fn ln(x: f64) -> f64 { x.ln() }
    #[differentiate]
    fn log(x: f64, y: f64) -> f64 { x.log(y) }
    #[differentiate]
    fn log2(x: f64) -> f64 { x.log2() }
    #[differentiate]
    fn log10(x: f64) -> f64 { x.log10() }
    #[differentiate]
    fn ln_1p(x: f64) -> f64 { x.ln_1p() }
    #[differentiate]
    fn sin(x: f64) -> f64 { x.sin() }
    #[differentiate]
    fn cos(x: f64) -> f64 { x.cos() }
    #[differentiate]
    fn tan(x: f64) -> f64 { x.tan() }
    #[differentiate]
    fn asin(x: f64) -> f64 { x.asin() }
    #[differentiate]
    fn acos(x: f64) -> f64 { x.acos() }
    #[differentiate]
    fn atan(x: f64) -> f64 { x.atan() }
    #[differentiate]
    fn atan2(x: f64, y: f64) -> f64 { x.atan2(y) }
    #[differentiate]
    fn sin_cos(x: f64) -> (f64, f64) { x.sin_cos() }
    #[differentiate]
    fn sinh(x: f64) -> f64 { x.sinh() }
    #[differentiate]
    fn cosh(x: f64) -> f64 { x.cosh() }
    #[differentiate]
    fn tanh(x: f64) -> f64 { x.tanh() }
    #[differentiate]
    fn asinh(x: f64) -> f64 { x.asinh() }
    #[differentiate]
    fn acosh(x: f64) -> f64 { x.acosh() }
    #[differentiate]
    fn atanh(x: f64) -> f64 { x.atanh() }
    #[differentiate]
    fn mul_add(x: f64, y: f64, z: f64) -> f64 { x.mul_add(y, z) }
    #[differentiate]
    fn fract(x: f64) -> f64 { x.fract() }
    #[differentiate]
    fn rem_euclid(x: f64, y: f64) -> f64 { x.rem_euclid(y) }
    #[differentiate]
    fn to_degrees(x: f64) -> f64 { x.to_degrees() }
    #[differentiate]
    fn to_radians(x: f64) -> f64 { x.to_radians() }
    #[differentiate]
    fn midpoint(x: f64, y: f64) -> f64 { x.midpoint(y) }
    #[differentiate]
    fn discrete(x: f64, y: f64) -> f64 {
        let steps = x.signum() + x.floor() + x.ceil() + x.round() + x.trunc();
        let more = x.round_ties_even() + x.div_euclid(y);
        let k = x as i32 + y as i32;
        let ordered = x.total_cmp(&y).is_lt() || x.partial_cmp(&y).is_none();
        let flags = x.is_nan() || x.is_infinite() || !x.is_finite() || x.is_subnormal();
        let signs = x.is_sign_negative() != x.is_sign_positive() && x.is_normal();
        let extra = if ordered && !flags && signs { 2.0 } else { 1.0 };
        x * (steps + more + extra) + k as f64
    }
    #[differentiate]
    fn literal_operands(x: f64) -> f64 {
        let a = x.max(0.5) + x.min(0.5) + x.clamp(-0.5, 0.5) + x.hypot(0.5) + x.atan2(0.5);
        let b = x.copysign(2.0) + x % 0.7 + x.rem_euclid(0.7) + x.div_euclid(0.7);
        let c = (x * x + 1.0).log(3.0) + (x * x).powf(1.5) + x.mul_add(2.0, 0.5) + x.midpoint(0.5);
        a * b + c
    }
    #[differentiate]
    fn single_literals(x: f32) -> f32 {
        let a = x.max(0.5) + x.min(0.5) + x.clamp(-0.5, 0.5) + x.hypot(0.5) + x.atan2(0.5);
        let b = x.copysign(2.0) + x % 0.7 + x.rem_euclid(0.7) + x.mul_add(2.0, 0.5);
        a * b + (x * x + 1.0).log(3.0) + (x * x).powf(1.5) + 2.0_f32.powf(x)
    }
    #[differentiate]
    fn single(x: f32, y: f32) -> f32 {
        x.sin() + x.exp().ln_1p() * y.powi(3) + x.hypot(y) + x.max(y) + y.powf(x) + x.atan2(y)
    }
}

/// Points of both signs, small, large and near where slopes change.
const REALS: [f64; 9] = [-37.5, -2.3, -1.0, -0.6, -1e-3, 1e-3, 0.4, 1.0, 3.7];
/// Points of `ln` and its like.
const POSITIVE: [f64; 7] = [1e-3, 0.1, 0.7, 1.0, 1.9, 23.0, 4e4];
/// Points of `asin` and its like.
const UNIT: [f64; 8] = [-0.99, -0.6, -0.2, -1e-3, 1e-3, 0.3, 0.7, 0.99];

macro_rules! at {
    ($points:expr => $($row:ident)*) => {$(
        for x in $points {
            oracle::check!($row(x));
        }
    )*};
}

#[test]
fn unary_rows() {
    at!(REALS => neg abs recip cbrt exp exp2 exp_m1 sin cos tan atan sinh cosh tanh asinh);
    at!(REALS => to_degrees to_radians sin_cos powi_literals);
    at!(POSITIVE => sqrt ln log2 log10 ln_1p);
    at!([0.1, 0.7, 1.0, 1.9, 5.0, 23.0] => powf_literals);
    at!(UNIT => asin acos atanh ln_1p);
    at!([-2.3, -0.6, 0.4, 1.2, 3.7] => literal_operands single_literals);
    at!([1.01, 1.5, 2.0, 3.7, 17.0, 400.0] => acosh);
    at!([-37.6, -2.3, -0.6, 1e-2, 0.4, 3.7] => fract);
}

#[test]
fn binary_rows() {
    for x in REALS {
        for y in [-3.3, -1.7, -0.45, 0.55, 2.9] {
            oracle::check!(add(x, y));
            oracle::check!(sub(x, y));
            oracle::check!(mul(x, y));
            oracle::check!(div(x, y));
            oracle::check!(max(x, y));
            oracle::check!(min(x, y));
            oracle::check!(hypot(x, y));
            oracle::check!(atan2(x, y));
            oracle::check!(copysign(x, y));
            oracle::check!(midpoint(x, y));
            oracle::check!(rem(x, y));
            oracle::check!(rem_euclid(x, y));
            oracle::check!(mul_add(x, y, 0.3));
        }
        for n in [-3, -1, 0, 1, 2, 3, 7] {
            oracle::check!(powi(x, n));
        }
        oracle::check!(clamp(x, -1.5, 0.5));
    }
    for x in POSITIVE {
        for y in [-2.5, -1.0, 0.5, 1.7, 3.0] {
            oracle::check!(powf(x, y));
        }
        for base in [0.4, 2.0, 10.0] {
            oracle::check!(log(x, base));
        }
    }
}

#[test]
fn rows_without_a_derivative() {
    for x in [-37.6, -2.3, -0.6, 0.4, 1.2, 3.7] {
        for y in [-1.7, 0.55, 2.9] {
            oracle::check!(discrete(x, y));
        }
    }
}

#[test]
fn single_precision() {
    for x in [0.3, 0.9, 1.8] {
        for y in [0.4, 1.1, 2.5] {
            oracle::check!(single(x, y));
        }
    }
}
