//! The gate rules: one row for each operation that has a derivative.
//!
//! A row states the operation and its local gradients side by side. `x` (and
//! `y`, `z`) are the operands, `r` is the result of the operation, `d` the
//! upstream gradient; the row gives upstream × local gradient for each operand.
//! The formulas are built as expressions and become operations of the IR, so
//! they are simplified, read and differentiated again like any other code.
//!
//! A row marked `.singular()` has a slope that can be infinite: its
//! contribution is taken as zero where the upstream is zero.

mod expr;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use expr::Expr;
use table::RUNTIME;
pub(crate) use table::{DISCRETE, OPERATORS, RULES};

use crate::ir::{BinaryOp, Method};

/// A differentiable operation.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) partials: Partials,
    /// Whether a local gradient can be infinite or undefined.
    pub(crate) singular: bool,
}

/// Upstream × local gradient for each operand.
#[derive(Debug)]
pub(crate) enum Partials {
    /// `|x, r, d|`
    One(fn(Expr, Expr, Expr) -> Expr),
    /// `|x, y, r, d|`
    Two(fn(Expr, Expr, Expr, Expr) -> [Expr; 2]),
    /// `|x, y, z, r, d|`
    Three(fn(Expr, Expr, Expr, Expr, Expr) -> [Expr; 3]),
}

impl Rule {
    /// The number of operands, the receiver included.
    pub(crate) fn arity(&self) -> usize {
        match self.partials {
            Partials::One(_) => 1,
            Partials::Two(_) => 2,
            Partials::Three(_) => 3,
        }
    }

    /// Upstream × local gradient for operand `index`.
    pub(crate) fn partial(
        &self,
        args: &[Expr],
        result: Expr,
        upstream: Expr,
        index: usize,
    ) -> Expr {
        let arg = |i: usize| args.get(i).cloned().unwrap_or(Expr::Number(0.0));
        let all: Vec<Expr> = match self.partials {
            Partials::One(f) => vec![f(arg(0), result, upstream)],
            Partials::Two(f) => f(arg(0), arg(1), result, upstream).into(),
            Partials::Three(f) => f(arg(0), arg(1), arg(2), result, upstream).into(),
        };
        all.into_iter().nth(index).unwrap_or(Expr::Number(0.0))
    }

    const fn singular(mut self) -> Self {
        self.singular = true;
        self
    }
}

/// An operation whose derivative is zero everywhere it exists.
#[derive(Debug)]
pub(crate) struct Discrete {
    pub(crate) name: &'static str,
    /// Operands, the receiver included.
    pub(crate) arity: usize,
    pub(crate) result: Output,
}

/// What a discrete operation returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Output {
    /// A real number that is piecewise constant.
    Real,
    Bool,
    /// Anything else: `Ordering`, `FpCategory`.
    Other,
}

const fn unary(name: &'static str, f: fn(Expr, Expr, Expr) -> Expr) -> Rule {
    Rule {
        name,
        partials: Partials::One(f),
        singular: false,
    }
}

const fn binary(name: &'static str, f: fn(Expr, Expr, Expr, Expr) -> [Expr; 2]) -> Rule {
    Rule {
        name,
        partials: Partials::Two(f),
        singular: false,
    }
}

const fn ternary(name: &'static str, f: fn(Expr, Expr, Expr, Expr, Expr) -> [Expr; 3]) -> Rule {
    Rule {
        name,
        partials: Partials::Three(f),
        singular: false,
    }
}

const fn discrete(name: &'static str, arity: usize, result: Output) -> Discrete {
    Discrete {
        name,
        arity,
        result,
    }
}

/// The rule of a method of `f32` and `f64`, if it is in the table.
pub(crate) fn method(name: &str) -> Option<Method> {
    if let Some(rule) = RULES.iter().find(|rule| rule.name == name) {
        return Some(Method::Smooth(rule));
    }
    let discrete = DISCRETE.iter().find(|rule| rule.name == name)?;
    Some(Method::Discrete(discrete))
}

/// The rule of `x * x`.
pub(crate) fn square() -> Option<&'static Rule> {
    OPERATORS.iter().find(|rule| rule.name == table::SQUARE)
}

/// The rule of a function of the runtime that stands in formulas of other rules, for
/// second derivatives.
pub(crate) fn runtime(name: &str) -> Option<&'static Rule> {
    RUNTIME.iter().find(|rule| rule.name == name)
}

/// The rule of an arithmetic operator.
pub(crate) fn operator(op: BinaryOp) -> Option<&'static Rule> {
    OPERATORS.iter().find(|rule| rule.name == op.symbol())
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Smooth(rule) => rule.name,
            Method::Discrete(rule) => rule.name,
        }
    }

    pub(crate) fn arity(self) -> usize {
        match self {
            Method::Smooth(rule) => rule.arity(),
            Method::Discrete(rule) => rule.arity,
        }
    }
}
