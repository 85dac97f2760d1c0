//! Records: how the reverse half gets at values of the forward half.
//!
//! The reverse half of an arm or of a loop body runs long after the forward
//! half left it. Each forward value that it uses is either *recomputed* there
//! (cheap operations on values that are there anyway) or *recorded*: handed
//! out of the arm in a branch record, or pushed on the loop's tape.
//!
//! Values of the outermost scope need nothing: the pullback captures them. A
//! loop whose record is empty has no tape: its reverse half counts, or runs the
//! same range backwards. A branch whose records are all empty is reversed by
//! its condition alone.

mod counts;
pub(crate) mod settle;
pub(super) mod tapes;
mod zeros;

use crate::ir::{
    Arm, BinaryOp, BranchRecord, Drain, Function, Head, Kind, Let, Loop, Op, Order, Owning,
    RangeAdaptor, Region, RevBranch, RevLoop, Reverse, Stmt, StmtId, TapeSize, ValueId, Views,
};
use std::collections::{BTreeMap, BTreeSet};
use tapes::Around;
pub(crate) use tapes::MOST_PARTS;

/// Makes every use of a forward value in the reverse half legal.
pub(crate) fn record(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut forward = std::mem::take(&mut f.body);
    zeros::make(f, &mut forward, &mut reverse);
    let mut pass = Pass {
        views: Views::of_both(f, &forward, &reverse.body),
        integers: integers(&forward, &reverse.body),
        f,
        recovered: BTreeMap::new(),
        around: Vec::new(),
        hoisted: Vec::new(),
        nest: None,
        sites: BTreeMap::new(),
        runs: BTreeSet::new(),
        counted: BTreeSet::new(),
        plain_branches: BTreeSet::new(),
    };
    pass.scope(&mut forward, &mut reverse.body);
    own(f, &mut forward, &mut reverse);
    f.body = forward;
    f.reverse = Some(reverse);
    super::again::flatten(f);
}

/// What the pullback would capture as a reference it captures as a copy.
fn own(f: &mut Function, forward: &mut Region, reverse: &mut Reverse) {
    let defined: BTreeSet<ValueId> = forward
        .stmts
        .iter()
        .flat_map(crate::ir::definitions)
        .filter(|value| f.borrowed.contains(value))
        .collect();
    let mut owned = BTreeMap::new();
    crate::ir::rewrite_region_uses(&mut reverse.body, &mut |value| {
        if defined.contains(value) {
            *value = *owned.entry(*value).or_insert_with(|| {
                let info = f.info(*value).clone();
                f.value(info.kind, info.hint, info.span)
            });
        }
    });
    let views = Views::of(f, forward);
    for (from, value) in owned {
        // no later than its last use, by references to it, too: what it refers to may
        // change then
        let mut derived = BTreeSet::from([from]);
        let mut last = None;
        for (index, stmt) in forward.stmts.iter().enumerate() {
            let defined = crate::ir::definitions(stmt);
            let mut found = defined.contains(&from);
            crate::ir::for_each_use(stmt, &mut |used| {
                found |= derived.contains(&used) || views.roots(used).contains(&from);
            });
            if found {
                last = Some(index);
                // what a loop carries may lead there, which no view tells
                derived.extend(defined.into_iter().filter(|value| f.is_reference(*value)));
            }
        }
        let op = Op::Owned(from, Owning::Moved);
        let at = last.map_or(forward.stmts.len(), |last| last + 1);
        forward.stmts.insert(at, Stmt::Let(Let { value, op }));
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    views: Views,
    /// Integer literals.
    integers: BTreeMap<ValueId, i64>,
    /// Forward values that a loop in reverse ends at.
    recovered: BTreeMap<ValueId, ValueId>,
    /// The statements around the one at hand, outermost first.
    around: Vec<Around>,
    /// Declarations of tapes that go before the outermost loop.
    hoisted: Vec<Stmt>,
    /// The tape of the nest at hand, if there is one.
    nest: Option<ValueId>,
    /// The nest of each site.
    sites: BTreeMap<ValueId, ValueId>,
    /// Tapes that hold the records of one run at a time.
    runs: BTreeSet<ValueId>,
    /// Tapes and sites of loops, of which it is counted how many records there will be.
    counted: BTreeSet<ValueId>,
    /// Records of branches that hold nothing but numbers.
    plain_branches: BTreeSet<ValueId>,
}

/// The integer literals of both halves.
pub(super) fn integers(forward: &Region, reverse: &Region) -> BTreeMap<ValueId, i64> {
    let mut integers = BTreeMap::new();
    find_integers(forward, &mut integers);
    find_integers(reverse, &mut integers);
    integers
}

fn find_integers(region: &Region, into: &mut BTreeMap<ValueId, i64>) {
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt {
            let literal = match &binding.op {
                Op::Integer(n) => Some(*n),
                Op::Constant(tokens) => syn::parse2::<syn::LitInt>(tokens.clone())
                    .ok()
                    .and_then(|lit| lit.base10_parse().ok()),
                _ => None,
            };
            into.extend(literal.map(|n| (binding.value, n)));
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| find_integers(inner, into));
    }
}

