//! Arithmetic on numbers that `as` makes real ones of.
//!
//! `(c.rows * c.cols) as f64` is a count if the fields are integers, and carries
//! a derivative if they are `f32`: only rustc knows. Where nothing but casts and
//! tests use the result, the reverse half is right for both: it computes in
//! `f64`, and what goes back to an integer is nothing.

use crate::ir::{Function, Kind, Method, Op, Region, Stmt, ValueId, for_each_region, for_each_use};
use std::collections::{BTreeMap, BTreeSet};

/// The results of such arithmetic.
pub(super) fn find(f: &Function) -> BTreeSet<ValueId> {
    let mut found = Found::default();
    found.collect(f, &f.body);
    found.elsewhere.extend(f.result.leaves());
    for param in &f.params {
        found
            .elsewhere
            .extend(param.exit.iter().flat_map(|exit| exit.leaves()));
    }
    let mut numbers: BTreeSet<ValueId> = found.operands.keys().copied().collect();
    let mut queue: Vec<ValueId> = found.elsewhere.iter().copied().collect();
    while let Some(value) = queue.pop() {
        if numbers.remove(&value) {
            // what it is computed from is used as it is
            queue.extend(&found.operands[&value]);
        }
    }
    numbers.retain(|value| found.cast.contains(value) || found.is_operand(*value));
    numbers
}

#[derive(Default)]
struct Found {
    /// The operands of each operation that may be one of any numbers.
    operands: BTreeMap<ValueId, Vec<ValueId>>,
    cast: BTreeSet<ValueId>,
    /// Values that are used by anything else.
    elsewhere: BTreeSet<ValueId>,
}

impl Found {
    fn is_operand(&self, value: ValueId) -> bool {
        self.operands.values().any(|args| args.contains(&value))
    }

    fn collect(&mut self, f: &Function, region: &Region) {
        self.elsewhere.extend(&region.yields);
        for stmt in &region.stmts {
            self.stmt(f, stmt);
            for_each_region(stmt, &mut |inner, _| self.collect(f, inner));
        }
    }

    fn stmt(&mut self, f: &Function, stmt: &Stmt) {
        let mut used = Vec::new();
        match stmt {
            Stmt::Let(binding) => {
                for_each_use(stmt, &mut |value| used.push(value));
                let is_opaque = |value: &ValueId| f.kind(*value) == Kind::Opaque;
                match &binding.op {
                    Op::Cast(a, _) | Op::Convert(_, a) => {
                        self.cast.insert(*a);
                    }
                    Op::Binary(op, ..) if op.is_predicate() => {}
                    op if is_of_any_number(op)
                        && is_opaque(&binding.value)
                        && used.iter().all(is_opaque) =>
                    {
                        self.operands.insert(binding.value, used);
                    }
                    _ => self.elsewhere.extend(used),
                }
            }
            Stmt::If(_) | Stmt::SameType(..) | Stmt::Check(..) => {}
            Stmt::Match(choice) => {
                if choice.arms.iter().any(|arm| !arm.bindings.is_empty()) {
                    self.elsewhere.extend(choice.scrutinee.leaves());
                }
            }
            Stmt::Loop(looped) => self.elsewhere.extend(&looped.inits),
            stmt => {
                for_each_use(stmt, &mut |value| used.push(value));
                self.elsewhere.extend(used);
            }
        }
    }
}

/// Whether integers and real numbers have the operation.
pub(super) fn is_of_any_number(op: &Op) -> bool {
    match op {
        Op::Binary(op, ..) => op.is_arithmetic(),
        Op::Method(Method::Smooth(rule), _) => {
            matches!(rule.name, "min" | "max" | "clamp" | "abs" | "rem_euclid")
        }
        _ => false,
    }
}
