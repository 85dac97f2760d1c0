//! Removes statements that nobody needs.

use super::is_removable;
use crate::ir::{
    Function, Head, Order, PullbackArg, Range, Region, Reserve, RevBranch, RevLoop, Run, Stmt,
    TapeSize, ValueId,
};
use std::collections::BTreeSet;

pub(super) fn remove_dead(f: &mut Function) {
    let mut before = None;
    loop {
        let live = live(f);
        // what an earlier round left because of a value may go now
        if before == Some(live.len()) {
            return;
        }
        before = Some(live.len());
        let mut body = std::mem::take(&mut f.body);
        sweep(f, &mut body, &live, true);
        f.body = body;
        if let Some(mut reverse) = f.reverse.take() {
            sweep(f, &mut reverse.body, &live, false);
            f.reverse = Some(reverse);
        }
    }
}

/// The values that results and effects depend on.
fn live(f: &Function) -> BTreeSet<ValueId> {
    let mut live = roots(f);
    loop {
        let before = live.len();
        if let Some(reverse) = &f.reverse {
            mark(f, &reverse.body, &mut live, false);
        }
        mark(f, &f.body, &mut live, true);
        if live.len() == before {
            return live;
        }
    }
}

fn roots(f: &Function) -> BTreeSet<ValueId> {
    let mut live: BTreeSet<ValueId> = f.result.leaves().into_iter().collect();
    for param in &f.params {
        if let Some(exit) = &param.exit {
            live.extend(exit.leaves());
            // a pullback restores the content on entry
            live.extend(param.entry.leaves());
        }
    }
    if let Some(reverse) = &f.reverse {
        for adjoint in &reverse.adjoints {
            live.extend(adjoint.leaves().into_iter().flatten());
        }
    }
    live
}

/// Whether a statement stays even if nothing uses what it defines.
fn has_effect(f: &Function, stmt: &Stmt, live: &BTreeSet<ValueId>, forward: bool) -> bool {
    let defines = || {
        crate::ir::definitions(stmt)
            .iter()
            .any(|v| live.contains(v))
    };
    match stmt {
        Stmt::Let(binding) => {
            (forward && !is_removable(f, &binding.op))
                || super::changes_adjoint(&binding.op)
                || defines()
        }
        Stmt::Store(_) | Stmt::Mutate(_) | Stmt::AddAt(_) | Stmt::AddEach(..) => true,
        Stmt::Pullback(call) => defines() || call.args.iter().any(is_lent),
        Stmt::RevBranch(_) | Stmt::RevLoop(_) => defines() || contains_effect(stmt),
        Stmt::Effect(_) | Stmt::Diverge(_) | Stmt::Check(..) | Stmt::SameType(..) => true,
        Stmt::Call(_) => true,
        Stmt::Loop(_) => true,
        Stmt::If(branch) => {
            let fused = branch.fused.is_some();
            defines() || fused || !branch.then.stmts.is_empty() || !branch.other.stmts.is_empty()
        }
        Stmt::Match(choice) if choice.fused.is_some() => true,
        Stmt::Match(choice) => {
            let guarded = |arm: &crate::ir::Arm| arm.guard.is_some() || !arm.body.stmts.is_empty();
            defines() || choice.arms.iter().any(guarded)
        }
        Stmt::NewTape(tape, _) => live.contains(tape),
        Stmt::Push(push) => live.contains(&push.tape),
        Stmt::Reserve(reserve) => live.contains(&reserve.tape),
        Stmt::Save(checkpoints, _) => live.contains(checkpoints),
        _ => defines(),
    }
}

/// Whether a pullback adds to the adjoint of an argument in place.
fn is_lent(arg: &PullbackArg) -> bool {
    match arg {
        PullbackArg::View { adjoint, .. } | PullbackArg::MutView { adjoint, .. } => {
            adjoint.is_some()
        }
        _ => false,
    }
}

/// Whether the records of a loop are taken back.
fn is_kept(site: Option<ValueId>, live: &BTreeSet<ValueId>) -> bool {
    site.is_none_or(|site| live.contains(&site))
}

/// Whether adjoints are changed in place inside a statement.
fn contains_effect(stmt: &Stmt) -> bool {
    let mut found = match stmt {
        Stmt::Let(binding) => super::changes_adjoint(&binding.op),
        // a write puts content back that is read again
        Stmt::Store(_) | Stmt::Mutate(_) | Stmt::AddAt(_) | Stmt::AddEach(..) => true,
        Stmt::Pullback(call) => call.args.iter().any(is_lent),
        _ => false,
    };
    crate::ir::for_each_region(stmt, &mut |region, _| {
        found |= region.stmts.iter().any(contains_effect);
    });
    found
}

