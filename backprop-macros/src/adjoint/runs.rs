//! Pullbacks that may run several times: a Jacobian runs one for each row.
//!
//! What the reverse half takes from the forward half it borrows. A tape is read and not
//! taken apart, and what stands in a record is a reference there, but for numbers. What
//! is changed or handed on is kept ([`Op::Hold`]) and taken where it is needed
//! ([`Op::Regain`]): the last run gets the value itself, an earlier one a copy.

use crate::ir::{
    Function, Kind, Let, Op, Order, Place, Region, RevBranch, RevLoop, Reverse, Stmt, StmtId,
    ValueId, definitions, for_each_region, for_each_region_mut, for_each_region_of_both_mut,
    for_each_region_use, rewrite_region_uses,
};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the reverse half one that may run several times.
pub(crate) fn repeat(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut forward = std::mem::take(&mut f.body);
    let mut pass = Pass {
        taken: taken(f, &reverse.body),
        there: BTreeSet::new(),
        small: BTreeSet::new(),
        zeros: BTreeSet::new(),
        pushed: BTreeMap::new(),
        tapes: BTreeMap::new(),
        recorded: BTreeSet::new(),
        in_arms: BTreeMap::new(),
        on_tapes: BTreeMap::new(),
        f,
    };
    pass.look_at(&forward);
    pass.captured(&mut forward, &mut reverse);
    pass.region(&mut reverse.body);
    pass.hold(&mut forward);
    pass.copy(&mut reverse.body);
    f.body = forward;
    f.reverse = Some(reverse);
}

struct Pass<'a> {
    f: &'a mut Function,
    /// What the reverse half changes, or uses by value.
    taken: Taken,
    /// What the pullback may capture.
    there: BTreeSet<ValueId>,
    /// Copies of a few numbers, which another copy of costs nothing.
    small: BTreeSet<ValueId>,
    /// Gradients that the forward half makes.
    zeros: BTreeSet<ValueId>,
    /// What goes on each tape.
    pushed: BTreeMap<ValueId, Vec<ValueId>>,
    /// Each name that a tape has in the reverse half, and the tape.
    tapes: BTreeMap<ValueId, ValueId>,
    /// The branches of the forward half. Those of iterations that run again in the reverse
    /// half have their records there, as their own.
    recorded: BTreeSet<StmtId>,
    /// Which parts of the records of arms, and of those on tapes, are kept under which
    /// name.
    in_arms: BTreeMap<(StmtId, usize), Vec<(usize, ValueId)>>,
    on_tapes: BTreeMap<ValueId, Vec<(usize, ValueId)>>,
}

