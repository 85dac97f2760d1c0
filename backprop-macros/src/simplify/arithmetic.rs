//! Arithmetic of the reverse half: signs and constant factors.

use crate::ir::{BinaryOp, Function, Let, Op, Region, Stmt, ValueId, for_each_region};
use std::collections::BTreeMap;

/// Pulls signs and constant factors out of the arithmetic that rules make:
/// `a + (-b)` → `a - b`, `a (-b)` → `-(a b)`, `2 (0.5 a)` → `a`.
///
/// Signs are exact; so are factors that are powers of two.
pub(super) fn signs(f: &mut Function, region: &mut Region) {
    signs_in(f, region, &mut Known::default());
}

/// The operations on the way to a statement.
#[derive(Default)]
struct Known {
    ops: BTreeMap<ValueId, Op>,
    /// How many loops surround each product.
    products: BTreeMap<ValueId, u32>,
    depth: u32,
}

fn signs_in(f: &mut Function, region: &mut Region, known: &mut Known) {
    let stmts = std::mem::take(&mut region.stmts);
    for mut stmt in stmts {
        match &mut stmt {
            Stmt::Let(binding) => {
                rewritten(f, binding, known, &mut region.stmts);
            }
            Stmt::RevBranch(branch) => {
                let arms = branch.arms.iter_mut();
                arms.for_each(|arm| signs_in(f, arm, known));
            }
            Stmt::RevLoop(looped) => {
                known.depth += 1;
                signs_in(f, &mut looped.body, known);
                known.depth -= 1;
            }
            _ => {}
        }
        region.stmts.push(stmt);
    }
}

/// Rewrites an operation, and what the rewriting makes, which goes to `stmts`.
fn rewritten(f: &mut Function, binding: &mut Let, known: &mut Known, stmts: &mut Vec<Stmt>) {
    let mut before = Vec::new();
    rewrite(f, binding, known, &mut before);
    for mut made in before {
        rewritten(f, &mut made, known, stmts);
        stmts.push(Stmt::Let(made));
    }
    if let Op::Neg(_) | Op::Number(_) | Op::Binary(..) = binding.op {
        known.ops.insert(binding.value, binding.op.clone());
    }
    if let Op::Binary(BinaryOp::Mul, ..) = binding.op {
        known.products.insert(binding.value, known.depth);
    }
}

/// Rewrites one operation; new ones it needs go to `before`.
fn rewrite(f: &mut Function, binding: &mut Let, known: &Known, before: &mut Vec<Let>) {
    use BinaryOp::{Add, Div, Mul, Sub};
    let ops = &known.ops;
    // a factor from outside of a loop stays there: it is one multiplication
    let is_inside = |value: ValueId| known.products.get(&value) == Some(&known.depth);
    let negated = |value: ValueId| match ops.get(&value) {
        Some(Op::Neg(inner)) => Some(*inner),
        _ => None,
    };
    let number = |value: ValueId| match ops.get(&value) {
        Some(Op::Number(number)) => Some(*number),
        _ => None,
    };
    // `factor * rest`
    let scaled = |value: ValueId| match ops.get(&value) {
        Some(Op::Binary(Mul, a, b)) if is_inside(value) => match (number(*a), number(*b)) {
            (Some(factor), None) => Some((factor, *b)),
            (None, Some(factor)) => Some((factor, *a)),
            _ => None,
        },
        _ => None,
    };
    // a factor that can be moved without rounding
    let exact = |value: ValueId| scaled(value).filter(|(factor, _)| is_power_of_two(*factor));
    let (kind, span) = (f.kind(binding.value), f.info(binding.value).span);
    let mut make = |op: Op| {
        let value = f.value(kind, None, span);
        before.push(Let { value, op });
        value
    };
    let better = match binding.op {
        Op::Neg(a) => negated(a).map(|a| Op::Copy(a, None)),
        Op::Binary(Add, a, b) => match (negated(a), negated(b)) {
            (Some(a), Some(b)) => Some(Op::Neg(make(Op::Binary(Add, a, b)))),
            (None, Some(b)) => Some(Op::Binary(Sub, a, b)),
            (Some(a), None) => Some(Op::Binary(Sub, b, a)),
            (None, None) => match (exact(a), exact(b)) {
                (Some((c, a)), Some((other, b))) if c == other => {
                    let (factor, sum) = (make(Op::Number(c)), make(Op::Binary(Add, a, b)));
                    Some(Op::Binary(Mul, factor, sum))
                }
                _ => None,
            },
        },
        Op::Binary(Sub, a, b) => match (negated(a), negated(b)) {
            (Some(a), Some(b)) => Some(Op::Binary(Sub, b, a)),
            (None, Some(b)) => Some(Op::Binary(Add, a, b)),
            (Some(a), None) => Some(Op::Neg(make(Op::Binary(Add, a, b)))),
            (None, None) => None,
        },
        Op::Binary(op @ (Mul | Div), a, b) => match (negated(a), negated(b)) {
            (Some(a), Some(b)) => Some(Op::Binary(op, a, b)),
            (None, Some(b)) => Some(Op::Neg(make(Op::Binary(op, a, b)))),
            (Some(a), None) => Some(Op::Neg(make(Op::Binary(op, a, b)))),
            (None, None) => match (op, number(a), exact(a), exact(b)) {
                // two factors become one, or none
                (Mul, Some(outer), _, Some((inner, rest))) if is_power_of_two(outer) => {
                    match outer * inner == 1.0 {
                        true => Some(Op::Copy(rest, None)),
                        false => {
                            let factor = make(Op::Number(outer * inner));
                            Some(Op::Binary(Mul, factor, rest))
                        }
                    }
                }
                (Mul, None, _, Some((c, b))) => {
                    let (factor, product) = (make(Op::Number(c)), make(Op::Binary(Mul, a, b)));
                    Some(Op::Binary(Mul, factor, product))
                }
                (Mul | Div, None, Some((c, a)), _) => {
                    let (factor, product) = (make(Op::Number(c)), make(Op::Binary(op, a, b)));
                    Some(Op::Binary(Mul, factor, product))
                }
                _ => None,
            },
        },
        _ => None,
    };
    if let Some(better) = better {
        binding.op = better;
    }
}

