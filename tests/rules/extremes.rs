//! Every rule at signed zeros, subnormal and huge numbers, infinities and NaN.

#![expect(clippy::eq_op, reason = "what is divided by itself is the subject")]

use backprop::differentiate;

use super::*;

/// What arithmetic treats in a way of its own, and what over- and underflows.
const EXTREMES: [f64; 24] = [
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    1e-160,
    -1e-160,
    f64::EPSILON,
    0.5,
    -0.5,
    1.0,
    -1.0,
    2.0,
    -2.5,
    711.0,
    -746.0,
    1e160,
    -1e160,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

fn points() -> impl Iterator<Item = f64> {
    EXTREMES.into_iter().chain([f64::NAN])
}

/// All that fails, one a line.
#[derive(Default)]
struct Failures(Vec<String>);

impl Failures {
    /// Where the value is a number, the slope is the one expected.
    fn compare(&mut self, call: &str, value: f64, got: f64, expected: f64, absolute: f64) {
        let close = (got - expected).abs() <= 1e-12 * got.abs().max(expected.abs()) + absolute;
        let same = got == expected || (got.is_nan() && expected.is_nan()) || close;
        if !value.is_nan() && !same {
            self.0
                .push(format!("{call}: expected {expected:e}, got {got:e}"));
        }
    }

    fn add(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.0.push(text());
        }
    }
}

impl Drop for Failures {
    fn drop(&mut self) {
        let Failures(list) = self;
        assert!(list.is_empty(), "{} fail:\n{}", list.len(), list.join("\n"));
    }
}

fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Value, gradient, tangent, and an upstream of zero, of functions of one number.
macro_rules! unary {
    ($($row:ident $grad:ident $backprop:ident $jvp:ident $absolute:literal: $slope:expr;)*) => {
        let mut failures = Failures::default();
        $(for x in points() {
            let call = format!("{}({x:e})", stringify!($row));
            let expected = { let slope: fn(f64) -> f64 = $slope; slope(x) };
            let value = $row(x);
            let (again, got) = $grad(x);
            failures.add(same_bits(value, again), || format!("{call}: value {again:e}"));
            failures.compare(&call, value, got, expected, $absolute);
            let (again, tangent) = $jvp(x, 1.0);
            failures.add(same_bits(value, again), || format!("{call}, forward: value {again:e}"));
            failures.compare(&format!("{call}, forward"), value, tangent, expected, $absolute);
            let mut d_x = 0.25;
            $backprop(x, 0.0, &mut d_x);
            failures.add(d_x == 0.25, || format!("{call}, upstream 0: adds {:e}", d_x - 0.25));
            let tangent = $jvp(x, 0.0).1;
            failures.add(value.is_nan() || tangent == 0.0, || format!("{call}, tangent 0: {tangent:e}"));
        })*
    };
}

/// The same of two numbers.
macro_rules! binary {
    ($($row:ident $grad:ident $backprop:ident $jvp:ident: $slopes:expr;)*) => {
        let mut failures = Failures::default();
        $(for x in points() {
            for y in points() {
                let call = format!("{}({x:e}, {y:e})", stringify!($row));
                let expected = { let slopes: fn(f64, f64, f64) -> (f64, f64) = $slopes; slopes };
                let value = $row(x, y);
                let expected = expected(x, y, value);
                let (again, (d_x, d_y)) = $grad(x, y);
                failures.add(same_bits(value, again), || format!("{call}: value {again:e}"));
                failures.compare(&format!("{call} by x"), value, d_x, expected.0, 0.0);
                failures.compare(&format!("{call} by y"), value, d_y, expected.1, 0.0);
                let along = [$jvp(x, 1.0, y, 0.0).1, $jvp(x, 0.0, y, 1.0).1];
                failures.compare(&format!("{call} along x"), value, along[0], expected.0, 0.0);
                failures.compare(&format!("{call} along y"), value, along[1], expected.1, 0.0);
                let (mut d_x, mut d_y) = (0.25, 0.5);
                $backprop(x, y, 0.0, &mut d_x, &mut d_y);
                failures.add((d_x, d_y) == (0.25, 0.5), || {
                    format!("{call}, upstream 0: adds {:e} and {:e}", d_x - 0.25, d_y - 0.5)
                });
            }
        })*
    };
}

