//! Methods of options in fields: a match on what the field holds.

use super::branch::wildcard;
use super::{Lowerer, Lowering, call::strip};
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    /// `s.limit.unwrap_or(2.0)` and its like: nothing else has methods of these names, and
    /// rustc checks that the field is an option.
    pub(super) fn option_in_field(&mut self, call: &ExprMethodCall) -> Option<Lowering> {
        let name = call.method.to_string();
        let takes = match &*name {
            "unwrap_or" | "unwrap_or_else" => 1,
            "map_or" | "map_or_else" => 2,
            _ => return None,
        };
        let is_field = matches!(strip(&call.receiver), Expr::Field(_));
        if !is_field || call.args.len() != takes || self.is_optional(&call.receiver) {
            return None;
        }
        Some(self.matched_field(call, &name))
    }

    fn matched_field(&mut self, call: &ExprMethodCall, name: &str) -> Lowering {
        let span = call.method.span();
        let option = self.load_expr(&call.receiver)?;
        // these take their argument before they look
        let early = match name {
            "unwrap_or" | "map_or" => Some(self.expr(&call.args[0])?),
            _ => None,
        };
        let result = self.slot(None, None, true, span);
        let mut reached = false;
        let mut finish = |this: &mut Self, value: Lowering| {
            let value = value?;
            let value = this.owned(&value, span);
            this.write_slot(result, &value, span);
            reached = true;
            None
        };
        let payload: syn::ExprPath = syn::parse_quote_spanned!(span=> __payload);
        let some = syn::parse_quote_spanned!(span=> Some(__payload));
        // its shape is known where that of the payload is not
        let none = self.arm(&wildcard(span), None, &option, &mut |this| {
            let value = match &early {
                Some(value) => Some(value.clone()),
                None => this.apply(&call.args[0], Vec::new()),
            };
            finish(this, value)
        });
        let some = self.arm(&some, None, &option, &mut |this| {
            let value = this.path(&payload)?;
            let value = match call.args.get(1) {
                Some(f) => this.apply(f, vec![value]),
                None => Some(value),
            };
            finish(this, value)
        });
        self.push_match(option, vec![some, none], span);
        reached.then(|| self.read_slot(result, span))
    }
}
