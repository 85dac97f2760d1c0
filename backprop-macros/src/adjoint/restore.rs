//! Content that the reverse half takes back.
//!
//! What is kept in memory changes, so a number that was read from it has to be
//! recorded if the reverse half needs it. Where far more is read than is written, as
//! in products with a matrix that is built up or a vector that an iteration replaces,
//! the opposite costs less: record what each write overwrites and put it back, last
//! to first. Then every read is the one of the forward half again.
//!
//! [`prepare`] gives each write to such memory the number that it overwrites; the
//! adjoint pass puts it back where it reverses the write. [`choose`] decides for each
//! root, when it can be seen what the reverse half needs, and drops the rest. A write
//! that nothing which is read again can come before is not undone: a table that is
//! filled and then only read costs nothing.

use super::moves::moved;
use super::record::settle::{is_cheap, is_light, needs_of};
use crate::ir::{
    Arg, Capture, Function, Head, Hold, If, Kind, Let, Op, Place, PullbackArg, RangeAdaptor,
    Region, Stmt, StmtId, Tree, ValueId, Views, definitions, for_each_region, for_each_region_mut,
    for_each_region_of_both_mut,
};
use std::collections::{BTreeMap, BTreeSet};

/// Prepares the writes to what can be restored.
pub(crate) fn prepare(f: &mut Function, is_active: &dyn Fn(ValueId) -> bool) {
    if cfg!(feature = "record_all") {
        return;
    }
    let mut body = std::mem::take(&mut f.body);
    let views = Views::of(f, &body);
    let mut roots = candidates(f, &body, &views);
    roots.retain(|root| is_active(*root));
    if !roots.is_empty() {
        save(f, &mut body, &views, &roots);
    }
    f.body = body;
}

/// Containers of numbers that are there to the end, and that only writes of numbers
/// change.
fn candidates(f: &Function, body: &Region, views: &Views) -> BTreeSet<ValueId> {
    let mut found = BTreeSet::new();
    for param in &f.params {
        if let Tree::Leaf(leaf) = &param.entry
            && !f.is_reference(*leaf)
        {
            found.insert(*leaf);
        }
    }
    found.extend(body.stmts.iter().flat_map(definitions));
    let result = f.result.leaves();
    found.retain(|value| {
        f.kind(*value).is_container() && !f.is_reference(*value) && !result.contains(value)
    });
    let mut stored = BTreeSet::new();
    let mut unfit = BTreeSet::new();
    sort_out(f, body, views, &mut stored, &mut unfit);
    let moved = moved(f, body);
    found
        .retain(|value| stored.contains(value) && !unfit.contains(value) && !moved.contains(value));
    found
}

/// Finds what is written to, and what is changed in other ways.
fn sort_out(
    f: &Function,
    region: &Region,
    views: &Views,
    stored: &mut BTreeSet<ValueId>,
    unfit: &mut BTreeSet<ValueId>,
) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::Store(store) => {
                let roots = views.roots(store.place.base);
                let root = match roots[..] {
                    [root] => root,
                    _ => {
                        unfit.extend(roots);
                        continue;
                    }
                };
                match is_number(f.kind(store.value)) && store.old.is_none() {
                    true => stored.insert(root),
                    false => unfit.insert(root),
                };
                unfit.insert(views.root(store.value));
            }
            // what is only looked at, or is a reference to be looked through
            Stmt::Let(Let { op, .. }) => match op {
                Op::Load(_) | Op::Query(..) | Op::Length(_) | Op::IsEmpty(_) | Op::View(..) => {}
                Op::Duplicate(..)
                | Op::ArrayLike(..)
                | Op::SplitAt(..)
                | Op::Half(..)
                | Op::Snapshot(_) => {}
                op => mutable_uses(f, views, op, unfit),
            },
            Stmt::Call(call) => {
                for arg in &call.args {
                    let (Arg::In(tree) | Arg::Mut { before: tree, .. }) = arg;
                    tree.for_each(&mut |leaf| {
                        if f.info(*leaf).hold != Hold::Shared {
                            unfit.insert(views.root(*leaf));
                        }
                    });
                }
            }
            Stmt::Effect(capture) | Stmt::Diverge(capture) => {
                of_capture(f, views, capture, unfit);
            }
            Stmt::Mutate(mutate) => {
                unfit.insert(views.root(mutate.place.base));
                unfit.extend(mutate.args.iter().map(|arg| views.root(*arg)));
            }
            Stmt::If(branch) => {
                let yields = branch.then.yields.iter().chain(&branch.other.yields);
                unfit.extend(yields.map(|value| views.root(*value)));
            }
            Stmt::Match(choice) => {
                choice.scrutinee.for_each(&mut |leaf| {
                    unfit.insert(views.root(*leaf));
                });
                let yields = choice.arms.iter().flat_map(|arm| &arm.body.yields);
                unfit.extend(yields.map(|value| views.root(*value)));
            }
            // iterations that run again have content of their own
            Stmt::Loop(looped) if looped.checkpoint.is_some() => {
                crate::ir::for_each_use(stmt, &mut |used| unfit.extend(views.roots(used)));
            }
            Stmt::Loop(looped) => {
                let carried = looped.inits.iter().chain(&looped.body.yields);
                unfit.extend(carried.map(|value| views.root(*value)));
            }
            stmt => crate::ir::for_each_use(stmt, &mut |used| {
                unfit.insert(views.root(used));
            }),
        }
        for_each_region(stmt, &mut |inner, _| {
            sort_out(f, inner, views, stored, unfit)
        });
    }
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool)
}