#[test]
fn slopes_of_one_number() {
    unary! {
        neg neg_grad neg_backprop neg_jvp 0.0: |_| -1.0;
        abs abs_grad abs_backprop abs_jvp 0.0: |x| if x == 0.0 { 0.0 } else { x.signum() };
        sqrt sqrt_grad sqrt_backprop sqrt_jvp 0.0: |x| 0.5 / x.sqrt();
        cbrt cbrt_grad cbrt_backprop cbrt_jvp 0.0: |x| 1.0 / (3.0 * x.abs().powf(2.0 / 3.0));
        recip recip_grad recip_backprop recip_jvp 0.0: |x| -1.0 / x / x;
        exp exp_grad exp_backprop exp_jvp 0.0: f64::exp;
        exp2 exp2_grad exp2_backprop exp2_jvp 0.0: |x| x.exp2() * 2.0_f64.ln();
        exp_m1 exp_m1_grad exp_m1_backprop exp_m1_jvp 0.0: f64::exp;
        ln ln_grad ln_backprop ln_jvp 0.0: |x| 1.0 / x;
        log2 log2_grad log2_backprop log2_jvp 0.0: |x| 2.0_f64.ln().recip() / x;
        log10 log10_grad log10_backprop log10_jvp 1e-308: |x| 10.0_f64.ln().recip() / x;
        ln_1p ln_1p_grad ln_1p_backprop ln_1p_jvp 0.0: |x| 1.0 / (1.0 + x);
        sin sin_grad sin_backprop sin_jvp 0.0: f64::cos;
        cos cos_grad cos_backprop cos_jvp 0.0: |x| -x.sin();
        tan tan_grad tan_backprop tan_jvp 0.0: |x| x.cos().powi(-2);
        asin asin_grad asin_backprop asin_jvp 0.0: |x| (1.0 - x * x).sqrt().recip();
        acos acos_grad acos_backprop acos_jvp 0.0: |x| -(1.0 - x * x).sqrt().recip();
        atan atan_grad atan_backprop atan_jvp 1e-308: |x| x.hypot(1.0).recip().powi(2);
        sinh sinh_grad sinh_backprop sinh_jvp 0.0: f64::cosh;
        cosh cosh_grad cosh_backprop cosh_jvp 0.0: f64::sinh;
        tanh tanh_grad tanh_backprop tanh_jvp 1e-15: |x| x.cosh().powi(-2);
        asinh asinh_grad asinh_backprop asinh_jvp 0.0: |x| x.hypot(1.0).recip();
        acosh acosh_grad acosh_backprop acosh_jvp 0.0: |x| 1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt());
        atanh atanh_grad atanh_backprop atanh_jvp 0.0: |x| 1.0 / (1.0 - x * x);
        fract fract_grad fract_backprop fract_jvp 0.0: |_| 1.0;
        to_degrees to_degrees_grad to_degrees_backprop to_degrees_jvp 0.0: |_| 180.0 / std::f64::consts::PI;
        to_radians to_radians_grad to_radians_backprop to_radians_jvp 0.0: |_| std::f64::consts::PI / 180.0;
    }
}

