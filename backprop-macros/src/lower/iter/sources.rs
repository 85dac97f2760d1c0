//! Where chains begin: containers, ranges, functions of `std::iter`.

use super::listed::listed_source;
use super::{Chain, Driver, Item};
use crate::ir::{BinaryOp, Claimed, Kind, Op, Place, Proj, Tree, ValueId};
use crate::lower::{Binding, Lowerer};
use proc_macro2::Span;
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    /// The elements of a place: by reference (mutable or not) or by value.
    pub(super) fn elements(&mut self, place: Place, reference: Option<bool>, span: Span) -> Chain {
        let len = self.length(&place, span);
        let item: Item = Rc::new(move |this, k| {
            let at = place.clone().with(Proj::Index(k));
            Some(match reference {
                Some(true) => this.view(at, true, span),
                Some(false) => this.element_reference(at, span),
                None => this.element(&place, k, span),
            })
        });
        self.indexed(Some(len), span, item)
    }

    /// The elements of what `expr` stands for: a reference, or a value that is used
    /// up. Of an array that is a copy, and the original may be changed meanwhile.
    pub(super) fn all_of(&mut self, place: Place, expr: &Expr, span: Span) -> Chain {
        let is_whole = place.path.is_empty();
        // `*r` is what it refers to: a copy
        let is_behind = matches!(crate::lower::call::strip(expr), Expr::Unary(_));
        if is_whole && self.f.is_reference(place.base) && !is_behind {
            let mutable = self.f.info(place.base).hold == crate::ir::Hold::Mut;
            return self.elements(place, Some(mutable), span);
        }
        let own = match is_whole {
            true if !is_behind => self.owned(&Tree::Leaf(place.base), span),
            _ if self.may_change(expr) => {
                let kind = self.kind_at(&place);
                let clone = proc_macro2::Ident::new("clone", span);
                self.push(Op::Duplicate(place, clone), kind, span)
            }
            _ => return self.elements(place, None, span),
        };
        self.elements(Place::whole(own.leaves()[0]), None, span)
    }

    /// Whether a place is part of a variable, or behind a `&mut` reference.
    fn may_change(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.may_change(&inner.expr),
            Expr::Group(inner) => self.may_change(&inner.expr),
            Expr::Field(field) => self.may_change(&field.base),
            Expr::Index(index) => self.may_change(&index.expr),
            Expr::Unary(unary) => self.may_change(&unary.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => match self.lookup(&name.to_string()) {
                    Some(Binding::Value(tree)) => {
                        tree.any(|leaf| self.f.info(*leaf).hold == crate::ir::Hold::Mut)
                    }
                    Some(Binding::Slot(slot)) => self.slots[slot.0].mutable,
                    Some(Binding::MutRef(_)) => true,
                    _ => false,
                },
                None => false,
            },
            _ => false,
        }
    }

    /// `&place[k]`
    pub(in crate::lower) fn element_reference(&mut self, at: Place, span: Span) -> Tree<ValueId> {
        match self.kind_at(&at) {
            Kind::Real(_) | Kind::Int | Kind::Bool => Tree::Ref(Box::new(self.load(at, span))),
            _ => self.view(at, false, span),
        }
    }

    pub(super) fn length(&mut self, place: &Place, span: Span) -> ValueId {
        match self.kind_at(place) {
            Kind::Container(..) => self.len(place, span),
            // rustc checks that it is a sequence
            _ => self.push_value(Op::Length(place.clone()), Kind::Int, span),
        }
    }

    pub(super) fn range_chain(&mut self, range: &syn::ExprRange) -> Option<Chain> {
        let span = range.span();
        let start_expr = range.start.as_deref()?;
        let Some(end_expr) = &range.end else {
            let start = self.expr(start_expr)?;
            let start = self.leaf(&start, span);
            let item: Item = Rc::new(move |this, k| {
                let op = Op::Runtime("offset_open", vec![start, k]);
                Some(this.push(op, Kind::Int, span))
            });
            return Some(self.indexed(None, span, item));
        };
        let (range, span) = self.bounds(range, start_expr, end_expr)?;
        Some(Chain {
            driver: Driver::Range(range),
            steps: Vec::new(),
            guards: Vec::new(),
            tail: None,
            span,
        })
    }

    pub(super) fn function_chain(&mut self, call: &syn::ExprCall) -> Option<Chain> {
        let span = call.span();
        let Expr::Path(path) = &*call.func else {
            return None;
        };
        let name = path.path.segments.last().map(|last| last.ident.to_string());
        let name = name.unwrap_or_default();
        if matches!(&*name, "successors" | "from_fn" | "repeat_with") {
            return self.made(call, &name);
        }
        let value = self.expr(&call.args[0])?;
        let value = self.owned(&value, span);
        let once = name == "once";
        let len = match &*name {
            "once" => Some(self.integer(1, span)),
            "repeat_n" => {
                let n = self.expr(&call.args[1])?;
                Some(self.leaf(&n, span))
            }
            _ => None,
        };
        let clone = proc_macro2::Ident::new("clone", span);
        let item: Item = Rc::new(move |this, _| match once {
            true => Some(value.clone()),
            false => Some(this.duplicate_tree(&value, &clone, span)),
        });
        Some(self.indexed(len, span, item))
    }

    /// `iter()`, `windows(n)` and their like, of a container.
    pub(super) fn source(&mut self, call: &ExprMethodCall, name: &str) -> Option<Chain> {
        let span = call.method.span();
        if let Some((list, by_reference)) = listed_source(call)
            && !list.is_empty()
        {
            return self.listed_items(&list, by_reference, span);
        }
        if name == "drain" {
            let own = self.drained(call)?;
            return Some(self.elements(own, None, span));
        }
        let mut place = self.memory(&call.receiver)?;
        if place.path.is_empty() && self.maps.contains(&place.base) {
            let collection = match self.f.is_reference(place.base) {
                false if name != "into_iter" => Tree::Ref(Box::new(Tree::Leaf(place.base))),
                _ => Tree::Leaf(place.base),
            };
            return Some(self.passed_items(collection, Some(&call.method), span));
        }
        match name {
            "iter" => return Some(self.elements(place, Some(false), span)),
            "iter_mut" => return Some(self.elements(place, Some(true), span)),
            "into_iter" => return Some(self.all_of(place, &call.receiver, span)),
            _ => {}
        }
        let claim = match name.ends_with("_mut") {
            true => Claimed::SequenceMut,
            false => Claimed::Sequence,
        };
        place = self.as_sequence(place, claim, span);
        let n = self.argument(call)?;
        let total = self.length(&place, span);
        self.refuse_zero(n, "chunk size must be non-zero", span);
        let mutable = name.ends_with("_mut");
        let one = self.integer(1, span);
        let len = match name {
            // how many positions leave room for n
            "windows" => {
                let next = self.int_op(BinaryOp::Add, total, one, span);
                self.excess(next, n, span)
            }
            "chunks" | "chunks_mut" | "rchunks" | "rchunks_mut" => {
                self.push_value(Op::Runtime("chunk_count", vec![total, n]), Kind::Int, span)
            }
            _ => self.int_op(BinaryOp::Div, total, n, span),
        };
        let windows = name == "windows";
        let from_the_end = name.starts_with('r');
        let capped = matches!(name, "chunks" | "chunks_mut");
        let tail = (name == "chunks_exact").then(|| (place.clone(), total, n));
        let item: Item = Rc::new(move |this, k| {
            let before = match windows {
                true => k,
                false => this.int_op(BinaryOp::Mul, k, n, span),
            };
            let (start, end) = match from_the_end {
                true => {
                    let end = this.int_op(BinaryOp::Sub, total, before, span);
                    (this.excess(end, n, span), end)
                }
                false => {
                    let end = this.int_op(BinaryOp::Add, before, n, span);
                    match capped {
                        true => (before, this.smaller(end, total, span)),
                        false => (before, end),
                    }
                }
            };
            let part = place
                .clone()
                .with(Proj::Range(Some(start), Some(end), false));
            Some(this.view(part, mutable, span))
        });
        let mut chain = self.indexed(Some(len), span, item);
        chain.tail = tail;
        Some(chain)
    }
}
