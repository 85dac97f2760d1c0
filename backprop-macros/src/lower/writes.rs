//! Writes to what is kept in memory.

use super::call::strip;
use super::{Binding, Lowerer, Lowering};
use crate::ir::{BinaryOp, Kind, Op, Place, Stmt, Store, Tree, ValueId};
use proc_macro2::Span;
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// The place of a target that is written to.
    fn written(&mut self, target: &Expr) -> Option<Place> {
        let target = self.with_lens(target).unwrap_or_else(|| target.clone());
        self.written = true;
        let place = self.memory(&target);
        self.written = false;
        place
    }

    /// `place = value`, where the place is no variable.
    pub(super) fn store(&mut self, target: &Expr, value: &Tree<ValueId>) -> Option<()> {
        let place = self.written(target)?;
        let value = self.packed(value, target.span());
        self.write_at(place, value, target.span());
        Some(())
    }

    /// `place = value`
    pub(super) fn write_at(&mut self, place: Place, value: ValueId, span: Span) {
        let kind = self.kind_at(&place);
        let old = match kind {
            Kind::Real(_) | Kind::Int | Kind::Bool => None,
            kind => Some(self.push_value(Op::ZeroAt(place.clone()), kind, span)),
        };
        self.out.push(Stmt::Store(Store {
            place,
            op: None,
            value,
            old,
            saved: None,
        }));
    }

    /// `a.clone_from(&b)` as `a = b.clone()`.
    pub(super) fn clone_from(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let (target, source, span) = (strip(&call.receiver), &call.args[0], call.method.span());
        let name = match target {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        let binding = name.and_then(|name| self.lookup(&name));
        let is_behind = matches!(binding, Some(Binding::MutRef(_))) || self.names_reference(target);
        let written: Expr = match is_behind {
            true => syn::parse_quote_spanned!(span=> *#target = (#source).clone()),
            false => syn::parse_quote_spanned!(span=> #target = (#source).clone()),
        };
        self.expr(&written)
    }

    /// `place op= value`, where the place is no variable.
    pub(super) fn store_compound(
        &mut self,
        target: &Expr,
        op: BinaryOp,
        value: ValueId,
        span: Span,
    ) -> Option<()> {
        let place = self.written(target)?;
        if matches!(op, BinaryOp::Add | BinaryOp::Sub) {
            self.out.push(Stmt::Store(Store {
                place,
                op: Some(op),
                value,
                old: None,
                saved: None,
            }));
            return Some(());
        }
        let kind = self.kind_at(&place);
        let old = self.push_value(Op::Load(place.clone()), kind, span);
        let value = self.arithmetic(op, old, value, span);
        self.write_at(place, value, span);
        Some(())
    }
}
