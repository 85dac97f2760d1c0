//! Adjoints that a loop or a branch hands on as they are.

use crate::ir::{Op, PullbackArg, Region, Reverse, Stmt, ValueId, for_each_region};
use std::collections::{BTreeMap, BTreeSet};

/// Takes what does not change out of what loops carry and branches merge.
pub(super) fn invariants(reverse: &mut Reverse) {
    let mut touched = BTreeSet::new();
    find_touched(&reverse.body, &mut touched);
    let mut same = BTreeMap::new();
    drop_invariants(&mut reverse.body, &touched, &mut same);
    crate::ir::rewrite_region_uses(&mut reverse.body, &mut |value| {
        *value = resolve(&same, *value)
    });
    for adjoint in &mut reverse.adjoints {
        adjoint.for_each_mut(&mut |value| {
            if let Some(value) = value {
                *value = resolve(&same, *value);
            }
        });
    }
}

fn resolve(same: &BTreeMap<ValueId, ValueId>, mut value: ValueId) -> ValueId {
    while let Some(from) = same.get(&value) {
        value = *from;
    }
    value
}

fn drop_invariants(
    region: &mut Region,
    touched: &BTreeSet<ValueId>,
    same: &mut BTreeMap<ValueId, ValueId>,
) {
    for stmt in &mut region.stmts {
        match stmt {
            Stmt::RevLoop(looped) => {
                drop_invariants(&mut looped.body, touched, same);
                for i in (0..looped.params.len()).rev() {
                    let (param, next) = (looped.params[i], looped.body.yields[i]);
                    if resolve(same, next) != param || touched.contains(&param) {
                        continue;
                    }
                    let init = looped.inits.remove(i);
                    same.insert(looped.params.remove(i), init);
                    same.insert(looped.results.remove(i), init);
                    looped.body.yields.remove(i);
                }
            }
            Stmt::RevBranch(branch) => {
                let arms = branch.arms.iter_mut();
                arms.for_each(|arm| drop_invariants(arm, touched, same));
                for i in (0..branch.results.len()).rev() {
                    let yields = branch.arms.iter().map(|arm| resolve(same, arm.yields[i]));
                    let yields: BTreeSet<ValueId> = yields.collect();
                    let (Some(only), 1) = (yields.first().copied(), yields.len()) else {
                        continue;
                    };
                    if touched.contains(&branch.results[i]) || is_inside(&branch.arms, only) {
                        continue;
                    }
                    same.insert(branch.results.remove(i), only);
                    for arm in &mut branch.arms {
                        arm.yields.remove(i);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_inside(arms: &[Region], value: ValueId) -> bool {
    let mut inside = BTreeSet::new();
    for arm in arms {
        crate::ir::collect_definitions(arm, &mut inside);
    }
    inside.contains(&value)
}

/// Adjoints that are changed in place have variables of their own.
fn find_touched(region: &Region, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::AddAt(add) => {
                into.insert(add.place.base);
            }
            Stmt::AddEach(to, ..) => {
                into.insert(*to);
            }
            Stmt::Mutate(mutate) => {
                into.insert(mutate.place.base);
            }
            Stmt::Let(binding) => {
                if let Op::Take(place) | Op::Exchange(place, _) | Op::Pop(place) = &binding.op {
                    into.insert(place.base);
                }
                if let Op::Choose(candidates) = &binding.op {
                    into.extend(candidates.places.iter().map(|place| place.base));
                }
            }
            Stmt::Pullback(call) => {
                for arg in &call.args {
                    if let PullbackArg::View { adjoint, .. }
                    | PullbackArg::MutView { adjoint, .. } = arg
                    {
                        into.extend(adjoint.iter().map(|place| place.base));
                    }
                }
            }
            _ => {}
        }
        for_each_region(stmt, &mut |inner, _| find_touched(inner, into));
    }
}