/// What an operation may do more to than look at it.
fn mutable_uses(f: &Function, views: &Views, op: &Op, unfit: &mut BTreeSet<ValueId>) {
    op.for_each_use(&mut |used| {
        if f.info(*used).hold != Hold::Shared && !is_number(f.kind(*used)) {
            unfit.insert(views.root(*used));
        }
    });
}

fn of_capture(f: &Function, views: &Views, capture: &Capture, unfit: &mut BTreeSet<ValueId>) {
    for (_, tree) in &capture.uses {
        tree.for_each(&mut |leaf| {
            if f.info(*leaf).hold == Hold::Mut {
                unfit.insert(views.root(*leaf));
            }
        });
    }
}

/// Reads what each write overwrites.
fn save(f: &mut Function, region: &mut Region, views: &Views, roots: &BTreeSet<ValueId>) {
    for mut stmt in std::mem::take(&mut region.stmts) {
        for_each_region_mut(&mut stmt, &mut |inner| save(f, inner, views, roots));
        if let Stmt::Store(store) = &mut stmt
            && roots.contains(&views.root(store.place.base))
        {
            let (kind, span) = (f.kind(store.value), f.info(store.value).span);
            let saved = f.value(kind, Some("before".to_owned()), span);
            let op = Op::Load(store.place.clone());
            region.stmts.push(Stmt::Let(Let { value: saved, op }));
            store.saved = Some(saved);
        }
        region.stmts.push(stmt);
    }
}

/// Decides which content is restored, and takes back the preparations for the rest.
pub(crate) fn choose(f: &mut Function) {
    let Some(mut reverse) = f.reverse.take() else {
        return;
    };
    let mut body = std::mem::take(&mut f.body);
    let views = Views::of(f, &body);
    let mut walk = Walk::default();
    walk.region(&views, &body);
    if !walk.stores.is_empty() {
        let demand = Demand::of(f, &views, &walk, &reverse.body);
        let roots: BTreeSet<ValueId> = walk.stores.iter().map(|store| store.root).collect();
        let mut undone = BTreeSet::new();
        for root in roots {
            let Some(plan) = demand.plan(root, &walk) else {
                continue;
            };
            f.restored.insert(root);
            f.recoverable.extend(plan.reads);
            undone.extend(plan.undone);
        }
        lend(&mut reverse.body, &views, &walk, &f.restored);
        let saved = walk.stores.iter().map(|store| store.saved);
        let unwanted: BTreeSet<ValueId> = saved.filter(|saved| !undone.contains(saved)).collect();
        drop_saved(&mut body, &unwanted);
        drop_undone(&mut reverse.body, &unwanted);
    }
    f.body = body;
    f.reverse = Some(reverse);
}

/// Where a statement of the forward half stands.
#[derive(Clone, Default)]
struct Position {
    /// How many statements begin before it.
    number: usize,
    /// The loops around it, outermost first.
    loops: Vec<StmtId>,
}

impl Position {
    /// Whether a statement here may run before one there.
    fn may_precede(&self, other: &Position) -> bool {
        // the roots are outside of all loops
        let is_shared = !self.loops.is_empty() && self.loops.first() == other.loops.first();
        self.number < other.number || is_shared
    }

    /// How often it runs, roughly, if `more` loops surround it.
    fn weight(&self, more: u32) -> u64 {
        16u64.saturating_pow(self.loops.len() as u32 + more)
    }
}

