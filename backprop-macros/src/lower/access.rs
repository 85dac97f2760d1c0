//! Elements that may not be there: `first`, `last`, `get`, `pop` and their like as
//! options.

use super::option::{Asked, asked};
use super::{Lowerer, Lowering, SlotId};
use crate::ir::{BinaryOp, Kind, Op, Place, Proj, Region, Tree, ValueId};
use proc_macro2::Span;
use syn::{Expr, ExprMethodCall, Pat};

impl Lowerer<'_> {
    /// `first()`, `last()`, `get(i)`: whether the element is there, and where.
    pub(super) fn element_test(&mut self, call: &ExprMethodCall) -> Option<(ValueId, Place)> {
        let span = call.method.span();
        let name = call.method.to_string();
        let place = self.element_source(call)?;
        let len = self.len(&place, span);
        let index = match &*name {
            "first" | "first_mut" => self.push_value(Op::Integer(0), Kind::Int, span),
            "last" | "last_mut" => {
                // wraps where there is none
                let op = Op::Runtime("last_index", vec![len]);
                self.push_value(op, Kind::Int, span)
            }
            "max_by" | "min_by" => self.preferred_index(call, &place)?,
            _ => {
                let value = self.expr(&call.args[0])?;
                self.leaf(&value, span)
            }
        };
        let there = self.push_value(Op::Binary(BinaryOp::Lt, index, len), Kind::Bool, span);
        Some((there, place.with(Proj::Index(index))))
    }

    /// The element itself, where it is known to be there.
    pub(super) fn element_at(&mut self, call: &ExprMethodCall, at: Place) -> Tree<ValueId> {
        let span = call.method.span();
        match call.method.to_string().ends_with("_mut") {
            true => self.view(at, true, span),
            false => self.element_reference(at, span),
        }
    }

    /// The same as an option.
    pub(super) fn optional_element(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let (there, at) = self.element_test(call)?;
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            let mut element = this.element_at(call, at);
            if !call.method.to_string().ends_with("_mut") {
                element = this.kept_item(&element, span);
            }
            let some = this.some(element, span);
            this.write_slot(slot, &some, span);
        });
        let other = self.nothing(slot, span);
        self.push_if(there, then, other);
        Some(self.read_slot(slot, span))
    }

    /// `v.last().unwrap()` and its like, of what is in memory.
    pub(super) fn is_element(&self, call: &ExprMethodCall) -> bool {
        matches!(&*call.method.to_string(), "unwrap" | "expect")
            && self.is_element_of_place(&call.receiver)
    }

    /// The element itself as an option: no reference outlives the test.
    pub(super) fn copied_element(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let (there, at) = self.element_test(call)?;
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            let element = this.element_at(call, at);
            let element = this.copied(&element, span);
            let some = this.some(element, span);
            this.write_slot(slot, &some, span);
        });
        let other = self.nothing(slot, span);
        self.push_if(there, then, other);
        Some(self.read_slot(slot, span))
    }

    /// `if let Some(p) = v.last()`: a reference is made only where there is an
    /// element. Whether this was such a match.
    pub(super) fn match_element(
        &mut self,
        expr: &Expr,
        pat: &Pat,
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        other: &mut dyn FnMut(&mut Self) -> Lowering,
    ) -> bool {
        let (Expr::MethodCall(call), Some(Asked::Some(inner))) = (expr, asked(pat)) else {
            return false;
        };
        if !self.is_element_of_place(expr) {
            return false;
        }
        let Some((there, at)) = self.element_test(call) else {
            return true;
        };
        let found = self.region(|this| {
            let element = this.element_at(call, at);
            this.bind_pattern(inner, element, None);
            then(this);
        });
        let missing = self.region(|this| {
            other(this);
        });
        self.push_if(there, found, missing);
        true
    }

    /// Writes `None`.
    pub(super) fn nothing(&mut self, slot: SlotId, span: Span) -> Region {
        self.region(|this| {
            let none = this.none(span);
            this.write_slot(slot, &none, span);
        })
    }

    /// `v.pop()`
    pub(super) fn pop(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.vector(&call.receiver)?;
        let len = self.len(&place, span);
        let zero = self.push_value(Op::Integer(0), Kind::Int, span);
        let there = self.push_value(Op::Binary(BinaryOp::Gt, len, zero), Kind::Bool, span);
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            let kind = this.kind_at(&place).element();
            let value = this.push(Op::PopValue(place), kind, span);
            let some = this.some(value, span);
            this.write_slot(slot, &some, span);
        });
        let other = self.nothing(slot, span);
        self.push_if(there, then, other);
        Some(self.read_slot(slot, span))
    }
}