impl Pass<'_> {
    /// Handles the mirrored statements of one forward region and its reverse.
    /// Afterwards the reverse region uses only values of the forward region
    /// itself, of its surroundings, and its own.
    fn scope(&mut self, forward: &mut Region, reverse: &mut Region) {
        self.fused(forward);
        self.turns(reverse);
        let mirrors = std::mem::take(&mut reverse.stmts);
        let mut before_loops: BTreeMap<StmtId, Vec<Stmt>> = BTreeMap::new();
        for mut mirror in mirrors {
            match &mut mirror {
                Stmt::RevBranch(branch) => match find(forward, branch.of) {
                    Some(Stmt::If(original)) => {
                        let then = (&mut original.then, Vec::new());
                        let arms = vec![then, (&mut original.other, Vec::new())];
                        original.record = self.branch(arms, branch, false);
                    }
                    Some(Stmt::Match(original)) => {
                        let arms = original.arms.iter_mut();
                        let arms = arms.map(|arm: &mut Arm| {
                            let bound = arm.bindings.iter().map(|(_, value)| *value).collect();
                            (&mut arm.body, bound)
                        });
                        let arms = arms.collect();
                        original.record = self.branch(arms, branch, true);
                    }
                    _ => {}
                },
                Stmt::RevLoop(looped) => {
                    let of = looped.of;
                    if let Some(Stmt::Loop(original)) = find(forward, of) {
                        let mut before = self.looped(original, looped);
                        if !self.in_loop() {
                            before.append(&mut self.hoisted);
                            if let Some(alone) = self.end_nest() {
                                alone.declared(&mut before);
                                alone.forward(original);
                                alone.reverse(looped);
                            }
                            reverse.stmts.append(&mut self.resume(looped));
                        }
                        if self.is_counted_alone() {
                            let mut room = self.room(original);
                            if !self.in_loop() {
                                tapes::made_with_room(&mut before, &mut room);
                            }
                            before.append(&mut room);
                        }
                        before_loops.insert(of, before);
                    }
                }
                _ => {}
            }
            reverse.stmts.push(mirror);
        }
        let stmts = std::mem::take(&mut forward.stmts);
        for stmt in stmts {
            if let Stmt::Loop(looped) = &stmt {
                let before = before_loops.remove(&looped.id);
                forward.stmts.extend(before.into_iter().flatten());
            }
            forward.stmts.push(stmt);
        }
    }

    /// Handles what is reversed as it runs: its reverse half sees the values of
    /// the iteration or the arm itself.
    fn fused(&mut self, forward: &mut Region) {
        for mut stmt in std::mem::take(&mut forward.stmts) {
            let outermost = !self.in_loop();
            match &mut stmt {
                Stmt::Loop(looped) => {
                    if let Some(reverse) = &mut looped.fused {
                        self.around.push(Around::Fused);
                        self.scope(&mut looped.body, &mut reverse.body);
                        self.around.pop();
                    }
                }
                Stmt::If(branch) => {
                    let arms = [&mut branch.then, &mut branch.other].into_iter();
                    self.fused_arms(arms, branch.fused.as_mut());
                }
                Stmt::Match(choice) => {
                    let arms = choice.arms.iter_mut().map(|arm| &mut arm.body);
                    self.fused_arms(arms, choice.fused.as_mut());
                }
                _ => {}
            }
            if outermost {
                if let Some(alone) = self.end_nest() {
                    alone.declared(&mut self.hoisted);
                    alone.stmt(&mut stmt);
                }
                forward.stmts.append(&mut self.hoisted);
            }
            forward.stmts.push(stmt);
        }
    }

    /// Handles iterations that run again in the reverse half: each is one that is
    /// reversed as it runs, with tapes that are declared there.
    fn turns(&mut self, reverse: &mut Region) {
        for mut stmt in std::mem::take(&mut reverse.stmts) {
            if let Stmt::Loop(Loop {
                body,
                fused: Some(fused),
                ..
            }) = &mut stmt
            {
                let around = std::mem::replace(&mut self.around, vec![Around::Fused]);
                let hoisted = std::mem::take(&mut self.hoisted);
                let nest = self.nest.take();
                self.scope(body, &mut fused.body);
                self.around = around;
                if let Some(alone) = self.end_nest() {
                    alone.declared(&mut self.hoisted);
                    alone.stmt(&mut stmt);
                }
                let tapes = std::mem::replace(&mut self.hoisted, hoisted);
                self.nest = nest;
                reverse.stmts.extend(tapes);
            }
            reverse.stmts.push(stmt);
        }
    }

    fn fused_arms<'a>(
        &mut self,
        arms: impl Iterator<Item = &'a mut Region>,
        reverse: Option<&mut RevBranch>,
    ) {
        let Some(reverse) = reverse else {
            return;
        };
        self.around.push(Around::Branch);
        for (arm, reversed) in arms.zip(&mut reverse.arms) {
            self.scope(arm, reversed);
        }
        self.around.pop();
    }

    /// Decides what each arm records. Returns nothing if the condition of an
    /// `if` is all that the reverse half needs.
    fn branch(
        &mut self,
        arms: Vec<(&mut Region, Vec<ValueId>)>,
        reverse: &mut RevBranch,
        is_match: bool,
    ) -> Option<BranchRecord> {
        let mut records = Vec::new();
        self.around.push(Around::Branch);
        for ((arm, bound), reversed) in arms.into_iter().zip(&mut reverse.arms) {
            self.scope(arm, reversed);
            let defined = top_level(arm, &bound);
            records.push(self.settle(arm, &defined, reversed));
        }
        self.around.pop();
        if !is_match && records.iter().all(Vec::is_empty) {
            return None;
        }
        let span = self
            .f
            .info(*records.iter().flatten().next().unwrap_or(&ValueId(0)))
            .span;
        let name = Some("branch".to_owned());
        let kind = match records.iter().all(Vec::is_empty) {
            true => Kind::Int,
            false => Kind::Opaque,
        };
        let value = self.f.value(kind, name, span);
        self.note_branch(value, &records);
        let record = BranchRecord {
            value,
            arms: records,
        };
        reverse.record = Some(record.clone());
        Some(record)
    }

    /// Decides what an iteration records; returns what goes before the loop.
    fn looped(&mut self, forward: &mut Loop, reverse: &mut RevLoop) -> Vec<Stmt> {
        self.around.push(self.around(forward));
        self.scope(&mut forward.body, &mut reverse.body);
        self.around.pop();
        let mut heads = forward.params.clone();
        let mut reversible = None;
        if let Head::Range(range) = &forward.head {
            let steps = |a: &RangeAdaptor| matches!(a, RangeAdaptor::StepBy(_));
            if forward.stop.is_none() && !range.adaptors.iter().any(steps) {
                reversible = Some(range.clone());
            } else {
                heads.push(range.item);
            }
        }
        let defined = top_level(&forward.body, &heads);
        let mut record = self.settle(&forward.body, &defined, &mut reverse.body);
        self.counted_back(forward, reverse, &mut record);
        self.carried_once(forward, reverse, &mut record);
        match (record.is_empty(), reversible) {
            (true, Some(mut range)) => {
                // the item of the reverse loop is a value of its own
                let item = self.copy_of(range.item);
                let old = range.item;
                rename(&mut reverse.body, old, item);
                range.item = item;
                range.adaptors.push(RangeAdaptor::Rev);
                reverse.order = Order::Range(range);
                Vec::new()
            }
            (true, None) => {
                let count = self
                    .f
                    .value(Kind::Int, Some("count".to_owned()), forward.span);
                forward.tape = Some(count);
                reverse.order = Order::Count(count);
                vec![Stmt::NewTape(count, TapeSize::Unknown)]
            }
            (false, range) => {
                let recording = self.tape(forward, &record, range.as_ref());
                let tape = forward.tape.unwrap_or(ValueId(0));
                let popped: Vec<ValueId> = record.iter().map(|v| self.copy_of(*v)).collect();
                for (old, new) in record.iter().zip(&popped) {
                    rename(&mut reverse.body, *old, *new);
                }
                let beside = range.filter(|range| uses(&reverse.body).contains(&range.item));
                let beside = beside.map(|mut range| {
                    let item = self.copy_of(range.item);
                    rename(&mut reverse.body, range.item, item);
                    range.item = item;
                    range.adaptors.push(RangeAdaptor::Rev);
                    range
                });
                reverse.order = Order::Drain(Drain {
                    tape,
                    nest: recording.nest,
                    values: popped,
                    run: recording.run,
                    beside,
                });
                recording.before
            }
        }
    }

    /// An integer to which each iteration adds the same is counted back.
    fn counted_back(&mut self, forward: &Loop, reverse: &mut RevLoop, record: &mut Vec<ValueId>) {
        if cfg!(feature = "record_all") {
            return;
        }
        for (i, before) in forward.params.iter().enumerate() {
            let (after, last) = (forward.body.yields[i], forward.results[i]);
            let is_recorded = record.contains(before) || record.contains(&after);
            if self.f.kind(*before) != Kind::Int || !is_recorded {
                continue;
            }
            let Some((op, step, literal)) = step_of(forward, *before, after) else {
                continue;
            };
            record.retain(|value| value != before && *value != after);
            let (param, first) = (self.copy_of(after), self.copy_of(after));
            let back = self.copy_of(*before);
            rename(&mut reverse.body, after, param);
            rename(&mut reverse.body, *before, back);
            let (step, literal) = match literal {
                Some(op) => {
                    let value = self.copy_of(step);
                    (value, Some(Stmt::Let(Let { value, op })))
                }
                None => (step, None),
            };
            let op = Op::Binary(op, param, step);
            let counted = Stmt::Let(Let { value: back, op });
            let head = literal.into_iter().chain([counted]);
            reverse.body.stmts.splice(0..0, head);
            reverse.params.push(param);
            reverse.inits.push(last);
            reverse.results.push(first);
            reverse.body.yields.push(back);
            self.recovered.insert(forward.inits[i], first);
        }
    }

    /// A carried number needs no record of its state after an iteration: that is
    /// the state before the next one, which the reverse half had at hand.
    fn carried_once(&mut self, forward: &Loop, reverse: &mut RevLoop, record: &mut Vec<ValueId>) {
        let reversed: BTreeSet<ValueId> = top_level(&reverse.body, &[]);
        for (i, before) in forward.params.iter().enumerate() {
            let (after, last) = (forward.body.yields[i], forward.results[i]);
            let is_number = matches!(self.f.kind(after), Kind::Real(_) | Kind::Int | Kind::Bool);
            // an inner loop that starts from the state ends at it in reverse
            let recovered = self.recovered.get(before).copied();
            let recovered = recovered.filter(|value| reversed.contains(value));
            let is_known = recovered.is_some() || record.contains(before);
            if after == *before || !is_number || !is_known {
                continue;
            }
            let Some(at) = record.iter().position(|value| *value == after) else {
                continue;
            };
            record.remove(at);
            let param = self.copy_of(after);
            rename(&mut reverse.body, after, param);
            reverse.params.push(param);
            reverse.inits.push(last);
            let first = self.copy_of(after);
            reverse.results.push(first);
            self.recovered.insert(forward.inits[i], first);
            reverse.body.yields.push(recovered.unwrap_or(*before));
        }
    }

    fn copy_of(&mut self, value: ValueId) -> ValueId {
        let info = self.f.info(value).clone();
        let copy = self.f.value(info.kind, info.hint, info.span);
        self.f.info_mut(copy).adjoint = info.adjoint;
        copy
    }
}

