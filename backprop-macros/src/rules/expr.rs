//! Formulas of the rule table: small expression trees over IR values.

use super::method;
use crate::ir::{BinaryOp, Function, Kind, Let, Op, Stmt, ValueId, Width};
use proc_macro2::Span;
use std::ops;

/// An expression over values of the function.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Value(ValueId),
    /// A value that is an integer literal in the user's code.
    Literal(ValueId, i64),
    /// A value that the user wrote as a literal or a constant.
    Fixed(ValueId),
    Number(f64),
    Integer(i64),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Method(&'static str, Vec<Expr>),
    Runtime(&'static str, Vec<Expr>),
    Select(Box<Expr>, Box<Expr>, Box<Expr>),
}

impl Expr {
    /// A method without arguments.
    pub(super) fn call(self, name: &'static str) -> Expr {
        Expr::Method(name, vec![self])
    }

    pub(super) fn runtime<const N: usize>(name: &'static str, args: [Expr; N]) -> Expr {
        Expr::Runtime(name, args.into())
    }

    pub(super) fn compare(self, op: BinaryOp, other: impl Into<Expr>) -> Expr {
        Expr::Binary(op, Box::new(self), Box::new(other.into()))
    }

    pub(super) fn and(self, other: Expr) -> Expr {
        self.compare(BinaryOp::And, other)
    }

    /// `if self { then } else { other }`
    pub(crate) fn select(self, then: impl Into<Expr>, other: impl Into<Expr>) -> Expr {
        Expr::Select(
            Box::new(self),
            Box::new(then.into()),
            Box::new(other.into()),
        )
    }

    /// `if upstream == 0.0 { 0.0 } else { self }`: the strong zero. A constant
    /// factor stays outside, where it may meet another.
    pub(crate) fn or_zero_where(self, upstream: &Expr) -> Expr {
        match self {
            Expr::Binary(BinaryOp::Mul, factor, rest) if matches!(*factor, Expr::Number(_)) => {
                *factor * rest.or_zero_where(upstream)
            }
            share => upstream
                .clone()
                .compare(BinaryOp::Eq, 0.0)
                .select(0.0, share),
        }
    }

    pub(crate) fn differs_from_zero(self) -> Expr {
        self.compare(BinaryOp::Ne, 0.0)
    }

    pub(crate) fn or(self, other: Expr) -> Expr {
        self.compare(BinaryOp::Or, other)
    }

    pub(crate) fn is_zero(&self) -> bool {
        matches!(self, Expr::Number(n) if *n == 0.0)
    }

    /// Whether the user wrote a literal, a constant or an integer cast here.
    pub(super) fn is_written_constant(&self) -> bool {
        matches!(self, Expr::Fixed(_) | Expr::Literal(..))
    }

    /// Appends the operations that compute the expression to `into`.
    pub(crate) fn build(self, f: &mut Function, into: &mut Vec<Stmt>, span: Span) -> ValueId {
        let mut real = Kind::Real(Width::Any);
        let op = match self {
            Expr::Value(value) | Expr::Literal(value, _) | Expr::Fixed(value) => return value,
            Expr::Number(number) => Op::Number(number),
            Expr::Integer(integer) => {
                real = Kind::Int;
                Op::Integer(integer)
            }
            Expr::Neg(inner) => {
                let inner = inner.build(f, into, span);
                real = f.kind(inner);
                Op::Neg(inner)
            }
            Expr::Not(inner) => {
                real = Kind::Bool;
                Op::Not(inner.build(f, into, span))
            }
            Expr::Binary(op, a, b) => {
                let (a, b) = (a.build(f, into, span), b.build(f, into, span));
                real = match op.is_predicate() {
                    true => Kind::Bool,
                    false => f.kind(a).join(f.kind(b)),
                };
                Op::Binary(op, a, b)
            }
            Expr::Method(name, args) => {
                let args: Vec<_> = args.into_iter().map(|a| a.build(f, into, span)).collect();
                match method(name) {
                    Some(method) => Op::Method(method, args),
                    None => Op::Runtime(name, args),
                }
            }
            Expr::Runtime(name, args) => {
                let args = args.into_iter().map(|a| a.build(f, into, span)).collect();
                Op::Runtime(name, args)
            }
            Expr::Select(cond, a, b) => {
                let cond = cond.build(f, into, span);
                let (a, b) = (a.build(f, into, span), b.build(f, into, span));
                real = f.kind(a).join(f.kind(b));
                Op::Select(cond, a, b)
            }
        };
        let value = f.value(real, None, span);
        into.push(Stmt::Let(Let { value, op }));
        value
    }
}

impl From<f64> for Expr {
    fn from(number: f64) -> Self {
        Expr::Number(number)
    }
}

/// Methods that formulas call, under their own names.
macro_rules! methods {
    ($($name:ident)*) => {
        impl Expr {
            $(pub(super) fn $name(self) -> Expr {
                self.call(stringify!($name))
            })*
        }
    };
}

methods! { cos sin sinh cosh exp ln sqrt trunc signum }

impl Expr {
    pub(super) fn div_euclid(self, other: Expr) -> Expr {
        Expr::Method("div_euclid", vec![self, other])
    }

    pub(super) fn hypot(self, other: impl Into<Expr>) -> Expr {
        Expr::Method("hypot", vec![self, other.into()])
    }

    pub(super) fn powi(self, exponent: Expr) -> Expr {
        Expr::Method("powi", vec![self, exponent])
    }
}

impl ops::Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        Expr::Neg(Box::new(self))
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident)*) => {$(
        impl<T: Into<Expr>> ops::$trait<T> for Expr {
            type Output = Expr;
            fn $method(self, other: T) -> Expr {
                Expr::Binary(BinaryOp::$trait, Box::new(self), Box::new(other.into()))
            }
        }

        impl ops::$trait<Expr> for f64 {
            type Output = Expr;
            fn $method(self, other: Expr) -> Expr {
                Expr::Number(self).$method(other)
            }
        }
    )*};
}

operators! { Add add Sub sub Mul mul Div div }
