//! Pullbacks that can be copied: `f_jacobian` then runs the forward half once.

use super::companions::Parts;
use crate::ir::{
    BranchRecord, Function, Kind, Region, Scalar, Stmt, ValueId, for_each_region, for_each_use,
};
use crate::parse::Home;
use std::collections::BTreeSet;

/// Whether all that the pullback of a function holds is known to be made of numbers: of
/// straight code and branches, without calls and loops.
pub(super) fn is_copied(parts: &Parts, f: &Function) -> bool {
    let Some(reverse) = &f.reverse else {
        return false;
    };
    if parts.input.home != Home::Module || parts.boxed || parts.input.options.workspace.is_some() {
        return false;
    }
    let (mut forward, mut backward) = (Uses::default(), Uses::default());
    let is_plain = forward.visit(&f.body) && backward.visit(&reverse.body);
    let records = &forward.records;
    let is_number = |value: &ValueId| match f.kind(*value) {
        Kind::Real(_) | Kind::Int | Kind::Bool => true,
        Kind::Container(_, scalar) => scalar != Scalar::Opaque,
        Kind::Constant | Kind::Opaque => records.contains(value),
    };
    let slots = reverse.adjoints.iter().flat_map(|tree| tree.leaves());
    let slots: Vec<ValueId> = slots.into_iter().flatten().collect();
    let held = backward.used.iter().chain(&forward.recorded).chain(&slots);
    is_plain && { held }.all(is_number)
}

/// What a region uses, and the records of its branches.
#[derive(Default)]
struct Uses {
    used: BTreeSet<ValueId>,
    records: BTreeSet<ValueId>,
    recorded: BTreeSet<ValueId>,
}

impl Uses {
    /// Collects them; whether there is nothing else.
    fn visit(&mut self, region: &Region) -> bool {
        let mut is_plain = true;
        self.used.extend(&region.yields);
        for stmt in &region.stmts {
            let record: Option<&BranchRecord> = match stmt {
                Stmt::If(branch) => branch.record.as_ref(),
                Stmt::RevBranch(branch) => branch.record.as_ref(),
                Stmt::Let(_) | Stmt::Check(..) | Stmt::SameType(..) | Stmt::Diverge(_) => None,
                Stmt::AddAt(_) | Stmt::Store(_) => None,
                _ => return false,
            };
            if let Some(record) = record {
                self.records.insert(record.value);
                self.recorded.extend(record.arms.iter().flatten());
            }
            for_each_use(stmt, &mut |value| {
                self.used.insert(value);
            });
            for_each_region(stmt, &mut |inner, _| is_plain &= self.visit(inner));
        }
        is_plain
    }
}