fn find(region: &mut Region, id: StmtId) -> Option<&mut Stmt> {
    let index = find_index(region, id)?;
    region.stmts.get_mut(index)
}

/// The position of a statement that the reverse half mirrors.
fn find_index(region: &Region, id: StmtId) -> Option<usize> {
    region.stmts.iter().position(|stmt| match stmt {
        Stmt::If(branch) => branch.id == id,
        Stmt::Match(choice) => choice.id == id,
        Stmt::Loop(looped) => looped.id == id,
        _ => false,
    })
}

/// How an iteration changes a carried integer, if that is by the same each time: the
/// operator that takes it back, by how much, and what that is if the body says so.
fn step_of(
    looped: &Loop,
    before: ValueId,
    after: ValueId,
) -> Option<(BinaryOp, ValueId, Option<Op>)> {
    let defined = |value: ValueId| {
        let mut stmts = looped.body.stmts.iter();
        stmts.find_map(|stmt| match stmt {
            Stmt::Let(binding) if binding.value == value => Some(&binding.op),
            _ => None,
        })
    };
    let (op, step) = match defined(after)? {
        Op::Binary(BinaryOp::Add, a, b) if *a == before && *b != before => (BinaryOp::Sub, *b),
        Op::Binary(BinaryOp::Add, a, b) if *b == before && *a != before => (BinaryOp::Sub, *a),
        Op::Binary(BinaryOp::Sub, a, b) if *a == before && *b != before => (BinaryOp::Add, *b),
        _ => return None,
    };
    if let Some(constant) = defined(step) {
        let is_constant = match constant {
            Op::Integer(_) => true,
            Op::Constant(tokens) => syn::parse2::<syn::LitInt>(tokens.clone()).is_ok(),
            _ => false,
        };
        return is_constant.then(|| (op, step, Some(constant.clone())));
    }
    let mut inside = BTreeSet::from_iter(looped.params.iter().copied());
    crate::ir::collect_definitions(&looped.body, &mut inside);
    if let Head::Range(range) = &looped.head {
        inside.insert(range.item);
    }
    (!inside.contains(&step)).then_some((op, step, None))
}

/// The values that a region defines itself, not in nested regions.
fn top_level(region: &Region, heads: &[ValueId]) -> BTreeSet<ValueId> {
    let defined = region.stmts.iter().flat_map(crate::ir::definitions);
    defined.chain(heads.iter().copied()).collect()
}

/// The values that a region uses.
fn uses(region: &Region) -> BTreeSet<ValueId> {
    let mut used = BTreeSet::new();
    crate::ir::for_each_region_use(region, &mut |value| {
        used.insert(value);
    });
    used
}

fn rename(region: &mut Region, old: ValueId, new: ValueId) {
    crate::ir::rewrite_region_uses(region, &mut |value| {
        if *value == old {
            *value = new;
        }
    });
}
