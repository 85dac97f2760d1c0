//! The element that a comparison prefers, by its position: no reference is kept
//! from one iteration to the next, so that any element type will do.

use super::Lowerer;
use crate::ir::{Kind, Op, Place, Proj, Region, ValueId};
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    /// Whether an expression is `rows.iter().max_by(..)`, or `min_by`, of elements
    /// that are not known to be numbers.
    pub(super) fn is_preferred(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = expr else {
            return false;
        };
        let compares = matches!(&*call.method.to_string(), "max_by" | "min_by");
        let Expr::MethodCall(iter) = super::call::strip(&call.receiver) else {
            return false;
        };
        let is_plain = iter.method == "iter" && iter.args.is_empty();
        compares && call.args.len() == 1 && is_plain && !self.holds_numbers(&iter.receiver)
    }

    /// Whether the elements of a variable are numbers by the spelling of its type.
    fn holds_numbers(&self, expr: &Expr) -> bool {
        let Expr::Path(path) = super::call::strip(expr) else {
            return false;
        };
        let kind = path
            .path
            .get_ident()
            .and_then(|name| self.kind_of_local(name));
        kind.is_none_or(|kind| matches!(kind.element(), Kind::Real(_) | Kind::Int | Kind::Bool))
    }

    /// The position of the preferred element: the last of several for `max_by`, the
    /// first for `min_by`. Without an element it is zero, past the end.
    pub(super) fn preferred_index(
        &mut self,
        call: &ExprMethodCall,
        place: &Place,
    ) -> Option<ValueId> {
        let span = call.method.span();
        let compare = self.callback(&call.args[0])?;
        let len = self.len(place, span);
        let slot = self.slot(Some("best".to_owned()), None, true, span);
        let zero = self.push(Op::Integer(0), Kind::Int, span);
        self.write_slot(slot, &zero, span);
        let start = self.push_value(Op::Integer(1), Kind::Int, span);
        let test = match call.method == "max_by" {
            true => "is_not_greater",
            false => "is_greater",
        };
        self.counted_from(start, len, span, |this, k| {
            let best = this.read_slot(slot, span);
            let best = this.leaf(&best, span);
            let shown = |this: &mut Self, index| {
                this.element_reference(place.clone().with(Proj::Index(index)), span)
            };
            let args = vec![shown(this, best), shown(this, k)];
            let Some(order) = this.run(&compare, args) else {
                return;
            };
            let order = this.leaf(&order, span);
            let takes = this.push_value(Op::Runtime(test, vec![order]), Kind::Bool, span);
            let then = this.region(|this| {
                this.write_slot(slot, &crate::ir::Tree::Leaf(k), span);
            });
            this.push_if(takes, then, Region::default());
        });
        let best = self.read_slot(slot, span);
        Some(self.leaf(&best, span))
    }
}