/// A write that may be undone.
struct Write {
    root: ValueId,
    saved: ValueId,
    position: Position,
}

/// What the forward half does, and where.
#[derive(Default)]
struct Walk {
    here: Position,
    ops: BTreeMap<ValueId, (Op, Position)>,
    branches: BTreeMap<ValueId, (If, Position)>,
    calls: BTreeMap<StmtId, Position>,
    stores: Vec<Write>,
    /// Values that are written to what may be restored: until that is done, they can be
    /// read there.
    written: BTreeMap<ValueId, (ValueId, Position)>,
    /// What loops go over: their reverse halves may, too.
    ranges: BTreeSet<ValueId>,
}

impl Walk {
    fn region(&mut self, views: &Views, region: &Region) {
        for stmt in &region.stmts {
            self.here.number += 1;
            let here = self.here.clone();
            match stmt {
                Stmt::Let(Let { value, op }) => {
                    self.ops.insert(*value, (op.clone(), here));
                }
                Stmt::If(branch) => {
                    for result in &branch.results {
                        self.branches
                            .insert(*result, (branch.clone(), here.clone()));
                    }
                }
                Stmt::Call(call) => {
                    self.calls.insert(call.id, here);
                }
                Stmt::Store(store) => {
                    let root = views.root(store.place.base);
                    if let (Some(_), None) = (store.saved, store.op) {
                        self.written.insert(store.value, (root, here.clone()));
                    }
                    self.stores.extend(store.saved.map(|saved| Write {
                        root,
                        saved,
                        position: here,
                    }));
                }
                _ => {}
            }
            if let Stmt::Loop(looped) = stmt {
                if let Head::Range(range) = &looped.head {
                    self.ranges.extend([range.start, range.end]);
                    self.ranges
                        .extend(range.adaptors.iter().filter_map(|adaptor| match adaptor {
                            RangeAdaptor::StepBy(step) => Some(*step),
                            RangeAdaptor::Rev => None,
                        }));
                }
                self.here.loops.push(looped.id);
            }
            for_each_region(stmt, &mut |inner, _| self.region(views, inner));
            if let Stmt::Loop(_) = stmt {
                self.here.loops.pop();
            }
        }
    }
}

/// What the reverse half needs of the content of memory.
struct Demand {
    /// The reads that it would do again, of which root and where.
    reads: BTreeMap<ValueId, (ValueId, Position)>,
    /// What it could read where it was written, rather than record it.
    written: BTreeMap<ValueId, (ValueId, Position)>,
    /// What it lends to the pullbacks of calls.
    lent: Vec<(ValueId, Position)>,
}

impl Demand {
    fn of(f: &Function, views: &Views, walk: &Walk, reverse: &Region) -> Self {
        let roots: BTreeSet<ValueId> = walk.stores.iter().map(|store| store.root).collect();
        let saved: BTreeSet<ValueId> = walk.stores.iter().map(|store| store.saved).collect();
        let mut demand = Demand {
            reads: BTreeMap::new(),
            written: BTreeMap::new(),
            lent: Vec::new(),
        };
        let mut open: Vec<ValueId> = walk.ranges.iter().copied().collect();
        crate::ir::for_each_region_use(reverse, &mut |value| open.push(value));
        let mut seen: BTreeSet<ValueId> = BTreeSet::new();
        while let Some(value) = open.pop() {
            if saved.contains(&value) || !seen.insert(value) {
                continue;
            }
            if let Some((branch, _)) = walk.branches.get(&value) {
                let is_cheap = |value: ValueId, op: &Op| is_read_again(f, value, op);
                if is_light(f, branch, &is_cheap) {
                    open.extend(needs_of(branch));
                }
            }
            let Some((op, position)) = walk.ops.get(&value) else {
                continue;
            };
            if !is_read_again(f, value, op) {
                let read = walk.written.get(&value);
                demand
                    .written
                    .extend(read.map(|read| (value, read.clone())));
                continue;
            }
            if let Op::Load(place) = op {
                let root = views.root(place.base);
                if roots.contains(&root) {
                    demand.reads.insert(value, (root, position.clone()));
                }
            }
            op.for_each_use(&mut |used| open.push(*used));
        }
        for_each_lent(reverse, &mut |call, argument, _| {
            let root = views.root(argument);
            if let (true, Some(position)) = (roots.contains(&root), walk.calls.get(&call)) {
                demand.lent.push((root, position.clone()));
            }
        });
        demand
    }

