//! Removes what nobody needs, and the double signs that rules leave behind.
//!
//! Only generated arithmetic is rewritten; the user's own stays as written, so
//! that the value is the primal's bit for bit.

use crate::ir::{
    BinaryOp, Function, Head, Kind, Method, Op, Region, Stmt, Tree, ValueId, for_each_region,
};
use std::collections::{BTreeMap, BTreeSet};

/// Simplifies the reverse half and removes dead code from both halves.
pub(crate) fn simplify(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    conditions(&mut body, &mut BTreeMap::new());
    f.body = body;
    if let Some(mut reverse) = f.reverse.take() {
        let mut ops = BTreeMap::new();
        signs(&mut reverse.body, &mut ops);
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

/// `a + (-b)` → `a - b`, `-(-a)` → `a`, `a - (-b)` → `a + b`.
fn signs(region: &mut Region, ops: &mut BTreeMap<ValueId, Op>) {
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::Let(binding) => {
                let negated = |value: &ValueId| match ops.get(value) {
                    Some(Op::Neg(inner)) => Some(*inner),
                    _ => None,
                };
                let better = match &binding.op {
                    Op::Neg(a) => negated(a).map(|a| Op::Copy(a, None)),
                    Op::Binary(BinaryOp::Add, a, b) => match (negated(a), negated(b)) {
                        (_, Some(b)) => Some(Op::Binary(BinaryOp::Sub, *a, b)),
                        (Some(a), None) => Some(Op::Binary(BinaryOp::Sub, *b, a)),
                        (None, None) => None,
                    },
                    Op::Binary(BinaryOp::Sub, a, b) => {
                        negated(b).map(|b| Op::Binary(BinaryOp::Add, *a, b))
                    }
                    _ => None,
                };
                if let Some(better) = better {
                    binding.op = better;
                }
                ops.insert(binding.value, binding.op.clone());
            }
            Stmt::RevBranch(branch) => branch.arms.iter_mut().for_each(|arm| signs(arm, ops)),
            Stmt::RevLoop(looped) => signs(&mut looped.body, ops),
            _ => {}
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
        Op::Verbatim(..) | Op::Stop(..) => true,
        Op::Deref(_) | Op::Project(..) => false,
        _ => false,
    }
}

/// Whether removing an unused operation cannot be noticed.
fn is_removable(f: &Function, op: &Op) -> bool {
    match op {
        // arithmetic on an opaque operand is someone's code
        Op::Method(Method::Smooth(_) | Method::Discrete(_), args) => {
            !may_panic(f, op) && args.iter().all(|a| f.kind(*a) != Kind::Opaque)
        }
        op => !may_panic(f, op),
    }
}

fn remove_dead(f: &mut Function) {
    loop {
        let mut live = roots(f);
        let body = std::mem::take(&mut f.body);
        let reverse = f.reverse.take();
        loop {
            let before = live.len();
            if let Some(reverse) = &reverse {
                mark(f, &reverse.body, &mut live, false);
            }
            mark(f, &body, &mut live, true);
            if live.len() == before {
                break;
            }
        }
        f.body = body;
        f.reverse = reverse;
        let mut removed = false;
        let mut body = std::mem::take(&mut f.body);
        removed |= sweep(f, &mut body, &live, true);
        f.body = body;
        if let Some(mut reverse) = f.reverse.take() {
            removed |= sweep(f, &mut reverse.body, &live, false);
            f.reverse = Some(reverse);
        }
        if !removed {
            return;
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
        Stmt::Let(binding) => (forward && !is_removable(f, &binding.op)) || defines(),
        Stmt::Effect(_) | Stmt::Diverge(_) | Stmt::Check(..) | Stmt::SameType(..) => true,
        Stmt::Call(_) => true,
        Stmt::Loop(_) => true,
        Stmt::If(branch) => {
            defines() || !branch.then.stmts.is_empty() || !branch.other.stmts.is_empty()
        }
        Stmt::Match(choice) => {
            let guarded = |arm: &crate::ir::Arm| arm.guard.is_some() || !arm.body.stmts.is_empty();
            defines() || choice.arms.iter().any(guarded)
        }
        Stmt::NewTape(tape) | Stmt::Push(tape, _) => live.contains(tape),
        _ => defines(),
    }
}

fn mark(f: &Function, region: &Region, live: &mut BTreeSet<ValueId>, forward: bool) {
    for stmt in region.stmts.iter().rev() {
        if !has_effect(f, stmt, live, forward) {
            continue;
        }
        match stmt {
            Stmt::If(branch) => {
                live.insert(branch.cond);
                for arm in [&branch.then, &branch.other] {
                    merge(&branch.results, &arm.yields, live);
                    mark(f, arm, live, forward);
                }
                mark_record(&branch.record, live);
            }
            Stmt::Match(choice) => {
                live.extend(choice.scrutinee.leaves());
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
                    Head::Forever => {}
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
                if let crate::ir::Order::Drain(tape, _) | crate::ir::Order::Count(tape) =
                    &looped.order
                {
                    live.insert(*tape);
                }
                if let crate::ir::Order::Range(range) = &looped.order {
                    live.extend([range.start, range.end]);
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
            stmt => crate::ir::for_each_use(stmt, &mut |value| {
                live.insert(value);
            }),
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

fn sweep(f: &Function, region: &mut Region, live: &BTreeSet<ValueId>, forward: bool) -> bool {
    let before = region.stmts.len();
    region
        .stmts
        .retain(|stmt| has_effect(f, stmt, live, forward));
    let mut removed = region.stmts.len() != before;
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::If(branch) => {
                removed |= drop_dead(
                    &mut branch.results,
                    &mut [&mut branch.then.yields, &mut branch.other.yields],
                    live,
                );
                removed |= sweep(f, &mut branch.then, live, forward);
                removed |= sweep(f, &mut branch.other, live, forward);
                if branch
                    .record
                    .as_ref()
                    .is_some_and(|r| !live.contains(&r.value))
                {
                    branch.record = None;
                    removed = true;
                }
            }
            Stmt::Match(choice) => {
                let mut yields: Vec<&mut Vec<ValueId>> = choice
                    .arms
                    .iter_mut()
                    .map(|arm| &mut arm.body.yields)
                    .collect();
                removed |= drop_dead(&mut choice.results, &mut yields, live);
                for arm in &mut choice.arms {
                    removed |= sweep(f, &mut arm.body, live, forward);
                }
                if choice
                    .record
                    .as_ref()
                    .is_some_and(|r| !live.contains(&r.value))
                {
                    choice.record = None;
                    removed = true;
                }
            }
            Stmt::Loop(looped) => {
                let lists: &mut [&mut Vec<ValueId>] = &mut [
                    &mut looped.inits,
                    &mut looped.params,
                    &mut looped.body.yields,
                ];
                removed |= drop_dead(&mut looped.results, lists, live);
                removed |= sweep(f, &mut looped.body, live, forward);
                if looped.tape.is_some_and(|tape| !live.contains(&tape)) {
                    looped.tape = None;
                }
            }
            Stmt::RevBranch(branch) => {
                let mut yields: Vec<&mut Vec<ValueId>> =
                    branch.arms.iter_mut().map(|arm| &mut arm.yields).collect();
                removed |= drop_dead(&mut branch.results, &mut yields, live);
                for arm in &mut branch.arms {
                    removed |= sweep(f, arm, live, forward);
                }
            }
            Stmt::RevLoop(looped) => {
                let lists: &mut [&mut Vec<ValueId>] = &mut [
                    &mut looped.inits,
                    &mut looped.params,
                    &mut looped.body.yields,
                ];
                removed |= drop_dead(&mut looped.results, lists, live);
                removed |= sweep(f, &mut looped.body, live, forward);
            }
            _ => {}
        }
    }
    removed
}

/// Drops dead results and, at the same positions, what feeds them.
fn drop_dead(
    results: &mut Vec<ValueId>,
    lists: &mut [&mut Vec<ValueId>],
    live: &BTreeSet<ValueId>,
) -> bool {
    let keep: Vec<bool> = results.iter().map(|value| live.contains(value)).collect();
    if keep.iter().all(|keep| *keep) {
        return false;
    }
    let filter = |list: &mut Vec<ValueId>| {
        // an arm that diverges yields nothing
        if list.len() == keep.len() {
            let mut kept = keep.iter();
            list.retain(|_| kept.next() == Some(&true));
        }
    };
    lists.iter_mut().for_each(|list| filter(list));
    filter(results);
    true
}

fn count(region: &Region, counts: &mut BTreeMap<ValueId, usize>) {
    crate::ir::rewrite_region_uses(&mut region.clone(), &mut |value| {
        *counts.entry(*value).or_default() += 1;
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
            crate::ir::rewrite_region_uses(&mut inner.clone(), &mut |value| {
                used.insert(*value);
            });
        });
    }
    used
}
