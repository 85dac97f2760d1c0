//! Copies of regions, with values and statements of their own.

use super::{
    Arg, Function, Head, Kind, Region, Stmt, ValueId, collect_definitions, for_each_region_mut,
    rewrite_region_uses,
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

    fn definitions(&self, f: &mut Function, region: &mut Region) {
        let rename = |value: &mut ValueId| *value = self.of(*value);
        for stmt in &mut region.stmts {
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
            for_each_region_mut(stmt, &mut |inner| self.definitions(f, inner));
        }
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
    copy
}