fn mark(f: &Function, region: &Region, live: &mut BTreeSet<ValueId>, forward: bool) {
    for stmt in region.stmts.iter().rev() {
        if !has_effect(f, stmt, live, forward) {
            continue;
        }
        match stmt {
            Stmt::If(branch) => {
                live.insert(branch.cond);
                mark_fused_arms(f, &branch.fused, live);
                for arm in [&branch.then, &branch.other] {
                    merge(&branch.results, &arm.yields, live);
                    mark(f, arm, live, forward);
                }
                mark_record(&branch.record, live);
            }
            Stmt::Match(choice) => {
                live.extend(choice.scrutinee.leaves());
                mark_fused_arms(f, &choice.fused, live);
                for arm in &choice.arms {
                    if let Some(guard) = &arm.guard {
                        live.extend(&guard.yields);
                        mark(f, guard, live, forward);
                    }
                    merge(&choice.results, &arm.body.yields, live);
                    mark(f, &arm.body, live, forward);
                }
                mark_record(&choice.record, live);
            }
            Stmt::Loop(looped) => {
                match &looped.head {
                    Head::Once | Head::Forever => {}
                    Head::While(cond) => {
                        live.extend(&cond.yields);
                        mark(f, cond, live, forward);
                    }
                    Head::Range(range) => {
                        live.extend([range.start, range.end]);
                        for adaptor in &range.adaptors {
                            if let crate::ir::RangeAdaptor::StepBy(step) = adaptor {
                                live.insert(*step);
                            }
                        }
                    }
                }
                live.extend(looped.stop);
                if let Some(fused) = &looped.fused {
                    carry(
                        &fused.inits,
                        &fused.params,
                        &fused.results,
                        &fused.body,
                        live,
                    );
                    mark(f, &fused.body, live, false);
                }
                carry(
                    &looped.inits,
                    &looped.params,
                    &looped.results,
                    &looped.body,
                    live,
                );
                mark(f, &looped.body, live, forward);
            }
            Stmt::RevBranch(branch) => {
                match &branch.record {
                    Some(record) => live.insert(record.value),
                    None => branch.cond.is_some_and(|cond| live.insert(cond)),
                };
                for arm in &branch.arms {
                    merge(&branch.results, &arm.yields, live);
                    mark(f, arm, live, forward);
                }
            }
            Stmt::RevLoop(looped) => {
                mark_order(&looped.order, live);
                carry(
                    &looped.inits,
                    &looped.params,
                    &looped.results,
                    &looped.body,
                    live,
                );
                mark(f, &looped.body, live, forward);
            }
            Stmt::Reserve(Reserve { counts, .. }) | Stmt::NewTape(_, TapeSize::Counted(counts)) => {
                let counts = counts.iter();
                let counts = counts.filter(|(site, _)| is_kept(*site, live));
                let counts: Vec<ValueId> = counts.map(|(_, count)| *count).collect();
                live.extend(counts);
            }
            stmt => crate::ir::for_each_use(stmt, &mut |value| {
                live.insert(value);
            }),
        }
    }
}

fn mark_fused_arms(f: &Function, fused: &Option<RevBranch>, live: &mut BTreeSet<ValueId>) {
    if let Some(fused) = fused {
        for arm in &fused.arms {
            merge(&fused.results, &arm.yields, live);
            mark(f, arm, live, false);
        }
    }
}

fn mark_order(order: &Order, live: &mut BTreeSet<ValueId>) {
    let mark_range = |range: &Range, live: &mut BTreeSet<ValueId>| {
        live.extend([range.start, range.end]);
    };
    match order {
        Order::Unknown => {}
        Order::Count(count) => {
            live.insert(*count);
        }
        Order::Range(range) => mark_range(range, live),
        Order::Drain(drain) => {
            live.insert(drain.tape);
            live.extend(drain.nest.map(|nested| nested.nest));
            match &drain.run {
                Run::All | Run::Rest => {}
                Run::Range(range) => mark_range(range, live),
                Run::Since(mark) => {
                    live.insert(*mark);
                }
            }
            if let Some(range) = &drain.beside {
                mark_range(range, live);
            }
        }
    }
}

