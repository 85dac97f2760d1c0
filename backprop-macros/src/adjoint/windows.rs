//! Loops over elements that lie one after another: bounds are checked once.
//!
//! `d_x[base + i] += ..` in a loop over `i` costs a comparison in each iteration, which also
//! keeps the compiler from taking several elements at once. Where every iteration
//! looks at the same offsets from the loop's number, what the loop looks at is one slice, a
//! *window*, that is taken before the loop:
//!
//! ```text
//! if n != 0 {
//!     let window = &mut d_x[base..][..n];
//!     for k in (0..n).rev() { window[k] += .. }
//! }
//! ```
//!
//! Its bounds are those of the accesses that no condition of the user's guards, so that
//! taking it fails only where they would. What the loop changes has one window or none,
//! and no other use in the loop. What it looks at in each iteration and never changes
//! (`x[row]`) is loaded there, too.

mod body;
mod fixed;

use super::record::tapes::is_short;
use crate::ir::{
    Access, BinaryOp, Function, Hold, If, Kind, Let, Op, Place, Proj, Range, RangeAdaptor, Region,
    RevBranch, Stmt, StmtId, ValueId, Views, Window, collect_definitions, for_each_region,
    for_each_region_of_both_mut, for_each_use, kind_at,
};
pub(super) use body::for_each_access_mut;
use body::{Body, Group, Index, Key, Looped, find_lets, for_access_mut, is_plain};
use std::collections::{BTreeMap, BTreeSet};

/// Opens windows before the loops of both halves.
pub(crate) fn open(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut forward = std::mem::take(&mut f.body);
    let mut branches = BTreeSet::new();
    let mut chosen = false;
    for region in [&forward, &reverse.body] {
        find_branches(region, &mut branches, &mut chosen);
    }
    // what is written at each use is used where nobody sees it
    if !chosen {
        let mut pass = Pass {
            views: Views::of_both(f, &forward, &reverse.body),
            integers: super::record::integers(&forward, &reverse.body),
            f,
            branches,
        };
        pass.region(&mut forward);
        pass.region(&mut reverse.body);
    }
    f.body = forward;
    f.reverse = Some(reverse);
}

/// The branches of the user's.
fn find_branches(region: &Region, into: &mut BTreeSet<StmtId>, chosen: &mut bool) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::If(branch) => {
                into.insert(branch.id);
            }
            Stmt::Match(choice) => {
                into.insert(choice.id);
            }
            Stmt::Let(Let {
                op: Op::Choose(_) | Op::Lens(_),
                ..
            }) => *chosen = true,
            _ => {}
        }
        for_each_region(stmt, &mut |inner, _| find_branches(inner, into, chosen));
    }
}

struct Pass<'a> {
    f: &'a mut Function,
    views: Views,
    integers: BTreeMap<ValueId, i64>,
    branches: BTreeSet<StmtId>,
}

