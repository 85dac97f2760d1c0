//! One item of an iterator under a name: `next`, `next_back`, `peek`.
//!
//! Where the position of the item is known, whether there is one is a
//! comparison of integers.

use super::effect::Effect;
use super::{Driver, kept::Cursor};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Tree, ValueId};
use crate::lower::{Lowerer, asking::Asking};
use proc_macro2::Span;
use std::rc::Rc;
use syn::ExprMethodCall;

impl Lowerer<'_> {
    /// Whether a method asks an iterator under a name for an item whose position is
    /// known.
    pub(in crate::lower) fn asks_iterator(&self, call: &ExprMethodCall) -> bool {
        self.kept_iterator(&call.receiver)
            .is_some_and(|chain| matches!(chain.driver, Driver::Cursor(_)) && chain.only_maps())
    }

    /// The item that it asks for.
    pub(in crate::lower) fn asking_iterator(&mut self, call: &ExprMethodCall) -> Option<Asking> {
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
}