fn mark_record(record: &Option<crate::ir::BranchRecord>, live: &mut BTreeSet<ValueId>) {
    if let Some(record) = record
        && live.contains(&record.value)
    {
        live.extend(record.arms.iter().flatten());
    }
}

fn merge(results: &[ValueId], yields: &[ValueId], live: &mut BTreeSet<ValueId>) {
    for (result, from) in results.iter().zip(yields) {
        if live.contains(result) {
            live.insert(*from);
        }
    }
}

/// A carried value lives if it is used in an iteration or after the loop.
fn carry(
    inits: &[ValueId],
    params: &[ValueId],
    results: &[ValueId],
    body: &Region,
    live: &mut BTreeSet<ValueId>,
) {
    for i in 0..params.len() {
        if live.contains(&params[i]) || live.contains(&results[i]) {
            live.extend([inits[i], params[i], results[i]]);
            live.extend(body.yields.get(i));
        }
    }
}

/// Removes what is dead, inside first: a branch in which nothing is left goes, too.
fn sweep(f: &Function, region: &mut Region, live: &BTreeSet<ValueId>, forward: bool) {
    let clear = |record: &mut Option<crate::ir::BranchRecord>| {
        record.take_if(|record| !live.contains(&record.value));
    };
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::If(branch) => {
                let yields = &mut [&mut branch.then.yields, &mut branch.other.yields];
                drop_dead(&mut branch.results, yields, live);
                sweep(f, &mut branch.then, live, forward);
                sweep(f, &mut branch.other, live, forward);
                if let Some(fused) = &mut branch.fused {
                    sweep_branch(f, fused, live);
                }
                clear(&mut branch.record);
            }
            Stmt::Match(choice) => {
                let yields = choice.arms.iter_mut().map(|arm| &mut arm.body.yields);
                drop_dead(&mut choice.results, &mut yields.collect::<Vec<_>>(), live);
                for arm in &mut choice.arms {
                    sweep(f, &mut arm.body, live, forward);
                }
                if let Some(fused) = &mut choice.fused {
                    sweep_branch(f, fused, live);
                }
                clear(&mut choice.record);
            }
            Stmt::Loop(looped) => {
                let lists: &mut [&mut Vec<ValueId>] = &mut [
                    &mut looped.inits,
                    &mut looped.params,
                    &mut looped.body.yields,
                ];
                drop_dead(&mut looped.results, lists, live);
                sweep(f, &mut looped.body, live, forward);
                if let Some(fused) = &mut looped.fused {
                    sweep_loop(f, fused, live);
                }
                looped.tape.take_if(|tape| !live.contains(tape));
            }
            Stmt::Reserve(Reserve { counts, .. }) | Stmt::NewTape(_, TapeSize::Counted(counts)) => {
                counts.retain(|(site, _)| is_kept(*site, live));
            }
            Stmt::RevBranch(branch) => sweep_branch(f, branch, live),
            Stmt::RevLoop(looped) => sweep_loop(f, looped, live),
            _ => {}
        }
    }
    region
        .stmts
        .retain(|stmt| has_effect(f, stmt, live, forward));
}

fn sweep_branch(f: &Function, branch: &mut RevBranch, live: &BTreeSet<ValueId>) {
    let yields = branch.arms.iter_mut().map(|arm| &mut arm.yields);
    drop_dead(&mut branch.results, &mut yields.collect::<Vec<_>>(), live);
    for arm in &mut branch.arms {
        sweep(f, arm, live, false);
    }
}

fn sweep_loop(f: &Function, looped: &mut RevLoop, live: &BTreeSet<ValueId>) {
    let lists: &mut [&mut Vec<ValueId>] = &mut [
        &mut looped.inits,
        &mut looped.params,
        &mut looped.body.yields,
    ];
    drop_dead(&mut looped.results, lists, live);
    sweep(f, &mut looped.body, live, false);
}

/// Drops dead results and, at the same positions, what feeds them.
fn drop_dead(
    results: &mut Vec<ValueId>,
    lists: &mut [&mut Vec<ValueId>],
    live: &BTreeSet<ValueId>,
) {
    let keep: Vec<bool> = results.iter().map(|value| live.contains(value)).collect();
    let filter = |list: &mut Vec<ValueId>| {
        // an arm that diverges yields nothing
        if list.len() == keep.len() {
            let mut kept = keep.iter();
            list.retain(|_| kept.next() == Some(&true));
        }
    };
    lists.iter_mut().for_each(|list| filter(list));
    filter(results);
}
