//! Options whose payload is a place: `it.next()`, `v.split_first_mut()`, `x.get(a..b)`.
//!
//! Whether there is a payload is a comparison of integers, and it is made only where
//! there is. So it may be a reference to anything, `&mut` ones included: nothing has to
//! stand for it elsewhere.

use super::option::{Asked, asked};
use super::{Lowerer, Lowering, call::strip};
use crate::ir::{BinaryOp, Claimed, Kind, Op, Place, Proj, Region, Tree, ValueId};
use std::rc::Rc;
use syn::{Expr, ExprMethodCall, Pat};

/// A payload that may be there.
pub(super) struct Asking {
    pub(super) is_there: ValueId,
    /// Makes it, where it is.
    pub(super) take: Rc<dyn Fn(&mut Lowerer) -> Lowering>,
}

impl Lowerer<'_> {
    /// Whether an expression is such an option.
    pub(super) fn asks(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = strip(expr) else {
            return false;
        };
        if self.sibling(call).is_some() {
            return false;
        }
        let is_sequence = !self.is_chain(&call.receiver);
        match (
            &*call.method.to_string(),
            call.args.first(),
            call.args.len(),
        ) {
            ("next" | "next_back" | "peek", None, 0) => self.asks_iterator(call),
            ("split_first" | "split_last" | "split_first_mut" | "split_last_mut", None, 0) => {
                is_sequence
            }
            ("get" | "get_mut", Some(index), 1) => is_sequence && self.is_range(index),
            _ => false,
        }
    }

    /// Whether an index is a range by its spelling.
    pub(super) fn is_range(&self, index: &Expr) -> bool {
        matches!(strip(index), Expr::Range(_)) || self.named_range(index).is_some()
    }

    /// The option that an expression [is](Self::asks).
    fn asking(&mut self, expr: &Expr) -> Option<Asking> {
        let Expr::MethodCall(call) = strip(expr) else {
            return None;
        };
        match &*call.method.to_string() {
            "next" | "next_back" | "peek" => self.asking_iterator(call),
            "get" | "get_mut" => self.asking_part(call),
            _ => self.asking_end(call),
        }
    }

    /// `x.get(a..b)`
    fn asking_part(&mut self, call: &ExprMethodCall) -> Option<Asking> {
        let span = call.method.span();
        let is_mut = call.method == "get_mut";
        let place = self.element_source(call)?;
        let Proj::Range(start, end, closed) = self.index(&call.args[0])? else {
            return None;
        };
        let len = self.len(&place, span);
        let zero = self.push_value(Op::Integer(0), Kind::Int, span);
        // behind the last one
        let until = match (end, closed) {
            (None, _) => len,
            (Some(end), false) => end,
            (Some(end), true) => self.push_value(Op::Runtime("after", vec![end]), Kind::Int, span),
        };
        let fits = Op::Binary(BinaryOp::Le, until, len);
        let mut is_there = self.push_value(fits, Kind::Bool, span);
        if let Some(start) = start {
            let ordered = Op::Binary(BinaryOp::Le, start, until);
            let ordered = self.push_value(ordered, Kind::Bool, span);
            let both = Op::Binary(BinaryOp::And, is_there, ordered);
            is_there = self.push_value(both, Kind::Bool, span);
        }
        let part = place.with(Proj::Range(Some(start.unwrap_or(zero)), Some(until), false));
        Some(Asking {
            is_there,
            take: Rc::new(move |this| Some(this.view(part.clone(), is_mut, span))),
        })
    }

    /// `v.split_first()` and its like: an end and the rest.
    fn asking_end(&mut self, call: &ExprMethodCall) -> Option<Asking> {
        let span = call.method.span();
        let name = call.method.to_string();
        let is_mut = name.ends_with("_mut");
        let claim = match is_mut {
            true => Claimed::SequenceMut,
            false => Claimed::Sequence,
        };
        let place = self.sequence(&call.receiver, claim)?;
        let len = self.len(&place, span);
        let zero = self.push_value(Op::Integer(0), Kind::Int, span);
        let is_there = Op::Binary(BinaryOp::Gt, len, zero);
        let is_there = self.push_value(is_there, Kind::Bool, span);
        let is_first = name.starts_with("split_first");
        let take = move |this: &mut Lowerer| {
            let one = this.push_value(Op::Integer(1), Kind::Int, span);
            let last = Op::Binary(BinaryOp::Sub, len, one);
            let last = this.push_value(last, Kind::Int, span);
            let middle = if is_first { one } else { last };
            let pair = match is_mut {
                true => {
                    let [left, right] = this.halves(place.clone(), middle, span);
                    let (end, rest) = if is_first {
                        (left, right)
                    } else {
                        (right, left)
                    };
                    let end = Place::whole(end).with(Proj::Index(zero));
                    vec![this.view(end, true, span), Tree::Leaf(rest)]
                }
                false => {
                    let (at, rest) = match is_first {
                        true => (zero, Proj::Range(Some(one), None, false)),
                        false => (last, Proj::Range(None, Some(last), false)),
                    };
                    let end = this.element_reference(place.clone().with(Proj::Index(at)), span);
                    vec![end, this.view(place.clone().with(rest), false, span)]
                }
            };
            Some(Tree::Tuple(pair))
        };
        Some(Asking {
            is_there,
            take: Rc::new(take),
        })
    }

    // Uses

    /// The option itself.
    pub(super) fn asked_option(&mut self, call: &ExprMethodCall) -> Lowering {
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
    pub(super) fn asked_item(&mut self, call: &ExprMethodCall, panics: Region) -> Lowering {
        let asking = self.asking(&call.receiver)?;
        self.push_if(asking.is_there, Region::default(), panics);
        (asking.take)(self)
    }

    /// `if let Some(p) = it.next()`: whether it was such a match.
    pub(super) fn match_asked(
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

    /// `let Some(p) = it.next() else { .. };`: whether it was such a binding.
    pub(super) fn let_asked(&mut self, pat: &Pat, init: &Expr, diverge: &Expr) -> bool {
        let Some(Asked::Some(inner)) = asked(pat) else {
            return false;
        };
        let asking = match strip(init) {
            init if self.asks(init) => self.asking(init),
            Expr::MethodCall(call) if self.is_element_of_place(init) => {
                self.element_test(call).map(|(is_there, at)| {
                    let call = call.clone();
                    let take = move |this: &mut Lowerer| Some(this.element_at(&call, at.clone()));
                    Asking {
                        is_there,
                        take: Rc::new(take),
                    }
                })
            }
            _ => return false,
        };
        let Some(asking) = asking else {
            return true;
        };
        let missing = self.region(|this| {
            this.expr(diverge);
        });
        self.push_if(asking.is_there, Region::default(), missing);
        if let Some(item) = (asking.take)(self) {
            self.bind_pattern(inner, item, None);
        }
        true
    }
}
