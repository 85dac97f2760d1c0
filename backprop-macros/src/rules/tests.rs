//! Each row of the table against central differences of the operation, and the
//! conventions at kinks, on the formulas themselves: they are computed here, not compiled.

use super::table::{RULES, RUNTIME};
use super::{Expr, OPERATORS, Partials, Rule};
use crate::ir::{BinaryOp, ValueId};

/// The value of an operation.
fn value(name: &str, args: &[f64]) -> f64 {
    let arg = |at: usize| args.get(at).copied().unwrap_or_default();
    let (x, y, z) = (arg(0), arg(1), arg(2));
    match name {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "x * x" => x * x,
        "/" => x / y,
        "%" => x % y,
        "max" => x.max(y),
        "min" => x.min(y),
        "clamp" => x.clamp(y, z),
        "abs" => x.abs(),
        "copysign" => x.copysign(y),
        "powi" => x.powi(y as i32),
        "powf" => x.powf(y),
        "sqrt" => x.sqrt(),
        "cbrt" => x.cbrt(),
        "hypot" => x.hypot(y),
        "recip" => x.recip(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "ln_1p" => x.ln_1p(),
        "log" => x.log(y),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "atan2" => x.atan2(y),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "mul_add" => x.mul_add(y, z),
        "fract" => x.fract(),
        "rem_euclid" => x.rem_euclid(y),
        "to_degrees" => x.to_degrees(),
        "to_radians" => x.to_radians(),
        "midpoint" => x.midpoint(y),
        "next_up" => x.next_up(),
        "next_down" => x.next_down(),
        // called by formulas
        "trunc" => x.trunc(),
        "signum" => x.signum(),
        "div_euclid" => x.div_euclid(y),
        "powf_slope" => y * x.powf(y - 1.0),
        "powf_exponent_slope" => x.powf(y) * x.ln(),
        "powi_slope" => match (y as i32).checked_sub(1) {
            Some(less) => y * x.powi(less),
            None => y * x.powi(i32::MIN) / x,
        },
        "powi_curvature" => y * (y - 1.0) * x.powi(y as i32 - 2),
        "log_slope" => 1.0 / (x * y.ln()),
        "times_ln_2" => x * std::f64::consts::LN_2,
        "times_ln_10" => x * std::f64::consts::LN_10,
        other => panic!("`{other}` is not known here"),
    }
}

/// What a formula gives; values are numbered as they stand in `at`.
fn compute(formula: &Expr, at: &[f64]) -> f64 {
    match formula {
        Expr::Value(id) | Expr::Literal(id, _) | Expr::Fixed(id) => at[id.0 as usize],
        Expr::Number(number) => *number,
        Expr::Integer(integer) => *integer as f64,
        Expr::Neg(inner) => -compute(inner, at),
        Expr::Binary(op, a, b) if !op.is_predicate() => {
            value(op.symbol(), &[compute(a, at), compute(b, at)])
        }
        Expr::Method(name, args) => {
            let args: Vec<f64> = args.iter().map(|arg| compute(arg, at)).collect();
            value(name, &args)
        }
        Expr::Runtime(name, args) => {
            let args: Vec<f64> = args.iter().map(|arg| compute(arg, at)).collect();
            match (*name, &args[..]) {
                // by the power that they are given
                ("powf_slope", [x, y, power]) => y * power / x,
                ("powf_exponent_slope", [x, _, power]) => power * x.ln(),
                (name, args) => value(name, args),
            }
        }
        Expr::Select(cond, a, b) => compute(if holds(cond, at) { a } else { b }, at),
        condition => panic!("a condition stands for a number: {condition:?}"),
    }
}

fn holds(condition: &Expr, at: &[f64]) -> bool {
    match condition {
        Expr::Not(inner) => !holds(inner, at),
        Expr::Binary(BinaryOp::And, a, b) => holds(a, at) && holds(b, at),
        Expr::Binary(BinaryOp::Or, a, b) => holds(a, at) || holds(b, at),
        Expr::Binary(op, a, b) => {
            let (a, b) = (compute(a, at), compute(b, at));
            match op {
                BinaryOp::Eq => a == b,
                BinaryOp::Ne => a != b,
                BinaryOp::Lt => a < b,
                BinaryOp::Le => a <= b,
                BinaryOp::Gt => a > b,
                BinaryOp::Ge => a >= b,
                _ => panic!("no comparison: {op:?}"),
            }
        }
        number => panic!("a number stands for a condition: {number:?}"),
    }
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= 2e-6 * expected.abs().max(1.0),
        "{what}: {found}, expected {expected}"
    );
}