/// `-(2 a)` → `-2 a`: what is left of the signs joins the factors.
pub(super) fn negative_factors(
    f: &mut Function,
    region: &mut Region,
    ops: &mut BTreeMap<ValueId, Op>,
) {
    for stmt in std::mem::take(&mut region.stmts) {
        let mut stmt = stmt;
        match &mut stmt {
            Stmt::Let(binding) => {
                if let Op::Neg(a) = binding.op
                    && let Some(Op::Binary(BinaryOp::Mul, factor, rest)) = ops.get(&a)
                    && let Some(Op::Number(number)) = ops.get(factor)
                {
                    let span = f.info(binding.value).span;
                    let value = f.value(f.kind(*factor), None, span);
                    let op = Op::Number(-number);
                    binding.op = Op::Binary(BinaryOp::Mul, value, *rest);
                    region.stmts.push(Stmt::Let(Let { value, op }));
                }
                ops.insert(binding.value, binding.op.clone());
            }
            Stmt::RevBranch(branch) => {
                branch
                    .arms
                    .iter_mut()
                    .for_each(|arm| negative_factors(f, arm, ops));
            }
            Stmt::RevLoop(looped) => negative_factors(f, &mut looped.body, ops),
            _ => {}
        }
        region.stmts.push(stmt);
    }
}

fn is_power_of_two(number: f64) -> bool {
    number.is_normal() && number.to_bits().trailing_zeros() >= 52
}

/// Replaces unnamed copies in the reverse half by what they copy.
pub(super) fn copies(reverse: &mut crate::ir::Reverse) {
    fn find(region: &Region, into: &mut BTreeMap<ValueId, ValueId>) {
        for stmt in &region.stmts {
            if let Stmt::Let(binding) = stmt
                && let Op::Copy(from, None) = binding.op
            {
                let from = into.get(&from).copied().unwrap_or(from);
                into.insert(binding.value, from);
            }
            match stmt {
                // what runs again stays as it is
                Stmt::Loop(looped) => {
                    looped
                        .fused
                        .iter()
                        .for_each(|fused| find(&fused.body, into));
                }
                stmt => for_each_region(stmt, &mut |inner, _| find(inner, into)),
            }
        }
    }
    let mut same = BTreeMap::new();
    find(&reverse.body, &mut same);
    let resolve = |value: &mut ValueId| {
        if let Some(from) = same.get(value) {
            *value = *from;
        }
    };
    crate::ir::rewrite_region_uses(&mut reverse.body, &mut { resolve });
    for adjoint in &mut reverse.adjoints {
        adjoint.for_each_mut(&mut |value| value.iter_mut().for_each(resolve));
    }
}
