//! Zeros in the shape of values that are gone when the reverse half needs them.

use crate::adjoint::moves::{moved, moved_by};
use crate::ir::{
    Claimed, Function, Head, Kind, Let, Op, Region, Reverse, Stmt, StmtId, Tree, ValueId, Views,
    for_each_region, for_each_region_of_both_mut,
};
use std::collections::{BTreeMap, BTreeSet};

/// An adjoint that begins as zero has the shape of its value. Where the value
/// is moved away, borrowed, or defined inside an arm or an iteration, the
/// forward half makes the zero: at the last moment when it can, as the reverse half
/// undoes what changes the shape. At the first, where it does not: what is never useful
/// has no adjoint until its definition is reached.
pub(super) fn make(f: &mut Function, forward: &mut Region, reverse: &mut Reverse) {
    let there = There {
        values: there(f, forward),
        changed: crate::lower::changed(f, forward),
    };
    let mut loops = BTreeMap::new();
    homes(forward, None, &mut loops);
    homes(&reverse.body, None, &mut loops);
    let mut wanted = BTreeMap::new();
    collect(f, &mut reverse.body, &there, (None, &loops), &mut wanted);
    collect_fused(f, forward, &there, &loops, &mut wanted);
    if wanted.is_empty() {
        return;
    }
    let mut heads = Vec::new();
    for param in &f.params {
        heads.extend(param.entry.leaves());
    }
    let views = Views::of_both(f, forward, &reverse.body);
    insert(f, forward, &heads, &views, &mut wanted);
    // iterations that run again define what they need, too
    insert(f, &mut reverse.body, &[], &views, &mut wanted);
}

/// The zeros to make of each value.
type Wanted = BTreeMap<ValueId, Vec<ValueId>>;

/// The loop that each value is defined in, innermost.
type Homes = BTreeMap<ValueId, StmtId>;

fn homes(region: &Region, inside: Option<StmtId>, loops: &mut Homes) {
    for stmt in &region.stmts {
        if let Some(looped) = inside {
            loops.extend(
                crate::ir::definitions(stmt)
                    .into_iter()
                    .map(|value| (value, looped)),
            );
        }
        let inner = match stmt {
            Stmt::Loop(looped) => Some(looped.id),
            _ => inside,
        };
        for_each_region(stmt, &mut |region, bound| {
            loops.extend(
                inner
                    .iter()
                    .flat_map(|id| bound.iter().map(|value| (*value, *id))),
            );
            homes(region, inner, loops);
        });
    }
}

/// What the reverse half has at hand.
#[derive(Clone)]
struct There {
    /// The values that are there, whatever they hold by then.
    values: BTreeSet<ValueId>,
    /// Those whose content some statement changes in place.
    changed: BTreeSet<ValueId>,
}

impl There {
    /// Whether a zero can be made in the shape of a value.
    fn has(&self, value: ValueId, initial: bool) -> bool {
        self.values.contains(&value) && !(initial && self.changed.contains(&value))
    }
}

/// The values of a function that are there at its end.
fn there(f: &Function, forward: &Region) -> BTreeSet<ValueId> {
    let mut there = BTreeSet::new();
    for param in &f.params {
        match &param.entry {
            Tree::Leaf(leaf) if f.is_reference(*leaf) => {}
            entry => there.extend(entry.leaves()),
        }
    }
    for stmt in &forward.stmts {
        let defined = crate::ir::definitions(stmt).into_iter();
        there.extend(defined.filter(|value| !f.is_reference(*value)));
    }
    let result = f.result.leaves();
    let moved = moved(f, forward);
    there.retain(|value| !result.contains(value) && !moved.contains(value));
    there
}

/// The same in what is reversed as it runs: what an iteration defines is there
/// as well.
fn collect_fused(
    f: &mut Function,
    region: &mut Region,
    there: &There,
    loops: &Homes,
    wanted: &mut Wanted,
) {
    for stmt in &mut region.stmts {
        collect_in(f, stmt, there, loops, wanted);
    }
}