    /// What to undo so that everything that is needed of a root is there again, if that
    /// costs less than to record it.
    fn plan(&self, root: ValueId, walk: &Walk) -> Option<Plan> {
        let of_root = |(value, (of, position)): (&ValueId, &(ValueId, Position))| {
            (*of == root).then(|| (*value, position.clone()))
        };
        let reads: Vec<_> = self.reads.iter().filter_map(of_root).collect();
        let lent = self.lent.iter().filter(|(of, _)| *of == root);
        let lent: Vec<&Position> = lent.map(|(_, position)| position).collect();
        let mut needed = reads
            .iter()
            .map(|(_, position)| position)
            .collect::<Vec<_>>();
        // a copy for a call has elements, and is an allocation on top
        let recorded = needed
            .iter()
            .map(|position| position.weight(0))
            .sum::<u64>()
            + lent
                .iter()
                .map(|position| 2 * position.weight(1))
                .sum::<u64>();
        needed.extend(lent);
        if needed.is_empty() {
            return None;
        }
        let mut undone = BTreeSet::new();
        let mut cost = 0;
        let stores = || walk.stores.iter().filter(|store| store.root == root);
        for store in stores() {
            if needed
                .iter()
                .any(|position| position.may_precede(&store.position))
            {
                undone.insert(store.saved);
                cost += store.position.weight(0);
            }
        }
        // to undo a write takes a read and a write more than to record a number
        if 3 * cost > 2 * recorded {
            return None;
        }
        let mut found: BTreeSet<ValueId> = reads.iter().map(|(value, _)| *value).collect();
        for (value, position) in self.written.iter().filter_map(of_root) {
            let mut after = stores().filter(|store| position.may_precede(&store.position));
            if after.all(|store| undone.contains(&store.saved)) {
                found.insert(value);
            }
        }
        Some(Plan {
            reads: found,
            undone,
        })
    }
}

/// How content is restored.
struct Plan {
    /// The values that are read again.
    reads: BTreeSet<ValueId>,
    /// What writes that are undone overwrote.
    undone: BTreeSet<ValueId>,
}

/// Whether the reverse half may do an operation again, if content is restored.
fn is_read_again(f: &Function, value: ValueId, op: &Op) -> bool {
    let is_read = matches!(
        op,
        Op::Load(_) | Op::Query(..) | Op::Length(_) | Op::IsEmpty(_) | Op::View(..)
    );
    is_read || is_cheap(f, value, op)
}

/// Calls `f` on each `&` argument that a reverse region lends to the pullback of a call.
fn for_each_lent(region: &Region, f: &mut impl FnMut(StmtId, ValueId, &Place)) {
    for stmt in &region.stmts {
        if let Stmt::Pullback(call) = stmt {
            for arg in &call.args {
                if let PullbackArg::View {
                    argument, content, ..
                } = arg
                {
                    f(call.of, *argument, content);
                }
            }
        }
        for_each_region(stmt, &mut |inner, _| for_each_lent(inner, f));
    }
}

/// Pullbacks look at what is restored, not at copies.
fn lend(region: &mut Region, views: &Views, walk: &Walk, restored: &BTreeSet<ValueId>) {
    for stmt in &mut region.stmts {
        if let Stmt::Pullback(call) = stmt {
            for arg in &mut call.args {
                if let PullbackArg::View {
                    argument, content, ..
                } = arg
                    && let Some((Op::Snapshot(_), _)) = walk.ops.get(&content.base)
                    && restored.contains(&views.root(*argument))
                {
                    *content = views.resolve(&Place::whole(*argument));
                }
            }
        }
        for_each_region_of_both_mut(stmt, &mut |inner| lend(inner, views, walk, restored));
    }
}

/// Removes reads of what is not put back.
fn drop_saved(region: &mut Region, unwanted: &BTreeSet<ValueId>) {
    region.stmts.retain_mut(|stmt| {
        for_each_region_mut(stmt, &mut |inner| drop_saved(inner, unwanted));
        match stmt {
            Stmt::Let(binding) => !unwanted.contains(&binding.value),
            Stmt::Store(store) => {
                store.saved = store.saved.filter(|saved| !unwanted.contains(saved));
                true
            }
            _ => true,
        }
    });
}

/// Removes the writes that put them back.
fn drop_undone(region: &mut Region, unwanted: &BTreeSet<ValueId>) {
    region.stmts.retain_mut(|stmt| {
        for_each_region_of_both_mut(stmt, &mut |inner| drop_undone(inner, unwanted));
        !matches!(stmt, Stmt::Store(store) if unwanted.contains(&store.value))
    });
}
