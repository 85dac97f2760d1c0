//! Walking over statements: what they use, what they define, what they hold.

use super::{
    Arg, BranchRecord, Drain, Head, Order, PullbackArg, Range, RangeAdaptor, Region, RevBranch,
    Run, Stmt, TangentArg, ValueId,
};
use std::collections::BTreeSet;

/// Calls `f` on every value that a statement uses, nested regions included.
pub(crate) fn for_each_use(stmt: &Stmt, f: &mut impl FnMut(ValueId)) {
    // One traversal serves reading and rewriting: the clone keeps them from
    // drifting apart, and statements are small.
    rewrite_uses(&mut stmt.clone(), &mut |value| f(*value));
}

/// Lets `f` replace every value that a statement uses, nested ones included.
pub(crate) fn rewrite_uses(stmt: &mut Stmt, f: &mut dyn FnMut(&mut ValueId)) {
    match stmt {
        Stmt::Let(binding) => binding.op.rewrite_uses(f),
        Stmt::Effect(capture) | Stmt::Diverge(capture) => capture.rewrite_uses(f),
        Stmt::Call(call) => {
            for arg in &mut call.args {
                match arg {
                    Arg::In(tree) => tree.for_each_mut(f),
                    Arg::Mut { before, .. } => before.for_each_mut(f),
                }
            }
            for tangent in call.tangents.iter_mut().flat_map(|t| &mut t.args) {
                match tangent {
                    TangentArg::Constant => {}
                    TangentArg::Value(tree) | TangentArg::Shared(tree) => tree.for_each_mut(f),
                    TangentArg::View(place) | TangentArg::MutView(place) => place.for_each_mut(f),
                    TangentArg::Mut { before, .. } => before.for_each_mut(f),
                }
            }
        }
        Stmt::If(branch) => {
            f(&mut branch.cond);
            rewrite_region_uses(&mut branch.then, f);
            rewrite_region_uses(&mut branch.other, f);
            rewrite_record(&mut branch.record, f);
            rewrite_fused_arms(&mut branch.fused, f);
        }
        Stmt::Match(choice) => {
            choice.scrutinee.for_each_mut(f);
            for arm in &mut choice.arms {
                if let Some(guard) = &mut arm.guard {
                    rewrite_region_uses(guard, f);
                }
                rewrite_region_uses(&mut arm.body, f);
            }
            rewrite_record(&mut choice.record, f);
            rewrite_fused_arms(&mut choice.fused, f);
        }
        Stmt::Loop(looped) => {
            looped.inits.iter_mut().for_each(&mut *f);
            match &mut looped.head {
                Head::Forever => {}
                Head::While(cond) => rewrite_region_uses(cond, f),
                Head::Range(range) => rewrite_range(range, f),
            }
            rewrite_region_uses(&mut looped.body, f);
            if let Some(stop) = &mut looped.stop {
                f(stop);
            }
            if let Some(fused) = &mut looped.fused {
                fused.inits.iter_mut().for_each(&mut *f);
                rewrite_region_uses(&mut fused.body, f);
            }
        }
        Stmt::NewTape(_, super::TapeSize::Range(range)) => rewrite_range(range, f),
        Stmt::Reserve(tape, range, outer) => {
            f(tape);
            rewrite_range(range, f);
            outer.iter_mut().for_each(|range| rewrite_range(range, f));
        }
        Stmt::Declare(_) | Stmt::Read(..) | Stmt::Exit(_) | Stmt::NewTape(..) => {}
        Stmt::Write(_, value) | Stmt::Check(value, ..) => f(value),
        Stmt::SameType(a, b) => {
            f(a);
            f(b);
        }
        Stmt::Store(store) => {
            store.place.for_each_mut(f);
            f(&mut store.value);
        }
        Stmt::Mutate(mutate) => {
            mutate.place.for_each_mut(f);
            mutate.args.iter_mut().for_each(&mut *f);
            mutate.record.iter_mut().for_each(f);
        }
        Stmt::AddAt(add) => {
            add.place.for_each_mut(f);
            f(&mut add.value);
        }
        Stmt::AddEach(to, from, _) => {
            f(to);
            f(from);
        }
        Stmt::Block(_, region) => rewrite_region_uses(region, f),
        Stmt::RevBranch(branch) => {
            if let (None, Some(cond)) = (&branch.record, &mut branch.cond) {
                f(cond);
            }
            if let Some(record) = &mut branch.record {
                f(&mut record.value);
            }
            for arm in &mut branch.arms {
                rewrite_region_uses(arm, f);
            }
        }
        Stmt::RevLoop(looped) => {
            looped.inits.iter_mut().for_each(&mut *f);
            match &mut looped.order {
                Order::Unknown => {}
                Order::Count(count) => f(count),
                Order::Drain(drain) => rewrite_drain(drain, f),
                Order::Range(range) => rewrite_range(range, f),
            }
            rewrite_region_uses(&mut looped.body, f);
        }
        Stmt::Pullback(call) => {
            f(&mut call.pullback);
            call.upstream.for_each_mut(f);
            if let Some(guard) = &mut call.guard {
                f(guard);
            }
            call.otherwise.iter_mut().for_each(&mut *f);
            for arg in &mut call.args {
                match arg {
                    PullbackArg::In {
                        arg,
                        is_used,
                        owned,
                        ..
                    } => {
                        if *is_used {
                            arg.for_each_mut(f);
                        }
                        owned.iter_mut().for_each(&mut *f);
                    }
                    PullbackArg::Mut { upstream, .. } => upstream.for_each_mut(f),
                    PullbackArg::View {
                        content, adjoint, ..
                    } => {
                        content.for_each_mut(f);
                        if let Some(adjoint) = adjoint {
                            adjoint.for_each_mut(f);
                        }
                    }
                    PullbackArg::MutView {
                        content, adjoint, ..
                    } => {
                        f(content);
                        if let Some(adjoint) = adjoint {
                            adjoint.for_each_mut(f);
                        }
                    }
                }
            }
        }
        Stmt::Push(to, values) | Stmt::Save(to, values) => {
            f(to);
            values.iter_mut().for_each(&mut *f);
        }
        Stmt::Restore(from, _) => f(from),
    }
}

