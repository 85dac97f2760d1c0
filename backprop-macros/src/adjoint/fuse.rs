//! Fusion: a loop whose adjoint is known before it runs is reversed as it runs.
//!
//! Where the upstream is given from the start (the joint form), a reduction such
//! as `Σ f(x[i])` knows the adjoint of its sum: each iteration can run forward
//! and in reverse at once, with no record and no second pass. That is how one
//! writes it by hand.
//!
//! The reverse half of a branch or a loop moves to the forward half if
//!
//! * all that it uses from before it in the reverse half can be computed before
//!   the forward half of the statement (`Early`);
//! * what it does to adjoints in memory is to add, and nothing that it passes on
//!   the way does more than add to the same (`Memory`);
//! * each adjoint that a loop carries backwards is only added to: then the order
//!   of the iterations does not matter (`only_accumulates`). Those that stay as
//!   they are are not carried: `simplify` has seen to that.

use super::moves::moved;
use crate::ir::{
    BinaryOp, Function, Hold, Let, Loop, Op, PullbackArg, Region, Stmt, StmtId, ValueId, Views,
    collect_definitions, definitions, for_each_region, for_each_use,
};
use std::collections::{BTreeMap, BTreeSet};

/// The joint form of `f`: a copy with what can be fused. Nothing, if nothing can.
pub(crate) fn fuse(f: &Function) -> Option<Function> {
    let mut joint = f.clone();
    let mut reverse = joint.reverse.take()?;
    let mut body = std::mem::take(&mut joint.body);
    let mut fused = false;
    regions(&mut joint, &mut body, &mut reverse.body, &mut fused);
    if !fused {
        return None;
    }
    let changed = crate::lower::changed(&joint, &body);
    let views = Views::of(&joint, &body);
    settle_views(&mut joint, &body, &views);
    for stmt in &body.stmts {
        settle(&mut joint, stmt, &changed, &views);
    }
    joint.body = body;
    joint.reverse = Some(reverse);
    Some(joint)
}

