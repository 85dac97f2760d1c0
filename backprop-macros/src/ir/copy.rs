//! Copies of regions, with values and statements of their own.

use super::{
    Arg, Function, Head, Kind, Order, PullbackArg, Region, Stmt, StmtId, ValueId,
    collect_definitions, for_each_region_mut, for_each_region_of_both_mut, rewrite_region_uses,
};
use std::collections::{BTreeMap, BTreeSet};

/// What values of a region are in a copy of it.
#[derive(Clone, Default)]
pub(crate) struct Copies(BTreeMap<ValueId, ValueId>);

impl Copies {
    /// A value that is like another one, and stands for it in the copy.
    pub(crate) fn add(&mut self, f: &mut Function, value: ValueId) -> ValueId {
        let copy = like(f, value);
        self.0.insert(value, copy);
        copy
    }

    /// Lets a value stand for another one in the copy.
    pub(crate) fn set(&mut self, value: ValueId, copy: ValueId) {
        self.0.insert(value, copy);
    }

    pub(crate) fn of(&self, value: ValueId) -> ValueId {
        self.0.get(&value).copied().unwrap_or(value)
    }

    /// Replaces what a region uses.
    pub(crate) fn rename(&self, region: &mut Region) {
        rewrite_region_uses(region, &mut |value| *value = self.of(*value));
    }

    /// The copy of a region. Calls in it are plain calls.
    pub(crate) fn region(&mut self, f: &mut Function, region: &Region) -> Region {
        let mut copy = region.clone();
        let mut defined = BTreeSet::new();
        collect_definitions(region, &mut defined);
        for value in defined {
            self.add(f, value);
        }
        self.rename(&mut copy);
        self.definitions(f, &mut copy);
        copy
    }

    /// The copy of a region and of its reverse half, which mirrors it.
    pub(crate) fn pair(
        &mut self,
        f: &mut Function,
        forward: &Region,
        reverse: &Region,
    ) -> (Region, Region) {
        let mut copies = (forward.clone(), reverse.clone());
        let mut defined = BTreeSet::new();
        collect_definitions(forward, &mut defined);
        collect_definitions(reverse, &mut defined);
        for value in defined {
            self.add(f, value);
        }
        let mut ids = BTreeMap::new();
        for region in [&mut copies.0, &mut copies.1] {
            self.rename(region);
            self.mirrored(f, region, &mut ids);
        }
        copies
    }

    /// The copy of a region of the reverse half.
    pub(crate) fn reverse(&mut self, f: &mut Function, region: &Region) -> Region {
        self.pair(f, &Region::default(), region).1
    }

    /// Renames what a region of either half defines, pullbacks too.
    fn mirrored(&self, f: &mut Function, region: &mut Region, ids: &mut Ids) {
        let rename = |value: &mut ValueId| *value = self.of(*value);
        for stmt in &mut region.stmts {
            let pullback = match stmt {
                Stmt::Call(call) => call.pullback,
                _ => None,
            };
            if let Some(id) = id_of(stmt) {
                let old = *id;
                self.definition(f, stmt);
                let new = id_of(stmt).map_or(old, |id| *id);
                ids.insert(old, new);
            } else {
                self.definition(f, stmt);
            }
            match stmt {
                Stmt::Call(call) => call.pullback = pullback.map(|value| self.of(value)),
                Stmt::RevBranch(branch) => {
                    branch.of = ids.get(&branch.of).copied().unwrap_or(branch.of);
                    branch.results.iter_mut().for_each(rename);
                }
                Stmt::RevLoop(looped) => {
                    looped.of = ids.get(&looped.of).copied().unwrap_or(looped.of);
                    looped.results.iter_mut().for_each(rename);
                    looped.params.iter_mut().for_each(rename);
                    if let Order::Range(range) = &mut looped.order {
                        rename(&mut range.item);
                    }
                }
                Stmt::Sum(sum) => {
                    rename(&mut sum.result);
                    let elements = sum.parts.iter_mut().map(|(_, element)| element);
                    elements.for_each(rename);
                }
                Stmt::Pullback(call) => {
                    call.of = ids.get(&call.of).copied().unwrap_or(call.of);
                    for arg in &mut call.args {
                        match arg {
                            PullbackArg::In { adjoint, .. } => {
                                adjoint.for_each_mut(&mut |value| {
                                    value.iter_mut().for_each(rename);
                                });
                            }
                            PullbackArg::Mut { adjoint, .. } => {
                                adjoint.for_each_mut(&mut { rename });
                            }
                            PullbackArg::View { .. } | PullbackArg::MutView { .. } => {}
                        }
                    }
                }
                _ => {}
            }
            for_each_region_of_both_mut(stmt, &mut |inner| self.mirrored(f, inner, ids));
        }
    }

    fn definitions(&self, f: &mut Function, region: &mut Region) {
        for stmt in &mut region.stmts {
            self.definition(f, stmt);
            for_each_region_mut(stmt, &mut |inner| self.definitions(f, inner));
        }
    }

    /// Renames what a statement of the forward half defines.
    fn definition(&self, f: &mut Function, stmt: &mut Stmt) {
        let rename = |value: &mut ValueId| *value = self.of(*value);
        match stmt {
            Stmt::Let(binding) => rename(&mut binding.value),
            Stmt::Call(call) => {
                call.id = f.stmt_id();
                // with tangents there is one form only, whose pullback is let go
                call.pullback = call.is_doubled.then(|| {
                    let name = Some("pullback".to_owned());
                    f.value(Kind::Opaque, name, call.span)
                });
                call.result.for_each_mut(&mut { rename });
                for arg in &mut call.args {
                    if let Arg::Mut { after, .. } = arg {
                        after.for_each_mut(&mut { rename });
                    }
                }
            }
            Stmt::If(branch) => {
                branch.id = f.stmt_id();
                branch.results.iter_mut().for_each(rename);
            }
            Stmt::Match(choice) => {
                choice.id = f.stmt_id();
                choice.results.iter_mut().for_each(rename);
                for arm in &mut choice.arms {
                    arm.bindings.iter_mut().for_each(|(_, value)| rename(value));
                }
            }
            Stmt::Loop(looped) => {
                looped.id = f.stmt_id();
                looped.results.iter_mut().for_each(rename);
                looped.params.iter_mut().for_each(rename);
                if let Head::Range(range) = &mut looped.head {
                    rename(&mut range.item);
                }
            }
            _ => {}
        }
    }
}

/// What statements of the forward half are in a copy of it.
type Ids = BTreeMap<StmtId, StmtId>;

fn id_of(stmt: &mut Stmt) -> Option<&mut StmtId> {
    match stmt {
        Stmt::Call(call) => Some(&mut call.id),
        Stmt::If(branch) => Some(&mut branch.id),
        Stmt::Match(choice) => Some(&mut choice.id),
        Stmt::Loop(looped) => Some(&mut looped.id),
        _ => None,
    }
}

/// A value with the facts of another one.
fn like(f: &mut Function, value: ValueId) -> ValueId {
    let info = f.info(value).clone();
    let copy = f.value(info.kind, info.hint, info.span);
    f.info_mut(copy).hold = info.hold;
    f.info_mut(copy).adjoint = info.adjoint;
    let sets = [&mut f.stable, &mut f.borrowed, &mut f.guards];
    for set in sets {
        if set.contains(&value) {
            set.insert(copy);
        }
    }
    if let Some(mask) = f.masks.get(&value).copied() {
        f.masks.insert(copy, mask);
    }
    copy
}