fn collect_in(
    f: &mut Function,
    stmt: &mut Stmt,
    there: &There,
    loops: &Homes,
    wanted: &mut Wanted,
) {
    let fused = match stmt {
        Stmt::Loop(looped) => Some(looped.id),
        _ => None,
    };
    let mut each = |body: &mut Region, reverse: &mut Region| {
        let mut there = there.clone();
        let mut gone = moved(f, body);
        gone.extend(&body.yields);
        let defined = body.stmts.iter().flat_map(crate::ir::definitions);
        let stays = |value: &ValueId| !f.is_reference(*value) && !gone.contains(value);
        there.values.extend(defined.filter(stays));
        collect(f, reverse, &there, (fused, loops), wanted);
        collect_fused(f, body, &there, loops, wanted);
    };
    match stmt {
        Stmt::Loop(looped) => {
            if let Some(fused) = &mut looped.fused {
                each(&mut looped.body, &mut fused.body);
            }
        }
        Stmt::If(branch) => {
            if let Some(fused) = &mut branch.fused
                && let [then, other] = &mut fused.arms[..]
            {
                each(&mut branch.then, then);
                each(&mut branch.other, other);
            }
        }
        Stmt::Match(choice) => {
            if let Some(fused) = &mut choice.fused {
                for (arm, reversed) in choice.arms.iter_mut().zip(&mut fused.arms) {
                    each(&mut arm.body, reversed);
                }
            }
        }
        _ => {}
    }
}

/// Replaces the zeros that cannot be made in the reverse half.
fn collect(
    f: &mut Function,
    region: &mut Region,
    there: &There,
    (inside, loops): (Option<StmtId>, &Homes),
    wanted: &mut Wanted,
) {
    for stmt in &mut region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::ZeroGradient(of) = binding.op
            && !there.has(of, f.info(binding.value).initial)
            && matches!(f.kind(of), Kind::Container(..) | Kind::Opaque)
        {
            let info = f.info(binding.value).clone();
            let zero = f.value(info.kind, Some("zero".to_owned()), info.span);
            f.info_mut(zero).initial = info.initial;
            wanted.entry(of).or_default().push(zero);
            // each iteration needs one of its own
            binding.op = match inside.is_some() && loops.get(&of).copied() != inside {
                true => Op::CopyGradient(zero),
                false => Op::Begin(zero),
            };
        }
        match stmt {
            Stmt::RevBranch(branch) => {
                let arms = branch.arms.iter_mut();
                arms.for_each(|arm| collect(f, arm, there, (inside, loops), wanted));
            }
            Stmt::RevLoop(looped) => {
                let inside = (Some(looped.of), loops);
                collect(f, &mut looped.body, there, inside, wanted);
            }
            // an iteration that runs again
            Stmt::Loop(_) => collect_in(f, stmt, there, loops, wanted),
            _ => {}
        }
    }
}

/// Makes the zeros of the values that a region defines.
fn insert(
    f: &mut Function,
    region: &mut Region,
    heads: &[ValueId],
    views: &Views,
    wanted: &mut Wanted,
) {
    let mut defined: Vec<(ValueId, usize)> = heads.iter().map(|value| (*value, 0)).collect();
    for (index, stmt) in region.stmts.iter().enumerate() {
        let values = crate::ir::definitions(stmt).into_iter();
        defined.extend(values.map(|value| (value, index + 1)));
    }
    // from the end, so that positions stay what they are
    defined.sort_by_key(|(_, index)| std::cmp::Reverse(*index));
    for (value, index) in defined {
        for zero in wanted.remove(&value).unwrap_or_default() {
            place(f, region, views, value, zero, index);
        }
    }
    for stmt in &mut region.stmts {
        let mut bounds = Vec::new();
        for_each_region(stmt, &mut |_, bound| bounds.push(bound));
        if let Stmt::Loop(looped) = stmt
            && matches!(looped.head, Head::While(_))
        {
            // a condition is no place for it: the body has the same values
            bounds[0].clear();
        }
        if let Stmt::Match(choice) = stmt {
            // nor is a guard, which comes before the body of its arm
            let mut regions = bounds.iter_mut();
            for arm in &choice.arms {
                if arm.guard.is_some() {
                    regions.next().into_iter().for_each(Vec::clear);
                }
                regions.next();
            }
        }
        let mut bounds = bounds.into_iter();
        for_each_region_of_both_mut(stmt, &mut |inner| {
            let bound = bounds.next().unwrap_or_default();
            insert(f, inner, &bound, views, wanted);
        });
    }
}

