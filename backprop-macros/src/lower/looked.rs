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

/// A reference to what is matched on.
pub(super) struct Looked {
    pub(super) scrutinee: Tree<ValueId>,
    /// Whether names are copies, but for `ref` and `ref mut`.
    pub(super) copies: bool,
}

/// How a pattern binds its names, where it does not copy them to what never changes.
#[derive(Default)]
pub(super) struct Modes {
    references: BTreeSet<String>,
    variables: BTreeSet<String>,
}

impl Lowerer<'_> {
    /// A reference to the place that is matched on, if it is behind a reference and the
    /// patterns bind parts of it, or if they bind `ref mut`; and whether names are copies.
    pub(super) fn looked_at<'p>(
        &mut self,
        expr: &Expr,
        pats: impl Iterator<Item = &'p Pat>,
    ) -> Option<Looked> {
        let pats: Vec<&Pat> = pats.collect();
        if let Some(option) = as_mut(expr) {
            let is_of_option = pats.iter().any(|pat| super::option::asked(pat).is_some());
            let whole = is_of_option.then(|| self.looked_at_place(option, true));
            return Some(Looked {
                scrutinee: whole??,
                copies: false,
            });
        }
        let changes = pats.iter().any(|pat| binds_places(pat));
        let looks_behind = self.is_behind(expr) && pats.iter().any(|pat| binds_parts(pat));
        if !changes && !looks_behind {
            return None;
        }
        Some(Looked {
            scrutinee: self.looked_at_place(expr, changes)?,
            copies: true,
        })
    }

    fn looked_at_place(&mut self, expr: &Expr, mutable: bool) -> Option<Tree<ValueId>> {
        let place = match self.base(expr)? {
            super::memory::Base::Place(place) => place,
            super::memory::Base::Tree(Tree::Leaf(leaf)) => Place::whole(leaf),
            super::memory::Base::Tree(_) => return None,
        };
        (self.kind_at(&place) == Kind::Opaque).then(|| {
            let span = syn::spanned::Spanned::span(expr);
            self.view(place, mutable, span)
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

    pub(super) fn names_reference(&self, expr: &Expr) -> bool {
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

/// `option` of `option.as_mut()`
fn as_mut(expr: &Expr) -> Option<&Expr> {
    match strip(expr) {
        Expr::MethodCall(call) if call.method == "as_mut" && call.args.is_empty() => {
            Some(&call.receiver)
        }
        _ => None,
    }
}

/// Whether a pattern binds `ref mut` inside a variant or a struct.
fn binds_places(pat: &Pat) -> bool {
    use syn::visit::Visit;
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            self.0 |= pat.by_ref.is_some() && pat.mutability.is_some();
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut find = Find(false);
    if !matches!(pat, Pat::Ident(_)) {
        find.visit_pat(pat);
    }
    find.0
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
        let is_reference = bound.by_ref.take().is_some();
        let is_mutable = bound.mutability.take().is_some();
        if is_reference {
            self.references.insert(name);
        } else if is_mutable {
            self.variables.insert(name);
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
