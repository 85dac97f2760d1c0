//! Values of which the IR tells that they borrow nothing, whatever their type is.
//!
//! A record that holds a struct holds what the struct borrows, and rustc then asks for its
//! lifetime in the type of the pullback. Types are not known here, but a struct with a
//! lifetime has a reference in it, which came from somewhere: types that are written with a
//! lifetime, literals with references in them, and calls that see references.

use crate::ir::{Arg, Call, Callee, Function, Kind, Let, Op, Region, Stmt, Tree, ValueId};
use std::collections::BTreeSet;

/// The values of a forward half that borrow nothing.
pub(super) fn find(f: &Function, forward: &Region) -> BTreeSet<ValueId> {
    let params = f.params.iter().filter(|param| param.is_owned);
    let leaves = params.flat_map(|param| param.entry.leaves());
    let mut owned = Owned {
        f,
        found: leaves.collect(),
    };
    owned.region(forward);
    owned.found
}

struct Owned<'a> {
    f: &'a Function,
    found: BTreeSet<ValueId>,
}

impl Owned<'_> {
    fn region(&mut self, region: &Region) {
        for stmt in &region.stmts {
            // what a loop carries has the type of what it begins with
            if let Stmt::Loop(looped) = stmt {
                for (param, init) in looped.params.iter().zip(&looped.inits) {
                    self.follow(*param, &[*init]);
                }
            }
            crate::ir::for_each_region(stmt, &mut |inner, _| self.region(inner));
            match stmt {
                Stmt::Let(Let { value, op }) => match op {
                    Op::Aggregate(_, parts) => self.follow(*value, parts),
                    Op::Copy(from, _) | Op::Kept(from) => self.follow(*value, &[*from]),
                    Op::Load(place) | Op::Duplicate(place, ..)
                        if self.found.contains(&place.base) && !self.f.is_reference(*value) =>
                    {
                        self.found.insert(*value);
                    }
                    Op::Select(_, a, b) => self.follow(*value, &[*a, *b]),
                    _ => {}
                },
                Stmt::Call(call) if self.sees_no_reference(call) => {
                    self.found.extend(call.value().leaves());
                }
                Stmt::If(branch) => {
                    for (index, result) in branch.results.iter().enumerate() {
                        let arms = [&branch.then, &branch.other];
                        let from = arms.into_iter().filter_map(|arm| arm.yields.get(index));
                        self.follow(*result, &from.copied().collect::<Vec<_>>());
                    }
                }
                Stmt::Match(choice) => {
                    for (index, result) in choice.results.iter().enumerate() {
                        let arms = choice.arms.iter();
                        let from = arms.filter_map(|arm| arm.body.yields.get(index));
                        self.follow(*result, &from.copied().collect::<Vec<_>>());
                    }
                }
                Stmt::Loop(looped) => {
                    for (result, init) in looped.results.iter().zip(&looped.inits) {
                        self.follow(*result, &[*init]);
                    }
                }
                _ => {}
            }
        }
    }

    fn follow(&mut self, value: ValueId, from: &[ValueId]) {
        if !self.f.is_reference(value) && from.iter().all(|from| self.is_owned(*from)) {
            self.found.insert(value);
        }
    }

    fn is_owned(&self, value: ValueId) -> bool {
        let is_number = matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool);
        !self.f.is_reference(value) && (is_number || self.found.contains(&value))
    }

    /// Whether a call of a function has only arguments that borrow nothing.
    fn sees_no_reference(&self, call: &Call) -> bool {
        matches!(call.callee, Callee::Function(_))
            && call.args.iter().all(|arg| match arg {
                Arg::In(Tree::Leaf(leaf)) => self.is_owned(*leaf),
                _ => false,
            })
    }
}
