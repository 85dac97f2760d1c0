//! Calls of other differentiated functions: tangents go in and come out.

use super::Pass;
use crate::fence::catalogue as no;
use crate::ir::{
    Arg, Call, CallTangents, Callee, Hold, Mutate, Op, Place, Stmt, TangentArg, Tree, ValueId,
};
use proc_macro2::Span;
use std::collections::BTreeMap;

/// Whether the companion borrows an argument that the call may take by value, and its
/// tangent with it: a receiver, an operand.
fn is_lent(call: &Call, index: usize) -> bool {
    match call.callee {
        Callee::Method(..) => index == 0,
        Callee::Operator(_) => true,
        Callee::Function(_) | Callee::Associated(_) | Callee::Parameter => false,
    }
}

/// Whether each argument that refers to one of these tangents changes it.
fn overlapping(lent: &[(Vec<ValueId>, bool)], roots: &[ValueId]) -> Vec<bool> {
    let overlaps = |others: &[ValueId]| others.iter().any(|root| roots.contains(root));
    let same = lent.iter().filter(|(others, _)| overlaps(others));
    same.map(|(_, exclusive)| *exclusive).collect()
}

/// Puts a copy of a tangent back.
pub(crate) const RESTORE: &str = "restore";

impl Pass<'_> {
    pub(super) fn call(&mut self, call: &Call) {
        let mut written = call.args.iter().flat_map(|arg| match arg {
            Arg::In(tree) => tree.leaves(),
            Arg::Mut { .. } => Vec::new(),
        });
        let writes =
            written.any(|leaf| self.f.info(leaf).hold == Hold::Mut && self.is_active(leaf));
        let gives = call
            .given()
            .iter()
            .any(|value| self.activity.is_active(*value));
        if !writes && !gives {
            self.out.push(Stmt::Call(call.clone()));
            return;
        }
        if self.is_differentiated {
            self.doubled(call);
            return;
        }
        let lent = self.lent(call);
        let mut returned = Vec::new();
        let mut args = Vec::new();
        for (index, arg) in call.args.iter().enumerate() {
            args.push(match arg {
                Arg::In(Tree::Leaf(leaf)) if self.f.is_reference(*leaf) => {
                    let exclusive = self.f.info(*leaf).hold == Hold::Mut;
                    match self.tangent_place(&Place::whole(*leaf)) {
                        Some(place) => {
                            let roots = self.tangent_roots(*leaf);
                            let others = overlapping(&lent, &roots);
                            // one that is chosen is borrowed as `&mut`
                            let apart =
                                others.len() > 1 && (roots.len() > 1 || others.contains(&true));
                            self.lend(place, exclusive, apart, &mut returned, call.span)
                        }
                        None => TangentArg::Constant,
                    }
                }
                Arg::In(tree) if !tree.any(|leaf| self.is_active(*leaf)) => TangentArg::Constant,
                Arg::In(Tree::Ref(inner)) => TangentArg::Shared(match &**inner {
                    Tree::Leaf(leaf) if self.is_in_place(*leaf) => Tree::Leaf(self.referred(*leaf)),
                    inner => self.tangent_tree(inner),
                }),
                Arg::In(tree) if is_lent(call, index) => {
                    TangentArg::Shared(self.tangent_tree(tree))
                }
                Arg::In(Tree::Leaf(leaf)) if self.f.borrowed.contains(leaf) => {
                    TangentArg::Follows {
                        argument: *leaf,
                        tangent: self.owned(*leaf),
                    }
                }
                Arg::In(tree) => TangentArg::Value(self.tangent_tree(tree)),
                Arg::Mut { before, after } => TangentArg::Mut {
                    before: self.tangent_tree(before),
                    after: self.fresh_tree(after),
                },
            });
        }
        let result = call.result.payload().clone();
        let result = self.fresh_tree(&result);
        let mut call = call.clone();
        call.tangents = Some(CallTangents { args, result });
        self.out.push(Stmt::Call(call));
        self.out.extend(returned.into_iter().map(Stmt::Mutate));
    }

    /// A call of the split form with tangents: to what comes after it is a call of a
    /// function of twice as many parameters.
    fn doubled(&mut self, call: &Call) {
        let copies = self.copies(call);
        let mut args = Vec::new();
        for (index, arg) in call.args.iter().enumerate() {
            args.push(arg.clone());
            args.push(match arg {
                Arg::In(Tree::Leaf(leaf)) if self.f.is_reference(*leaf) => {
                    Arg::In(self.lent_tangent(*leaf, &copies, call))
                }
                Arg::In(tree) if !tree.any(|leaf| self.is_active(*leaf)) => Arg::In(Tree::unit()),
                Arg::In(Tree::Ref(inner)) => Arg::In(match &**inner {
                    Tree::Leaf(leaf) if self.is_in_place(*leaf) => {
                        self.lent_tangent(*leaf, &copies, call)
                    }
                    inner => Tree::Ref(Box::new(self.tangent_tree(inner))),
                }),
                Arg::In(tree) if is_lent(call, index) => {
                    Arg::In(Tree::Ref(Box::new(self.tangent_tree(tree))))
                }
                Arg::In(tree) => Arg::In(self.tangent_tree(tree)),
                Arg::Mut { before, after } => {
                    let before = self.tangent_tree(before);
                    match before.leaves().is_empty() {
                        true => Arg::In(Tree::unit()),
                        false => Arg::Mut {
                            before,
                            after: self.fresh_tree(after),
                        },
                    }
                }
            });
        }
        let result = call.result.clone();
        let tangent = self.fresh_tree(&result);
        let mut call = call.clone();
        call.args = args;
        call.result = Tree::Tuple(vec![result, tangent]);
        call.is_doubled = true;
        self.out.push(Stmt::Call(call));
    }

    /// Copies of tangents that one argument looks at while another changes them: the
    /// arguments themselves do not overlap. They are made before anything is lent.
    fn copies(&mut self, call: &Call) -> BTreeMap<ValueId, ValueId> {
        let lent = self.lent(call);
        let mut copies = BTreeMap::new();
        for arg in &call.args {
            let Arg::In(tree) = arg else { continue };
            for leaf in tree.leaves() {
                let roots = self.tangent_roots(leaf);
                let exclusive = self.f.info(leaf).hold == Hold::Mut;
                let others = overlapping(&lent, &roots);
                let changing = others.iter().filter(|exclusive| **exclusive).count();
                let resolved = self.activity.views.resolve(&Place::whole(leaf));
                let is_chosen = self.activity.views.candidates(resolved.base).is_some();
                if exclusive && changing > 1 {
                    self.f
                        .unsupported
                        .get_or_insert((call.span, no::PARTS_IN_SECOND_ORDER));
                }
                // what is chosen is borrowed as `&mut`
                if !exclusive
                    && (is_chosen || changing > 0)
                    && let Some(place) = self.tangent_place(&Place::whole(leaf))
                {
                    let info = self.f.info(place.base).clone();
                    let copy = self.push(Op::CopyAt(place), info.kind, info.span);
                    copies.insert(leaf, copy);
                }
            }
        }
        copies
    }

    /// A reference to the tangent of what is passed by reference; `()` for a constant.
    fn lent_tangent(
        &mut self,
        leaf: ValueId,
        copies: &BTreeMap<ValueId, ValueId>,
        call: &Call,
    ) -> Tree<ValueId> {
        if let Some(copy) = copies.get(&leaf) {
            return Tree::Leaf(self.lent_place(Place::whole(*copy), false));
        }
        let exclusive = self.f.info(leaf).hold == Hold::Mut;
        match self.tangent_place(&Place::whole(leaf)) {
            Some(place) => Tree::Leaf(self.lent_place(place, exclusive)),
            None => {
                if !self.tangent_roots(leaf).is_empty() || self.is_active(leaf) {
                    self.f
                        .unsupported
                        .get_or_insert((call.span, no::UNKNOWN_EXPRESSION));
                }
                Tree::unit()
            }
        }
    }

    /// A reference to a place of a tangent.
    fn lent_place(&mut self, place: Place, exclusive: bool) -> ValueId {
        let hold = match exclusive {
            true => Hold::Mut,
            false => Hold::Shared,
        };
        let info = self.f.info(place.base).clone();
        if place.path.is_empty() && info.hold == hold {
            return place.base;
        }
        let view = self.push(Op::View(place, exclusive), info.kind, info.span);
        self.f.info_mut(view).hold = hold;
        view
    }

    /// The tangents that each argument may refer to, and whether to change them.
    fn lent(&self, call: &Call) -> Vec<(Vec<ValueId>, bool)> {
        let leaves = call.args.iter().flat_map(|arg| match arg {
            Arg::In(tree) => tree.leaves(),
            Arg::Mut { .. } => Vec::new(),
        });
        let each = leaves.map(|leaf| {
            let exclusive = self.f.info(leaf).hold == Hold::Mut;
            (self.tangent_roots(leaf), exclusive)
        });
        each.collect()
    }

    /// A reference into a tangent. Where another argument refers to the same one,
    /// and one of both may change it, a copy goes instead, and comes back: the
    /// arguments themselves do not overlap.
    fn lend(
        &mut self,
        place: Place,
        exclusive: bool,
        apart: bool,
        returned: &mut Vec<Mutate>,
        span: Span,
    ) -> TangentArg {
        if !apart {
            return match exclusive {
                true => TangentArg::MutView(place),
                false => TangentArg::View(place),
            };
        }
        let kind = self.f.kind(place.base);
        let copy = self.push(Op::CopyAt(place.clone()), kind, span);
        if !exclusive {
            return TangentArg::View(Place::whole(copy));
        }
        returned.push(Mutate {
            place,
            method: RESTORE,
            args: vec![copy],
            record: None,
            span,
        });
        TangentArg::MutView(Place::whole(copy))
    }
}
