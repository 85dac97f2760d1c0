//! `if let Some(x) = &mut option`: the payload of a variable, changed where it is.

use super::call::strip;
use super::{Binding, Lowerer, Lowering, Place};
use crate::ir::{Hold, Kind, Place as Memory, Tree};
use proc_macro2::Span;
use syn::{Expr, Pat};

impl Lowerer<'_> {
    /// Binds the numbers in an option by `&mut`, if pattern and expression ask for that.
    pub(super) fn match_payload(
        &mut self,
        expr: &Expr,
        pat: &Pat,
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        other: &mut dyn FnMut(&mut Self) -> Lowering,
        span: Span,
    ) -> bool {
        let Some((mut place, bound)) = self.payload_place(expr, pat) else {
            return false;
        };
        let Some(Tree::Option(flag, payload)) = self.place_vars(&place) else {
            return false;
        };
        let is_number = |kind: Kind| matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool);
        let mut leaves = payload.leaves().into_iter();
        let of_numbers = leaves.all(|var| is_number(self.f.vars[var.0 as usize].kind));
        let in_memory = match &*payload {
            Tree::Leaf(var) if self.f.vars[var.0 as usize].hold == Hold::Value => Some(*var),
            _ => None,
        };
        let is_name = matches!(bound, Pat::Ident(_));
        if payload.is_unit() || !(of_numbers || in_memory.is_some() && is_name) {
            return false;
        }
        let flag = self.read_tree(&flag, span);
        let flag = self.leaf(&flag, span);
        place.path.push(PAYLOAD);
        let then = self.region(|this| {
            this.scoped(|this| {
                match in_memory {
                    Some(var) if !of_numbers => {
                        let whole = this.read_tree(&Tree::Leaf(var), span);
                        let whole = Memory::whole(whole.leaves()[0]);
                        let view = this.view(whole, true, span);
                        this.bind_pattern(bound, view, None);
                    }
                    _ => this.bind_places(bound, &place),
                }
                then(this)
            });
        });
        let other = self.region(|this| {
            other(this);
        });
        self.push_if(flag, then, other);
        true
    }

    /// Names for a variable, or for its parts.
    fn bind_places(&mut self, pat: &Pat, place: &Place) {
        match pat {
            Pat::Ident(bound) => self.bind(&bound.ident, Binding::MutRef(place.clone())),
            Pat::Paren(inner) => self.bind_places(&inner.pat, place),
            Pat::Tuple(tuple) => {
                for (index, pat) in tuple.elems.iter().enumerate() {
                    let mut part = place.clone();
                    part.path.push(index);
                    self.bind_places(pat, &part);
                }
            }
            _ => {}
        }
    }

    /// The option that `&mut option` or `option.as_mut()` names, and what its payload is
    /// called.
    fn payload_place<'p>(&mut self, expr: &Expr, pat: &'p Pat) -> Option<(Place, &'p Pat)> {
        let (bound, by_ref) = payload(pat)?;
        let option = match strip(expr) {
            Expr::Reference(reference) if reference.mutability.is_some() && !by_ref => {
                &reference.expr
            }
            Expr::MethodCall(call)
                if call.method == "as_mut" && call.args.is_empty() && !by_ref =>
            {
                &call.receiver
            }
            option if by_ref => option,
            _ => return None,
        };
        let place = match self.as_mut_reference(option) {
            Some(place) => place,
            None => self.place(option)?,
        };
        Some((place, bound))
    }
}

/// Where the payload stands in an option, as elements stand in a tuple.
pub(super) const PAYLOAD: usize = 0;

/// What `Some(..)` binds, and whether it is `ref mut`.
fn payload(pat: &Pat) -> Option<(&Pat, bool)> {
    let Pat::TupleStruct(some) = pat else {
        return None;
    };
    let inner = match some.elems.first() {
        Some(inner) if some.path.is_ident("Some") && some.elems.len() == 1 => inner,
        _ => return None,
    };
    let by_ref = matches!(inner, Pat::Ident(bound) if bound.by_ref.is_some());
    match inner {
        Pat::Ident(bound) if by_ref => {
            (bound.mutability.is_some() && bound.subpat.is_none()).then_some((inner, true))
        }
        inner => are_names(inner).then_some((inner, false)),
    }
}

/// Whether a pattern is names, and tuples of such.
fn are_names(pat: &Pat) -> bool {
    match pat {
        Pat::Wild(_) => true,
        Pat::Paren(inner) => are_names(&inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().all(are_names),
        Pat::Ident(bound) => {
            bound.by_ref.is_none()
                && bound.mutability.is_none()
                && bound.subpat.is_none()
                && !super::pattern::is_constant_name(&bound.ident)
        }
        _ => false,
    }
}