impl Pass<'_> {
    fn look_at(&mut self, region: &Region) {
        let mut are_small = None;
        for stmt in &region.stmts {
            match stmt {
                Stmt::Let(Let {
                    value,
                    op: Op::IsLight(..),
                }) => are_small = Some(*value),
                // where such a loop runs, all that it keeps is small
                Stmt::If(branch) if Some(branch.cond) == are_small => {
                    snapshots(&branch.then, &mut self.small);
                }
                Stmt::Let(Let {
                    value,
                    op: Op::ZeroGradient(_) | Op::ZeroAt(_),
                }) => {
                    self.zeros.insert(*value);
                }
                Stmt::NewTape(tape, _) => {
                    self.tapes.insert(*tape, *tape);
                }
                Stmt::Push(push) => {
                    self.pushed.insert(push.tape, push.values.clone());
                }
                Stmt::Match(choice) => {
                    self.recorded.insert(choice.id);
                }
                _ => {}
            }
            if let Stmt::If(branch) = stmt {
                self.recorded.insert(branch.id);
            }
            for_each_region(stmt, &mut |inner, _| self.look_at(inner));
        }
    }

    fn is_number(&self, value: ValueId) -> bool {
        matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool)
    }

    /// Whether the reverse half takes a value, which the forward half has as `origin`;
    /// and whether it is a gradient.
    fn takes(&self, value: ValueId, origin: ValueId) -> Option<bool> {
        // a zero may have come out of a branch
        let is_zero = self.zeros.contains(&origin) || self.taken.begun.contains(&value);
        let is_taken = self.taken.changed.contains(&value)
            || self.taken.resumed.contains(&value) && !self.tapes.contains_key(&origin)
            || is_zero && self.taken.by_value.contains(&value);
        is_taken.then_some(is_zero)
    }

    /// What the pullback captures.
    fn captured(&mut self, forward: &mut Region, reverse: &mut Reverse) {
        let mut there: BTreeSet<ValueId> = forward.stmts.iter().flat_map(definitions).collect();
        for param in &self.f.params {
            there.extend(param.entry.leaves());
        }
        let used = {
            let mut used = BTreeSet::new();
            for_each_region_use(&reverse.body, &mut |value| {
                used.insert(value);
            });
            let slots = reverse.adjoints.iter().flat_map(|tree| tree.leaves());
            used.extend(slots.flatten());
            used
        };
        let mut regained = Vec::new();
        self.there = there;
        let captured: Vec<ValueId> = self.there.intersection(&used).copied().collect();
        for value in captured {
            // what is behind a reference is not captured
            if self.f.is_reference(value) {
                continue;
            }
            if self.is_number(value) {
                // what a call with `&mut` leaves behind
                if self.taken.changed.contains(&value) {
                    let taken = self.regained(value, &mut reverse.body);
                    let op = Op::Copy(value, None);
                    regained.push(Stmt::Let(Let { value: taken, op }));
                }
                continue;
            }
            let is_slot = reverse.adjoints.iter().any(|tree| {
                let leaves = tree.leaves();
                leaves.contains(&Some(value))
            });
            let is_gradient = match self.takes(value, value) {
                None if is_slot => true,
                None => continue,
                Some(is_gradient) => is_gradient,
            };
            let kept = self.copy_of(value);
            let op = Op::Hold(value);
            forward.stmts.push(Stmt::Let(Let { value: kept, op }));
            let taken = self.regained(value, &mut reverse.body);
            for tree in &mut reverse.adjoints {
                *tree = tree.map(&mut |leaf| match leaf {
                    Some(leaf) if *leaf == value => Some(taken),
                    leaf => *leaf,
                });
            }
            let op = Op::Regain(kept, is_gradient);
            regained.push(Stmt::Let(Let { value: taken, op }));
        }
        reverse.body.stmts.splice(0..0, regained);
    }

    /// A name for what is taken, in a region that used another one.
    fn regained(&mut self, value: ValueId, region: &mut Region) -> ValueId {
        let taken = self.copy_of(value);
        self.rename(region, value, taken);
        taken
    }

    fn region(&mut self, region: &mut Region) {
        for stmt in &mut region.stmts {
            match stmt {
                Stmt::Let(Let {
                    value,
                    op: Op::Resume(tape),
                }) => {
                    if let Some(origin) = self.tapes.get(tape).copied() {
                        self.tapes.insert(*value, origin);
                        self.f.read.insert(*tape);
                    }
                }
                Stmt::RevBranch(branch) => self.branch(branch),
                Stmt::RevLoop(looped) => self.looped(looped),
                _ => {}
            }
        }
    }

    fn branch(&mut self, branch: &mut RevBranch) {
        if let Some(record) = &mut branch.record
            && self.recorded.contains(&branch.of)
        {
            let arms = record.arms.iter_mut().zip(&mut branch.arms).enumerate();
            for (index, (values, arm)) in arms {
                let mut regained = Vec::new();
                for (position, value) in values.iter_mut().enumerate() {
                    let origin = *value;
                    let Some(taken) = self.lent(value, origin, arm) else {
                        continue;
                    };
                    let name = self.copy_of(origin);
                    let kept = self.in_arms.entry((branch.of, index)).or_default();
                    kept.push((position, name));
                    regained.push(taken);
                }
                arm.stmts.splice(0..0, regained);
            }
        }
        branch.arms.iter_mut().for_each(|arm| self.region(arm));
    }

    fn looped(&mut self, looped: &mut RevLoop) {
        if let Order::Drain(drain) = &mut looped.order
            // numbers are copied off the tape of a nest
            && drain.nest.is_none()
            && let Some(tape) = self.tapes.get(&drain.tape).copied()
        {
            self.f.read.insert(drain.tape);
            let origins = self.pushed.get(&tape).cloned().unwrap_or_default();
            let mut regained = Vec::new();
            let values = drain.values.iter_mut().zip(origins).enumerate();
            for (position, (value, origin)) in values {
                if let Some(taken) = self.lent(value, origin, &mut looped.body) {
                    if !self.small.contains(&origin) {
                        let name = self.copy_of(origin);
                        let kept = self.on_tapes.entry(tape).or_default();
                        kept.push((position, name));
                    }
                    regained.push(taken);
                }
            }
            looped.body.stmts.splice(0..0, regained);
        }
        self.region(&mut looped.body);
    }

    /// Makes a part of a record a reference; what takes it, if the reverse half does.
    fn lent(&mut self, value: &mut ValueId, origin: ValueId, region: &mut Region) -> Option<Stmt> {
        if self.is_number(*value) {
            return None;
        }
        let (old, borrowed) = (*value, self.copy_of(*value));
        *value = borrowed;
        self.f.lent.insert(borrowed);
        let Some(is_gradient) = self.takes(old, origin) else {
            if let Some(tape) = self.tapes.get(&origin).copied() {
                self.tapes.insert(borrowed, tape);
            }
            self.rename(region, old, borrowed);
            return None;
        };
        let value = self.regained(old, region);
        let op = match self.small.contains(&origin) {
            true => Op::Snapshot(Place::whole(borrowed)),
            false => Op::Regain(borrowed, is_gradient),
        };
        Some(Stmt::Let(Let { value, op }))
    }

    fn rename(&mut self, region: &mut Region, old: ValueId, new: ValueId) {
        rewrite_region_uses(region, &mut |value| {
            if *value == old {
                *value = new;
            }
        });
        self.taken.renamed(old, new);
    }

    fn copy_of(&mut self, value: ValueId) -> ValueId {
        let info = self.f.info(value).clone();
        self.f.values.push(info);
        let copy = ValueId(self.f.values.len() as u32 - 1);
        if self.f.nests.contains(&value) {
            self.f.nests.insert(copy);
        }
        copy
    }

    /// Copies containers that would be moved out of what is borrowed.
    fn copy(&self, region: &mut Region) {
        for stmt in &mut region.stmts {
            if let Stmt::Let(Let { op, .. }) = stmt
                && let Op::Copy(from, _) = op
                && self.f.kind(*from).is_container()
                && (self.there.contains(from) || self.f.lent.contains(from))
            {
                *op = Op::Snapshot(Place::whole(*from));
            }
            for_each_region_of_both_mut(stmt, &mut |inner| self.copy(inner));
        }
    }

    /// Keeps the parts of records that the reverse half takes.
    fn hold(&self, region: &mut Region) {
        let mut stmts = Vec::new();
        for mut stmt in std::mem::take(&mut region.stmts) {
            match &mut stmt {
                Stmt::Push(push) => {
                    let kept = self.on_tapes.get(&push.tape);
                    for (position, name) in kept.into_iter().flatten() {
                        stmts.push(held(&mut push.values[*position], *name));
                    }
                }
                Stmt::If(branch) => {
                    let arms = [&mut branch.then, &mut branch.other];
                    if let Some(record) = &mut branch.record {
                        self.hold_in_arms(branch.id, arms, &mut record.arms);
                    }
                }
                Stmt::Match(choice) => {
                    let arms = choice.arms.iter_mut().map(|arm| &mut arm.body);
                    if let Some(record) = &mut choice.record {
                        self.hold_in_arms(choice.id, arms, &mut record.arms);
                    }
                }
                _ => {}
            }
            for_each_region_mut(&mut stmt, &mut |inner| self.hold(inner));
            stmts.push(stmt);
        }
        region.stmts = stmts;
    }

    fn hold_in_arms<'r>(
        &self,
        of: StmtId,
        arms: impl IntoIterator<Item = &'r mut Region>,
        records: &mut [Vec<ValueId>],
    ) {
        for (index, (arm, values)) in arms.into_iter().zip(records).enumerate() {
            let kept = self.in_arms.get(&(of, index));
            for (position, name) in kept.into_iter().flatten() {
                arm.stmts.push(held(&mut values[*position], *name));
            }
        }
    }
}