#[test]
fn slopes_of_two_numbers() {
    binary! {
        add add_grad add_backprop add_jvp: |_, _, _| (1.0, 1.0);
        sub sub_grad sub_backprop sub_jvp: |_, _, _| (1.0, -1.0);
        mul mul_grad mul_backprop mul_jvp: |x, y, _| (y, x);
        // both share `1 / y`, which may overflow
        div div_grad div_backprop div_jvp: |_, y, r| (1.0 / y, -(r * (1.0 / y)));
        rem rem_grad rem_backprop rem_jvp: |x, y, _| (1.0, -(x / y).trunc());
        rem_euclid rem_euclid_grad rem_euclid_backprop rem_euclid_jvp:
            |x, y, _| (1.0, -x.div_euclid(y));
        max max_grad max_backprop max_jvp:
            |x, y, _| if x >= y || y.is_nan() { (1.0, 0.0) } else { (0.0, 1.0) };
        min min_grad min_backprop min_jvp:
            |x, y, _| if x <= y || y.is_nan() { (1.0, 0.0) } else { (0.0, 1.0) };
        copysign copysign_grad copysign_backprop copysign_jvp:
            |x, _, r| (if x == 0.0 { 0.0 } else { x.signum() * r.signum() }, 0.0);
        hypot hypot_grad hypot_backprop hypot_jvp:
            |x, y, r| if r == 0.0 { (0.0, 0.0) } else { (x / r, y / r) };
        atan2 atan2_grad atan2_backprop atan2_jvp: |y, x, _| {
            let r = y.hypot(x);
            if r == 0.0 { (0.0, 0.0) } else { (x / r / r, -y / r / r) }
        };
        powf powf_grad powf_backprop powf_jvp: |x, y, r| {
            // one less than a huge exponent is of the same parity after rounding
            let by_base = match (y == 0.0, x < 0.0 && r.is_normal()) {
                (true, _) => 0.0,
                (_, true) => y * (r / x),
                _ => y * x.powf(y - 1.0),
            };
            let is_flat = (x == 0.0 && y > 0.0) || (r == 0.0 && x > 0.0);
            (by_base, if is_flat { 0.0 } else { r * x.ln() })
        };
        log log_grad log_backprop log_jvp:
            |x, b, r| (1.0 / (x * b.ln()), -r / (b * b.ln()));
        midpoint midpoint_grad midpoint_backprop midpoint_jvp: |_, _, _| (0.5, 0.5);
    }
}

#[test]
fn powers_of_integers() {
    let mut failures = Failures::default();
    for x in points() {
        for n in [i32::MIN, -1075, -2, -1, 0, 1, 2, 3, 1100, i32::MAX] {
            let call = format!("powi({x:e}, {n})");
            let (value, slope) = powi_grad(x, n);
            failures.add(same_bits(value, powi(x, n)), || {
                format!("{call}: value {value:e}")
            });
            // powers of the other parity, by magnitude and sign
            let magnitude = x.abs().powf(f64::from(n) - 1.0);
            let sign = if n % 2 == 0 { x.signum() } else { 1.0 };
            let expected = match n {
                0 => 0.0,
                _ => f64::from(n) * (magnitude * sign),
            };
            failures.compare(&call, value, slope, expected, 1e-308);
        }
    }
}

