//! What stays where it is, and what a statement may move away.

use crate::ir::{Arg, Function, Hold, Kind, Op, Proj, Region, Stmt, Tree, ValueId};
use std::collections::BTreeSet;

/// The values that hold at the end, and in the reverse half, what they held
/// when they were defined: never changed, never moved away, and defined where
/// the reverse half can see them.
pub(crate) fn stable(f: &Function) -> BTreeSet<ValueId> {
    let changed = crate::lower::changed(f, &f.body);
    let result = f.result.leaves();
    let mut found: BTreeSet<ValueId> = BTreeSet::new();
    for param in &f.params {
        match &param.entry {
            Tree::Leaf(leaf) if f.is_reference(*leaf) => {
                if param.in_place && f.info(*leaf).hold == Hold::Shared {
                    found.insert(*leaf);
                }
            }
            entry => found.extend(entry.leaves()),
        }
    }
    for stmt in &f.body.stmts {
        let defined = crate::ir::definitions(stmt).into_iter();
        found.extend(defined.filter(|value| !f.is_reference(*value)));
    }
    let moved = moved(f, &f.body);
    found.retain(|value| {
        !changed.contains(value) && !result.contains(value) && !moved.contains(value)
    });
    found
}

/// The values that are gone after a region, as far as can be told: the last use of
/// each there may move it away. An earlier one cannot have, nor can one in a loop that
/// goes on.
pub(crate) fn moved(f: &Function, region: &Region) -> BTreeSet<ValueId> {
    moved_and_used(f, region).0
}

/// The same, and what the region uses but for numbers, which are copied.
fn moved_and_used(f: &Function, region: &Region) -> (BTreeSet<ValueId>, BTreeSet<ValueId>) {
    let is_number =
        |value: &ValueId| matches!(f.kind(*value), Kind::Real(_) | Kind::Int | Kind::Bool);
    let yields = region.yields.iter().copied();
    let mut moved: BTreeSet<ValueId> = yields.filter(|value| !is_number(value)).collect();
    let mut used = BTreeSet::new();
    for stmt in region.stmts.iter().rev() {
        let mut here = moved_by(f, stmt);
        let mut used_here = Vec::new();
        crate::ir::for_each_direct_use(stmt, &mut |value| {
            if !is_number(&value) {
                used_here.push(value);
            }
        });
        crate::ir::for_each_region(stmt, &mut |inner, _| {
            let (moved, mut used) = moved_and_used(f, inner);
            used.extend(inner.yields.iter().filter(|value| !is_number(value)));
            if !matches!(stmt, Stmt::Loop(_)) {
                here.extend(moved);
            }
            used_here.extend(used);
        });
        moved.extend(here.into_iter().filter(|value| !used.contains(value)));
        used.extend(used_here);
    }
    (moved, used)
}

/// What a statement may move, not counting the regions inside it.
pub(crate) fn moved_by(f: &Function, stmt: &Stmt) -> Vec<ValueId> {
    let mut moved = match stmt {
        Stmt::Let(binding) => match &binding.op {
            Op::Copy(a, _) | Op::Repeat(a, _) | Op::Project(a, _) | Op::Deref(a) => vec![*a],
            Op::Load(place) => vec![place.base],
            Op::Aggregate(_, parts) => parts.clone(),
            Op::Verbatim(capture, _) | Op::Stop(_, capture) => captured(f, capture),
            _ => Vec::new(),
        },
        Stmt::Effect(capture) | Stmt::Diverge(capture) => captured(f, capture),
        Stmt::Store(store) => vec![store.value],
        Stmt::Mutate(mutate) => mutate.args.clone(),
        Stmt::Call(call) => {
            let leaves = call.args.iter().flat_map(|arg| match arg {
                Arg::In(Tree::Ref(_)) => Vec::new(),
                Arg::In(tree) => tree.leaves(),
                Arg::Mut { before, .. } => before.leaves(),
            });
            leaves.collect()
        }
        Stmt::Loop(looped) => looped.inits.clone(),
        Stmt::Match(choice) => choice.scrutinee.leaves(),
        _ => Vec::new(),
    };
    // numbers are copied
    moved.retain(|value| {
        !matches!(f.kind(*value), Kind::Real(_) | Kind::Int | Kind::Bool) && !f.is_reference(*value)
    });
    // an element that is a number is copied out
    if let Stmt::Let(binding) = stmt
        && let Op::Load(place) = &binding.op
        && (!place.path.is_empty()
            && matches!(
                f.kind(binding.value),
                Kind::Real(_) | Kind::Int | Kind::Bool
            )
            || place.path.iter().any(|step| matches!(step, Proj::Index(_))))
    {
        moved.clear();
    }
    moved
}

/// Containers are passed through by reference, the rest by value.
fn captured(f: &Function, capture: &crate::ir::Capture) -> Vec<ValueId> {
    let leaves = capture.uses.iter().flat_map(|(_, tree)| tree.leaves());
    leaves
        .filter(|leaf| !f.kind(*leaf).is_container())
        .collect()
}
