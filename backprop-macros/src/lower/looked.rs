//! `match *self { .. }`: a match on a place behind a reference.
//!
//! Nothing is moved out of it: names are copies, or references where `ref` says so. It is
//! a match on a reference to the place, whose names are copied at the head of each arm.

use super::{Binding, Lowerer, call::strip};
use crate::ir::{Kind, Place, Tree, ValueId};
use proc_macro2::Ident;
use std::collections::BTreeSet;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Pat};

/// How a pattern binds its names, where it does not copy them to what never changes.
#[derive(Default)]
pub(super) struct Modes {
    references: BTreeSet<String>,
    variables: BTreeSet<String>,
}

impl Lowerer<'_> {
    /// A reference to the place that is matched on, if it is behind a reference and the
    /// patterns bind parts of it.
    pub(super) fn looked_at<'p>(
        &mut self,
        expr: &Expr,
        mut pats: impl Iterator<Item = &'p Pat>,
    ) -> Option<Tree<ValueId>> {
        if !self.is_behind(expr) || !pats.any(binds_parts) {
            return None;
        }
        let place = match self.base(expr)? {
            super::memory::Base::Place(place) => place,
            super::memory::Base::Tree(Tree::Leaf(leaf)) => Place::whole(leaf),
            super::memory::Base::Tree(_) => return None,
        };
        (self.kind_at(&place) == Kind::Opaque).then(|| {
            let span = syn::spanned::Spanned::span(expr);
            self.view(place, false, span)
        })
    }

    /// Whether an expression is a place behind a reference: `*r`, `self.kind`.
    fn is_behind(&self, expr: &Expr) -> bool {
        match strip(expr) {
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                matches!(strip(&unary.expr), Expr::Path(_)) && self.names_reference(&unary.expr)
            }
            Expr::Field(field) => self.names_reference(&field.base) || self.is_behind(&field.base),
            Expr::Index(index) => self.names_reference(&index.expr) || self.is_behind(&index.expr),
            _ => false,
        }
    }

    fn names_reference(&self, expr: &Expr) -> bool {
        let Expr::Path(path) = strip(expr) else {
            return false;
        };
        let Some(name) = path.path.get_ident() else {
            return false;
        };
        match self.lookup(&name.to_string()) {
            Some(Binding::Value(Tree::Ref(_))) => true,
            Some(Binding::Value(Tree::Leaf(leaf))) => self.f.is_reference(*leaf),
            Some(Binding::Slot(slot)) => match &self.slots[slot.0].tree {
                Some(Tree::Leaf(var)) => self.f.vars[var.0 as usize].hold != crate::ir::Hold::Value,
                _ => false,
            },
            _ => false,
        }
    }

    /// Copies what an arm binds, but for the names that are references.
    pub(super) fn copy_bound(&mut self, bindings: &[(Ident, ValueId)], modes: &Modes) {
        for (name, part) in bindings {
            let (spelled, span) = (name.to_string(), name.span());
            if modes.references.contains(&spelled) {
                continue;
            }
            let copy = self.load(Place::whole(*part), span);
            let binding = match modes.variables.contains(&spelled) {
                true => {
                    let slot = self.slot(Some(spelled), None, true, span);
                    self.write_slot(slot, &copy, span);
                    Binding::Slot(slot)
                }
                false => Binding::Value(copy),
            };
            self.bind(name, binding);
        }
    }
}

/// Whether a pattern binds names inside a variant or a struct.
fn binds_parts(pat: &Pat) -> bool {
    let mut names = Vec::new();
    super::pattern::bound_names(pat, &mut names);
    let looks_inside = match pat {
        Pat::Paren(inner) => return binds_parts(&inner.pat),
        Pat::Or(or) => return or.cases.iter().any(binds_parts),
        Pat::TupleStruct(tuple) => !["Some", "Ok", "Err"]
            .iter()
            .any(|name| tuple.path.is_ident(name)),
        Pat::Struct(_) => true,
        _ => false,
    };
    looks_inside && !names.is_empty()
}

impl VisitMut for Modes {
    fn visit_pat_ident_mut(&mut self, bound: &mut syn::PatIdent) {
        let name = bound.ident.to_string();
        // `ref mut` is refused as any other pattern
        if bound.mutability.is_some() && bound.by_ref.is_none() {
            bound.mutability = None;
            self.variables.insert(name);
        } else if bound.mutability.is_none() && bound.by_ref.take().is_some() {
            self.references.insert(name);
        }
        visit_mut::visit_pat_ident_mut(self, bound);
    }
}

/// A pattern without `ref` and `mut`, as it stands against a reference, and what they say.
pub(super) fn without_modes(pat: &Pat) -> (Pat, Modes) {
    let (mut pat, mut modes) = (pat.clone(), Modes::default());
    modes.visit_pat_mut(&mut pat);
    (pat, modes)
}
