//! Methods of options in fields: a match on what the field holds.

use super::branch::wildcard;
use super::{Lowerer, Lowering, call::strip};
use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Tree, ValueId};
use quote::quote_spanned;
use syn::{Expr, ExprMethodCall, ExprPath};

/// A method of an option in a field.
struct Method<'c> {
    name: String,
    args: Vec<&'c Expr>,
    /// The field, and whether it is only looked at.
    field: &'c Expr,
    is_lent: bool,
}

impl Lowerer<'_> {
    /// `s.limit.unwrap_or(2.0)`, `s.limit.map(|v| v * x).unwrap_or(x)` and their like, where
    /// the name of the method says that the field is an option, or what becomes of its
    /// result does; rustc checks that it is one.
    pub(super) fn option_in_field(
        &mut self,
        call: &ExprMethodCall,
        expected: Option<&Tree<()>>,
    ) -> Option<Lowering> {
        let method = method_of_field(call)?;
        let is_expected = matches!(expected, Some(Tree::Option(..)));
        if !self.names_option(&method, is_expected) || self.is_optional(method.field) {
            return None;
        }
        Some(self.matched_field(call, &method))
    }

    /// Whether an expression is such a call that gives an option, if it is said to.
    pub(super) fn gives_option_of_field(&self, expr: &Expr) -> bool {
        match strip(expr) {
            Expr::MethodCall(call) => {
                let keeps = matches!(
                    &*call.method.to_string(),
                    "map" | "and_then" | "filter" | "or" | "or_else" | "zip" | "copied" | "cloned"
                );
                match method_of_field(call) {
                    Some(method) => keeps && self.names_option(&method, true),
                    None => keeps && self.gives_option_of_field(&call.receiver),
                }
            }
            _ => false,
        }
    }

    /// Whether an expression is an option, as `ok_or` says.
    pub(super) fn becomes_result(&self, expr: &Expr) -> bool {
        matches!(strip(expr), Expr::Field(_))
            || self.gives_option_of_field(expr)
            || self.is_optional(expr)
    }

    /// Whether a method is one of options: other types have some of these names, too.
    fn names_option(&self, method: &Method, is_expected: bool) -> bool {
        let is_function = |arg: &Expr| match strip(arg) {
            Expr::Closure(_) => true,
            Expr::Path(path) => path.path.segments.len() > 1 || self.bound_closure(arg).is_some(),
            _ => false,
        };
        let is_lent = method.is_lent;
        match (&*method.name, &method.args[..]) {
            ("unwrap_or" | "unwrap_or_else" | "expect", [_])
            | ("map_or" | "map_or_else", [_, _])
            | ("is_some" | "is_none" | "unwrap" | "unwrap_or_default", []) => true,
            ("is_some_and" | "and_then" | "or_else", [f]) => is_function(f),
            ("map" | "filter", [f]) => (is_expected || is_lent) && is_function(f),
            ("or" | "zip", [other]) => is_expected || self.is_option_by_name(other),
            ("copied" | "cloned", []) => is_expected && is_lent,
            _ => false,
        }
    }

    fn matched_field(&mut self, call: &ExprMethodCall, method: &Method) -> Lowering {
        let span = call.method.span();
        let (name, field) = (&*method.name, method.field);
        // a flag leaves the option where it is
        let option = match method.is_lent || matches!(name, "is_some" | "is_none") {
            true => self.expr(&syn::parse_quote_spanned!(span=> &#field))?,
            false => self.load_expr(field)?,
        };
        // these take their argument before they look
        let early = match (name, method.args.first()) {
            ("unwrap_or" | "map_or", Some(arg)) => Some(self.expr(arg)?),
            ("or" | "zip", Some(arg)) => {
                let shape = super::option::option_shape();
                Some(self.expr_expecting(arg, Some(&shape))?)
            }
            ("expect", Some(arg)) => Some(self.expr(arg)?),
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
        let payload: ExprPath = syn::parse_quote_spanned!(span=> __payload);
        let some = syn::parse_quote_spanned!(span=> Some(__payload));
        // its shape is known where that of the payload is not
        let none = self.arm(&wildcard(span), None, &option, &mut |this| {
            let value = this.without_payload(call, method, early.as_ref());
            finish(this, value)
        });
        let some = self.arm(&some, None, &option, &mut |this| {
            let value = this.path(&payload)?;
            let value = this.with_payload(call, method, value, early.as_ref());
            finish(this, value)
        });
        self.push_match(option, vec![some, none], span);
        reached.then(|| self.read_slot(result, span))
    }

    /// What the method gives where the field is `None`.
    fn without_payload(
        &mut self,
        call: &ExprMethodCall,
        method: &Method,
        early: Option<&Tree<ValueId>>,
    ) -> Lowering {
        let span = call.method.span();
        match (&*method.name, method.args.first()) {
            ("unwrap_or" | "map_or" | "or", _) => early.cloned(),
            ("unwrap_or_else" | "map_or_else", Some(f)) => self.apply(f, Vec::new()),
            ("or_else", Some(f)) => {
                self.expected_of_closure = Some(super::option::option_shape());
                self.apply(f, Vec::new())
            }
            ("unwrap" | "expect", message) => {
                let panics = self.panics_without_value(message.copied(), span);
                self.out.extend(panics.stmts);
                None
            }
            ("unwrap_or_default", _) => {
                let tokens = quote_spanned!(span=> ::core::default::Default::default());
                Some(self.push(Op::Constant(tokens), Kind::Opaque, span))
            }
            ("is_some" | "is_some_and", _) => Some(self.push(Op::Flag(false), Kind::Bool, span)),
            ("is_none", _) => Some(self.push(Op::Flag(true), Kind::Bool, span)),
            _ => Some(self.none(span)),
        }
    }

    /// What it gives where there is a value.
    fn with_payload(
        &mut self,
        call: &ExprMethodCall,
        method: &Method,
        value: Tree<ValueId>,
        early: Option<&Tree<ValueId>>,
    ) -> Lowering {
        let span = call.method.span();
        match (&*method.name, &method.args[..]) {
            ("is_some", _) => Some(self.push(Op::Flag(true), Kind::Bool, span)),
            ("is_none", _) => Some(self.push(Op::Flag(false), Kind::Bool, span)),
            ("map_or" | "map_or_else", [_, f]) | ("is_some_and", [f]) => self.apply(f, vec![value]),
            ("and_then", [f]) => {
                self.expected_of_closure = Some(super::option::option_shape());
                self.apply(f, vec![value])
            }
            ("map", [f]) => {
                let value = self.apply(f, vec![value])?;
                let value = self.owned(&value, span);
                Some(self.some(value, span))
            }
            ("filter", [f]) => {
                let value = self.owned(&value, span);
                let keep = self.apply(f, vec![Tree::Ref(Box::new(value.clone()))])?;
                Some(Tree::Option(Box::new(keep), Box::new(value)))
            }
            ("or" | "or_else", _) => {
                let value = self.owned(&value, span);
                Some(self.some(value, span))
            }
            ("copied" | "cloned", _) => {
                let value = self.copied(&value, span);
                Some(self.some(value, span))
            }
            ("zip", _) => {
                let Some(Tree::Option(some, other)) = early.map(Tree::behind_refs) else {
                    return self.refuse(call, no::OPTION_SHAPE);
                };
                let value = self.owned(&value, span);
                let pair = Tree::Tuple(vec![value, (**other).clone()]);
                Some(Tree::Option(some.clone(), Box::new(pair)))
            }
            _ => Some(value),
        }
    }
}

/// A method of a field, or of `field.as_ref()`.
fn method_of_field(call: &ExprMethodCall) -> Option<Method<'_>> {
    let (field, is_lent) = match strip(&call.receiver) {
        Expr::MethodCall(lent) if lent.method == "as_ref" && lent.args.is_empty() => {
            (strip(&lent.receiver), true)
        }
        receiver => (receiver, false),
    };
    matches!(field, Expr::Field(_)).then(|| Method {
        name: call.method.to_string(),
        args: call.args.iter().collect(),
        field,
        is_lent,
    })
}
