//! Receivers whose arguments may change them.
//!
//! `x.scaled(x.grow())` is legal where `scaled` takes `self` by value: `x` is copied, then
//! changed. Whether it does is not known here, so that receivers are lent, most of them when
//! the arguments are there. What arguments change by their spelling is copied before them.
//! What methods in them might change is lent to these as `&`: rustc refuses those that ask
//! for `&mut`, as it does for a receiver that is borrowed.

use super::call::strip;
use super::{Binding, Lowerer};
use crate::ir::{Hold, Place, Tree};
use crate::parse::Passing;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall};

/// A name and the fields of a place; an index is empty, and the last of them.
pub(super) type Fields = Vec<String>;

impl Lowerer<'_> {
    /// Whether the receiver of a call has to be copied before the arguments.
    pub(super) fn is_copied_first(&self, call: &ExprMethodCall) -> bool {
        let Some(receiver) = super::own::fields(&call.receiver) else {
            return false;
        };
        let by_value = self.sibling(call).map(|own| own.passing == Passing::Value);
        let mut changes = Changes {
            lowerer: self,
            receiver: &receiver,
            // where it is known that the receiver is copied, nothing need be known of methods
            any_method: by_value == Some(true),
            found: false,
        };
        call.args.iter().for_each(|arg| changes.visit_expr(arg));
        changes.found && by_value != Some(false)
    }

    /// The receiver of such a call, copied now, as an argument: its name is in a scope of its
    /// own.
    pub(super) fn copied_receiver(&mut self, call: &ExprMethodCall) -> Option<Expr> {
        let span = call.receiver.span();
        let value = self.expr(&call.receiver)?;
        let value = match value {
            Tree::Ref(inner) => *inner,
            Tree::Leaf(leaf) if self.f.is_reference(leaf) => self.load(Place::whole(leaf), span),
            value => self.owned(&value, span),
        };
        let name = Ident::new("__receiver", span);
        self.scopes
            .push(vec![(name.to_string(), Binding::Value(value))]);
        Some(syn::parse_quote_spanned!(span=> &(#name)))
    }

    /// Whether a place is, or is a part of, the receiver of a call whose arguments are at
    /// hand.
    pub(super) fn is_frozen(&self, place: &Expr) -> bool {
        match super::own::fields(place) {
            Some(place) => self.frozen.iter().any(|of| overlap(of, &place)),
            None => false,
        }
    }

    /// Whether a place is the same before and after the arguments of a call: names, fields,
    /// and elements that literals and names which do not change tell.
    pub(super) fn stays_the_same(&self, place: &Expr) -> bool {
        match strip(place) {
            Expr::Field(field) => self.stays_the_same(&field.base),
            Expr::Index(index) => self.stays_the_same(&index.expr) && self.is_fixed(&index.index),
            place => super::swap::is_plain(place),
        }
    }

    /// Whether an index is made of literals and names that do not change.
    fn is_fixed(&self, index: &Expr) -> bool {
        match strip(index) {
            Expr::Lit(_) => true,
            Expr::Path(path) => {
                let name = path.path.get_ident();
                let binding = name.and_then(|name| self.lookup(&name.to_string()));
                matches!(binding, Some(Binding::Value(_)))
            }
            Expr::Binary(binary) => self.is_fixed(&binary.left) && self.is_fixed(&binary.right),
            _ => false,
        }
    }

    /// Whether a name is a `&mut` reference, which goes into a call as it stands.
    fn is_mut_reference(&self, path: &syn::ExprPath) -> bool {
        let name = path.path.get_ident();
        match name.and_then(|name| self.lookup(&name.to_string())) {
            Some(Binding::MutRef(_)) => true,
            Some(Binding::Value(tree)) => tree.any(|leaf| self.f.info(*leaf).hold == Hold::Mut),
            Some(Binding::Slot(slot)) => match &self.slots[slot.0].tree {
                Some(tree) => tree.any(|var| self.f.vars[var.0 as usize].hold == Hold::Mut),
                None => false,
            },
            _ => false,
        }
    }
}

/// Whether one of two places is the other, or a part of it.
fn overlap(a: &Fields, b: &Fields) -> bool {
    a.iter().zip(b).all(|(a, b)| a == b)
}

/// Looks for code that changes a receiver, by its spelling.
struct Changes<'l, 'e> {
    lowerer: &'l Lowerer<'e>,
    receiver: &'l Fields,
    any_method: bool,
    found: bool,
}

impl Changes<'_, '_> {
    fn is_part(&self, place: &Expr) -> bool {
        super::own::fields(place).is_some_and(|place| overlap(self.receiver, &place))
    }

    /// Finds places that are changed if what they are the first part of is.
    fn changed(&mut self, place: &Expr) {
        self.found |= self.is_part(place);
    }
}

impl<'a> Visit<'a> for Changes<'_, '_> {
    fn visit_expr_assign(&mut self, assign: &'a syn::ExprAssign) {
        self.changed(&assign.left);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'a syn::ExprBinary) {
        if super::expr::operator(&binary.op).is_some_and(|(_, assigns)| assigns) {
            self.changed(&binary.left);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'a syn::ExprReference) {
        if reference.mutability.is_some() {
            self.changed(&reference.expr);
        }
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        for arg in &call.args {
            self.passed(arg);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        const CHANGING: &[&str] = &[
            "append",
            "clear",
            "copy_from_slice",
            "dedup",
            "drain",
            "extend",
            "fill",
            "insert",
            "pop",
            "push",
            "remove",
            "resize",
            "retain",
            "reverse",
            "rotate_left",
            "rotate_right",
            "sort_by",
            "swap",
            "swap_remove",
            "take",
            "truncate",
        ];
        let name = call.method.to_string();
        let changes = match self.lowerer.sibling(call) {
            Some(sibling) => sibling.passing == Passing::Mut,
            None => self.any_method || CHANGING.contains(&&*name) || name.ends_with("_mut"),
        };
        if changes {
            self.changed(&call.receiver);
        }
        for arg in &call.args {
            self.passed(arg);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, mac: &'a syn::Macro) {
        use syn::{Token, punctuated::Punctuated};
        if let Ok(args) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            args.iter().for_each(|arg| self.visit_expr(arg));
        }
    }
}

impl Changes<'_, '_> {
    /// An argument that is a `&mut` reference by its name.
    fn passed(&mut self, arg: &Expr) {
        if let Expr::Path(path) = strip(arg)
            && self.lowerer.is_mut_reference(path)
        {
            self.changed(arg);
        }
    }
}
