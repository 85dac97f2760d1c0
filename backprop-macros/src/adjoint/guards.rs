//! Strong zeros with one reason.
//!
//! Each product of a masked adjoint is guarded: `if d == 0.0 { 0.0 } else { share }`.
//! Where several go back to one adjoint, the *root*, they are zero together. One
//! branch around all of them tests once, and what only they need is not computed if
//! nothing arrives. Within the branch something arrived, so only the guards of
//! singular rules stay.

use crate::ir::{
    BinaryOp, Function, Kind, Let, Op, Region, RevBranch, Stmt, StmtId, ValueId,
    for_each_region_of_both_mut, for_each_use,
};
use crate::simplify::{is_pinned, is_removable, use_counts};
use std::collections::{BTreeMap, BTreeSet};

/// So many statements may stand between the first and the last guard of a branch:
/// the pass stays linear.
const REACH: usize = 256;

/// So often a run is tried again without a statement that did not fit.
const ATTEMPTS: usize = 16;

/// Puts guards with one root into one branch.
pub(crate) fn gather(f: &mut Function) {
    if f.masks.is_empty() {
        return;
    }
    let mut factors = BTreeSet::new();
    let mut reverse = f.reverse.take();
    let mut body = std::mem::take(&mut f.body);
    find_factors(&body, &mut factors);
    if let Some(reverse) = &reverse {
        find_factors(&reverse.body, &mut factors);
    }
    (f.body, f.reverse) = (body, reverse);
    let counts = use_counts(f);
    reverse = f.reverse.take();
    body = std::mem::take(&mut f.body);
    let mut pass = Pass { f, factors, counts };
    pass.region(&mut body);
    if let Some(reverse) = &mut reverse {
        pass.region(&mut reverse.body);
    }
    (f.body, f.reverse) = (body, reverse);
}

/// Literals other than zero: what they are multiplied with is zero only if it was.
fn find_factors(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt {
            let is_factor = match &binding.op {
                Op::Number(number) => *number != 0.0,
                Op::Constant(tokens) => syn::parse2::<syn::LitFloat>(tokens.clone())
                    .is_ok_and(|lit| lit.base10_parse().is_ok_and(|number: f64| number != 0.0)),
                _ => false,
            };
            if is_factor {
                into.insert(binding.value);
            }
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| find_factors(inner, into));
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    factors: BTreeSet<ValueId>,
    counts: BTreeMap<ValueId, usize>,
}

/// What a value is if nothing arrived at the root.
#[derive(Clone, Copy)]
enum Otherwise {
    Zero,
    Value(ValueId),
}