/// Ways in which a result `r` of a rule at `x` does not reach the result `y`.
macro_rules! masked {
    ($($module:ident($x:ident) = $rule:expr;)*) => {
        $(mod $module {
            use super::differentiate;

            /// The branch that is not taken.
            #[differentiate]
            pub(super) fn untaken($x: f64, y: f64) -> f64 {
                if y > 2.0 { $rule } else { y }
            }

            /// Computed before the branch that drops it.
            #[differentiate]
            pub(super) fn dropped($x: f64, y: f64) -> f64 {
                let r = $rule;
                if y > 2.0 { r * y } else { y }
            }

            /// A NaN is not the one that is returned.
            #[differentiate]
            pub(super) fn routed($x: f64, y: f64) -> f64 {
                let r = $rule;
                (r * 2.0 - r.abs() * 2.0 - 1.0).max(y)
            }

            /// Chosen by position.
            #[differentiate]
            pub(super) fn chosen($x: f64, y: f64) -> f64 {
                let list = [y, $rule];
                list[(y > 2.0) as usize]
            }

            /// In iterations of which none adds anything.
            #[differentiate]
            pub(super) fn looped($x: f64, y: f64) -> f64 {
                let mut sum = 0.0;
                for i in 0..3 {
                    let r = $rule * (i as f64 + y);
                    if r.is_nan() && y > 2.0 {
                        sum += r;
                    }
                    if i as f64 > y {
                        sum += r;
                        if y < 2.0 { sum = 0.0; }
                    }
                }
                sum + y
            }

            /// Overwritten before anything reads it.
            #[differentiate]
            pub(super) fn overwritten($x: f64, y: f64) -> f64 {
                let mut list = [y, 0.0];
                list[1] = $rule;
                list[1] = y * 0.5;
                list[0] + list[1] * 2.0 - y
            }

            /// Multiplied by what is zero, where it is a number.
            #[differentiate]
            pub(super) fn cancelled($x: f64, zero: f64) -> f64 {
                $rule * zero
            }
        })*

        #[test]
        fn what_does_not_reach_the_result_adds_nothing() {
            let mut failures = Failures::default();
            $(
                for x in points() {
                    let mut same = |name: &str, (value, (d_x, d_y)): (f64, (f64, f64))| {
                        if value != 1.0 || d_x != 0.0 || d_y != 1.0 {
                            let what = concat!(stringify!($module), " ");
                            failures.0.push(format!(
                                "{what}{name}, {x:e}: value {value}, slopes {d_x} and {d_y}"
                            ));
                        }
                    };
                    same("untaken", $module::untaken_grad(x, 1.0));
                    same("dropped", $module::dropped_grad(x, 1.0));
                    same("routed", $module::routed_grad(x, 1.0));
                    same("chosen", $module::chosen_grad(x, 1.0));
                    same("looped", $module::looped_grad(x, 1.0));
                    same("overwritten", $module::overwritten_grad(x, 1.0));
                    let (value, (d_x, _)) = $module::cancelled_grad(x, 0.0);
                    if value == 0.0 && d_x != 0.0 {
                        let what = stringify!($module);
                        failures.0.push(format!("{what} cancelled, {x:e}: slope {d_x}"));
                    }
                }
            )*
        }
    };
}

masked! {
    square(x) = x * x;
    quotient(x) = 1.0 / x;
    by_itself(x) = x / x;
    remainder(x) = x % x;
    abs(x) = x.abs();
    sqrt(x) = x.sqrt();
    cbrt(x) = x.cbrt();
    recip(x) = x.recip();
    exp(x) = x.exp();
    exp2(x) = x.exp2();
    exp_m1(x) = x.exp_m1();
    ln(x) = x.ln();
    log2(x) = x.log2();
    log10(x) = x.log10();
    ln_1p(x) = x.ln_1p();
    log(x) = x.log(x);
    sin(x) = x.sin();
    cos(x) = x.cos();
    tan(x) = x.tan();
    asin(x) = x.asin();
    acos(x) = x.acos();
    atan(x) = x.atan();
    atan2(x) = x.atan2(x);
    sinh(x) = x.sinh();
    cosh(x) = x.cosh();
    tanh(x) = x.tanh();
    asinh(x) = x.asinh();
    acosh(x) = x.acosh();
    atanh(x) = x.atanh();
    hypot(x) = x.hypot(x);
    powi(x) = x.powi(-3);
    powf(x) = x.powf(-0.5);
    exponential(x) = x.powf(x);
    mul_add(x) = x.mul_add(x, x);
    fract(x) = x.fract();
    rem_euclid(x) = x.rem_euclid(x);
    copysign(x) = x.copysign(x);
    midpoint(x) = x.midpoint(x);
    two_of_them(x) = x.sqrt().ln();
    three_of_them(x) = (x.sin() + 2.0).sqrt().recip();
}
