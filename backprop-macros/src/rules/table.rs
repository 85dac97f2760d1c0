//! The table. Formulas: Abramowitz and Stegun, *Handbook of Mathematical
//! Functions*, chapters 4 (elementary functions); conventions at kinks: the
//! table in the crate documentation of `backprop`.

use super::Output::{Bool, Other, Real};
use super::{Discrete, Expr, Rule, binary, discrete, ternary, unary};
use crate::ir::BinaryOp;

/// `x * x`, as the row of a rule.
pub(crate) const SQUARE: &str = "x * x";

/// The arithmetic operators.
pub(crate) static OPERATORS: &[Rule] = &[
    // add gate: the distributor
    binary("+", |_, _, _, d| [d.clone(), d]),
    binary("-", |_, _, _, d| [d.clone(), -d]),
    // mul gate: the switcher
    binary("*", |x, y, _, d| [d.clone() * y, x * d]),
    // the mul gate with one wire on both inputs: both contributions are equal
    unary(SQUARE, |x, _, d| 2.0 * (x * d)),
    // both contributions share `d / y`; a reciprocal gives its slope itself
    binary("/", |x, y, r, d| match x {
        Expr::Literal(_, 1) => [Expr::Number(0.0), -(r.clone() * (r * d))],
        _ => [d.clone() / y.clone(), -(r * (d / y))],
    }),
    binary("%", |x, y, _, d| [d.clone(), -((x / y).trunc() * d)]),
];

/// The methods of `f32` and `f64` that have a derivative.
pub(crate) static RULES: &[Rule] = &[
    // max gate: the router
    binary("max", |x, y, r, d| router(BinaryOp::Gt, x, y, r, d)),
    binary("min", |x, y, r, d| router(BinaryOp::Lt, x, y, r, d)),
    ternary("clamp", |x, low, high, _, d| {
        let above = x.clone().compare(BinaryOp::Ge, low.clone());
        let below = x.clone().compare(BinaryOp::Le, high.clone());
        [
            above.select(below.select(d.clone(), 0.0), 0.0),
            x.clone().compare(BinaryOp::Lt, low).select(d.clone(), 0.0),
            x.compare(BinaryOp::Gt, high).select(d, 0.0),
        ]
    }),
    unary("abs", |x, _, d| zero_at_zero(x.clone(), d * x.signum())),
    // the sign of the result is that of `y`, whose type may be open
    binary("copysign", |x, _, r, d| {
        let slope = d * x.clone().signum() * r.signum();
        [zero_at_zero(x, slope), Expr::Number(0.0)]
    }),
    // powers and roots
    binary("powi", |x, n, _, d| [powi(x, n, d), Expr::Number(0.0)]),
    binary("powf", |x, y, r, d| {
        let slope = Expr::runtime("powf_slope", [x.clone(), y.clone(), r.clone()]);
        let log_slope = Expr::runtime("powf_exponent_slope", [x, y, r]);
        [d.clone() * slope, d * log_slope]
    })
    .singular(),
    unary("sqrt", |_, r, d| 0.5 * (d / r)).singular(),
    unary("cbrt", |_, r, d| d / (3.0 * (r.clone() * r))).singular(),
    binary("hypot", |x, y, r, d| {
        let over = |side: Expr| zero_at_zero(r.clone(), d.clone() * (side / r.clone()));
        [over(x), over(y)]
    }),
    // the square of the result may overflow where nothing comes back
    unary("recip", |_, r, d| -(r.clone() * (r * d))),
    // exponentials and logarithms
    unary("exp", |_, r, d| r * d),
    unary("exp2", |_, r, d| r * Expr::runtime("times_ln_2", [d])),
    unary("exp_m1", |x, _, d| x.exp() * d),
    unary("ln", |x, _, d| d / x).singular(),
    unary("log2", |x, _, d| d / Expr::runtime("times_ln_2", [x])).singular(),
    unary("log10", |x, _, d| d / Expr::runtime("times_ln_10", [x])).singular(),
    unary("ln_1p", |x, _, d| d / (1.0 + x)).singular(),
    binary("log", |x, base, r, d| {
        let slope = Expr::runtime("log_slope", [x, base.clone()]);
        [d.clone() * slope, -(r * d / (base.clone() * base.ln()))]
    })
    .singular(),
    // circular functions
    unary("sin", |x, _, d| x.cos() * d),
    unary("cos", |x, _, d| -(x.sin() * d)),
    unary("tan", |_, r, d| (1.0 + r.clone() * r) * d),
    unary("asin", |x, _, d| d / one_minus_square(x).sqrt()).singular(),
    unary("acos", |x, _, d| -(d / one_minus_square(x).sqrt())).singular(),
    unary("atan", |x, _, d| d / (1.0 + x.clone() * x)),
    binary("atan2", |y, x, _, d| {
        let radius = y.clone().hypot(x.clone());
        let over = |side: Expr| d.clone() * (side / radius.clone() / radius.clone());
        [
            zero_at_zero(radius.clone(), over(x)),
            zero_at_zero(radius.clone(), -over(y)),
        ]
    })
    .singular(),
    // hyperbolic functions
    unary("sinh", |x, _, d| x.cosh() * d),
    unary("cosh", |x, _, d| x.sinh() * d),
    unary("tanh", |_, r, d| (1.0 - r.clone() * r) * d),
    unary("asinh", |x, _, d| d / x.hypot(1.0)),
    unary("acosh", |x, _, d| {
        d / ((x.clone() - 1.0).sqrt() * (x + 1.0).sqrt())
    })
    .singular(),
    unary("atanh", |x, _, d| d / one_minus_square(x)).singular(),
    // the rest
    ternary("mul_add", |x, y, _, _, d| [d.clone() * y, x * d.clone(), d]),
    unary("fract", |_, _, d| d),
    binary("rem_euclid", |x, y, _, d| {
        [d.clone(), -(x.div_euclid(y) * d)]
    }),
    unary("to_degrees", |_, _, d| d.call("to_degrees")),
    unary("to_radians", |_, _, d| d.call("to_radians")),
    binary("midpoint", |_, _, _, d| [0.5 * d.clone(), 0.5 * d]),
    unary("next_up", |_, _, d| d),
    unary("next_down", |_, _, d| d),
];

