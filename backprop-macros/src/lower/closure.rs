//! Closures: lowered where they are called.

use super::{Binding, Lowerer, Lowering, Place};
use crate::fence::catalogue as no;
use crate::ir::{Region, Stmt, Tree, ValueId};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use std::cmp::Ordering;
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, Pat, ReturnType, Type};

/// Closures that call closures can be written out more often than the code is long.
const MAX_CLOSURES: u32 = 5_000;

/// A closure and the names around it.
pub(super) struct Closure {
    pub(super) expr: ExprClosure,
    pub(super) scopes: Vec<Vec<(String, Binding)>>,
}

impl Closure {
    /// What `move` made the closure's own, if it says so.
    fn own(&self) -> &[(String, Binding)] {
        match (&self.expr.capture, self.scopes.last()) {
            (Some(_), Some(own)) => own,
            _ => &[],
        }
    }
}

/// A function argument of an adaptor. It is made once, where the adaptor is
/// called, and run for each item.
#[derive(Clone)]
pub(super) struct Callback {
    pub(super) expr: Rc<Expr>,
    /// Nothing for a function by name.
    pub(super) closure: Option<Rc<Closure>>,
}

/// What a closure is called with.
pub(super) enum Argument {
    Value(Tree<ValueId>),
    /// A `&mut` reference to a variable.
    State(Place),
}

