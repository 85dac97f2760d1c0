//! Loops with `#[checkpoint]`: iterations run again where others record.
//!
//! The forward half of such a loop keeps snapshots of what it carries, and records
//! nothing. Its reverse half becomes a loop over *turns*, each of which reverses one
//! iteration:
//!
//! ```text
//! while next turn {
//!     state = restored
//!     for step in start..end { state = iteration(state) }    // keeps more snapshots
//!     iteration(state), reversed as it runs
//! }
//! ```
//!
//! The last line is what a fused loop does, so that it is one to the passes after this:
//! values of the iteration are there in reverse. The iteration that is reversed keeps the
//! values and statements of the loop, which the reverse half mirrors; the other two are
//! copies of it.
//!
//! What a loop reads from outside must be in the reverse half what it was in the loop:
//! numbers are, so is what never changes (`stable`). Of the rest there is a copy from
//! before the loop. References from outside are made again, from what they refer to.

use super::fuse;
use crate::ir::{
    Copies, Function, Head, Hold, Kind, Let, Loop, Op, Owning, Place, PullbackArg, Range, Region,
    RevLoop, Stmt, StmtId, ValueId, Views, for_each_region, for_each_region_mut, free_values,
};
use std::collections::{BTreeMap, BTreeSet};

/// Gives each loop with `#[checkpoint]`, unless it is fused, a reverse half of turns.
pub(crate) fn replay(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut forward = std::mem::take(&mut f.body);
    let views = Views::of(f, &forward);
    let integers = super::record::integers(&forward, &reverse.body);
    let owned = super::owned::find(f, &forward);
    let mut pass = Pass {
        f,
        views,
        integers,
        owned,
    };
    pass.region(&mut forward, &mut reverse.body);
    let changed = crate::lower::changed(f, &reverse.body);
    let views = Views::of_both(f, &forward, &reverse.body);
    settle(f, &reverse.body, &changed, &views);
    f.body = forward;
    f.reverse = Some(reverse);
}

pub(super) struct Pass<'a> {
    pub(super) f: &'a mut Function,
    pub(super) views: Views,
    /// Integer literals.
    pub(super) integers: BTreeMap<ValueId, i64>,
    /// What borrows nothing.
    pub(super) owned: BTreeSet<ValueId>,
}

