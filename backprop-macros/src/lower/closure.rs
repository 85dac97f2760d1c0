//! Closures: lowered where they are called.

use super::{Binding, Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Region, Stmt, Tree, ValueId};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, ReturnType};

/// A closure and the names around it.
pub(super) struct Closure {
    expr: ExprClosure,
    scopes: Vec<Vec<(String, Binding)>>,
}

impl Lowerer<'_> {
    /// `let name = |..| ..;`
    pub(super) fn bind_closure(&mut self, name: &Ident, expr: &ExprClosure) {
        let closure = self.closure(expr);
        self.bind(name, Binding::Closure(Rc::new(closure)));
    }

    fn closure(&mut self, expr: &ExprClosure) -> Closure {
        if let Some(token) = &expr.asyncness {
            self.errors.refuse(token, no::ASYNC_BLOCK);
        }
        let mut scopes = self.scopes.clone();
        if expr.capture.is_some() {
            // what is moved in is the closure's own from here on
            let mut own = Vec::new();
            let capture = self.capture(expr.body.to_token_stream());
            for (name, _) in capture.uses {
                if let Some(Binding::Slot(slot)) = self.lookup(&name.to_string()).cloned() {
                    let value = self.read_slot(slot, name.span());
                    let value = self.owned(&value, name.span());
                    let copy = self.slot(Some(name.to_string()), None, true, name.span());
                    self.write_slot(copy, &value, name.span());
                    own.push((name.to_string(), Binding::Slot(copy)));
                }
            }
            scopes.push(own);
        }
        Closure {
            expr: expr.clone(),
            scopes,
        }
    }

    /// What a function argument of an adaptor does to `args`.
    pub(super) fn apply(&mut self, function: &Expr, args: Vec<Tree<ValueId>>) -> Lowering {
        match function {
            Expr::Paren(inner) => self.apply(&inner.expr, args),
            Expr::Group(inner) => self.apply(&inner.expr, args),
            Expr::Reference(inner) => self.apply(&inner.expr, args),
            Expr::Closure(expr) => {
                let closure = self.closure(expr);
                self.apply_closure(&closure, args, expr.span())
            }
            Expr::Path(path) => {
                if let Some(name) = path.path.get_ident()
                    && let Some(Binding::Closure(closure)) = self.lookup(&name.to_string()).cloned()
                {
                    return self.apply_closure(&closure, args, path.span());
                }
                // a function by name: called with the arguments under names
                self.scoped(|this| {
                    let mut names = Vec::new();
                    for (index, arg) in args.into_iter().enumerate() {
                        let name = crate::emit::plumbing(&format!("argument_{index}"), path.span());
                        this.bind(&name, Binding::Value(arg));
                        names.push(name);
                    }
                    let call: Expr = syn::parse_quote!(#path(#(#names),*));
                    let expected = this.expected_of_closure.take();
                    this.expr_expecting(&call, expected.as_ref())
                })
            }
            other => self.refuse(other, no::FUNCTION_VALUE),
        }
    }

    pub(super) fn apply_closure(
        &mut self,
        closure: &Closure,
        args: Vec<Tree<ValueId>>,
        span: Span,
    ) -> Lowering {
        if closure.expr.inputs.len() != args.len() {
            return self.refuse(&closure.expr, no::CLOSURE_ARGUMENTS);
        }
        if self.depth > super::MAX_DEPTH {
            return self.refuse(&closure.expr, no::TOO_DEEP);
        }
        self.depth += 1;
        let expected = self.expected_of_closure.take();
        let scopes = std::mem::replace(&mut self.scopes, closure.scopes.clone());
        let jumps = std::mem::take(&mut self.jumps);
        let value = self.scoped(|this| {
            for (pat, arg) in closure.expr.inputs.iter().zip(args) {
                this.bind_pattern(pat, arg, None);
            }
            let value = match returns(&closure.expr.body) {
                true => this.body_with_returns(&closure.expr.body, span),
                false => this.expr_expecting(&closure.expr.body, expected.as_ref()),
            }?;
            Some(match &closure.expr.output {
                ReturnType::Type(_, ty) => this.ascribe(value, ty),
                ReturnType::Default => value,
            })
        });
        self.scopes = scopes;
        self.jumps = jumps;
        self.depth -= 1;
        value
    }

    /// A closure's body that leaves early: its `return` ends the body only.
    fn body_with_returns(&mut self, body: &Expr, span: Span) -> Lowering {
        let result = self.slot(None, None, true, span);
        let target = self.f.target();
        let outer = std::mem::replace(&mut self.ret, (target, result));
        let before = std::mem::take(&mut self.out);
        if let Some(value) = self.expr(body) {
            self.write_slot(result, &value, span);
        }
        let stmts = std::mem::replace(&mut self.out, before);
        self.ret = outer;
        self.out.push(Stmt::Block(
            target,
            Region {
                stmts,
                yields: Vec::new(),
            },
        ));
        self.slots[result.0]
            .tree
            .is_some()
            .then(|| self.read_slot(result, span))
    }
}

/// Whether an expression contains a `return` of its own.
fn returns(body: &Expr) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
        fn visit_item(&mut self, _: &'ast syn::Item) {}
    }
    let mut find = Find(false);
    visit::visit_expr(&mut find, body);
    find.visit_expr(body);
    find.0
}
