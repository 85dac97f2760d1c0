//! `then` and `then_some`: an `Option` that a `bool` chooses.

use super::{Lowerer, Lowering};
use crate::ir::{Kind, Op, Tree};
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

/// Whether a call is one of the two. `Ordering` has a `then`, too, which takes
/// no closure.
pub(super) fn is_then(call: &ExprMethodCall) -> bool {
    match (&*call.method.to_string(), call.args.first()) {
        ("then_some", Some(_)) => call.args.len() == 1,
        ("then", Some(arg)) => {
            let no_inputs = |closure: &syn::ExprClosure| closure.inputs.is_empty();
            call.args.len() == 1
                && matches!(super::call::strip(arg), Expr::Closure(closure) if no_inputs(closure))
        }
        _ => false,
    }
}

impl Lowerer<'_> {
    /// `b.then(|| value)`, `b.then_some(value)`
    pub(super) fn then(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let receiver = self.expr(&call.receiver)?;
        let mut flag = self.leaf(&receiver, call.receiver.span());
        if self.f.kind(flag) != Kind::Bool {
            // rustc sees to it that it is one
            let ty = syn::parse_quote_spanned!(call.receiver.span()=> bool);
            flag = self.push_value(Op::Copy(flag, Some(Box::new(ty))), Kind::Bool, span);
        }
        let arg = &call.args[0];
        if call.method == "then_some" {
            let payload = self.expr(arg)?;
            let payload = self.owned(&payload, arg.span());
            return Some(Tree::Option(Box::new(Tree::Leaf(flag)), Box::new(payload)));
        }
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            if let Some(value) = this.apply(arg, Vec::new()) {
                let value = this.owned(&value, span);
                let some = this.some(value, span);
                this.write_slot(slot, &some, span);
            }
        });
        let other = self.region(|this| {
            let none = this.none(span);
            this.write_slot(slot, &none, span);
        });
        self.push_if(flag, then, other);
        Some(self.read_slot(slot, span))
    }
}