impl Pass<'_> {
    fn region(&mut self, region: &mut Region) {
        for mut stmt in std::mem::take(&mut region.stmts) {
            for_each_region_of_both_mut(&mut stmt, &mut |inner| self.region(inner));
            match stmt {
                Stmt::RevLoop(looped) => {
                    self.looped(Looped::Reverse(looped.into()), &mut region.stmts)
                }
                Stmt::Loop(looped) => {
                    self.looped(Looped::Forward(looped.into()), &mut region.stmts)
                }
                stmt => region.stmts.push(stmt),
            }
        }
    }

    fn looped(&mut self, mut looped: Looped, into: &mut Vec<Stmt>) {
        let plain = |region: &&Region| is_plain(region);
        let range = looped.range().cloned();
        let Some(range) = range.filter(|_| looped.regions().iter().all(plain)) else {
            into.push(looped.into_stmt());
            return;
        };
        let windows = match self.is_worthwhile(&range) {
            true => self.windows(&looped, &range),
            false => BTreeMap::new(),
        };
        if windows.is_empty() {
            into.push(looped.into_stmt());
            return;
        }
        let span = looped.span();
        let mut inside = Vec::new();
        let zero = self.int(into, Op::Integer(0), span);
        let starts_at_zero = self.integers.get(&range.start) == Some(&0);
        let count = match starts_at_zero && !range.inclusive {
            true => range.end,
            false => {
                let mut counted = range.clone();
                counted.adaptors.clear();
                self.int(into, Op::TripCount(Box::new(counted)), span)
            }
        };
        // the number of an iteration from the first element on
        let number = match starts_at_zero {
            true => range.item,
            false => self.f.value(Kind::Int, None, span),
        };
        let mut head = Vec::new();
        if !starts_at_zero {
            let op = Op::Binary(BinaryOp::Add, range.start, number);
            let value = range.item;
            head.push(Stmt::Let(Let { value, op }));
        }
        let mut offsets = BTreeMap::new();
        let mut opened = BTreeMap::new();
        for (key, group) in windows {
            let Some((least, greatest)) = group.offsets else {
                continue;
            };
            let first = self.first(&group, &range, least, &mut inside, span);
            let (value, access) = self.window(&key, &group);
            let op = Op::Window(Box::new(Window {
                of: group.of,
                first,
                count,
                more: greatest.abs_diff(least),
                access,
            }));
            inside.push(Stmt::Let(Let { value, op }));
            opened.insert(key, (value, least, greatest));
        }
        let body = self.known(&looped, &range);
        self.load_fixed(&mut looped, &body, &mut inside);
        let mut replace = |place: &mut Place, _| {
            let Some((key, at, offset)) = body.key_of(self, place) else {
                return;
            };
            let Some((window, least, greatest)) = opened.get(&key) else {
                return;
            };
            if offset < *least || offset > *greatest {
                return;
            }
            let index = match offset - least {
                0 => number,
                more => *offsets.entry(more).or_insert_with(|| {
                    let by = self.int(&mut head, Op::Integer(more), span);
                    let op = Op::Binary(BinaryOp::Add, number, by);
                    self.int(&mut head, op, span)
                }),
            };
            place.base = *window;
            let rest = place.path.split_off(at + 1);
            place.path = vec![Proj::Index(index)];
            place.path.extend(rest);
        };
        for region in looped.regions_mut() {
            for_each_access_mut(region, &mut replace);
        }
        if let Some(region) = looped.regions_mut().into_iter().next() {
            region.stmts.splice(0..0, head);
        }
        if !starts_at_zero {
            let numbers = Range {
                item: number,
                start: zero,
                end: count,
                inclusive: false,
                adaptors: range.adaptors,
            };
            looped.set_range(numbers);
        }
        self.unless_empty(looped, count, zero, inside, into);
    }

    /// Whether a loop is not one of a few iterations.
    fn is_worthwhile(&self, range: &Range) -> bool {
        let steps = |adaptor: &RangeAdaptor| matches!(adaptor, RangeAdaptor::StepBy(_));
        !is_short(range, &self.integers) && !range.adaptors.iter().any(steps)
    }

    /// The groups of accesses in a loop that get a window.
    fn windows(&mut self, looped: &Looped, range: &Range) -> BTreeMap<Key, Group> {
        let mut body = self.known(looped, range);
        for region in looped.regions() {
            self.collect(region, true, &mut body);
        }
        let mut groups = std::mem::take(&mut body.groups);
        let written: BTreeSet<ValueId> = body
            .written
            .iter()
            .flat_map(|base| self.views.roots(*base))
            .collect();
        let used: Vec<ValueId> = body.uses.keys().copied().collect();
        groups.retain(|(base, ..), group| {
            let roots = self.views.roots(*base);
            let is_written = roots.iter().any(|root| written.contains(root));
            let info = self.f.info(*base);
            let is_alone = || {
                let others = used.iter().filter(|other| *other != base);
                body.uses.get(base) == Some(&group.uses)
                    && !others
                        .flat_map(|other| self.views.roots(*other))
                        .any(|root| roots.contains(&root))
            };
            // the buffer of an adjoint that is not added to has no use for it
            let is_readable = !(info.adjoint && info.hold == Hold::Shared);
            let fits = match is_written {
                true => body.written.contains(base) && is_alone(),
                false => is_readable,
            };
            fits && group.offsets.is_some() && kind_at(self.f, &group.of).is_container()
        });
        // what is changed through a window is changed through it alone
        let partly = |(base, ..): &Key, group: &Group| {
            body.written.contains(base) && !self.is_covered(looped, &body, base, group)
        };
        groups.retain(|key, group| !partly(key, group));
        for ((base, ..), group) in &mut groups {
            group.is_written = body.written.contains(base);
        }
        groups
    }

    /// Whether the accesses to what a loop changes all lie in a window.
    fn is_covered(&self, looped: &Looped, body: &Body, base: &ValueId, group: &Group) -> bool {
        let mut covered = true;
        for region in looped.regions() {
            for_each_access_mut(&mut region.clone(), &mut |place, _| {
                if place.base == *base {
                    let offset = body.key_of(self, place).map(|(_, _, offset)| offset);
                    covered &= match (offset, group.offsets) {
                        (Some(at), Some((least, greatest))) => (least..=greatest).contains(&at),
                        _ => false,
                    };
                }
            });
        }
        covered
    }

    fn known(&self, looped: &Looped, range: &Range) -> Body {
        let mut defined: BTreeSet<ValueId> = looped.heads().into_iter().collect();
        defined.insert(range.item);
        let mut lets = BTreeMap::new();
        let mut uses: BTreeMap<ValueId, usize> = BTreeMap::new();
        for region in looped.regions() {
            collect_definitions(region, &mut defined);
            find_lets(region, &mut lets);
            for stmt in &region.stmts {
                for_each_use(stmt, &mut |value| *uses.entry(value).or_default() += 1);
            }
            for value in &region.yields {
                *uses.entry(*value).or_default() += 1;
            }
        }
        let mut body = Body {
            item: range.item,
            defined,
            lets,
            counters: BTreeMap::new(),
            groups: BTreeMap::new(),
            written: BTreeSet::new(),
            uses,
        };
        // sums of a counter and of the loop's number are of one type
        if self.is_by_index(looped, &body) {
            let carried = looped.carried().into_iter();
            body.counters = carried
                .filter_map(|carried| Some((carried[0], self.counter(carried, &body, range)?)))
                .collect();
        }
        body
    }

    /// Whether the number of a loop is part of an index, which tells that it is a `usize`.
    fn is_by_index(&self, looped: &Looped, body: &Body) -> bool {
        let mut found = false;
        for region in looped.regions() {
            for_each_access_mut(&mut region.clone(), &mut |place, _| {
                found |= body.key_of(self, place).is_some();
            });
        }
        found
    }

    /// What a carried integer is in an iteration, if each adds the same number to it: its first
    /// value, and so many times the number of iterations before this one.
    fn counter(
        &self,
        [param, init, next]: [ValueId; 3],
        body: &Body,
        range: &Range,
    ) -> Option<Index> {
        if self.f.kind(param) != Kind::Int || range.inclusive {
            return None;
        }
        let step = match body.lets.get(&next)? {
            Op::Binary(BinaryOp::Add, a, b) if *a == param => *self.integers.get(b)?,
            Op::Binary(BinaryOp::Add, a, b) if *b == param => *self.integers.get(a)?,
            Op::Binary(BinaryOp::Sub, a, b) if *a == param => {
                self.integers.get(b)?.checked_neg()?
            }
            _ => return None,
        };
        let item = Index {
            of_item: 1,
            ..Index::default()
        };
        let one = Index {
            constant: 1,
            ..Index::default()
        };
        let before = match &range.adaptors[..] {
            [] => item.plus(&self.index(range.start, body, 0)?, -1)?,
            [RangeAdaptor::Rev] => {
                let last = self.index(range.end, body, 0)?.plus(&one, -1)?;
                last.plus(&item, -1)?
            }
            _ => return None,
        };
        self.index(init, body, 0)?.plus(&before, step)
    }

    fn collect(&self, region: &Region, is_certain: bool, body: &mut Body) {
        for stmt in &region.stmts {
            let mut copy = stmt.clone();
            for_access_mut(&mut copy, &mut |place, is_written| {
                if is_written {
                    body.written.insert(place.base);
                }
                let Some((key, at, offset)) = body.key_of(self, place) else {
                    return;
                };
                let group = body.groups.entry(key.clone()).or_insert_with(|| Group {
                    of: Place {
                        base: place.base,
                        path: place.path[..at].to_vec(),
                    },
                    terms: key.2,
                    offsets: None,
                    uses: 0,
                    is_written: false,
                });
                group.uses += 1;
                if is_certain {
                    let (least, greatest) = group.offsets.unwrap_or((offset, offset));
                    group.offsets = Some((least.min(offset), greatest.max(offset)));
                }
            });
            // what branches of ours leave out the forward half has looked at
            let is_ours =
                matches!(stmt, Stmt::RevBranch(branch) if !self.branches.contains(&branch.of));
            for_each_region(stmt, &mut |inner, _| {
                self.collect(inner, is_certain && is_ours, body);
            });
        }
    }

    /// An index as a sum, if it is one.
    fn index(&self, value: ValueId, body: &Body, depth: u32) -> Option<Index> {
        if value == body.item {
            return Some(Index {
                of_item: 1,
                ..Index::default()
            });
        }
        if let Some(constant) = self.integers.get(&value) {
            return Some(Index {
                constant: *constant,
                ..Index::default()
            });
        }
        if !body.defined.contains(&value) {
            return Some(Index {
                terms: [(vec![value], 1)].into(),
                ..Index::default()
            });
        }
        if let Some(counter) = body.counters.get(&value) {
            return Some(counter.clone());
        }
        let op = body.lets.get(&value).filter(|_| depth < 8)?;
        match op {
            Op::Copy(a, None) => self.index(*a, body, depth + 1),
            Op::Binary(op @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul), a, b) => {
                let (a, b) = (
                    self.index(*a, body, depth + 1)?,
                    self.index(*b, body, depth + 1)?,
                );
                match op {
                    BinaryOp::Add => a.plus(&b, 1),
                    BinaryOp::Sub => a.plus(&b, -1),
                    _ => a.times(&b),
                }
            }
            _ => None,
        }
    }

    /// The index of the first element of a window: sums before differences, so that none is
    /// below zero.
    fn first(
        &mut self,
        group: &Group,
        range: &Range,
        offset: i64,
        into: &mut Vec<Stmt>,
        span: proc_macro2::Span,
    ) -> ValueId {
        let mut signed = Vec::new();
        if self.integers.get(&range.start) != Some(&0) {
            signed.push((range.start, true));
        }
        for (factors, times) in &group.terms {
            let mut product: Option<ValueId> = None;
            if times.abs() != 1 || factors.is_empty() {
                product = Some(self.int(into, Op::Integer(times.abs()), span));
            }
            for factor in factors {
                product = Some(match product {
                    Some(product) => {
                        let op = Op::Binary(BinaryOp::Mul, product, *factor);
                        self.int(into, op, span)
                    }
                    None => *factor,
                });
            }
            signed.extend(product.map(|product| (product, *times > 0)));
        }
        if offset != 0 {
            let value = self.int(into, Op::Integer(offset.abs()), span);
            signed.push((value, offset > 0));
        }
        signed.sort_by_key(|(_, is_added)| !is_added);
        let mut sum: Option<ValueId> = None;
        for (value, is_added) in signed {
            sum = Some(match (sum, is_added) {
                (Some(sum), true) => self.int(into, Op::Binary(BinaryOp::Add, sum, value), span),
                (Some(sum), false) => self.int(into, Op::Binary(BinaryOp::Sub, sum, value), span),
                (None, _) => value,
            });
        }
        match sum {
            Some(sum) => sum,
            None => self.int(into, Op::Integer(0), span),
        }
    }

    /// The value of a window, and how it is held.
    fn window(&mut self, (base, ..): &Key, group: &Group) -> (ValueId, Access) {
        let kind = kind_at(self.f, &group.of);
        let info = self.f.info(*base).clone();
        let value = self.f.value(kind, info.hint, info.span);
        let access = match (group.is_written, info.hold) {
            (true, Hold::Shared) => Access::Buffer,
            (true, _) => Access::Mut,
            (false, _) => Access::Shared,
        };
        let own = self.f.info_mut(value);
        own.adjoint = info.adjoint;
        own.hold = match access {
            Access::Mut => Hold::Mut,
            Access::Buffer | Access::Shared => Hold::Shared,
        };
        if self.f.stable.contains(base) {
            self.f.stable.insert(value);
        }
        (value, access)
    }

    fn int(&mut self, into: &mut Vec<Stmt>, op: Op, span: proc_macro2::Span) -> ValueId {
        let value = self.f.value(Kind::Int, None, span);
        into.push(Stmt::Let(Let { value, op }));
        value
    }

    /// The windows and the loop, in a branch that is left out where the loop does not run.
    fn unless_empty(
        &mut self,
        looped: Looped,
        count: ValueId,
        zero: ValueId,
        mut inside: Vec<Stmt>,
        into: &mut Vec<Stmt>,
    ) {
        let cond = self.f.value(Kind::Bool, None, looped.span());
        let op = Op::Binary(BinaryOp::Ne, count, zero);
        into.push(Stmt::Let(Let { value: cond, op }));
        let of = self.f.stmt_id();
        into.push(match looped {
            Looped::Reverse(mut looped) => {
                let (results, [mut then, other]) = self.arms(&mut looped.results, &looped.inits);
                inside.push(Stmt::RevLoop(*looped));
                then.stmts = inside;
                Stmt::RevBranch(RevBranch {
                    of,
                    cond: Some(cond),
                    arms: vec![then, other],
                    results,
                    record: None,
                })
            }
            Looped::Forward(mut looped) => {
                let (results, [mut then, other]) = self.arms(&mut looped.results, &looped.inits);
                let fused = looped.fused.as_mut().map(|fused| {
                    let (results, arms) = self.arms(&mut fused.results, &fused.inits);
                    RevBranch {
                        of,
                        cond: None,
                        arms: arms.to_vec(),
                        results,
                        record: None,
                    }
                });
                inside.push(Stmt::Loop(*looped));
                then.stmts = inside;
                Stmt::If(If {
                    id: of,
                    cond,
                    then,
                    other,
                    results,
                    record: None,
                    fused,
                })
            }
        });
    }

    /// The results of a loop as those of a branch: its arms yield the results, under new names,
    /// and what the loop begins with.
    fn arms(
        &mut self,
        results: &mut Vec<ValueId>,
        inits: &[ValueId],
    ) -> (Vec<ValueId>, [Region; 2]) {
        let outer = std::mem::take(results);
        for result in &outer {
            let info = self.f.info(*result).clone();
            let inner = self.f.value(info.kind, info.hint, info.span);
            self.f.info_mut(inner).adjoint = info.adjoint;
            self.f.info_mut(inner).hold = info.hold;
            results.push(inner);
        }
        let arm = |yields: &[ValueId]| Region {
            stmts: Vec::new(),
            yields: yields.to_vec(),
        };
        (outer, [arm(results), arm(inits)])
    }
}