/// The operands, the result and the upstream gradient are the values 0, 1, … of `at`.
fn id(at: usize) -> ValueId {
    ValueId(u32::try_from(at).expect("a few values"))
}

fn operands(count: usize) -> Vec<Expr> {
    (0..count).map(|at| Expr::Value(id(at))).collect()
}

/// Upstream × each local gradient.
fn partials(rule: &Rule, operands: &[Expr], args: &[f64], d: f64) -> Vec<f64> {
    let mut at = args.to_vec();
    at.extend([value(rule.name, args), d]);
    let (result, upstream) = (id(args.len()), id(args.len() + 1));
    let partial = |index| rule.partial(operands, Expr::Value(result), Expr::Value(upstream), index);
    let count = operands.len();
    (0..count)
        .map(|index| compute(&partial(index), &at))
        .collect()
}

fn difference(name: &str, args: &[f64], index: usize) -> f64 {
    let moved = |by: f64| {
        let mut args = args.to_vec();
        args[index] += by;
        value(name, &args)
    };
    let h = 1e-4 * args[index].abs().max(0.1);
    // the term in h² drops out
    let by = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
    (4.0 * by(h / 2.0) - by(h)) / 3.0
}

/// Where a row is tried, one list for each operand.
fn points(name: &str) -> [&'static [f64]; 3] {
    const ALL: &[f64] = &[-3.7, -1.3, -0.6, 0.45, 1.9];
    const OTHER: &[f64] = &[-2.2, -0.7, 0.35, 2.9];
    const THIRD: &[f64] = &[-1.6, 0.8];
    const POSITIVE: &[f64] = &[0.2, 0.7, 1.6, 4.0];
    const UNIT: &[f64] = &[-0.9, -0.2, 0.3, 0.7];
    const INTEGERS: &[f64] = &[-3.0, -1.0, 0.0, 1.0, 2.0, 5.0];
    match name {
        "sqrt" | "ln" | "log2" | "log10" => [POSITIVE, &[], &[]],
        "asin" | "acos" | "atanh" | "ln_1p" => [UNIT, &[], &[]],
        "acosh" => [&[1.2, 2.5, 7.0], &[], &[]],
        "powf" | "powf_slope" | "powf_exponent_slope" => [POSITIVE, OTHER, &[]],
        "powi" | "powi_slope" => [ALL, INTEGERS, &[]],
        "log" | "log_slope" => [POSITIVE, &[0.4, 3.0], &[]],
        "clamp" => [ALL, &[-1.5, -0.8], &[0.4, 1.1]],
        _ => [ALL, OTHER, THIRD],
    }
}

