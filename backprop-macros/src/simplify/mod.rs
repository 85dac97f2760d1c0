//! Removes what nobody needs, and the double signs that rules leave behind.
//!
//! Only generated arithmetic is rewritten; the user's own stays as written, so
//! that the value is the primal's bit for bit.

mod arithmetic;
mod carried;
mod dead;
mod widths;

use arithmetic::{copies, negative_factors, signs};
use dead::remove_dead;
pub(crate) use widths::settle;

use crate::ir::{Function, Kind, Method, Op, Region, Stmt, Tree, ValueId, for_each_region};
use std::collections::{BTreeMap, BTreeSet};

/// Simplifies the reverse half and removes dead code from both halves.
pub(crate) fn simplify(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    conditions(&mut body, &mut BTreeMap::new());
    f.body = body;
    if let Some(mut reverse) = f.reverse.take() {
        signs(f, &mut reverse.body);
        copies(&mut reverse);
        carried::invariants(&mut reverse);
        negative_factors(f, &mut reverse.body, &mut BTreeMap::new());
        f.reverse = Some(reverse);
    }
    remove_dead(f);
}

/// `let stop = if test { true } else { false };` → `test`: flags of exits.
fn conditions(region: &mut Region, flags: &mut BTreeMap<ValueId, bool>) {
    let mut index = 0;
    while index < region.stmts.len() {
        let mut copies = Vec::new();
        match &mut region.stmts[index] {
            Stmt::Let(binding) => {
                if let Op::Flag(flag) = binding.op {
                    flags.insert(binding.value, flag);
                }
            }
            Stmt::If(branch) => {
                conditions(&mut branch.then, flags);
                conditions(&mut branch.other, flags);
                let flag = |list: &Vec<ValueId>, i: usize| list.get(i).and_then(|v| flags.get(v));
                let mut i = 0;
                while i < branch.results.len() {
                    let pair = (flag(&branch.then.yields, i), flag(&branch.other.yields, i));
                    let op = match pair {
                        (Some(true), Some(false)) => Op::Copy(branch.cond, None),
                        (Some(false), Some(true)) => Op::Not(branch.cond),
                        _ => {
                            i += 1;
                            continue;
                        }
                    };
                    copies.push((branch.results.remove(i), op));
                    branch.then.yields.remove(i);
                    branch.other.yields.remove(i);
                }
            }
            Stmt::Match(choice) => {
                choice
                    .arms
                    .iter_mut()
                    .for_each(|arm| conditions(&mut arm.body, flags));
            }
            Stmt::Loop(looped) => conditions(&mut looped.body, flags),
            _ => {}
        }
        index += 1;
        for (value, op) in copies {
            region
                .stmts
                .insert(index, Stmt::Let(crate::ir::Let { value, op }));
            index += 1;
        }
    }
}

/// Whether an operation may panic, or may do anything at all.
pub(crate) fn may_panic(f: &Function, op: &Op) -> bool {
    match op {
        Op::Neg(a) => !matches!(f.kind(*a), Kind::Real(_)),
        Op::Binary(op, a, b) => {
            let real = |value: &ValueId| matches!(f.kind(*value), Kind::Real(_));
            !(real(a) || real(b) || op.is_predicate())
        }
        Op::Method(method, _) => method.name() == "clamp",
        Op::Verbatim(..) | Op::Stop(..) | Op::SplitAt(..) | Op::SortOrder(..) | Op::PopValue(_) => {
            true
        }
        // an index may be out of bounds
        Op::Load(place)
        | Op::View(place, _)
        | Op::Duplicate(place, _)
        | Op::ArrayLike(place, _)
        | Op::CopyAt(place) => !place.path.is_empty(),
        Op::Deref(_) | Op::Project(..) => false,
        _ => false,
    }
}

/// Whether an operation of the reverse half changes an adjoint in place.
pub(crate) fn changes_adjoint(op: &Op) -> bool {
    matches!(op, Op::Take(_) | Op::Exchange(..) | Op::Pop(_))
}

/// Whether an operation must run where it stands: memory may change around it.
pub(crate) fn is_pinned(f: &Function, op: &Op) -> bool {
    match op {
        Op::Load(place)
        | Op::Query(place, _)
        | Op::Length(place)
        | Op::Duplicate(place, _)
        | Op::ArrayLike(place, _) => {
            // what a call gives may move into the record right after its last use
            !f.stable.contains(&place.base) || f.borrowed.contains(&place.base)
        }
        Op::View(place, mutable) => *mutable || !place.path.is_empty(),
        Op::SplitAt(..)
        | Op::Checked(..)
        | Op::Half(..)
        | Op::Traced(..)
        | Op::Choose(_)
        | Op::Part(..)
        | Op::Lens(_)
        | Op::Chosen(_)
        | Op::Begin(_)
        | Op::CopyGradient(_)
        | Op::CopyAt(_)
        | Op::Spread(..)
        | Op::Snapshot(_)
        | Op::Keep(..)
        | Op::Kept(_)
        | Op::Owned(..)
        | Op::OwnedAlong(..)
        | Op::SumOf(_)
        | Op::ZeroAt(_)
        | Op::SortOrder(..)
        | Op::Window(_)
        | Op::TapeLength(_)
        | Op::Resume(_)
        | Op::Hold(_)
        | Op::Regain(..)
        | Op::TurnStart(_)
        | Op::TurnEnd(_)
        | Op::ItemAt(..)
        | Op::Draw(_)
        | Op::PopValue(_) => true,
        op => changes_adjoint(op),
    }
}

/// Whether removing an unused operation cannot be noticed.
pub(crate) fn is_removable(f: &Function, op: &Op) -> bool {
    match op {
        // arithmetic on an opaque operand is someone's code
        Op::Method(Method::Smooth(_) | Method::Discrete(_), args) => {
            !may_panic(f, op) && args.iter().all(|a| f.kind(*a) != Kind::Opaque)
        }
        op => !may_panic(f, op),
    }
}

fn count(region: &Region, counts: &mut BTreeMap<ValueId, usize>) {
    crate::ir::for_each_region_use(region, &mut |value| {
        *counts.entry(value).or_default() += 1;
    });
}

/// How often each value is used in the forward half.
pub(crate) fn forward_counts(f: &Function) -> BTreeMap<ValueId, usize> {
    let mut counts = BTreeMap::new();
    count(&f.body, &mut counts);
    for leaf in f.result.leaves() {
        *counts.entry(leaf).or_default() += 1;
    }
    counts
}

/// How often each value is used, in both halves.
pub(crate) fn use_counts(f: &Function) -> BTreeMap<ValueId, usize> {
    let mut counts = BTreeMap::new();
    count(&f.body, &mut counts);
    let mut add = |tree: &Tree<ValueId>| {
        for leaf in tree.leaves() {
            *counts.entry(leaf).or_default() += 1;
        }
    };
    add(&f.result);
    for param in &f.params {
        if let Some(exit) = &param.exit {
            add(exit);
            add(&param.entry);
        }
    }
    if let Some(reverse) = &f.reverse {
        count(&reverse.body, &mut counts);
        for leaf in reverse.adjoints.iter().flat_map(Tree::leaves).flatten() {
            *counts.entry(leaf).or_default() += 1;
        }
    }
    counts
}

/// Every value that a region defines or that nested regions do.
pub(crate) fn nested_uses(region: &Region) -> BTreeSet<ValueId> {
    let mut used = BTreeSet::new();
    for stmt in &region.stmts {
        for_each_region(stmt, &mut |inner, _| {
            crate::ir::for_each_region_use(inner, &mut |value| {
                used.insert(value);
            });
        });
    }
    used
}
