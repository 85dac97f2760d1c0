//! Each function of a dual number: std's value, and the slope of differences.

use oracle::Dual64;

type Function = (&'static str, fn(f64) -> f64, fn(Dual64) -> Dual64);

macro_rules! functions {
    ($($name:ident)*) => { [$((stringify!($name), f64::$name, Dual64::$name)),*] };
}

fn compare(name: &str, primal: impl Fn(f64) -> f64, dual: impl Fn(Dual64) -> Dual64, x: f64) {
    let twin = dual(Dual64::new(x, 1.0));
    assert!(
        primal(x).to_bits() == twin.value().to_bits(),
        "{name}({x}): {twin}"
    );
    let slope = (primal(x + 1e-6) - primal(x - 1e-6)) / 2e-6;
    let error = (slope - twin.tangent()).abs() / slope.abs().max(1.0);
    assert!(
        error < 1e-6,
        "{name}({x}): {} against {slope}",
        twin.tangent()
    );
}

#[test]
fn functions_of_one_argument() {
    let everywhere: &[Function] = &functions!(
        recip exp exp2 exp_m1 sin cos tan atan sinh cosh tanh asinh cbrt abs signum floor ceil
        round round_ties_even trunc fract to_degrees to_radians
    );
    for (name, primal, dual) in everywhere {
        for x in [-12.3, -1.7, -0.4, 0.3, 0.9, 2.6, 11.2] {
            compare(name, primal, dual, x);
        }
    }
    let positive: &[Function] = &functions!(sqrt ln log2 log10 ln_1p);
    for (name, primal, dual) in positive {
        for x in [0.01, 0.9, 4.5] {
            compare(name, primal, dual, x);
        }
    }
    let inside: &[Function] = &functions!(asin acos atanh);
    for (name, primal, dual) in inside {
        for x in [-0.8, 0.1, 0.6] {
            compare(name, primal, dual, x);
        }
    }
    compare("acosh", f64::acosh, Dual64::acosh, 1.7);
    for n in [-3, -1, 0, 1, 2, 3, 7] {
        compare("powi", |x| x.powi(n), |x| x.powi(n), -1.3);
    }
}

#[test]
fn functions_of_two_arguments() {
    type Binary = (
        &'static str,
        fn(f64, f64) -> f64,
        fn(Dual64, Dual64) -> Dual64,
    );
    let functions: &[Binary] = &[
        ("+", |a, b| a + b, |a, b| a + b),
        ("-", |a, b| a - b, |a, b| a - b),
        ("*", |a, b| a * b, |a, b| a * b),
        ("/", |a, b| a / b, |a, b| a / b),
        ("%", |a, b| a % b, |a, b| a % b),
        ("powf", f64::powf, Dual64::powf),
        ("log", f64::log, Dual64::log),
        ("atan2", f64::atan2, Dual64::atan2),
        ("hypot", f64::hypot, Dual64::hypot),
        ("max", f64::max, Dual64::max),
        ("min", f64::min, Dual64::min),
        ("copysign", f64::copysign, Dual64::copysign),
        ("rem_euclid", f64::rem_euclid, Dual64::rem_euclid),
        ("div_euclid", f64::div_euclid, Dual64::div_euclid),
        ("midpoint", f64::midpoint, Dual64::midpoint),
    ];
    for (name, primal, dual) in functions {
        for (a, b) in [(2.3, 0.7), (0.6, 1.9), (5.1, 2.2)] {
            compare(name, |x| primal(x, b), |x| dual(x, Dual64::constant(b)), a);
            compare(name, |x| primal(a, x), |x| dual(Dual64::constant(a), x), b);
        }
    }
}

#[test]
fn conventions_at_kinks() {
    let seed = |x| Dual64::new(x, 1.0);
    let zero = Dual64::constant(0.0);
    assert_eq!(seed(0.0).max(zero).tangent(), 0.0);
    assert_eq!(zero.max(seed(0.0)).tangent(), 0.0);
    assert_eq!(seed(2.0).max(Dual64::new(2.0, 0.0)).tangent(), 1.0);
    assert_eq!(Dual64::new(2.0, 0.0).max(seed(2.0)).tangent(), 0.0);
    assert_eq!(seed(f64::NAN).min(zero).tangent(), 0.0);
    assert_eq!(seed(0.0).abs().tangent(), 0.0);
    assert_eq!(seed(1.0).clamp(zero, Dual64::constant(1.0)).tangent(), 1.0);
    assert_eq!(zero.clamp(seed(0.5), Dual64::constant(1.0)).tangent(), 1.0);
    assert_eq!(seed(0.0).sqrt().tangent(), f64::INFINITY);
    assert_eq!(zero.sqrt().tangent(), 0.0);
    assert_eq!(seed(0.0).ln().tangent(), f64::INFINITY);
    assert_eq!(seed(1.0).asin().tangent(), f64::INFINITY);
    assert_eq!(seed(0.0).hypot(zero).tangent(), 0.0);
    assert_eq!(seed(0.0).powi(0).tangent(), 0.0);
    assert_eq!(seed(0.0).powi(1).tangent(), 1.0);
    assert_eq!(seed(0.0).powi(2).tangent(), 0.0);
    assert_eq!(Dual64::constant(0.0).powf(seed(2.0)).tangent(), 0.0);
    assert_eq!(
        seed(0.0).powf(Dual64::constant(0.5)).tangent(),
        f64::INFINITY
    );
    assert_eq!(seed(400.0).tanh().tangent(), 0.0);
    assert_eq!(seed(-1.0).atan2(zero).tangent(), 0.0);
}