/// What rules above call by name: needed where a tangent is differentiated again.
/// The power that is passed along is not an operand, but what the others give.
pub(crate) static RUNTIME: &[Rule] = &[
    // y x^(y-1)
    ternary("powf_slope", |x, y, _, _, d| {
        let (less, power) = one_power_less(&x, &y);
        let slope = Expr::runtime("powf_slope", [x.clone(), less.clone(), power.clone()]);
        let log_slope = Expr::runtime("powf_exponent_slope", [x, less, power.clone()]);
        let by_exponent = power + y.clone() * log_slope;
        [d.clone() * (y * slope), d * by_exponent, Expr::Number(0.0)]
    })
    .singular(),
    // x^y ln x
    ternary("powf_exponent_slope", |x, y, _, r, d| {
        let (less, power) = one_power_less(&x, &y);
        let slope = Expr::runtime("powf_exponent_slope", [x.clone(), less, power.clone()]);
        let by_base = power + y.clone() * slope;
        let by_exponent = Expr::runtime("powf_exponent_slope", [x, y, r]);
        [d.clone() * by_base, d * by_exponent, Expr::Number(0.0)]
    })
    .singular(),
    // n x^(n-1)
    binary("powi_slope", |x, n, _, d| {
        [
            Expr::runtime("powi_curvature", [x, n]) * d,
            Expr::Number(0.0),
        ]
    }),
    // 1 / (x ln b)
    binary("log_slope", |x, base, r, d| {
        let by_base = r.clone() * d.clone() / (base.clone() * base.ln());
        [-(r * d / x), -by_base]
    })
    .singular(),
    unary("times_ln_2", |_, _, d| Expr::runtime("times_ln_2", [d])),
    unary("times_ln_10", |_, _, d| Expr::runtime("times_ln_10", [d])),
];

/// `y - 1` and `x^(y-1)`.
fn one_power_less(x: &Expr, y: &Expr) -> (Expr, Expr) {
    let less = y.clone() - 1.0;
    let power = Expr::Method("powf", vec![x.clone(), less.clone()]);
    (less, power)
}

/// The methods of `f32` and `f64` whose derivative is zero, or whose result
/// is no real number.
pub(crate) static DISCRETE: &[Discrete] = &[
    discrete("signum", 1, Real),
    discrete("floor", 1, Real),
    discrete("ceil", 1, Real),
    discrete("round", 1, Real),
    discrete("round_ties_even", 1, Real),
    discrete("trunc", 1, Real),
    discrete("div_euclid", 2, Real),
    discrete("is_nan", 1, Bool),
    discrete("is_finite", 1, Bool),
    discrete("is_infinite", 1, Bool),
    discrete("is_normal", 1, Bool),
    discrete("is_subnormal", 1, Bool),
    discrete("is_sign_positive", 1, Bool),
    discrete("is_sign_negative", 1, Bool),
    discrete("total_cmp", 2, Other),
    discrete("partial_cmp", 2, Other),
    discrete("classify", 1, Other),
];

/// `max` (`op` is `>`) and `min` (`<`): all to the operand that is returned.
///
/// At a tie the constant operand wins if one is written as such, else the
/// receiver. A NaN operand is never the one returned.
fn router(op: BinaryOp, x: Expr, y: Expr, r: Expr, d: Expr) -> [Expr; 2] {
    if y.is_written_constant() && !x.is_written_constant() {
        let wins = x.compare(op, y);
        return [wins.select(d, 0.0), Expr::Number(0.0)];
    }
    // the one that is returned is no smaller (no larger) than the result
    let returned = match op {
        BinaryOp::Gt => BinaryOp::Ge,
        _ => BinaryOp::Le,
    };
    let first = x.compare(returned, r.clone());
    let second = y.compare(returned, r);
    [
        first.clone().select(d.clone(), 0.0),
        Expr::Not(Box::new(first)).and(second).select(d, 0.0),
    ]
}

/// `x^n`: a literal exponent folds, `x^0` has no slope.
fn powi(x: Expr, n: Expr, d: Expr) -> Expr {
    match n {
        Expr::Literal(_, 0) => Expr::Number(0.0),
        Expr::Literal(_, 1) => d,
        Expr::Literal(_, 2) => 2.0 * (x * d),
        Expr::Literal(_, -1) => -(x.powi(Expr::Integer(-2)) * d),
        Expr::Literal(_, n) if n > i64::from(i32::MIN) => {
            n as f64 * x.powi(Expr::Integer(n - 1)) * d
        }
        n => Expr::runtime("powi_slope", [x, n]) * d,
    }
}

/// `(1 - x) (1 + x)`: `1 - x²` without its cancellation near ±1.
fn one_minus_square(x: Expr) -> Expr {
    (1.0 - x.clone()) * (1.0 + x)
}

fn zero_at_zero(x: Expr, slope: Expr) -> Expr {
    x.compare(BinaryOp::Eq, 0.0).select(0.0, slope)
}
