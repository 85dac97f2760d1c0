//! Walking over statements: what they define, what they hold.

use super::{
    BranchRecord, Head, Order, PullbackArg, Region, RevBranch, Stmt, TangentArg, ValueId,
    for_each_region_use,
};
use std::collections::BTreeSet;

/// The values that a statement defines for the statements after it.
pub(crate) fn definitions(stmt: &Stmt) -> Vec<ValueId> {
    match stmt {
        Stmt::Let(binding) => vec![binding.value],
        Stmt::Read(value, _) | Stmt::NewTape(value, _) => vec![*value],
        Stmt::Call(call) => {
            let mut defined = call.given();
            defined.extend(call.pullback);
            if let Some(tangents) = &call.tangents {
                defined.extend(tangents.result.leaves());
                for tangent in &tangents.args {
                    if let TangentArg::Mut { after, .. } = tangent {
                        defined.extend(after.leaves());
                    }
                }
            }
            defined
        }
        Stmt::If(branch) => of_branch(&branch.results, &branch.record, &branch.fused),
        Stmt::Match(choice) => of_branch(&choice.results, &choice.record, &choice.fused),
        Stmt::Loop(looped) => {
            let fused = looped.fused.iter().flat_map(|fused| &fused.results);
            looped.results.iter().chain(fused).copied().collect()
        }
        Stmt::RevBranch(branch) => branch.results.clone(),
        Stmt::Restore(_, values) => values.clone(),
        Stmt::RevLoop(looped) => looped.results.clone(),
        Stmt::Sum(sum) => vec![sum.result],
        Stmt::Pullback(call) => {
            let mut defined = Vec::new();
            for arg in &call.args {
                match arg {
                    PullbackArg::In { adjoint, .. } => {
                        defined.extend(adjoint.leaves().into_iter().flatten());
                    }
                    PullbackArg::Mut { adjoint, .. } => defined.extend(adjoint.leaves()),
                    PullbackArg::View { .. } | PullbackArg::MutView { .. } => {}
                }
            }
            defined
        }
        Stmt::Effect(_)
        | Stmt::SameType(..)
        | Stmt::Check(..)
        | Stmt::Diverge(_)
        | Stmt::Declare(_)
        | Stmt::Write(..)
        | Stmt::Block(..)
        | Stmt::Exit(_)
        | Stmt::Store(_)
        | Stmt::Mutate(_)
        | Stmt::AddAt(_)
        | Stmt::AddEach(..)
        | Stmt::Reserve(..)
        | Stmt::Push(..)
        | Stmt::Reach(_)
        | Stmt::Save(..) => Vec::new(),
    }
}

fn of_branch(
    results: &[ValueId],
    record: &Option<BranchRecord>,
    fused: &Option<RevBranch>,
) -> Vec<ValueId> {
    let record = record.iter().map(|record| record.value);
    let fused = fused.iter().flat_map(|fused| fused.results.iter().copied());
    results.iter().copied().chain(record).chain(fused).collect()
}

/// Calls `f` on each region directly inside a statement, with the values that
/// are defined at its head (bindings, loop items, carried values).
pub(crate) fn for_each_region(stmt: &Stmt, f: &mut impl FnMut(&Region, Vec<ValueId>)) {
    match stmt {
        Stmt::If(branch) => {
            f(&branch.then, Vec::new());
            f(&branch.other, Vec::new());
            let fused = branch.fused.iter().flat_map(|fused| &fused.arms);
            fused.for_each(|arm| f(arm, Vec::new()));
        }
        Stmt::Match(choice) => {
            for arm in &choice.arms {
                let bound: Vec<_> = arm.bindings.iter().map(|(_, value)| *value).collect();
                if let Some(guard) = &arm.guard {
                    f(guard, bound.clone());
                }
                f(&arm.body, bound);
            }
            let fused = choice.fused.iter().flat_map(|fused| &fused.arms);
            fused.for_each(|arm| f(arm, Vec::new()));
        }
        Stmt::Loop(looped) => {
            let mut bound = looped.params.clone();
            match &looped.head {
                Head::While(cond) => f(cond, bound.clone()),
                Head::Range(range) => bound.push(range.item),
                Head::Once | Head::Forever => {}
            }
            f(&looped.body, bound);
            if let Some(fused) = &looped.fused {
                f(&fused.body, fused.params.clone());
            }
        }
        Stmt::Block(_, region) => f(region, Vec::new()),
        Stmt::RevBranch(branch) => branch.arms.iter().for_each(|arm| f(arm, Vec::new())),
        Stmt::RevLoop(looped) => {
            let mut bound = looped.params.clone();
            match &looped.order {
                Order::Drain(drain) => {
                    bound.extend(&drain.values);
                    bound.extend(drain.beside.iter().map(|range| range.item));
                }
                Order::Range(range) => bound.push(range.item),
                Order::Unknown | Order::Count(_) => {}
            }
            f(&looped.body, bound);
        }
        Stmt::Sum(sum) => {
            let elements = sum.parts.iter().map(|(_, element)| *element);
            f(&sum.body, elements.collect());
        }
        _ => {}
    }
}

/// The values used in a region that are defined outside it.
pub(crate) fn free_values(region: &Region, bound: &[ValueId]) -> BTreeSet<ValueId> {
    let mut defined: BTreeSet<ValueId> = bound.iter().copied().collect();
    collect_definitions(region, &mut defined);
    let mut used = BTreeSet::new();
    for_each_region_use(region, &mut |value| {
        used.insert(value);
    });
    used.difference(&defined).copied().collect()
}

/// Adds every value defined in a region, nested regions included.
pub(crate) fn collect_definitions(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        into.extend(definitions(stmt));
        for_each_region(stmt, &mut |inner, bound| {
            into.extend(bound);
            collect_definitions(inner, into);
        });
    }
}

/// Calls `f` on each region directly inside a statement of the forward half.
pub(crate) fn for_each_region_mut(stmt: &mut Stmt, f: &mut impl FnMut(&mut Region)) {
    match stmt {
        Stmt::If(branch) => {
            f(&mut branch.then);
            f(&mut branch.other);
            let fused = branch.fused.iter_mut().flat_map(|fused| &mut fused.arms);
            fused.for_each(f);
        }
        Stmt::Match(choice) => {
            for arm in &mut choice.arms {
                arm.guard.iter_mut().for_each(&mut *f);
                f(&mut arm.body);
            }
            let fused = choice.fused.iter_mut().flat_map(|fused| &mut fused.arms);
            fused.for_each(f);
        }
        Stmt::Loop(looped) => {
            if let Head::While(cond) = &mut looped.head {
                f(cond);
            }
            f(&mut looped.body);
            if let Some(fused) = &mut looped.fused {
                f(&mut fused.body);
            }
        }
        Stmt::Block(_, region) => f(region),
        _ => {}
    }
}

/// Calls `f` on each region directly inside a statement of either half.
pub(crate) fn for_each_region_of_both_mut(stmt: &mut Stmt, f: &mut impl FnMut(&mut Region)) {
    match stmt {
        Stmt::RevBranch(branch) => branch.arms.iter_mut().for_each(f),
        Stmt::RevLoop(looped) => f(&mut looped.body),
        Stmt::Sum(sum) => f(&mut sum.body),
        stmt => for_each_region_mut(stmt, f),
    }
}