/// Makes `zero` where `value` has its final shape, after statement `from` of a
/// region: right after the last change of it. Right there, if it has its initial one.
fn place(
    f: &mut Function,
    region: &mut Region,
    views: &Views,
    value: ValueId,
    zero: ValueId,
    from: usize,
) {
    let op = Op::ZeroGradient(value);
    let made = Stmt::Let(Let { value: zero, op });
    let changes = |stmt: &Stmt| changes(f, views, stmt, value);
    let last = match f.is_reference(value) || f.info(zero).initial {
        true => None,
        false => region.stmts[from..].iter().rposition(changes),
    };
    let Some(last) = last.map(|last| from + last) else {
        region.stmts.insert(from, made);
        return;
    };
    let rest = &region.stmts[last + 1..];
    let used_later = region.yields.contains(&value) || rest.iter().any(|stmt| uses(stmt, value));
    let mut gone = BTreeSet::new();
    all_moves(f, &region.stmts[last], &mut gone);
    if used_later || !gone.contains(&value) {
        region.stmts.insert(last + 1, made);
        return;
    }
    // an arm changes it and an arm moves it away
    let (arms, results): (Vec<&mut Region>, &mut Vec<ValueId>) = match &mut region.stmts[last] {
        Stmt::If(branch) => (
            vec![&mut branch.then, &mut branch.other],
            &mut branch.results,
        ),
        Stmt::Match(choice) => (
            choice.arms.iter_mut().map(|arm| &mut arm.body).collect(),
            &mut choice.results,
        ),
        // a loop that moves it away does not go on
        _ => {
            region.stmts.insert(last + 1, made);
            return;
        }
    };
    results.push(zero);
    for arm in arms {
        if arm.diverges() {
            continue;
        }
        let info = f.info(zero).clone();
        let inner = f.value(info.kind, info.hint, info.span);
        place(f, arm, views, value, inner, 0);
        arm.yields.push(inner);
    }
}

/// Whether a statement may change what `value` holds, or uses a reference that
/// could.
fn changes(f: &Function, views: &Views, stmt: &Stmt, value: ValueId) -> bool {
    let is_in = |base: ValueId| views.roots(base).contains(&value);
    let mut found = match stmt {
        Stmt::Store(store) => is_in(store.place.base),
        Stmt::Mutate(mutate) => is_in(mutate.place.base),
        Stmt::Let(binding) => match &binding.op {
            Op::View(place, true)
            | Op::SplitAt(place, _)
            | Op::PopValue(place)
            | Op::Checked(place, Claimed::SequenceMut | Claimed::VectorMut) => is_in(place.base),
            Op::Traced(..) | Op::Choose(_) => is_in(binding.value),
            _ => false,
        },
        _ => false,
    };
    crate::ir::for_each_use(stmt, &mut |used| {
        found |= views.is_exclusive(f, used) && is_in(used);
    });
    for_each_region(stmt, &mut |region, _| {
        let mut stmts = region.stmts.iter();
        found |= stmts.any(|stmt| changes(f, views, stmt, value));
    });
    found
}

fn uses(stmt: &Stmt, value: ValueId) -> bool {
    let mut found = false;
    crate::ir::for_each_use(stmt, &mut |used| found |= used == value);
    found
}

fn all_moves(f: &Function, stmt: &Stmt, into: &mut BTreeSet<ValueId>) {
    into.extend(moved_by(f, stmt));
    for_each_region(stmt, &mut |region, _| {
        region
            .stmts
            .iter()
            .for_each(|stmt| all_moves(f, stmt, into));
        into.extend(&region.yields);
    });
}
