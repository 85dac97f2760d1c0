//! What is changed in place: its name is `mut`.

use crate::ir::{
    Access, Claimed, Drain, Function, Hold, Op, Order, Proj, PullbackArg, Region, RevLoop, Run,
    Stmt, TangentArg, ValueId,
};
use std::collections::BTreeSet;

/// The values that either half changes in place.
pub(super) fn changed(f: &Function) -> BTreeSet<ValueId> {
    let mut changed = changed_in(f, &f.body);
    if let Some(reverse) = &f.reverse {
        changed.extend(changed_in(f, &reverse.body));
    }
    changed
}

/// The values that the statements of a region change in place.
pub(crate) fn changed_in(f: &Function, region: &Region) -> BTreeSet<ValueId> {
    fn visit(region: &Region, into: &mut BTreeSet<ValueId>) {
        for stmt in &region.stmts {
            match stmt {
                Stmt::Store(store) => {
                    into.insert(store.place.base);
                }
                Stmt::Mutate(mutate) => {
                    into.insert(mutate.place.base);
                }
                Stmt::AddAt(add) => {
                    into.insert(add.place.base);
                }
                Stmt::AddEach(to, ..) => {
                    into.insert(*to);
                }
                Stmt::RevLoop(RevLoop {
                    order:
                        Order::Drain(Drain {
                            nest: Some(nested), ..
                        }),
                    ..
                }) => {
                    into.insert(nested.nest);
                }
                Stmt::RevLoop(RevLoop {
                    order: Order::Drain(drain),
                    ..
                }) if !matches!(drain.run, Run::All) => {
                    into.insert(drain.tape);
                }
                Stmt::Save(checkpoints, _) | Stmt::Restore(checkpoints, _) => {
                    into.insert(*checkpoints);
                }
                Stmt::Let(binding) => match &binding.op {
                    Op::NextTurn(checkpoints) => {
                        into.insert(*checkpoints);
                    }
                    Op::View(place, true)
                    | Op::Checked(place, Claimed::SequenceMut | Claimed::VectorMut)
                    | Op::SplitAt(place, _)
                    | Op::Take(place)
                    | Op::Exchange(place, _)
                    | Op::PopValue(place)
                    | Op::Pop(place) => {
                        into.insert(place.base);
                    }
                    Op::Window(window) if window.access != Access::Shared => {
                        into.insert(window.of.base);
                    }
                    Op::Choose(candidates) => {
                        into.extend(candidates.places.iter().map(|place| place.base));
                    }
                    // found by a method that takes `&mut`
                    Op::Load(place) | Op::Snapshot(place)
                        if place
                            .path
                            .iter()
                            .any(|step| matches!(step, Proj::Variant(..))) =>
                    {
                        into.insert(place.base);
                    }
                    _ => {}
                },
                Stmt::Call(call) => {
                    let tangents = call.tangents.iter().flat_map(|tangents| &tangents.args);
                    for tangent in tangents {
                        if let TangentArg::MutView(place) = tangent {
                            into.insert(place.base);
                        }
                    }
                }
                Stmt::Pullback(call) => {
                    for arg in &call.args {
                        match arg {
                            PullbackArg::View { adjoint, .. } => {
                                into.extend(adjoint.iter().map(|place| place.base));
                            }
                            PullbackArg::MutView {
                                content, adjoint, ..
                            } => {
                                into.insert(*content);
                                into.extend(adjoint.iter().map(|place| place.base));
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
            crate::ir::for_each_region(stmt, &mut |inner, _| visit(inner, into));
        }
    }
    let mut into = BTreeSet::new();
    visit(region, &mut into);
    // what is changed through a `&mut` reference is not the reference
    into.retain(|value| f.info(*value).hold != Hold::Mut);
    into
}