impl Lowerer<'_> {
    /// `let name = |..| ..;`
    pub(super) fn bind_closure(&mut self, name: &Ident, expr: &ExprClosure) {
        let closure = self.closure(expr);
        self.bind(name, Binding::Closure(Rc::new(closure)));
    }

    pub(super) fn closure(&mut self, expr: &ExprClosure) -> Closure {
        if let Some(token) = &expr.asyncness {
            self.errors.refuse(token, no::ASYNC_BLOCK);
        }
        let mut scopes = self.scopes.clone();
        if expr.capture.is_some() {
            // what is moved in is the closure's own from here on
            let (mut names, mut jumps) = (Vec::new(), Vec::new());
            self.scan(expr.body.to_token_stream(), &mut names, &mut jumps);
            let mut own = Vec::new();
            for name in names {
                let spelled = name.to_string();
                if let Some(copy) = self.moved(&spelled, name.span()) {
                    own.push((spelled, copy));
                }
            }
            scopes.push(own);
        }
        Closure {
            expr: expr.clone(),
            scopes,
        }
    }

    /// The copy of a variable, or of what a closure owns, that is moved.
    fn moved(&mut self, name: &str, span: Span) -> Option<Binding> {
        match self.lookup(name).cloned()? {
            Binding::Slot(slot) if self.slots[slot.0].tree.is_some() => {
                Some(self.copied_variable(slot, name, span))
            }
            Binding::Closure(closure) if !closure.own().is_empty() => {
                let closure = self.passed_on(&closure, span);
                Some(Binding::Closure(Rc::new(closure)))
            }
            Binding::Iterator(chain) => {
                Some(Binding::Iterator(Rc::new(self.copied_iterator(&chain))))
            }
            _ => None,
        }
    }

    fn copied_variable(&mut self, slot: super::SlotId, name: &str, span: Span) -> Binding {
        let value = self.read_slot(slot, span);
        let value = self.owned(&value, span);
        let copy = self.slot(Some(name.to_owned()), None, true, span);
        self.write_slot(copy, &value, span);
        Binding::Slot(copy)
    }

    /// A closure that is passed by value: a copy, with its variables as they are.
    fn passed_on(&mut self, closure: &Closure, span: Span) -> Closure {
        let mut own = Vec::new();
        for (name, binding) in closure.own() {
            let copy = match binding {
                Binding::Slot(slot) => self.copied_variable(*slot, name, span),
                Binding::Closure(inner) => Binding::Closure(Rc::new(self.passed_on(inner, span))),
                Binding::Iterator(chain) => Binding::Iterator(Rc::new(self.copied_iterator(chain))),
                other => other.clone(),
            };
            own.push((name.clone(), copy));
        }
        let mut scopes = closure.scopes.clone();
        if closure.expr.capture.is_some()
            && let Some(last) = scopes.last_mut()
        {
            *last = own;
        }
        Closure {
            expr: closure.expr.clone(),
            scopes,
        }
    }

    /// A function argument of an adaptor, where the adaptor is called.
    pub(super) fn callback(&mut self, function: &Expr) -> Option<Callback> {
        let closure = match function {
            Expr::Paren(inner) => return self.callback(&inner.expr),
            Expr::Group(inner) => return self.callback(&inner.expr),
            Expr::Reference(inner) => match self.bound_closure(&inner.expr) {
                Some(closure) => Some(closure),
                None => return self.callback(&inner.expr),
            },
            Expr::Closure(expr) => Some(Rc::new(self.closure(expr))),
            Expr::Path(path) => match self.bound_closure(function) {
                Some(closure) if closure.own().is_empty() => Some(closure),
                Some(closure) => Some(Rc::new(self.passed_on(&closure, path.span()))),
                None => None,
            },
            other => {
                self.errors.refuse(other, no::FUNCTION_VALUE);
                return None;
            }
        };
        Some(Callback {
            expr: Rc::new(function.clone()),
            closure,
        })
    }

    /// A callback of its own, where what it is part of is cloned.
    pub(super) fn own_callback(&mut self, callback: &mut Callback, span: Span) {
        if let Some(closure) = &callback.closure
            && !closure.own().is_empty()
        {
            callback.closure = Some(Rc::new(self.passed_on(&closure.clone(), span)));
        }
    }

    /// The closure that a name stands for.
    pub(super) fn bound_closure(&self, name: &Expr) -> Option<Rc<Closure>> {
        let Expr::Path(path) = name else {
            return None;
        };
        match self.lookup(&path.path.get_ident()?.to_string()) {
            Some(Binding::Closure(closure)) => Some(closure.clone()),
            _ => None,
        }
    }

    /// What a function argument does to `args`, where it is run once.
    pub(super) fn apply(&mut self, function: &Expr, args: Vec<Tree<ValueId>>) -> Lowering {
        let callback = self.callback(function)?;
        self.run(&callback, args)
    }

    /// One call of a function argument.
    pub(super) fn run(&mut self, callback: &Callback, args: Vec<Tree<ValueId>>) -> Lowering {
        if let Some(closure) = callback.closure.clone() {
            return self.apply_closure(&closure, args, callback.expr.span());
        }
        // a function by name: called with the arguments under names
        let path = &*callback.expr;
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

    /// One call of a closure that gets `state` by `&mut`, and an item.
    pub(super) fn run_on_state(
        &mut self,
        callback: &Callback,
        state: Place,
        item: Tree<ValueId>,
    ) -> Lowering {
        let Some(closure) = callback.closure.clone() else {
            return self.refuse(&callback.expr, no::FUNCTION_VALUE);
        };
        let args = vec![Argument::State(state), Argument::Value(item)];
        self.enter(&closure, args, callback.expr.span())
    }

    pub(super) fn apply_closure(
        &mut self,
        closure: &Closure,
        args: Vec<Tree<ValueId>>,
        span: Span,
    ) -> Lowering {
        let args = args.into_iter().map(Argument::Value).collect();
        self.enter(closure, args, span)
    }

    pub(super) fn enter(&mut self, closure: &Closure, args: Vec<Argument>, span: Span) -> Lowering {
        if closure.expr.inputs.len() != args.len() {
            return self.refuse(&closure.expr, no::CLOSURE_ARGUMENTS);
        }
        if self.depth > super::MAX_DEPTH {
            return self.refuse(&closure.expr, no::TOO_DEEP);
        }
        self.closures += 1;
        match self.closures.cmp(&MAX_CLOSURES) {
            Ordering::Less => {}
            Ordering::Equal => return self.refuse(&closure.expr, no::TOO_MANY_CLOSURES),
            Ordering::Greater => return Some(self.dummy(span)),
        }
        self.depth += 1;
        let leaves = leaves_early(&closure.expr.body);
        let expected = self.expected_of_closure.take();
        let expected = match leaves {
            true => self.shape_of_closure(&closure.expr).or(expected),
            false => expected,
        };
        let scopes = std::mem::replace(&mut self.scopes, closure.scopes.clone());
        let jumps = std::mem::take(&mut self.jumps);
        let value = self.scoped(|this| {
            for (pat, arg) in closure.expr.inputs.iter().zip(args) {
                match arg {
                    Argument::Value(value) => this.bind_pattern(pat, value, None),
                    Argument::State(place) => this.bind_state(pat, place),
                }
            }
            let value = match leaves {
                true => this.body_with_returns(&closure.expr.body, expected.as_ref(), span),
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

    /// Binds a pattern to a `&mut` reference to a variable.
    fn bind_state(&mut self, pat: &Pat, place: Place) {
        match pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                self.bind(&name.ident, Binding::MutRef(place));
            }
            Pat::Wild(_) => {}
            Pat::Paren(inner) => self.bind_state(&inner.pat, place),
            Pat::Type(typed) => {
                if let Type::Reference(reference) = &*typed.ty
                    && let Some(value) = self.read_place(&place, pat.span())
                {
                    // inference must see the type that rustc saw
                    let value = self.ascribe(value, &reference.elem);
                    self.write_place(&place, &value, pat.span());
                }
                self.bind_state(&typed.pat, place);
            }
            Pat::Tuple(parts)
                if matches!(self.place_vars(&place), Some(Tree::Tuple(known))
                    if known.len() == parts.elems.len()) =>
            {
                // references to the parts
                for (index, pat) in parts.elems.iter().enumerate() {
                    let mut part = place.clone();
                    part.path.push(index);
                    self.bind_state(pat, part);
                }
            }
            pat => self.errors.refuse(pat, no::PATTERN),
        }
    }

    /// A closure's body that leaves early: its `return` and its `?` end the body only.
    fn body_with_returns(
        &mut self,
        body: &Expr,
        expected: Option<&Tree<()>>,
        span: Span,
    ) -> Lowering {
        let result = self.slot(None, None, true, span);
        if let Some(shape) = expected {
            self.expect_in_slot(result, shape, span);
        }
        let target = self.f.target();
        let outer = std::mem::replace(&mut self.ret, (target, result));
        let gives_reference = std::mem::take(&mut self.returns_reference);
        let before = std::mem::take(&mut self.out);
        if let Some(value) = self.expr_expecting(body, expected) {
            self.write_slot(result, &value, span);
        }
        let stmts = std::mem::replace(&mut self.out, before);
        self.ret = outer;
        self.returns_reference = gives_reference;
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

/// Whether an expression contains a `return` or a `?` of its own.
pub(super) fn leaves_early(body: &Expr) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
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
