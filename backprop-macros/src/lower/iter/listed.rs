//! The elements of an array literal that is iterated over at once.
//!
//! An array of references is not kept: which of them an iteration gets is chosen
//! by its number, as by an `if`.

use super::{Chain, Item};
use crate::ir::{Aggregate, BinaryOp, Kind, Op, Place, Proj, Tree, ValueId};
use crate::lower::{Lowerer, call::strip};
use proc_macro2::Span;
use std::rc::Rc;
use syn::{Expr, ExprMethodCall, Token, punctuated::Punctuated};

/// What an expression lists, and whether its items are references to that.
pub(super) fn listed(expr: &Expr) -> Option<(Vec<Expr>, bool)> {
    match strip(expr) {
        Expr::Array(array) => Some((array.elems.iter().cloned().collect(), false)),
        Expr::Macro(mac) if mac.mac.path.is_ident("vec") => {
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            let list = mac.mac.parse_body_with(parser).ok()?;
            Some((list.into_iter().collect(), false))
        }
        Expr::Reference(inner) if inner.mutability.is_none() => {
            listed(&inner.expr).map(|(list, _)| (list, true))
        }
        _ => None,
    }
}

/// `&x[a..b]`
fn is_slice(expr: &Expr) -> bool {
    match strip(expr) {
        Expr::Reference(inner) => match strip(&inner.expr) {
            Expr::Index(index) => matches!(strip(&index.index), Expr::Range(_)),
            _ => false,
        },
        _ => false,
    }
}

/// The same of `[a, b].iter()` and `[a, b].into_iter()`.
pub(super) fn listed_source(call: &ExprMethodCall) -> Option<(Vec<Expr>, bool)> {
    let by_reference = match &*call.method.to_string() {
        "iter" => true,
        "into_iter" => false,
        _ => return None,
    };
    let (list, behind) = listed(&call.receiver)?;
    Some((list, by_reference || behind))
}

impl Lowerer<'_> {
    pub(super) fn listed_items(
        &mut self,
        list: &[Expr],
        by_reference: bool,
        span: Span,
    ) -> Option<Chain> {
        let mut elements = Vec::new();
        for element in list {
            let value = self.expr(element)?;
            elements.push(self.owned(&value, span));
        }
        let is_chosen =
            |element: &Tree<ValueId>| self.has_reference(element) || element.has_option();
        if !elements.iter().any(is_chosen) {
            return Some(self.array_items(&elements, by_reference, span));
        }
        if list.iter().any(is_slice) {
            self.as_slices(&mut elements, span);
        }
        let len = self.integer(elements.len() as i64, span);
        let item: Item = Rc::new(move |this, k| {
            let chosen = this.chosen(&elements, 0, k, span);
            Some(match by_reference {
                true => Tree::Ref(Box::new(chosen)),
                false => chosen,
            })
        });
        Some(self.indexed(Some(len), span, item))
    }

    /// Where one element is a slice, references to arrays and vectors become slices.
    fn as_slices(&mut self, elements: &mut [Tree<ValueId>], span: Span) {
        for element in elements {
            if let Tree::Leaf(leaf) = element
                && self.f.is_reference(*leaf)
                && self.f.kind(*leaf).is_container()
            {
                let whole = Proj::Range(None, None, false);
                *element = self.view(Place::whole(*leaf).with(whole), false, span);
            }
        }
    }

    fn has_reference(&self, tree: &Tree<ValueId>) -> bool {
        match tree {
            Tree::Ref(_) => true,
            Tree::Tuple(parts) => parts.iter().any(|part| self.has_reference(part)),
            tree => tree.any(|leaf| self.f.is_reference(*leaf)),
        }
    }

    fn array_items(&mut self, elements: &[Tree<ValueId>], by_reference: bool, span: Span) -> Chain {
        let parts: Vec<ValueId> = elements
            .iter()
            .map(|part| self.packed(part, span))
            .collect();
        let mut kinds = parts.iter().map(|part| self.f.kind(*part));
        let first = kinds.next().unwrap_or(Kind::Opaque);
        let kind = kinds.fold(first, Kind::join);
        let op = Op::Aggregate(Aggregate::Array, parts);
        let array = self.push_value(op, kind.contained(), span);
        self.elements(Place::whole(array), by_reference.then_some(false), span)
    }

    /// Element `k` of those from `first` on.
    fn chosen(
        &mut self,
        elements: &[Tree<ValueId>],
        first: usize,
        k: ValueId,
        span: Span,
    ) -> Tree<ValueId> {
        let element = elements[first].clone();
        if first + 1 == elements.len() {
            return element;
        }
        let slot = self.slot(None, None, true, span);
        let number = self.integer(first as i64, span);
        let is_this = self.int_op(BinaryOp::Eq, k, number, span);
        let this_one = self.region(|this| this.write_slot(slot, &element, span));
        let later = self.region(|this| {
            let value = this.chosen(elements, first + 1, k, span);
            this.write_slot(slot, &value, span);
        });
        self.push_if(is_this, this_one, later);
        self.read_slot(slot, span)
    }
}