/// Fuses the statements of a region with their mirrors.
fn regions(f: &mut Function, forward: &mut Region, reverse: &mut Region, fused: &mut bool) {
    let mut index = 0;
    while index < reverse.stmts.len() {
        let of = match &reverse.stmts[index] {
            Stmt::RevLoop(looped) => Some(looped.of),
            Stmt::RevBranch(branch) => Some(branch.of),
            _ => None,
        };
        let moved = of.is_some_and(|of| fuse_statement(f, forward, reverse, index, of));
        match moved {
            // what was hoisted is gone from before it
            true => {
                *fused = true;
                index = 0;
            }
            false => index += 1,
        }
    }
    // what stays apart may hold nothing that is fused: its upstream is late
    for stmt in &mut forward.stmts {
        match stmt {
            Stmt::Loop(Loop {
                body,
                fused: Some(mirror),
                ..
            }) => regions(f, body, &mut mirror.body, fused),
            Stmt::If(branch) => {
                if let Some(mirror) = &mut branch.fused
                    && let [then, other] = &mut mirror.arms[..]
                {
                    regions(f, &mut branch.then, then, fused);
                    regions(f, &mut branch.other, other, fused);
                }
            }
            Stmt::Match(choice) => {
                if let Some(mirror) = &mut choice.fused {
                    for (arm, reversed) in choice.arms.iter_mut().zip(&mut mirror.arms) {
                        regions(f, &mut arm.body, reversed, fused);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Moves the mirror at `index` to its statement, if it may go there.
fn fuse_statement(
    f: &mut Function,
    forward: &mut Region,
    reverse: &mut Region,
    index: usize,
    of: StmtId,
) -> bool {
    let Some(at) = forward.stmts.iter().position(|stmt| is(stmt, of)) else {
        return false;
    };
    if !contains_loop(&forward.stmts[at]) || forward.diverges() {
        return false;
    }
    let mirror = &reverse.stmts[index];
    let between = Between {
        reverse: &reverse.stmts[..index],
        forward: &forward.stmts[at + 1..],
    };
    let memory = Memory::of(mirror);
    if !carries_only_sums(mirror, &memory) || !memory.commutes(&between) {
        return false;
    }
    let Some(early) = Early::find(f, forward, at, mirror, &between) else {
        return false;
    };
    let late = early.late_inits(mirror);
    let mut mirror = reverse.stmts.remove(index);
    // a sum whose start is known too late starts from zero
    let mut starts = Vec::new();
    let mut ends = Vec::new();
    if let Stmt::RevLoop(looped) = &mut mirror {
        for i in late {
            let info = f.info(looped.results[i]).clone();
            let fresh = |f: &mut Function| {
                let value = f.value(info.kind, info.hint.clone(), info.span);
                f.info_mut(value).adjoint = info.adjoint;
                value
            };
            let (zero, sum) = (fresh(f), fresh(f));
            starts.push(Stmt::Let(Let {
                value: zero,
                op: Op::Number(0.0),
            }));
            let start = std::mem::replace(&mut looped.inits[i], zero);
            let result = std::mem::replace(&mut looped.results[i], sum);
            ends.push(Stmt::Let(Let {
                value: result,
                op: Op::Binary(BinaryOp::Add, start, sum),
            }));
        }
    }
    reverse.stmts.splice(index..index, ends);
    let is_early =
        |stmt: &Stmt| matches!(stmt, Stmt::Let(binding) if early.hoisted.contains(&binding.value));
    let mut hoisted: Vec<Stmt> = Vec::new();
    reverse.stmts.retain(|stmt| {
        let early = is_early(stmt);
        if early {
            hoisted.push(stmt.clone());
        }
        !early
    });
    let mut earlier: Vec<Stmt> = Vec::new();
    let tail = forward.stmts.split_off(at);
    for stmt in tail {
        match is_early(&stmt) {
            true => earlier.push(stmt),
            false => forward.stmts.push(stmt),
        }
    }
    attach(&mut forward.stmts[at], mirror);
    hoisted.extend(starts);
    earlier.extend(hoisted);
    forward.stmts.splice(at..at, earlier);
    true
}

fn is(stmt: &Stmt, of: StmtId) -> bool {
    match stmt {
        Stmt::If(branch) => branch.id == of,
        Stmt::Match(choice) => choice.id == of,
        Stmt::Loop(looped) => looped.id == of,
        _ => false,
    }
}

fn attach(stmt: &mut Stmt, mirror: Stmt) {
    match (stmt, mirror) {
        (Stmt::If(branch), Stmt::RevBranch(mirror)) => branch.fused = Some(mirror),
        (Stmt::Match(choice), Stmt::RevBranch(mirror)) => choice.fused = Some(mirror),
        (Stmt::Loop(looped), Stmt::RevLoop(mirror)) => looped.fused = Some(mirror),
        _ => {}
    }
}

/// A branch without loops gains nothing.
fn contains_loop(stmt: &Stmt) -> bool {
    let mut found = matches!(stmt, Stmt::Loop(_));
    for_each_region(stmt, &mut |region, _| {
        found |= region.stmts.iter().any(contains_loop);
    });
    found
}

/// The statements that a mirror passes on its way to its statement.
struct Between<'a> {
    reverse: &'a [Stmt],
    forward: &'a [Stmt],
}

/// What is computed before a mirror and can be computed before its statement.
struct Early {
    /// The values of the `let`s to move.
    hoisted: BTreeSet<ValueId>,
    /// What is known before the statement, or defined by it.
    known: BTreeSet<ValueId>,
    /// What is defined in the region at all.
    local: BTreeSet<ValueId>,
}

impl Early {
    /// Nothing, if something is needed that is known too late.
    fn find(
        f: &Function,
        forward: &Region,
        at: usize,
        mirror: &Stmt,
        between: &Between,
    ) -> Option<Self> {
        let mut known = BTreeSet::new();
        for stmt in &forward.stmts[..at] {
            known.extend(definitions(stmt));
        }
        for_each_region(&forward.stmts[at], &mut |region, bound| {
            known.extend(bound);
            collect_definitions(region, &mut known);
        });
        let mut local = known.clone();
        for stmt in forward.stmts[at..].iter().chain(between.reverse) {
            local.extend(definitions(stmt));
        }
        let lets = between.forward.iter().chain(between.reverse);
        let lets = lets.filter_map(|stmt| match stmt {
            Stmt::Let(binding) => Some((binding.value, &binding.op)),
            _ => None,
        });
        let mut early = Early {
            hoisted: BTreeSet::new(),
            known,
            local,
        };
        let lets: BTreeMap<ValueId, &Op> = lets.collect();
        let mut inside = BTreeSet::new();
        let mut used = BTreeSet::new();
        for_each_region(mirror, &mut |region, bound| {
            inside.extend(bound);
            collect_definitions(region, &mut inside);
            crate::ir::for_each_region_use(region, &mut |value| {
                used.insert(value);
            });
        });
        if let Stmt::RevBranch(branch) = mirror {
            used.extend(branch.cond);
        }
        if let Stmt::RevLoop(looped) = mirror {
            // a sum may start late
            for init in &looped.inits {
                early.demand(f, *init, &lets, 0);
            }
        }
        let needed = used.difference(&inside);
        let mut found = true;
        for value in needed {
            found &= early.demand(f, *value, &lets, 0);
        }
        found.then_some(early)
    }

    /// Whether a value is known early, or can be.
    fn demand(
        &mut self,
        f: &Function,
        value: ValueId,
        lets: &BTreeMap<ValueId, &Op>,
        depth: u32,
    ) -> bool {
        if self.is_early(value) {
            return true;
        }
        let Some(op) = lets.get(&value).filter(|op| depth < 50 && is_pure(f, op)) else {
            return false;
        };
        let mut found = true;
        (*op)
            .clone()
            .rewrite_uses(&mut |used| found &= self.demand(f, *used, lets, depth + 1));
        if found {
            self.hoisted.insert(value);
        }
        found
    }

    fn is_early(&self, value: ValueId) -> bool {
        !self.local.contains(&value) || self.known.contains(&value) || self.hoisted.contains(&value)
    }

    /// The sums of a loop whose start is not known early.
    fn late_inits(&self, mirror: &Stmt) -> Vec<usize> {
        let Stmt::RevLoop(looped) = mirror else {
            return Vec::new();
        };
        let late = |i: &usize| !self.is_early(looped.inits[*i]);
        (0..looped.inits.len()).filter(late).collect()
    }
}

/// Whether an operation of the reverse half computes the same anywhere.
fn is_pure(f: &Function, op: &Op) -> bool {
    match op {
        Op::Number(_)
        | Op::Integer(_)
        | Op::Flag(_)
        | Op::Neg(_)
        | Op::Binary(..)
        | Op::Method(..)
        | Op::Select(..)
        | Op::Copy(..)
        | Op::Cast(..)
        | Op::Narrow(..) => crate::simplify::is_removable(f, op),
        Op::Constant(tokens) => syn::parse2::<syn::Lit>(tokens.clone()).is_ok(),
        // only the shape is looked at, and it stays
        Op::ZeroGradient(of) => f.stable.contains(of),
        _ => false,
    }
}

/// What statements of the reverse half do to adjoints in memory.
#[derive(Default)]
struct Memory {
    added: BTreeSet<ValueId>,
    changed: BTreeSet<ValueId>,
    read: BTreeSet<ValueId>,
    /// Defined by the statements themselves.
    own: BTreeSet<ValueId>,
}

impl Memory {
    fn of(stmt: &Stmt) -> Self {
        let mut memory = Memory::default();
        memory.visit(stmt);
        memory
    }

    fn visit(&mut self, stmt: &Stmt) {
        self.own.extend(definitions(stmt));
        match stmt {
            Stmt::AddAt(add) => {
                self.added.insert(add.place.base);
                self.read.insert(add.value);
            }
            Stmt::AddEach(to, from, _) => {
                self.added.insert(*to);
                self.read.insert(*from);
            }
            Stmt::Store(store) => {
                self.changed.insert(store.place.base);
                self.read.insert(store.value);
            }
            Stmt::Mutate(mutate) => {
                self.changed.insert(mutate.place.base);
                self.read.extend(&mutate.args);
            }
            Stmt::Pullback(call) => {
                call.upstream.for_each(&mut |value| {
                    self.read.insert(*value);
                });
                for arg in &call.args {
                    match arg {
                        PullbackArg::View {
                            content, adjoint, ..
                        } => {
                            self.read.insert(content.base);
                            self.added.extend(adjoint.iter().map(|place| place.base));
                        }
                        PullbackArg::MutView {
                            content, adjoint, ..
                        } => {
                            self.changed.insert(*content);
                            self.changed.extend(adjoint.iter().map(|place| place.base));
                        }
                        PullbackArg::Mut { .. } | PullbackArg::In { .. } => {}
                    }
                }
            }
            Stmt::Let(binding) => match &binding.op {
                Op::Take(place) | Op::Pop(place) => {
                    self.changed.insert(place.base);
                }
                // whatever is done through it
                Op::Choose(candidates) => {
                    self.changed
                        .extend(candidates.places.iter().map(|place| place.base));
                }
                Op::Exchange(place, with) => {
                    self.changed.insert(place.base);
                    self.read.insert(*with);
                }
                op => op.for_each_use(&mut |used| {
                    self.read.insert(*used);
                }),
            },
            // carried and merged values are read, their regions looked at below
            Stmt::RevLoop(looped) => {
                self.read.extend(&looped.inits);
                self.read.extend(&looped.body.yields);
            }
            Stmt::RevBranch(branch) => {
                let yields = branch.arms.iter().flat_map(|arm| &arm.yields);
                self.read.extend(yields);
            }
            stmt => for_each_use(stmt, &mut |used| {
                self.read.insert(used);
            }),
        }
        for_each_region(stmt, &mut |region, bound| {
            self.own.extend(bound);
            region.stmts.iter().for_each(|stmt| self.visit(stmt));
        });
    }

    /// Whether the statements may run before those in between.
    fn commutes(&self, between: &Between) -> bool {
        let outside = |set: &BTreeSet<ValueId>| -> BTreeSet<ValueId> {
            set.difference(&self.own).copied().collect()
        };
        let (added, read) = (outside(&self.added), outside(&self.read));
        if !outside(&self.changed).is_empty() || !added.is_disjoint(&read) {
            return false;
        }
        let mut others = Memory::default();
        between.reverse.iter().for_each(|stmt| others.visit(stmt));
        for stmt in between.forward {
            others.visit_fused(stmt);
        }
        added.is_disjoint(&others.changed)
            && added.is_disjoint(&others.read)
            && read.is_disjoint(&others.changed)
            && read.is_disjoint(&others.added)
    }

    /// What moved to a statement of the forward half before.
    fn visit_fused(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Loop(looped) => {
                if let Some(fused) = &looped.fused {
                    self.visit(&Stmt::RevLoop(fused.clone()));
                }
            }
            Stmt::If(crate::ir::If { fused, .. }) | Stmt::Match(crate::ir::Match { fused, .. }) => {
                if let Some(fused) = fused {
                    self.visit(&Stmt::RevBranch(fused.clone()));
                }
            }
            // a hoisted operation
            Stmt::Let(_) => self.visit(stmt),
            _ => {}
        }
    }
}

/// Whether a loop may run its mirror in any order.
fn carries_only_sums(mirror: &Stmt, memory: &Memory) -> bool {
    let Stmt::RevLoop(looped) = mirror else {
        return true;
    };
    let in_place = |value: &ValueId| memory.added.contains(value) || memory.changed.contains(value);
    let mut pairs = looped.params.iter().zip(&looped.body.yields);
    pairs.all(|(param, next)| !in_place(param) && only_accumulates(&looped.body, *param, *next))
}

/// Whether `from` is used for nothing but to add to it, and `to` is the sum.
pub(super) fn only_accumulates(region: &Region, from: ValueId, to: ValueId) -> bool {
    let mut sum = from;
    let mut start = 0;
    while sum != to {
        let uses = |stmt: &Stmt| {
            let mut count = 0;
            for_each_use(stmt, &mut |used| count += usize::from(used == sum));
            count
        };
        let rest = &region.stmts[start..];
        let Some(position) = rest.iter().position(|stmt| uses(stmt) > 0) else {
            return false;
        };
        let stmt = &rest[position];
        if rest[position + 1..].iter().any(|stmt| uses(stmt) > 0) || region.yields.contains(&sum) {
            return false;
        }
        let next = match stmt {
            Stmt::Let(binding) => match binding.op {
                Op::Binary(BinaryOp::Add, a, b) if (a == sum) != (b == sum) => binding.value,
                Op::Binary(BinaryOp::Sub, a, b) if a == sum && b != sum => binding.value,
                _ => return false,
            },
            Stmt::RevLoop(inner) => {
                let Some(i) = inner.inits.iter().position(|init| *init == sum) else {
                    return false;
                };
                let (param, next) = (inner.params[i], inner.body.yields[i]);
                let sums = only_accumulates(&inner.body, param, next);
                if uses(stmt) != 1 || !sums {
                    return false;
                }
                inner.results[i]
            }
            Stmt::RevBranch(branch) => {
                let mut result = None;
                let mut counted = 0;
                for i in 0..branch.results.len() {
                    let sums = branch.arms.iter().all(|arm| {
                        let next = arm.yields.get(i);
                        next.is_some_and(|next| only_accumulates(arm, sum, *next))
                    });
                    if sums {
                        result = Some(branch.results[i]);
                    }
                }
                for arm in &branch.arms {
                    let mut count = usize::from(arm.yields.contains(&sum));
                    for stmt in &arm.stmts {
                        count += uses(stmt);
                    }
                    counted = counted.max(count);
                }
                match result {
                    Some(result) if counted == 1 => result,
                    _ => return false,
                }
            }
            _ => return false,
        };
        start += position + 1;
        sum = next;
    }
    // the sum itself is for the next iteration only
    let last = region.yields.iter().filter(|value| **value == to).count();
    let used = |stmt: &Stmt| {
        let mut found = false;
        for_each_use(stmt, &mut |used| found |= used == to);
        found
    };
    last == 1 && !region.stmts.iter().any(used)
}

/// Inside a fused iteration its own values are there in reverse as well.
pub(super) fn settle(f: &mut Function, stmt: &Stmt, changed: &BTreeSet<ValueId>, views: &Views) {
    let bodies: Vec<&Region> = match stmt {
        Stmt::Loop(looped) if looped.fused.is_some() => vec![&looped.body],
        Stmt::If(branch) if branch.fused.is_some() => vec![&branch.then, &branch.other],
        Stmt::Match(choice) if choice.fused.is_some() => {
            choice.arms.iter().map(|arm| &arm.body).collect()
        }
        _ => return,
    };
    for body in bodies {
        let mut gone = moved(f, body);
        gone.extend(&body.yields);
        for value in body.stmts.iter().flat_map(definitions) {
            let stays = !changed.contains(&value) && !gone.contains(&value);
            if stays && !f.is_reference(value) {
                f.stable.insert(value);
            }
        }
        settle_views(f, body, views);
        for stmt in &body.stmts {
            settle(f, stmt, changed, views);
        }
    }
}

/// So are references to what stays.
fn settle_views(f: &mut Function, region: &Region, views: &Views) {
    for value in region.stmts.iter().flat_map(definitions) {
        let (root, is_view) = (views.root(value), views.is_view(value));
        let is_shared = is_view && f.info(value).hold == Hold::Shared;
        // what a call gives is moved, as it may be no reference
        if is_shared && f.stable.contains(&root) && !f.borrowed.contains(&root) {
            f.stable.insert(value);
        }
    }
}