impl Pass<'_> {
    /// Handles a region and its reverse half, and what is fused in the region.
    fn region(&mut self, forward: &mut Region, reverse: &mut Region) {
        self.fused(forward);
        for mut mirror in std::mem::take(&mut reverse.stmts) {
            let of = match &mirror {
                Stmt::RevLoop(looped) => Some(looped.of),
                Stmt::RevBranch(branch) => Some(branch.of),
                _ => None,
            };
            let at = of.and_then(|of| {
                forward
                    .stmts
                    .iter()
                    .position(|stmt| id_of(stmt) == Some(of))
            });
            let Some(at) = at else {
                reverse.stmts.push(mirror);
                continue;
            };
            match (&mut forward.stmts[at], &mut mirror) {
                (Stmt::Loop(original), Stmt::RevLoop(looped)) => {
                    if original.checkpoint.is_some() {
                        let turns = self.turns(original, looped.clone());
                        forward.stmts.splice(at..=at, turns.forward);
                        reverse.stmts.extend(turns.reverse);
                        continue;
                    }
                    if let Some(plan) = self.plan(original) {
                        let (stmts, mirror) = self.both(original, looped.clone(), plan);
                        forward.stmts.splice(at..=at, stmts);
                        reverse.stmts.push(mirror);
                        continue;
                    }
                    self.region(&mut original.body, &mut looped.body);
                }
                (Stmt::If(original), Stmt::RevBranch(branch)) => {
                    let arms = [&mut original.then, &mut original.other];
                    for (arm, reversed) in arms.into_iter().zip(&mut branch.arms) {
                        self.region(arm, reversed);
                    }
                }
                (Stmt::Match(original), Stmt::RevBranch(branch)) => {
                    for (arm, reversed) in original.arms.iter_mut().zip(&mut branch.arms) {
                        self.region(&mut arm.body, reversed);
                    }
                }
                _ => {}
            }
            reverse.stmts.push(mirror);
        }
    }

    fn fused(&mut self, forward: &mut Region) {
        for stmt in &mut forward.stmts {
            match stmt {
                Stmt::Loop(looped) => {
                    if let Some(fused) = &mut looped.fused {
                        self.region(&mut looped.body, &mut fused.body);
                    }
                }
                Stmt::If(branch) => {
                    if let Some(fused) = &mut branch.fused
                        && let [then, other] = &mut fused.arms[..]
                    {
                        self.region(&mut branch.then, then);
                        self.region(&mut branch.other, other);
                    }
                }
                Stmt::Match(choice) => {
                    if let Some(fused) = &mut choice.fused {
                        for (arm, reversed) in choice.arms.iter_mut().zip(&mut fused.arms) {
                            self.region(&mut arm.body, reversed);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn turns(&mut self, original: &Loop, mut reverse: RevLoop) -> Turns {
        let span = original.span;
        let mut forward = Vec::new();
        let kept = self.fresh("checkpoints", Kind::Opaque, original);
        let known = match (&original.head, original.stop) {
            (Head::Range(range), None) => Some(Box::new(range.clone())),
            _ => None,
        };
        let snapshots = original.checkpoint.as_ref();
        let snapshots = snapshots.and_then(|said| said.snapshots.clone());
        let op = Op::NewCheckpoints(known, snapshots);
        forward.push(Stmt::Let(Let { value: kept, op }));
        let outside = self.outside(original, &mut forward);

        // the loop itself
        let mut copies = Copies::default();
        let mut first = self.iteration(original);
        let (params, item) = self.heads(original, &mut copies);
        first.body = copies.region(self.f, &original.body);
        let mut state = params.clone();
        state.extend(&outside.state);
        first.body.stmts.insert(0, Stmt::Save(kept, state));
        first.head = self.head_of_copy(original, item, &mut copies);
        first.params = params;
        first.stop = original.stop.map(|stop| copies.of(stop));
        forward.push(Stmt::Loop(first));

        // what each turn begins with
        let resumed = self.fresh("checkpoints", Kind::Opaque, original);
        let mut replaced = Copies::default();
        let mut body = Vec::new();
        let inits: Vec<ValueId> = (original.params.iter())
            .map(|param| self.like(*param))
            .collect();
        let mut restored = inits.clone();
        let mut memory = Vec::new();
        for value in &outside.state {
            let own = self.owned(*value);
            restored.push(own);
            let seen = self.seen_as(*value, own, &mut body);
            replaced.set(*value, seen);
            memory.push(seen);
        }
        body.insert(0, Stmt::Restore(resumed, restored));
        for (value, own) in &outside.copied {
            let seen = self.seen_as(*value, *own, &mut body);
            replaced.set(*value, seen);
        }
        for view in outside.views {
            let mut place = self.views.resolve(&Place::whole(view));
            place.base = replaced.of(place.base);
            let op = Op::View(place, false);
            let value = self.like(view);
            body.push(Stmt::Let(Let { value, op }));
            replaced.set(view, value);
        }
        let start = self.fresh("start", Kind::Int, original);
        let end = self.fresh("end", Kind::Int, original);
        let step = self.fresh("step", Kind::Int, original);
        let op = Op::TurnStart(resumed);
        body.push(Stmt::Let(Let { value: start, op }));
        let op = Op::TurnEnd(resumed);
        body.push(Stmt::Let(Let { value: end, op }));

        // on to the iteration at hand
        let mut copies = replaced.clone();
        let mut again = self.iteration(original);
        let (params, item) = self.heads(original, &mut copies);
        let mut state = params.clone();
        state.extend(&memory);
        again.head = Head::Range(Range {
            item: step,
            start,
            end,
            inclusive: false,
            adaptors: Vec::new(),
        });
        again.inits = inits;
        again.params = params;
        again.results = original.params.clone();
        let mut repeated = original.body.clone();
        drop_effects(&mut repeated);
        again.body = copies.region(self.f, &repeated);
        let mut head = vec![Stmt::Save(resumed, state)];
        head.extend(item_at(original, item, step));
        again.body.stmts.splice(0..0, head);
        body.push(Stmt::Loop(again));

        // that one, reversed as it runs
        body.extend(item_at(original, item_of(original), end));
        let mut turn = Region {
            stmts: repeated.stmts,
            yields: Vec::new(),
        };
        replaced.rename(&mut turn);
        body.append(&mut turn.stmts);
        replaced.rename(&mut reverse.body);
        rename_arguments(&mut reverse.body, &replaced);
        let next = self.fresh("turn", Kind::Bool, original);
        self.f.info_mut(next).hint = None;
        let op = Op::NextTurn(resumed);
        let cond = Region {
            stmts: vec![Stmt::Let(Let { value: next, op })],
            yields: vec![next],
        };
        let turns = Loop {
            id: reverse.of,
            head: Head::While(cond),
            inits: Vec::new(),
            params: Vec::new(),
            results: Vec::new(),
            body: Region {
                stmts: body,
                yields: Vec::new(),
            },
            stop: None,
            exit: None,
            tape: None,
            fused: Some(reverse),
            checkpoint: None,
            span,
        };
        let op = Op::Resume(kept);
        let value = resumed;
        Turns {
            forward,
            reverse: vec![Stmt::Let(Let { value, op }), Stmt::Loop(turns)],
        }
    }

    /// A loop like another one, with an empty body.
    pub(super) fn iteration(&mut self, original: &Loop) -> Loop {
        Loop {
            id: self.f.stmt_id(),
            body: Region::default(),
            stop: None,
            checkpoint: None,
            ..original.clone()
        }
    }

    pub(super) fn head_of_copy(
        &mut self,
        original: &Loop,
        item: Option<ValueId>,
        copies: &mut Copies,
    ) -> Head {
        match &original.head {
            Head::Range(range) => Head::Range(Range {
                item: item.unwrap_or(range.item),
                ..range.clone()
            }),
            Head::While(cond) => Head::While(copies.region(self.f, cond)),
            Head::Once | Head::Forever => Head::Forever,
        }
    }

    /// The carried values and the item of a copy of a loop.
    pub(super) fn heads(
        &mut self,
        original: &Loop,
        copies: &mut Copies,
    ) -> (Vec<ValueId>, Option<ValueId>) {
        let params = original.params.iter();
        let params = params.map(|param| copies.add(self.f, *param)).collect();
        let item = item_of(original).map(|item| copies.add(self.f, item));
        (params, item)
    }

    /// What a loop uses from outside, other than what is the same in the reverse half.
    pub(super) fn outside(&mut self, original: &Loop, before: &mut Vec<Stmt>) -> Outside {
        let mut heads = original.params.clone();
        heads.extend(item_of(original));
        let used = free_values(&original.body, &heads);
        let changed = crate::lower::changed(self.f, &original.body);
        let changed: BTreeSet<ValueId> =
            changed.iter().flat_map(|v| self.views.roots(*v)).collect();
        let mut views = Vec::new();
        let mut roots = BTreeSet::new();
        for value in used {
            if self.views.is_view(value) {
                let place = self.views.resolve(&Place::whole(value));
                roots.insert(place.base);
                views.push(value);
            } else {
                roots.insert(value);
            }
        }
        let mut state = Vec::new();
        let mut copied = Vec::new();
        for root in roots {
            let kind = self.f.kind(root);
            let is_number = matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool);
            if changed.contains(&root) {
                state.push(root);
            } else if !self.f.stable.contains(&root) && (!is_number || self.f.is_reference(root)) {
                let value = self.owned(root);
                let op = match self.f.borrowed.contains(&root) {
                    true => Op::Owned(root, Owning::Copied),
                    false => Op::Snapshot(Place::whole(root)),
                };
                before.push(Stmt::Let(Let { value, op }));
                self.f.stable.insert(value);
                copied.push((root, value));
            }
        }
        Outside {
            state,
            views,
            copied,
        }
    }

    pub(super) fn fresh(&mut self, name: &str, kind: Kind, looped: &Loop) -> ValueId {
        self.f.value(kind, Some(name.to_owned()), looped.span)
    }

    /// A value for a copy of what another one holds or refers to.
    pub(super) fn owned(&mut self, value: ValueId) -> ValueId {
        let own = self.like(value);
        self.f.info_mut(own).hold = Hold::Value;
        own
    }

    /// A copy of what `value` holds or refers to, as such a value or reference.
    pub(super) fn seen_as(
        &mut self,
        value: ValueId,
        own: ValueId,
        into: &mut Vec<Stmt>,
    ) -> ValueId {
        let hold = match self.f.info(value).hold {
            Hold::Value => return own,
            // what is only read there is a copy that others read, too
            Hold::Mut if self.f.stable.contains(&own) => Hold::Shared,
            hold => hold,
        };
        let seen = self.like(value);
        self.f.info_mut(seen).hold = hold;
        let op = Op::View(Place::whole(own), hold == Hold::Mut);
        into.push(Stmt::Let(Let { value: seen, op }));
        seen
    }

    pub(super) fn like(&mut self, value: ValueId) -> ValueId {
        Copies::default().add(self.f, value)
    }
}

/// A loop and its turns.
struct Turns {
    forward: Vec<Stmt>,
    reverse: Vec<Stmt>,
}

/// What a loop uses from outside.
pub(super) struct Outside {
    /// What it changes in place.
    pub(super) state: Vec<ValueId>,
    /// References that are made again.
    pub(super) views: Vec<ValueId>,
    /// What there is a copy of from before the loop.
    copied: Vec<(ValueId, ValueId)>,
}

/// Whether a loop is one over turns.
pub(super) fn is_replayed(looped: &Loop) -> bool {
    let is_turn = |stmt: &Stmt| {
        matches!(
            stmt,
            Stmt::Let(Let {
                op: Op::NextTurn(_),
                ..
            })
        )
    };
    matches!(&looped.head, Head::While(cond) if cond.stmts.iter().any(is_turn))
}

fn id_of(stmt: &Stmt) -> Option<StmtId> {
    match stmt {
        Stmt::If(branch) => Some(branch.id),
        Stmt::Match(choice) => Some(choice.id),
        Stmt::Loop(looped) => Some(looped.id),
        _ => None,
    }
}

pub(super) fn item_of(looped: &Loop) -> Option<ValueId> {
    match &looped.head {
        Head::Range(range) => Some(range.item),
        _ => None,
    }
}

/// The item of an iteration, by its number.
fn item_at(looped: &Loop, item: Option<ValueId>, step: ValueId) -> Option<Stmt> {
    let Head::Range(range) = &looped.head else {
        return None;
    };
    let op = Op::ItemAt(Box::new(range.clone()), step);
    item.map(|value| Stmt::Let(Let { value, op }))
}

/// The values of an iteration that is reversed as it runs are there in reverse.
fn settle(f: &mut Function, region: &Region, changed: &BTreeSet<ValueId>, views: &Views) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::Loop(_) => fuse::settle(f, stmt, changed, views),
            stmt => for_each_region(stmt, &mut |inner, _| settle(f, inner, changed, views)),
        }
    }
}

/// Printing and assertions are done once.
pub(super) fn drop_effects(region: &mut Region) {
    region.stmts.retain(|stmt| !matches!(stmt, Stmt::Effect(_)));
    for stmt in &mut region.stmts {
        for_each_region_mut(stmt, &mut drop_effects);
    }
}

/// The arguments of calls that pullbacks belong to, which are no uses of them.
pub(super) fn rename_arguments(region: &mut Region, replaced: &Copies) {
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::Pullback(call) => {
                for arg in &mut call.args {
                    match arg {
                        PullbackArg::View { argument, .. }
                        | PullbackArg::MutView { argument, .. } => {
                            *argument = replaced.of(*argument);
                        }
                        PullbackArg::In {
                            arg,
                            is_used: false,
                            ..
                        } => arg.for_each_mut(&mut |value| *value = replaced.of(*value)),
                        PullbackArg::In { .. } | PullbackArg::Mut { .. } => {}
                    }
                }
            }
            Stmt::RevBranch(branch) => {
                let arms = branch.arms.iter_mut();
                arms.for_each(|arm| rename_arguments(arm, replaced));
            }
            Stmt::RevLoop(looped) => rename_arguments(&mut looped.body, replaced),
            _ => {}
        }
    }
}
