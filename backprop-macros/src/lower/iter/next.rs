//! One item of an iterator under a name: `next`, `next_back`, `peek`.
//!
//! Where the position of the item is known, whether there is one is a
//! comparison of integers, and the item is made only where there is. So it may
//! be a reference to anything: nothing has to stand for it elsewhere.

use super::effect::Effect;
use super::{Driver, kept::Cursor};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Region, Tree, ValueId};
use crate::lower::option::{Asked, asked};
use crate::lower::{Lowerer, Lowering, call::strip};
use proc_macro2::Span;
use std::rc::Rc;
use syn::{Expr, ExprMethodCall, Pat};

/// An item that may be there.
pub(in crate::lower) struct Asking {
    pub(in crate::lower) is_there: ValueId,
    /// Takes it, where it is.
    pub(in crate::lower) take: Rc<dyn Fn(&mut Lowerer) -> Lowering>,
}

impl Lowerer<'_> {
    /// Whether an expression asks an iterator under a name for an item whose
    /// position is known.
    pub(in crate::lower) fn asks(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = strip(expr) else {
            return false;
        };
        let known =
            |method: &syn::Ident| ["next", "next_back", "peek"].contains(&&*method.to_string());
        known(&call.method)
            && call.args.is_empty()
            && self
                .kept_iterator(&call.receiver)
                .is_some_and(|chain| matches!(chain.driver, Driver::Cursor(_)) && chain.only_maps())
    }

    /// The item that an expression [asks](Self::asks) for.
    pub(in crate::lower) fn asking(&mut self, expr: &Expr) -> Option<Asking> {
        let Expr::MethodCall(call) = strip(expr) else {
            return None;
        };
        let chain = self.kept_iterator(&call.receiver)?;
        let Driver::Cursor(cursor) = chain.driver.clone() else {
            return None;
        };
        let (span, method) = (call.method.span(), call.method.to_string());
        let peeks = method == "peek";
        if peeks && self.effect_of(&chain) == Effect::State {
            // it is made once, and then kept
            self.errors.refuse(&call.method, no::PEEK);
            return None;
        }
        if method == "next_back" && (cursor.end.is_none() || cursor.items.forward) {
            self.errors.refuse(&call.method, no::REVERSED);
            return None;
        }
        let (is_there, at) = self.next_position(&cursor, span);
        let steps = chain.steps.clone();
        let take = move |this: &mut Lowerer| {
            let at = match &*method {
                "next" => this.advance(&cursor, at, span),
                "next_back" => this.retreat(&cursor, span),
                _ => at,
            };
            let item = (cursor.items.item.clone())(this, at)?;
            let item = this.mapped(&steps, item, span)?;
            Some(match peeks {
                true => Tree::Ref(Box::new(item)),
                false => item,
            })
        };
        Some(Asking {
            is_there,
            take: Rc::new(take),
        })
    }

    /// Whether there is a next item; its position.
    pub(super) fn next_position(&mut self, cursor: &Cursor, span: Span) -> (ValueId, ValueId) {
        let at = self.read_slot(cursor.next, span).leaves()[0];
        let is_there = match cursor.end {
            Some(end) => {
                let end = self.read_slot(end, span).leaves()[0];
                self.int_op(BinaryOp::Lt, at, end, span)
            }
            None => self.push_value(crate::ir::Op::Flag(true), crate::ir::Kind::Bool, span),
        };
        (is_there, at)
    }

    /// The item at `at` is taken.
    pub(super) fn advance(&mut self, cursor: &Cursor, at: ValueId, span: Span) -> ValueId {
        let one = self.integer(1, span);
        let next = self.int_op(BinaryOp::Add, at, one, span);
        self.write_slot(cursor.next, &Tree::Leaf(next), span);
        at
    }

    /// The last item is taken: its position.
    fn retreat(&mut self, cursor: &Cursor, span: Span) -> ValueId {
        let Some(slot) = cursor.end else {
            return self.integer(0, span);
        };
        let end = self.read_slot(slot, span).leaves()[0];
        let one = self.integer(1, span);
        let last = self.int_op(BinaryOp::Sub, end, one, span);
        self.write_slot(slot, &Tree::Leaf(last), span);
        last
    }

    /// The same as an option.
    pub(in crate::lower) fn asked_option(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let asking = self.asking(&Expr::MethodCall(call.clone()))?;
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            if let Some(item) = (asking.take)(this) {
                let item = this.kept_item(&item, span);
                let some = this.some(item, span);
                this.write_slot(slot, &some, span);
            }
        });
        let other = self.nothing(slot, span);
        self.push_if(asking.is_there, then, other);
        Some(self.read_slot(slot, span))
    }

    /// `it.next().unwrap()`
    pub(in crate::lower) fn asked_item(
        &mut self,
        call: &ExprMethodCall,
        panics: Region,
    ) -> Lowering {
        let asking = self.asking(&call.receiver)?;
        self.push_if(asking.is_there, Region::default(), panics);
        (asking.take)(self)
    }

    /// `if let Some(p) = it.next()`: whether it was such a match.
    pub(in crate::lower) fn match_next(
        &mut self,
        expr: &Expr,
        pat: &Pat,
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        other: &mut dyn FnMut(&mut Self) -> Lowering,
    ) -> bool {
        let Some(Asked::Some(inner)) = asked(pat).filter(|_| self.asks(expr)) else {
            return false;
        };
        let Some(asking) = self.asking(expr) else {
            return true;
        };
        let found = self.region(|this| {
            if let Some(item) = (asking.take)(this) {
                this.bind_pattern(inner, item, None);
                then(this);
            }
        });
        let missing = self.region(|this| {
            other(this);
        });
        self.push_if(asking.is_there, found, missing);
        true
    }
}
