//! Copies of whole values that cannot be told from the value itself.
//!
//! Lowering copies what a variable holds wherever it is used as a value,
//! because the variable may be changed in place later. Where it is not, the
//! copy is the value.

use crate::ir::{
    Access, Claimed, Function, Op, Place, Region, Stmt, Tree, ValueId, Views, rewrite_region_uses,
};
use std::collections::{BTreeMap, BTreeSet};

/// Replaces whole loads by what they load where that changes nothing.
pub(crate) fn loads(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    let mut changed = changed(f, &body);
    let mut uses = BTreeMap::new();
    crate::ir::for_each_region_use(&body, &mut |value| {
        *uses.entry(value).or_insert(0) += 1;
    });
    let exits = f.params.iter().filter_map(|param| param.exit.as_ref());
    for leaf in exits.chain([&f.result]).flat_map(Tree::leaves) {
        *uses.entry(leaf).or_insert(0) += 1;
    }
    // a copy that takes the place of its original changes it
    while share_changes(f, &body, &uses, &mut changed) {}
    let mut same = BTreeMap::new();
    find(f, &body, &changed, &uses, &mut same);
    let resolve = |value: &mut ValueId| {
        while let Some(from) = same.get(value) {
            *value = *from;
        }
    };
    for (load, from) in &same {
        // the user's name for the copy is a name for the value
        let hint = f.info(*load).hint.clone();
        let info = f.info_mut(*from);
        if info.hint.is_none() {
            info.hint = hint;
        }
    }
    drop_loads(&mut body, &same);
    rewrite_region_uses(&mut body, &mut { resolve });
    f.body = body;
    f.result.for_each_mut(&mut { resolve });
    for exit in f.params.iter_mut().filter_map(|param| param.exit.as_mut()) {
        exit.for_each_mut(&mut { resolve });
    }
}

/// The values whose content some statement changes in place.
pub(crate) fn changed(f: &Function, body: &Region) -> BTreeSet<ValueId> {
    fn visit(f: &Function, region: &Region, views: &Views, into: &mut BTreeSet<ValueId>) {
        for stmt in &region.stmts {
            match stmt {
                Stmt::Store(store) => {
                    into.extend(views.roots(store.place.base));
                }
                Stmt::Mutate(mutate) => {
                    into.extend(views.roots(mutate.place.base));
                }
                Stmt::Let(binding) => {
                    if let Op::View(place, true)
                    | Op::SplitAt(place, _)
                    | Op::PopValue(place)
                    | Op::Checked(place, Claimed::SequenceMut | Claimed::VectorMut) = &binding.op
                    {
                        into.extend(views.roots(place.base));
                    }
                    if let Op::Window(window) = &binding.op
                        && window.access != Access::Shared
                    {
                        into.extend(views.roots(window.of.base));
                    }
                    if let Op::Traced(..) | Op::Choose(_) = &binding.op {
                        into.extend(views.roots(binding.value));
                    }
                }
                Stmt::Call(call) => {
                    for arg in &call.args {
                        if let crate::ir::Arg::In(tree) = arg {
                            tree.for_each(&mut |leaf| {
                                if f.info(*leaf).hold == crate::ir::Hold::Mut {
                                    into.extend(views.roots(*leaf));
                                }
                            });
                        }
                    }
                }
                _ => {}
            }
            crate::ir::for_each_region(stmt, &mut |inner, _| visit(f, inner, views, into));
        }
    }
    let views = Views::of(f, body);
    let mut into = BTreeSet::new();
    visit(f, body, &views, &mut into);
    into
}

/// Marks the only copy's original as changed where the copy is; whether any was.
fn share_changes(
    f: &Function,
    region: &Region,
    uses: &BTreeMap<ValueId, usize>,
    changed: &mut BTreeSet<ValueId>,
) -> bool {
    let mut found = false;
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Load(Place { base, path }) = &binding.op
            && path.is_empty()
            && !f.is_reference(*base)
            && uses.get(base) == Some(&1)
            && changed.contains(&binding.value)
        {
            found |= changed.insert(*base);
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| {
            found |= share_changes(f, inner, uses, changed);
        });
    }
    found
}

fn find(
    f: &Function,
    region: &Region,
    changed: &BTreeSet<ValueId>,
    uses: &BTreeMap<ValueId, usize>,
    same: &mut BTreeMap<ValueId, ValueId>,
) {
    let mut here = BTreeSet::new();
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Load(Place { base, path }) = &binding.op
            && path.is_empty()
            && !f.is_reference(*base)
        {
            let constant = !changed.contains(base) && !changed.contains(&binding.value);
            let only = uses.get(base) == Some(&1) && here.contains(base);
            if constant || only {
                same.insert(binding.value, *base);
            }
        }
        here.extend(crate::ir::definitions(stmt));
        crate::ir::for_each_region(stmt, &mut |inner, _| find(f, inner, changed, uses, same));
    }
}

fn drop_loads(region: &mut Region, same: &BTreeMap<ValueId, ValueId>) {
    region.stmts.retain(|stmt| match stmt {
        Stmt::Let(binding) => !same.contains_key(&binding.value),
        _ => true,
    });
    for stmt in &mut region.stmts {
        crate::ir::for_each_region_mut(stmt, &mut |inner| drop_loads(inner, same));
    }
}
