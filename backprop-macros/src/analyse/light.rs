//! What costs so little that running it again is cheaper than recording it.

use crate::ir::{Aggregate, BinaryOp, Count, Function, Method, Op, Region, Stmt};

/// So many operations has a function at most whose calls run again.
const MOST: usize = 48;

/// Whether a function computes a few numbers from its arguments, by arithmetic alone. What
/// it calls is looked at where it is called.
pub(crate) fn is_light(f: &Function) -> bool {
    cost(&f.body).is_some_and(|cost| cost <= MOST)
}

/// The operations of a region, if it consists of such.
fn cost(region: &Region) -> Option<usize> {
    let mut total = 0;
    for stmt in &region.stmts {
        total += match stmt {
            Stmt::Let(binding) if is_light_op(&binding.op) => 1,
            Stmt::Call(_) | Stmt::Store(_) => 1,
            Stmt::If(branch) => 1 + cost(&branch.then)? + cost(&branch.other)?,
            Stmt::Check(..) | Stmt::SameType(..) => 0,
            _ => return None,
        };
    }
    Some(total)
}

/// Whether an operation is arithmetic, or moves a few numbers.
pub(crate) fn is_light_op(op: &Op) -> bool {
    match op {
        Op::Method(method, _) => is_light_method(method),
        Op::Binary(op, ..) => *op != BinaryOp::Rem,
        Op::Aggregate(aggregate, _) => matches!(
            aggregate,
            Aggregate::Array | Aggregate::Tuple | Aggregate::Struct { .. }
        ),
        Op::Verbatim(capture, _) => capture.is_lookup(),
        Op::Repeat(_, count) => matches!(count, Count::Constant(_)),
        Op::Constant(_)
        | Op::Number(_)
        | Op::Integer(_)
        | Op::Flag(_)
        | Op::Copy(..)
        | Op::Neg(_)
        | Op::Not(_)
        | Op::Cast(..)
        | Op::Convert(..)
        | Op::Deref(_)
        | Op::Project(..)
        | Op::Load(_)
        | Op::View(..)
        | Op::Query(..)
        | Op::Length(_)
        | Op::IsEmpty(_)
        | Op::Select(..) => true,
        _ => false,
    }
}

/// Whether a method of numbers takes about as long as a division.
fn is_light_method(method: &Method) -> bool {
    const LIGHT: [&str; 13] = [
        "abs",
        "abs_sub",
        "clamp",
        "copysign",
        "max",
        "min",
        "mul_add",
        "powi",
        "recip",
        "signum",
        "sqrt",
        "to_degrees",
        "to_radians",
    ];
    LIGHT.contains(&method.name())
}
