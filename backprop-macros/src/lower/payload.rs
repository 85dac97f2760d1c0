//! `if let Some(x) = &mut option`: the payload of a variable, changed where it is.

use super::call::strip;
use super::{Binding, Lowerer, Lowering, Place};
use crate::ir::{Kind, Tree};
use proc_macro2::{Ident, Span};
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
        let Some((mut place, name)) = self.payload_place(expr, pat) else {
            return false;
        };
        let Some(Tree::Option(flag, payload)) = self.place_vars(&place) else {
            return false;
        };
        let is_number = |kind: Kind| matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool);
        let mut leaves = payload.leaves().into_iter();
        if payload.is_unit() || !leaves.all(|var| is_number(self.f.vars[var.0 as usize].kind)) {
            return false;
        }
        let flag = self.read_tree(&flag, span);
        let flag = self.leaf(&flag, span);
        place.path.push(PAYLOAD);
        let then = self.region(|this| {
            this.scoped(|this| {
                this.bind(name, Binding::MutRef(place.clone()));
                then(this)
            });
        });
        let other = self.region(|this| {
            other(this);
        });
        self.push_if(flag, then, other);
        true
    }

    /// The option that `&mut option` or `option.as_mut()` names, and what its payload is
    /// called.
    fn payload_place<'p>(&mut self, expr: &Expr, pat: &'p Pat) -> Option<(Place, &'p Ident)> {
        let (name, by_ref) = payload_name(pat)?;
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
        Some((place, name))
    }
}

/// Where the payload stands in an option, as elements stand in a tuple.
pub(super) const PAYLOAD: usize = 0;

/// The name in `Some(name)`, and whether it is `ref mut`.
fn payload_name(pat: &Pat) -> Option<(&Ident, bool)> {
    let Pat::TupleStruct(some) = pat else {
        return None;
    };
    let inner = match (some.path.is_ident("Some"), some.elems.first()) {
        (true, Some(Pat::Ident(inner))) if some.elems.len() == 1 => inner,
        _ => return None,
    };
    let is_name = inner.subpat.is_none() && !super::pattern::is_constant_name(&inner.ident);
    match (inner.by_ref.is_some(), inner.mutability.is_some()) {
        (true, true) if is_name => Some((&inner.ident, true)),
        (false, false) if is_name => Some((&inner.ident, false)),
        _ => None,
    }
}