/// The copies that loops in a region keep.
fn snapshots(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Let(Let {
            value,
            op: Op::Snapshot(_),
        }) = stmt
        {
            into.insert(*value);
        }
        for_each_region(stmt, &mut |inner, _| snapshots(inner, into));
    }
}

/// `let name = hold(value);`, and `name` in its place.
fn held(value: &mut ValueId, name: ValueId) -> Stmt {
    let op = Op::Hold(*value);
    *value = name;
    Stmt::Let(Let { value: name, op })
}

/// What the reverse half takes.
#[derive(Default)]
struct Taken {
    changed: BTreeSet<ValueId>,
    /// Tapes and snapshots.
    resumed: BTreeSet<ValueId>,
    /// What adjoints begin with.
    begun: BTreeSet<ValueId>,
    /// All that it does not only look at.
    by_value: BTreeSet<ValueId>,
}

impl Taken {
    fn renamed(&mut self, old: ValueId, new: ValueId) {
        let sets = [&mut self.changed, &mut self.resumed];
        for set in sets
            .into_iter()
            .chain([&mut self.begun, &mut self.by_value])
        {
            if set.contains(&old) {
                set.insert(new);
            }
        }
    }

    fn visit(&mut self, region: &Region) {
        self.by_value.extend(&region.yields);
        for stmt in &region.stmts {
            let mut uses = BTreeSet::new();
            crate::ir::for_each_direct_use(stmt, &mut |value| {
                uses.insert(value);
            });
            if let Stmt::Let(Let { op, .. }) = stmt {
                match op {
                    Op::ZeroGradient(_) | Op::CopyGradient(_) | Op::Kept(_) => continue,
                    Op::Resume(what) => {
                        self.resumed.insert(*what);
                        continue;
                    }
                    Op::Begin(zero) | Op::Exchange(_, zero) => {
                        self.begun.insert(*zero);
                    }
                    _ => {}
                }
            }
            self.by_value.extend(uses);
            for_each_region(stmt, &mut |inner, _| self.visit(inner));
        }
    }
}

fn taken(f: &Function, region: &Region) -> Taken {
    let mut taken = Taken {
        changed: crate::emit::changed_in(f, region),
        ..Taken::default()
    };
    taken.visit(region);
    taken
}
