//! Iterators of constants, whatever they are: `chars()`, maps, sets.
//!
//! They are code that is passed through. The loop asks for one item after
//! another, as `for` does, so that nothing runs more often or earlier than it
//! would there. No active value is in them: `analyse` refuses one that is.

use super::{Chain, Driver};
use crate::emit::plumbing;
use crate::fence::catalogue as no;
use crate::ir::{Arg, Capture, Kind, Op, Stmt, Tree, ValueId};
use crate::lower::{Lowerer, call::strip};
use crate::parse::is_collection;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Type};

impl Lowerer<'_> {
    /// Whether a value, just computed from `expr`, is one that only
    /// `IntoIterator` knows to iterate over.
    pub(super) fn is_passed(&self, value: ValueId, expr: &Expr) -> bool {
        let is_call = matches!(strip(expr), Expr::MethodCall(_) | Expr::Call(_));
        let is_constant = match self.out.last() {
            Some(Stmt::Let(made)) => made.value == value && matches!(made.op, Op::Verbatim(..)),
            Some(Stmt::Call(call)) => {
                call.result == Tree::Leaf(value)
                    && !call.args.iter().any(|arg| self.may_be_active(arg))
            }
            _ => false,
        };
        self.maps.contains(&value) || (is_call && is_constant)
    }

    fn may_be_active(&self, arg: &Arg) -> bool {
        match arg {
            Arg::In(tree) => {
                tree.any(|leaf| self.f.kind(*leaf).may_be_real() && !self.constants.contains(leaf))
            }
            Arg::Mut { .. } => true,
        }
    }

    /// The items of `value` or, with a method, of what that returns.
    pub(super) fn passed_items(
        &mut self,
        value: Tree<ValueId>,
        method: Option<&syn::Ident>,
        span: Span,
    ) -> Chain {
        let source = plumbing("source", span);
        let items = match method {
            Some(method) => quote_spanned!(span=> #source.#method()),
            None => quote_spanned!(span=> ::core::iter::IntoIterator::into_iter(#source)),
        };
        let tokens = quote_spanned!(span=> ::core::cell::RefCell::new(#items));
        let iterator = self.passed_value(tokens, source, value, span);
        Chain {
            driver: Driver::Passed(iterator),
            steps: Vec::new(),
            guards: Vec::new(),
            tail: None,
            span,
        }
    }

    /// The next item of an iterator: whether there is one, and a value that may
    /// be unwrapped then.
    pub(super) fn next_passed(&mut self, iterator: ValueId, span: Span) -> (ValueId, ValueId) {
        let name = plumbing("iterator", span);
        let tokens = quote_spanned!(span=> ::core::iter::Iterator::next(&mut *#name.borrow_mut()));
        let shared = Tree::Ref(Box::new(Tree::Leaf(iterator)));
        let next = self.passed_value(tokens, name, shared, span);
        let is_there = Op::Runtime("is_some", vec![next]);
        (self.push_value(is_there, Kind::Bool, span), next)
    }

    /// The item itself.
    pub(super) fn passed_item(&mut self, next: ValueId, span: Span) -> Tree<ValueId> {
        let name = plumbing("next", span);
        let tokens = quote_spanned!(span=> ::core::option::Option::unwrap(#name));
        let item = self.passed_value(tokens, name, Tree::Leaf(next), span);
        // it may be a reference into what only the forward half sees
        self.payloads.insert(item);
        Tree::Leaf(item)
    }

    fn passed_value(
        &mut self,
        tokens: TokenStream,
        name: syn::Ident,
        value: Tree<ValueId>,
        span: Span,
    ) -> ValueId {
        let uses = vec![(name, value)];
        let op = Op::Verbatim(Capture { tokens, uses }, no::OPAQUE_CODE.message);
        self.push_value(op, Kind::Opaque, span)
    }
}

/// Whether a type is a collection that has no positions, or not those of slices.
pub(in crate::lower) fn is_map(ty: &Type) -> bool {
    match ty {
        Type::Reference(inner) => is_map(&inner.elem),
        Type::Paren(inner) => is_map(&inner.elem),
        Type::Group(inner) => is_map(&inner.elem),
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|segment| is_collection(&segment.ident))
        }
        _ => false,
    }
}

/// Whether a type is something around a slice, or an option of a vector, by its spelling.
pub(in crate::lower) fn is_boxed(ty: &Type) -> bool {
    const OTHERS: &[&str] = &["Arc", "Box", "Cow", "Option", "Rc", "Result"];
    match ty {
        Type::Paren(inner) => is_boxed(&inner.elem),
        Type::Group(inner) => is_boxed(&inner.elem),
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|segment| OTHERS.iter().any(|other| segment.ident == other))
        }
        _ => false,
    }
}

/// Whether an expression makes such a collection: `BTreeMap::from(..)`.
pub(in crate::lower) fn makes_map(expr: &Expr) -> bool {
    let Expr::Call(call) = strip(expr) else {
        return false;
    };
    match strip(&call.func) {
        Expr::Path(path) => {
            let mut segments = path.path.segments.iter().rev().skip(1);
            segments
                .next()
                .is_some_and(|owner| is_collection(&owner.ident))
        }
        _ => false,
    }
}