fn rewrite_fused_arms(fused: &mut Option<RevBranch>, f: &mut dyn FnMut(&mut ValueId)) {
    let arms = fused.iter_mut().flat_map(|fused| &mut fused.arms);
    arms.for_each(|arm| rewrite_region_uses(arm, f));
}

fn rewrite_record(record: &mut Option<BranchRecord>, f: &mut dyn FnMut(&mut ValueId)) {
    if let Some(record) = record {
        record.arms.iter_mut().flatten().for_each(f);
    }
}

fn rewrite_drain(drain: &mut Drain, f: &mut dyn FnMut(&mut ValueId)) {
    f(&mut drain.tape);
    match &mut drain.run {
        Run::All | Run::Rest => {}
        Run::Range(range) => rewrite_range(range, f),
        Run::Since(mark) => f(mark),
    }
    if let Some(range) = &mut drain.beside {
        rewrite_range(range, f);
    }
}

pub(super) fn rewrite_range(range: &mut Range, f: &mut dyn FnMut(&mut ValueId)) {
    f(&mut range.start);
    f(&mut range.end);
    for adaptor in &mut range.adaptors {
        if let RangeAdaptor::StepBy(step) = adaptor {
            f(step);
        }
    }
}

/// Lets `f` replace every value that a region uses, its yields included.
pub(crate) fn rewrite_region_uses(region: &mut Region, f: &mut dyn FnMut(&mut ValueId)) {
    for stmt in &mut region.stmts {
        rewrite_uses(stmt, f);
    }
    region.yields.iter_mut().for_each(f);
}

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
                Head::Forever => {}
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
        _ => {}
    }
}

/// The values used in a region that are defined outside it.
pub(crate) fn free_values(region: &Region, bound: &[ValueId]) -> BTreeSet<ValueId> {
    let mut defined: BTreeSet<ValueId> = bound.iter().copied().collect();
    collect_definitions(region, &mut defined);
    let mut used = BTreeSet::new();
    rewrite_region_uses(&mut region.clone(), &mut |value| {
        used.insert(*value);
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