#[test]
fn rows_are_slopes() {
    let mut tried = 0;
    for rule in OPERATORS.iter().chain(RULES).chain(RUNTIME) {
        // the power that these two are given, and an integer, are not moved
        let moved = match rule.name {
            "powf_slope" | "powf_exponent_slope" => 2,
            "powi" | "powi_slope" => 1,
            _ => rule.arity(),
        };
        let [first, second, third] = points(rule.name);
        let count = match rule.partials {
            Partials::One(_) => 1,
            Partials::Two(_) => 2,
            Partials::Three(_) => 3,
        };
        assert_eq!(rule.arity(), count);
        for x in first {
            for y in if count > 1 { second } else { &[0.0] } {
                for z in if count > 2 && !third.is_empty() {
                    third
                } else {
                    &[0.0]
                } {
                    let mut args = [*x, *y, *z];
                    if rule.name.starts_with("powf_") {
                        args[2] = x.powf(*y);
                    }
                    let args = &args[..count];
                    let found = partials(rule, &operands(count), args, -1.7);
                    for (index, found) in found.iter().enumerate().take(moved) {
                        let what = format!("{} at {args:?}, operand {index}", rule.name);
                        let slope = match rule.name {
                            // of steps of one ulp
                            "next_up" | "next_down" => 1.0,
                            name => difference(name, args, index),
                        };
                        close(&what, *found, -1.7 * slope);
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

fn rule(name: &str) -> &'static Rule {
    let mut all = RULES.iter().chain(OPERATORS);
    all.find(|rule| rule.name == name).expect("a row")
}

/// What a masked branch sends back is nothing, unless the strong zero takes care of it.
#[test]
fn nothing_upstream_gives_nothing() {
    for rule in OPERATORS.iter().chain(RULES).chain(RUNTIME) {
        // a quotient may be taken with `/`, too, which is singular at zero by itself
        if rule.singular || ["/", "%", "recip", "rem_euclid", "powi_slope"].contains(&rule.name) {
            continue;
        }
        let count = rule.arity();
        for x in [0.0, -0.0, 1.0, -1.0] {
            for y in [0.0, 1.0] {
                let args = &[x, y, 1.0][..count];
                if rule.name == "powi" && y < 1.0 {
                    continue;
                }
                let found = partials(rule, &operands(count), args, 0.0);
                assert!(found.iter().all(|d| *d == 0.0), "{} {args:?}", rule.name);
            }
        }
    }
}

/// A slope that is not finite at the edge of its domain is marked.
#[test]
fn slopes_without_bound_are_marked() {
    let unbounded: [(&str, &[f64]); 13] = [
        ("sqrt", &[0.0]),
        ("cbrt", &[0.0]),
        ("ln", &[0.0]),
        ("log2", &[0.0]),
        ("log10", &[0.0]),
        ("ln_1p", &[-1.0]),
        ("log", &[0.0, 2.0]),
        ("asin", &[1.0]),
        ("acos", &[-1.0]),
        ("acosh", &[1.0]),
        ("atanh", &[1.0]),
        ("powf", &[0.0, 0.5]),
        ("atan2", &[f64::INFINITY, 1.0]),
    ];
    for (name, args) in unbounded {
        let rule = rule(name);
        assert!(rule.singular, "{name}");
        if name != "atan2" {
            let found = partials(rule, &operands(args.len()), args, 1.0);
            assert!(!found[0].is_finite(), "{name}: {found:?}");
        }
    }
}

#[test]
fn kinks() {
    let at = |name: &str, args: &[f64]| partials(rule(name), &operands(args.len()), args, 3.0);
    // no slope, where it has no limit
    assert_eq!(at("abs", &[0.0]), [0.0]);
    assert_eq!(at("copysign", &[0.0, -1.0]), [0.0, 0.0]);
    assert_eq!(at("copysign", &[-2.0, 1.0]), [-3.0, 0.0]);
    assert_eq!(at("copysign", &[-2.0, -1.0]), [3.0, 0.0]);
    assert_eq!(at("hypot", &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(at("atan2", &[0.0, 0.0]), [0.0, 0.0]);
    // the interval is closed; outside the bound that is returned has it
    assert_eq!(at("clamp", &[1.0, 1.0, 2.0]), [3.0, 0.0, 0.0]);
    assert_eq!(at("clamp", &[2.0, 1.0, 2.0]), [3.0, 0.0, 0.0]);
    assert_eq!(at("clamp", &[0.5, 1.0, 2.0]), [0.0, 3.0, 0.0]);
    assert_eq!(at("clamp", &[2.5, 1.0, 2.0]), [0.0, 0.0, 3.0]);
    // a tie is the receiver's; NaN is not returned
    for name in ["max", "min"] {
        assert_eq!(at(name, &[1.0, 1.0]), [3.0, 0.0], "{name}");
        assert_eq!(at(name, &[f64::NAN, 1.0]), [0.0, 3.0], "{name}");
        assert_eq!(at(name, &[1.0, f64::NAN]), [3.0, 0.0], "{name}");
    }
}

/// At a tie an operand that is written as a constant wins.
#[test]
fn ties_with_constants() {
    let (x, y) = (Expr::Value(id(0)), Expr::Value(id(1)));
    let fixed = [
        [Expr::Fixed(id(0)), Expr::Literal(id(0), 1)],
        [Expr::Fixed(id(1)), Expr::Literal(id(1), 1)],
    ];
    for name in ["max", "min"] {
        let at = |x: &Expr, y: &Expr, args: [f64; 2]| {
            partials(rule(name), &[x.clone(), y.clone()], &args, 3.0)
        };
        for (first, second) in fixed[0].iter().zip(&fixed[1]) {
            assert_eq!(at(&x, second, [1.0, 1.0]), [0.0, 0.0], "{name}");
            // the receiver has it, as it is returned, and is a constant
            assert_eq!(at(first, &y, [1.0, 1.0]), [3.0, 0.0], "{name}");
            assert_eq!(at(first, second, [1.0, 1.0]), [3.0, 0.0], "{name}");
        }
    }
    let at = |args: [f64; 2]| partials(rule("max"), &[x.clone(), Expr::Fixed(id(1))], &args, 3.0);
    assert_eq!(at([2.0, 1.0]), [3.0, 0.0]);
    assert_eq!(at([0.5, 1.0])[0], 0.0);
}

/// Literal exponents fold to what the general rule gives, as far as the exponent goes.
#[test]
fn literal_exponents() {
    let lowest = i64::from(i32::MIN);
    for n in [0, 1, 2, 3, 7, -1, -2, -5, lowest + 1, lowest] {
        for x in [-1.0, -1.5, 0.7, 1.0_f64] {
            if n < -5 && x.abs() != 1.0 {
                continue;
            }
            let args = [x, n as f64];
            let exponent = Expr::Literal(id(1), n);
            let found = partials(
                rule("powi"),
                &[Expr::Value(id(0)), exponent.clone()],
                &args,
                3.0,
            );
            let sign = if x < 0.0 && n % 2 == 0 { -1.0 } else { 1.0 };
            let expected = match n {
                n if n < -5 => 3.0 * n as f64 * sign,
                n => 3.0 * n as f64 * x.powi(n as i32 - 1),
            };
            close(&format!("{x}.powi({n})"), found[0], expected);
            assert_eq!(found[1], 0.0);
            // no exponent is one less than the lowest
            if n == lowest {
                let rule = rule("powi").partial(
                    &[Expr::Value(id(0)), exponent],
                    Expr::Value(id(2)),
                    Expr::Value(id(3)),
                    0,
                );
                assert!(format!("{rule:?}").contains("powi_slope"), "{rule:?}");
            }
        }
    }
}

/// The strong zero: no share where nothing comes back, constant factors outside.
#[test]
fn strong_zero() {
    let share = 0.5 * (Expr::Value(id(0)) / Expr::Value(id(1)));
    let guarded = share.or_zero_where(&Expr::Value(id(0)));
    let Expr::Binary(BinaryOp::Mul, factor, rest) = &guarded else {
        panic!("the factor is inside: {guarded:?}");
    };
    assert!(matches!(**factor, Expr::Number(0.5)));
    assert!(matches!(**rest, Expr::Select(..)));
    assert_eq!(compute(&guarded, &[3.0, 2.0]), 0.75);
    assert_eq!(compute(&guarded, &[3.0, 0.0]), f64::INFINITY);
    assert_eq!(compute(&guarded, &[0.0, 0.0]), 0.0);
}
