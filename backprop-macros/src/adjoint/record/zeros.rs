//! Zeros in the shape of values that are gone when the reverse half needs them.

use crate::adjoint::memory::moved_by;
use crate::ir::{
    Function, Kind, Let, Op, Region, Reverse, Stmt, Tree, ValueId, for_each_region,
    for_each_region_mut,
};
use std::collections::{BTreeMap, BTreeSet};

/// An adjoint that begins as zero has the shape of its value. Where the value
/// is moved away, borrowed, or defined inside an arm or an iteration, the
/// forward half makes the zero: at the last moment when it can.
pub(super) fn make(f: &mut Function, forward: &mut Region, reverse: &mut Reverse) {
    let there = there(f, forward);
    let mut wanted = BTreeMap::new();
    collect(f, &mut reverse.body, &there, &mut wanted);
    if wanted.is_empty() {
        return;
    }
    let mut heads = Vec::new();
    for param in &f.params {
        heads.extend(param.entry.leaves());
    }
    insert(f, forward, &heads, &mut wanted);
}

/// The values that are there, whatever they hold by then.
fn there(f: &Function, forward: &Region) -> BTreeSet<ValueId> {
    let mut moved = BTreeSet::new();
    crate::adjoint::memory::moves(f, forward, &mut moved);
    moved.extend(f.result.leaves());
    let mut there = BTreeSet::new();
    for param in &f.params {
        match &param.entry {
            Tree::Leaf(leaf) if f.is_reference(*leaf) => {}
            entry => there.extend(entry.leaves()),
        }
    }
    for stmt in &forward.stmts {
        let defined = crate::ir::definitions(stmt).into_iter();
        there.extend(defined.filter(|value| !f.is_reference(*value)));
    }
    there.retain(|value| !moved.contains(value));
    there
}

/// Replaces the zeros that cannot be made in the reverse half.
fn collect(
    f: &mut Function,
    region: &mut Region,
    there: &BTreeSet<ValueId>,
    wanted: &mut BTreeMap<ValueId, Vec<ValueId>>,
) {
    for stmt in &mut region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::ZeroGradient(of) = binding.op
            && !there.contains(&of)
            && matches!(f.kind(of), Kind::Container(..) | Kind::Opaque)
        {
            let info = f.info(binding.value).clone();
            let zero = f.value(info.kind, Some("zero".to_owned()), info.span);
            wanted.entry(of).or_default().push(zero);
            binding.op = Op::Begin(zero);
        }
        match stmt {
            Stmt::RevBranch(branch) => {
                let arms = branch.arms.iter_mut();
                arms.for_each(|arm| collect(f, arm, there, wanted));
            }
            Stmt::RevLoop(looped) => collect(f, &mut looped.body, there, wanted),
            _ => {}
        }
    }
}

/// Makes the zeros of the values that a region defines.
fn insert(
    f: &Function,
    region: &mut Region,
    heads: &[ValueId],
    wanted: &mut BTreeMap<ValueId, Vec<ValueId>>,
) {
    let zero = |of: ValueId, zero: ValueId| {
        Stmt::Let(Let {
            value: zero,
            op: Op::ZeroGradient(of),
        })
    };
    let mut pending: Vec<(ValueId, ValueId)> = Vec::new();
    let mut stmts = Vec::new();
    let mut define = |values: &[ValueId], stmts: &mut Vec<Stmt>, pending: &mut Vec<_>| {
        for value in values {
            for made in wanted.remove(value).unwrap_or_default() {
                // what is borrowed may change when the borrow ends
                match f.is_reference(*value) {
                    true => stmts.push(zero(*value, made)),
                    false => pending.push((*value, made)),
                }
            }
        }
    };
    define(heads, &mut stmts, &mut pending);
    for stmt in std::mem::take(&mut region.stmts) {
        let mut gone = BTreeSet::new();
        all_moves(f, &stmt, &mut gone);
        let (now, later): (Vec<_>, Vec<_>) = pending
            .into_iter()
            .partition(|(value, _)| gone.contains(value));
        pending = later;
        stmts.extend(now.into_iter().map(|(value, made)| zero(value, made)));
        let defined = crate::ir::definitions(&stmt);
        stmts.push(stmt);
        define(&defined, &mut stmts, &mut pending);
    }
    stmts.extend(pending.into_iter().map(|(value, made)| zero(value, made)));
    region.stmts = stmts;
    for stmt in &mut region.stmts {
        let mut bounds = Vec::new();
        for_each_region(stmt, &mut |_, bound| bounds.push(bound));
        let mut bounds = bounds.into_iter();
        for_each_region_mut(stmt, &mut |inner| {
            let bound = bounds.next().unwrap_or_default();
            insert(f, inner, &bound, wanted);
        });
    }
}

fn all_moves(f: &Function, stmt: &Stmt, into: &mut BTreeSet<ValueId>) {
    into.extend(moved_by(f, stmt));
    for_each_region(stmt, &mut |region, _| {
        region
            .stmts
            .iter()
            .for_each(|stmt| all_moves(f, stmt, into));
        into.extend(&region.yields);
    });
}