/// The statements of a region that go into one branch.
#[derive(Default)]
struct Run {
    inside: BTreeSet<usize>,
    /// Between them, but after the branch: they need more than the root.
    after: BTreeSet<usize>,
    defined: BTreeSet<ValueId>,
    later: BTreeSet<ValueId>,
    otherwise: BTreeMap<ValueId, Otherwise>,
    guards: usize,
    adds: bool,
    last: usize,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        for stmt in &mut region.stmts {
            // several terms of a sum are computed at once: without branches
            if !matches!(stmt, Stmt::Sum(_)) {
                for_each_region_of_both_mut(stmt, &mut |inner| self.region(inner));
            }
        }
        let roots = self.roots(region);
        let mut guards: BTreeMap<ValueId, Vec<usize>> = BTreeMap::new();
        for (index, stmt) in region.stmts.iter().enumerate() {
            if let Some(root) = guard_of(stmt, &self.f.masks).and_then(|value| roots.get(&value)) {
                guards.entry(*root).or_default().push(index);
            }
        }
        guards.retain(|_, indices| indices.len() > 1);
        if guards.is_empty() {
            return;
        }
        let mut slots: Vec<Vec<Stmt>> = Vec::with_capacity(region.stmts.len());
        slots.extend(region.stmts.drain(..).map(|stmt| vec![stmt]));
        for (root, indices) in guards {
            let mut rest = &indices[..];
            while let [start, ..] = rest {
                let end = rest[rest.len() - 1];
                let run = self.run(&slots, &roots, root, (*start, end));
                let after = run.as_ref().map_or(*start, |run| run.last);
                if let Some(run) = run {
                    self.branch(&mut slots, root, run);
                }
                let left = rest.partition_point(|index| *index <= after);
                rest = &rest[left..];
            }
        }
        region.stmts = slots.into_iter().flatten().collect();
    }

    /// The root of each adjoint that is zero if another one is.
    fn roots(&self, region: &Region) -> BTreeMap<ValueId, ValueId> {
        let mut zeros_of: BTreeMap<ValueId, ValueId> = BTreeMap::new();
        let mut roots: BTreeMap<ValueId, ValueId> = BTreeMap::new();
        for stmt in &region.stmts {
            let Stmt::Let(Let { value, op }) = stmt else {
                continue;
            };
            let from = match op {
                Op::Binary(BinaryOp::Eq, upstream, _) => {
                    zeros_of.insert(*value, *upstream);
                    continue;
                }
                Op::Select(cond, ..) if self.f.masks.contains_key(value) => {
                    zeros_of.get(cond).copied()
                }
                op => self.scaled(op),
            };
            if let Some(from) = from {
                let root = roots.get(&from).copied().unwrap_or(from);
                roots.insert(*value, root);
            }
        }
        roots
    }

    /// The value whose sign is changed, or that is multiplied with a literal.
    fn scaled(&self, op: &Op) -> Option<ValueId> {
        match op {
            Op::Neg(a) | Op::Copy(a, None) => Some(*a),
            Op::Binary(BinaryOp::Mul, a, b) if self.factors.contains(a) => Some(*b),
            Op::Binary(BinaryOp::Mul | BinaryOp::Div, a, b) if self.factors.contains(b) => Some(*a),
            _ => None,
        }
    }

    /// The run of the guards from `start` to `end` that can be one branch.
    fn run(
        &self,
        slots: &[Vec<Stmt>],
        roots: &BTreeMap<ValueId, ValueId>,
        root: ValueId,
        (start, end): (usize, usize),
    ) -> Option<Run> {
        let mut deferred = BTreeSet::new();
        while deferred.len() < ATTEMPTS {
            let run = self.collect(slots, roots, root, (start, end), &deferred);
            let (_, misfit) = self.escapes(slots, &run);
            let Some(misfit) = misfit else {
                // two selections cost no more than a branch, and loops that only add to
                // elements stay without jumps
                let pays = run.guards > 2;
                return pays.then_some(run);
            };
            deferred.insert(misfit);
        }
        None
    }

    fn collect(
        &self,
        slots: &[Vec<Stmt>],
        roots: &BTreeMap<ValueId, ValueId>,
        root: ValueId,
        (start, end): (usize, usize),
        deferred: &BTreeSet<usize>,
    ) -> Run {
        let mut run = Run::default();
        let is_zero = |value: &ValueId| *value == root || roots.get(value) == Some(&root);
        for (index, slot) in slots.iter().enumerate().skip(start).take(REACH) {
            let stmt = match &slot[..] {
                [] => continue,
                [stmt] => stmt,
                _ => break,
            };
            let (mut depends, mut waits) = (false, deferred.contains(&index));
            for_each_use(stmt, &mut |value| {
                depends |= run.defined.contains(&value);
                waits |= run.later.contains(&value);
            });
            let belongs = match stmt {
                Stmt::Let(Let { value, op }) => {
                    let pinned = is_pinned(self.f, op);
                    if !(depends || waits || is_zero(value)) {
                        if index > end || (run.adds && pinned) {
                            break;
                        }
                        continue;
                    }
                    if pinned || !is_removable(self.f, op) {
                        break;
                    }
                    let otherwise = match is_zero(value) {
                        true => Some(Otherwise::Zero),
                        false => self.otherwise(op, &run, is_zero),
                    };
                    if !waits {
                        run.guards +=
                            usize::from(is_zero(value) && self.f.masks.contains_key(value));
                        run.defined.insert(*value);
                        run.otherwise.extend(otherwise.map(|other| (*value, other)));
                    } else {
                        run.later.insert(*value);
                    }
                    otherwise.is_some()
                }
                Stmt::AddAt(add) => {
                    let belongs = matches!(run.otherwise.get(&add.value), Some(Otherwise::Zero));
                    // a whole buffer is read: what was added to it before may wait
                    let reads = !matches!(self.f.kind(add.value), Kind::Real(_));
                    if !(depends || waits) {
                        if index > end || (run.adds && reads) {
                            break;
                        }
                        continue;
                    }
                    waits |= !belongs;
                    run.adds = true;
                    belongs
                }
                _ => break,
            };
            match waits {
                true if index > end => break,
                true => run.after.insert(index),
                false => run.inside.insert(index),
            };
            if belongs && !waits {
                run.last = index;
            } else if index > end {
                break;
            }
        }
        let last = run.last;
        run.inside.retain(|index| *index <= last);
        run.after.retain(|index| *index <= last);
        run
    }

    /// What an operation on values of a run gives if nothing arrived.
    fn otherwise(
        &self,
        op: &Op,
        run: &Run,
        is_zero: impl Fn(&ValueId) -> bool,
    ) -> Option<Otherwise> {
        let of = |value: &ValueId| run.otherwise.get(value).copied();
        if let Some(from) = self.scaled(op)
            && let Some(Otherwise::Zero) = of(&from)
        {
            return Some(Otherwise::Zero);
        }
        let outside = |value: &ValueId| match run.defined.contains(value) {
            true => of(value),
            false if is_zero(value) => Some(Otherwise::Zero),
            false => Some(Otherwise::Value(*value)),
        };
        match op {
            Op::Binary(BinaryOp::Add, a, b) => match (of(a), of(b)) {
                (_, Some(Otherwise::Zero)) => outside(a),
                (Some(Otherwise::Zero), _) => outside(b),
                _ => None,
            },
            Op::Binary(BinaryOp::Sub, a, b) => match of(b) {
                Some(Otherwise::Zero) => outside(a),
                _ => None,
            },
            _ => None,
        }
    }

    /// The values of a run that are used after it; the first statement that defines
    /// one which nothing can stand for.
    fn escapes(&self, slots: &[Vec<Stmt>], run: &Run) -> (Vec<ValueId>, Option<usize>) {
        let used = uses(slots, &run.inside);
        let mut escaped = Vec::new();
        for index in &run.inside {
            let [Stmt::Let(Let { value, .. })] = &slots[*index][..] else {
                continue;
            };
            let all = self.counts.get(value).copied().unwrap_or_default();
            if all > used.get(value).copied().unwrap_or_default() {
                if !run.otherwise.contains_key(value) {
                    return (escaped, Some(*index));
                }
                escaped.push(*value);
            }
        }
        (escaped, None)
    }

    /// Moves a run, and what only it needs, into a branch at its last statement.
    fn branch(&mut self, slots: &mut [Vec<Stmt>], root: ValueId, run: Run) {
        let (results, _) = self.escapes(slots, &run);
        let kept = results
            .iter()
            .filter_map(|value| match run.otherwise.get(value) {
                Some(Otherwise::Value(value)) => Some(*value),
                _ => None,
            });
        let inside = self.with_needs(slots, &run, &kept.chain([root]).collect());
        let mut then = Region::default();
        for index in inside {
            then.stmts.append(&mut slots[index]);
        }
        for stmt in &mut then.stmts {
            if let Stmt::Let(Let { value, op }) = stmt
                && self.f.masks.get(value) == Some(&false)
                && run.defined.contains(value)
                && let Op::Select(_, _, share) = op
            {
                *op = Op::Copy(*share, None);
            }
        }
        let mut other = Region::default();
        let mut fresh = BTreeMap::new();
        for result in &results {
            let info = self.f.info(*result).clone();
            let inner = self.f.value(info.kind, None, info.span);
            fresh.insert(*result, inner);
            then.yields.push(inner);
            let value = match run.otherwise.get(result) {
                Some(Otherwise::Value(value)) => *value,
                _ => {
                    let zero = self.f.value(info.kind, None, info.span);
                    let op = Op::Number(0.0);
                    other.stmts.push(Stmt::Let(Let { value: zero, op }));
                    zero
                }
            };
            other.yields.push(value);
        }
        for stmt in &mut then.stmts {
            crate::ir::rewrite_uses(stmt, &mut |value| {
                if let Some(inner) = fresh.get(value) {
                    *value = *inner;
                }
            });
            if let Stmt::Let(Let { value, .. }) = stmt
                && let Some(inner) = fresh.get(value)
            {
                *value = *inner;
            }
        }
        let (kind, span) = (self.f.kind(root), self.f.info(root).span);
        let zero = self.f.value(kind, None, span);
        let cond = self.f.value(Kind::Bool, None, span);
        let of = StmtId(self.f.next_stmt);
        self.f.next_stmt += 1;
        let mut after = Vec::new();
        for index in &run.after {
            after.append(&mut slots[*index]);
        }
        let slot = &mut slots[run.last];
        slot.push(Stmt::Let(Let {
            value: zero,
            op: Op::Number(0.0),
        }));
        slot.push(Stmt::Let(Let {
            value: cond,
            op: Op::Binary(BinaryOp::Ne, root, zero),
        }));
        slot.push(Stmt::RevBranch(RevBranch {
            of,
            cond: Some(cond),
            arms: vec![then, other],
            results,
            record: None,
        }));
        slot.append(&mut after);
    }

    /// The run, and the arithmetic before its statements that nothing else uses.
    /// `kept` are needed if nothing arrived, too.
    fn with_needs(
        &self,
        slots: &[Vec<Stmt>],
        run: &Run,
        kept: &BTreeSet<ValueId>,
    ) -> BTreeSet<usize> {
        let mut defined_at = BTreeMap::new();
        let first = run.inside.first().copied().unwrap_or_default();
        let from = first.saturating_sub(REACH);
        for (index, slot) in slots.iter().enumerate().take(run.last).skip(from) {
            if let [Stmt::Let(Let { value, op })] = &slot[..]
                && matches!(self.f.kind(*value), Kind::Real(_) | Kind::Int | Kind::Bool)
                && !is_pinned(self.f, op)
                && (is_removable(self.f, op) || matches!(op, Op::Load(_)))
            {
                defined_at.insert(*value, index);
            }
        }
        let mut inside = run.inside.clone();
        let mut used = uses(slots, &inside);
        let mut open: Vec<ValueId> = used.keys().copied().collect();
        while let Some(value) = open.pop() {
            let Some(index) = defined_at.get(&value) else {
                continue;
            };
            let elsewhere = used.get(&value) != self.counts.get(&value);
            if elsewhere || kept.contains(&value) || !inside.insert(*index) {
                continue;
            }
            for stmt in &slots[*index] {
                for_each_use(stmt, &mut |value| {
                    *used.entry(value).or_default() += 1;
                    open.push(value);
                });
            }
        }
        inside
    }
}

/// The value of a strong zero.
fn guard_of(stmt: &Stmt, masks: &BTreeMap<ValueId, bool>) -> Option<ValueId> {
    match stmt {
        Stmt::Let(binding) => masks.contains_key(&binding.value).then_some(binding.value),
        _ => None,
    }
}

/// How often the statements use each value.
fn uses(slots: &[Vec<Stmt>], inside: &BTreeSet<usize>) -> BTreeMap<ValueId, usize> {
    let mut used: BTreeMap<ValueId, usize> = BTreeMap::new();
    for stmt in inside.iter().flat_map(|index| &slots[*index]) {
        for_each_use(stmt, &mut |value| *used.entry(value).or_default() += 1);
    }
    used
}
