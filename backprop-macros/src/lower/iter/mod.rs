//! Iterator chains become loops.
//!
//! A chain is a *driver* and the *steps* that an item takes. The driver is a
//! range, or a sequence whose `k`-th item is known (`iter`, `zip`, `rev`,
//! `windows` …), so that nothing but `k` is carried from item to item. Steps
//! (`map`, `filter`, `scan` …) are code of the loop body.

mod collected;
mod drive;
mod effect;
mod ends;
mod kept;
mod listed;
mod made;
mod next;
mod options;
mod passed;
mod position;
mod sources;
mod spelling;

pub(super) use ends::is_of_references;
pub(super) use passed::{is_boxed, is_map, makes_map};

use super::closure::Callback;
use super::memory::Base;
use super::{Lowerer, Lowering, SlotId};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Kind, Op, Place, Range, Region, Stmt, Target, Tree, ValueId};
use effect::Effect;
use listed::listed;
use proc_macro2::Span;
use quote::quote_spanned;
use spelling::{is_source_function, unknown_message};
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

/// The `k`-th item of a sequence.
type Item = Rc<dyn Fn(&mut Lowerer, ValueId) -> Lowering>;

/// A sequence whose items are found by their position.
#[derive(Clone)]
struct Indexed {
    /// Nothing for a sequence without an end.
    len: Option<ValueId>,
    item: Item,
    /// What finding an item does.
    effect: Effect,
    /// Whether `std` runs closures for items that are left out, if it goes
    /// through the items from behind.
    forward: bool,
    /// Whether the length is only a limit: no loop ends there.
    is_endless: bool,
}

#[derive(Clone)]
enum Driver {
    Range(Range),
    Indexed(Indexed),
    /// What is left of a sequence; what is taken is gone from it.
    Cursor(kept::Cursor),
    /// The items of one chain, then those of another.
    Joined(Box<[Chain; 2]>),
    /// What an iterator of constants gives.
    Passed(ValueId),
    /// What closures make.
    Made(made::Made),
}

/// What happens to an item on its way.
#[derive(Clone)]
enum Step {
    Map(Callback),
    Inspect(Callback),
    Copied,
    Filter(Callback),
    FilterMap(Callback),
    FlatMap(Callback),
    TakeWhile(Callback),
    MapWhile(Callback),
    /// The flag: whether items are still skipped.
    SkipWhile(Callback, SlotId),
    Scan(Callback, SlotId),
    /// The number of items so far.
    Enumerate(SlotId),
    Skip(ValueId, SlotId),
    /// The loop ends before an item that is too many is made.
    Take(ValueId, SlotId),
    Every(ValueId, SlotId),
    Zip(Indexed, SlotId),
}

/// A driver and its steps.
#[derive(Clone)]
pub(super) struct Chain {
    driver: Driver,
    steps: Vec<Step>,
    /// Limits of the chain that this one makes items for.
    guards: Vec<Guard>,
    /// What `chunks_exact` leaves out: of a sequence, its length and that of a chunk.
    tail: Option<(Place, ValueId, ValueId)>,
    span: Span,
}

/// Where `take` ends a loop: when the variable has counted `limit` items.
#[derive(Clone, Copy)]
struct Guard {
    limit: ValueId,
    count: SlotId,
    exit: Target,
}

impl Lowerer<'_> {
    // Building

    /// The chain of an expression that is iterated over.
    pub(in crate::lower) fn chain(&mut self, expr: &Expr) -> Option<Chain> {
        if let Some(range) = self.named_range(expr) {
            return self.range_chain(&range);
        }
        if let Expr::MethodCall(call) = expr
            && let Some(written) = self.with_range(call)
        {
            return self.chain(&Expr::MethodCall(written));
        }
        if let Some(chain) = self.kept_iterator(expr) {
            return Some(self.rest(&chain));
        }
        match expr {
            Expr::Paren(inner) => self.chain(&inner.expr),
            Expr::Group(inner) => self.chain(&inner.expr),
            Expr::Range(range) => self.range_chain(range),
            Expr::MethodCall(call) if self.is_chain(expr) => self.method_chain(call),
            Expr::Call(call) if is_source_function(call) => self.function_chain(call),
            expr if let Some((list, by_reference)) = listed(expr)
                && !list.is_empty() =>
            {
                self.listed_items(&list, by_reference, expr.span())
            }
            Expr::Reference(reference) if let Some(chain) = self.kept_iterator(&reference.expr) => {
                self.lent(&chain, expr)
            }
            Expr::Reference(reference) => {
                let base = self.base(&reference.expr)?;
                if let Base::Tree(tree @ Tree::Leaf(leaf)) = &base
                    && reference.mutability.is_none()
                    && self.is_passed(*leaf, &reference.expr)
                {
                    let borrowed = Tree::Ref(Box::new(tree.clone()));
                    return Some(self.passed_items(borrowed, None, expr.span()));
                }
                let place = self.as_place(base, expr.span())?;
                let mutable = reference.mutability.is_some();
                Some(self.elements(place, Some(mutable), expr.span()))
            }
            expr => {
                let base = self.base(expr)?;
                if let Base::Tree(tree @ Tree::Leaf(leaf)) = &base
                    && self.is_passed(*leaf, expr)
                {
                    return Some(self.passed_items(tree.clone(), None, expr.span()));
                }
                let place = self.as_place(base, expr.span())?;
                Some(self.all_of(place, expr, expr.span()))
            }
        }
    }

    fn indexed(&self, len: Option<ValueId>, span: Span, item: Item) -> Chain {
        Chain {
            driver: Driver::Indexed(Indexed {
                len,
                item,
                effect: Effect::Nothing,
                forward: false,
                is_endless: false,
            }),
            steps: Vec::new(),
            guards: Vec::new(),
            tail: None,
            span,
        }
    }

    fn integer(&mut self, n: i64, span: Span) -> ValueId {
        self.push_value(Op::Integer(n), Kind::Int, span)
    }

    fn int_op(&mut self, op: BinaryOp, a: ValueId, b: ValueId, span: Span) -> ValueId {
        let kind = if op.is_predicate() {
            Kind::Bool
        } else {
            Kind::Int
        };
        self.push_value(Op::Binary(op, a, b), kind, span)
    }

    /// `if a < b { a } else { b }`
    fn smaller(&mut self, a: ValueId, b: ValueId, span: Span) -> ValueId {
        let less = self.int_op(BinaryOp::Lt, a, b, span);
        self.push_value(Op::Select(less, a, b), Kind::Int, span)
    }

    /// `if a > b { a - b } else { 0 }`
    fn excess(&mut self, a: ValueId, b: ValueId, span: Span) -> ValueId {
        let capped = self.smaller(a, b, span);
        self.int_op(BinaryOp::Sub, a, capped, span)
    }

    fn argument(&mut self, call: &ExprMethodCall) -> Option<ValueId> {
        let value = self.expr(&call.args[0])?;
        Some(self.leaf(&value, call.args[0].span()))
    }

    fn method_chain(&mut self, call: &ExprMethodCall) -> Option<Chain> {
        let span = call.method.span();
        let name = call.method.to_string();
        if !self.is_chain(&call.receiver) {
            return self.source(call, &name);
        }
        if let Some(chain) = self.kept_iterator(&call.receiver) {
            match &*name {
                "by_ref" => return self.lent(&chain, &call.receiver),
                "clone" => {
                    let copy = self.copied_iterator(&chain);
                    return Some(self.rest(&copy));
                }
                _ => {}
            }
        }
        let mut chain = self.chain(&call.receiver)?;
        chain.span = span;
        chain.tail = None;
        let counter = |this: &mut Self| {
            let zero = this.integer(0, span);
            let slot = this.slot(Some("count".to_owned()), None, true, span);
            this.write_slot(slot, &Tree::Leaf(zero), span);
            slot
        };
        match (&*name, call.args.first(), call.args.len()) {
            ("peekable", None, 0) if matches!(chain.driver, Driver::Cursor(_)) => {
                // the item that was looked at is gone from the other
                self.errors.refuse(&call.method, no::PEEK);
                return None;
            }
            ("into_iter" | "iter" | "by_ref" | "fuse" | "clone" | "peekable", None, 0) => {}
            ("map", Some(f), 1) => chain.steps.push(Step::Map(self.callback(f)?)),
            ("inspect", Some(f), 1) => chain.steps.push(Step::Inspect(self.callback(f)?)),
            ("filter", Some(f), 1) => chain.steps.push(Step::Filter(self.callback(f)?)),
            ("filter_map", Some(f), 1) => chain.steps.push(Step::FilterMap(self.callback(f)?)),
            ("flat_map", Some(f), 1) => chain.steps.push(Step::FlatMap(self.callback(f)?)),
            ("take_while", Some(f), 1) => chain.steps.push(Step::TakeWhile(self.callback(f)?)),
            ("map_while", Some(f), 1) => chain.steps.push(Step::MapWhile(self.callback(f)?)),
            ("copied" | "cloned", None, 0) => chain.steps.push(Step::Copied),
            ("flatten", None, 0) => {
                let same: Expr = syn::parse_quote_spanned!(span=> |inner| inner);
                chain.steps.push(Step::FlatMap(self.callback(&same)?));
            }
            ("skip_while", Some(f), 1) => {
                let flag = self.push(Op::Flag(true), Kind::Bool, span);
                let slot = self.slot(None, None, true, span);
                self.write_slot(slot, &flag, span);
                chain.steps.push(Step::SkipWhile(self.callback(f)?, slot));
            }
            ("scan", Some(init), 2) => {
                let init = self.expr(init)?;
                let init = self.owned(&init, span);
                let ty = state_type(&call.args[1]);
                let slot = self.slot(Some("state".to_owned()), ty, true, span);
                self.write_slot(slot, &init, span);
                let f = self.callback(&call.args[1])?;
                chain.steps.push(Step::Scan(f, slot));
            }
            ("enumerate", None, 0) => {
                if chain.has_positions() {
                    return self.numbered(chain);
                }
                let slot = counter(self);
                chain.steps.push(Step::Enumerate(slot));
            }
            ("rev", None, 0) => return self.reversed(chain, call),
            ("cycle", None, 0) => return self.cycled(chain, call),
            ("skip" | "take" | "step_by", Some(_), 1) => {
                let n = self.argument(call)?;
                if name == "step_by" {
                    self.refuse_zero(n, "assertion failed: step != 0", span);
                }
                // `std` makes the items that are skipped, too
                let by_range = name == "step_by" && matches!(&chain.driver, Driver::Range(_));
                let known = match by_range {
                    true => chain.only_maps(),
                    false => chain.has_positions(),
                };
                let exact = name == "take" || self.effect_of(&chain) == Effect::Nothing;
                let sliced = known && exact;
                if sliced {
                    return self.sliced(chain, &name, n, span);
                }
                let slot = counter(self);
                chain.steps.push(match &*name {
                    "skip" => Step::Skip(n, slot),
                    "take" => Step::Take(n, slot),
                    _ => Step::Every(n, slot),
                });
            }
            ("chain", Some(other), 1) => return self.chained(chain, other),
            ("zip", Some(other), 1) => {
                let other_chain = self.chain(other)?;
                let Some(right) = self.by_position(other_chain) else {
                    self.errors.refuse(other, no::ZIP);
                    return None;
                };
                if self.has_state(&chain) && !chain.is_pulled() {
                    self.errors.refuse(&call.method, no::ZIP_OF_STATE);
                    return None;
                }
                if chain.has_positions() {
                    let Some(left) = self.by_position(chain) else {
                        self.errors.refuse(&call.receiver, no::ZIP);
                        return None;
                    };
                    return Some(self.zipped(left, right, span));
                }
                let slot = counter(self);
                chain.steps.push(Step::Zip(right, slot));
            }
            _ => {
                self.errors
                    .push(syn::Error::new(span, unknown_message(call)));
                return None;
            }
        }
        Some(chain)
    }

    /// Panics where `n` is zero, as `std` does.
    fn refuse_zero(&mut self, n: ValueId, message: &str, span: Span) {
        let zero = self.integer(0, span);
        let is_zero = self.int_op(BinaryOp::Eq, n, zero, span);
        let panics = self.region(|this| {
            let tokens = quote_spanned!(span=> ::core::panic!(#message));
            this.out.push(Stmt::Diverge(crate::ir::Capture {
                tokens,
                uses: Vec::new(),
            }));
        });
        self.push_if(is_zero, panics, Region::default());
    }

    /// An item that a variable holds: what is behind a reference to no container
    /// is copied.
    pub(in crate::lower) fn kept_item(
        &mut self,
        item: &Tree<ValueId>,
        span: Span,
    ) -> Tree<ValueId> {
        match item {
            Tree::Leaf(leaf)
                if self.f.is_reference(*leaf) && !self.f.kind(*leaf).is_container() =>
            {
                Tree::Ref(Box::new(self.load(Place::whole(*leaf), span)))
            }
            Tree::Tuple(parts) => Tree::Tuple(
                parts
                    .iter()
                    .map(|part| self.kept_item(part, span))
                    .collect(),
            ),
            item => self.owned(item, span),
        }
    }

    /// The value behind a reference item.
    pub(in crate::lower) fn copied(&mut self, item: &Tree<ValueId>, span: Span) -> Tree<ValueId> {
        match item {
            Tree::Ref(inner) => (**inner).clone(),
            Tree::Leaf(leaf) if self.f.is_reference(*leaf) => {
                let place = Place::whole(*leaf);
                match self.f.kind(*leaf) {
                    Kind::Container(..) => {
                        let clone = proc_macro2::Ident::new("clone", span);
                        let kind = self.f.kind(*leaf);
                        self.push(Op::Duplicate(place, clone), kind, span)
                    }
                    _ => self.load(place, span),
                }
            }
            item => item.clone(),
        }
    }
}

impl Chain {
    /// Whether each item of the driver gives one item, at its position.
    fn only_maps(&self) -> bool {
        let keeps = |step: &Step| matches!(step, Step::Map(_) | Step::Copied | Step::Inspect(_));
        self.steps.iter().all(keeps)
    }

    /// Whether the `k`-th item can be found.
    fn has_positions(&self) -> bool {
        let known = match &self.driver {
            Driver::Range(_) | Driver::Indexed(_) => true,
            Driver::Cursor(_) | Driver::Joined(_) | Driver::Passed(_) | Driver::Made(_) => false,
        };
        known && self.only_maps()
    }

    /// Whether `std` cannot know the number of items beforehand: then a pair is
    /// made by asking the first iterator, then the second.
    fn is_pulled(&self) -> bool {
        let parts = match &self.driver {
            Driver::Joined(parts) => parts.iter().any(Chain::is_pulled),
            Driver::Made(made) => made.may_end(),
            _ => false,
        };
        parts
            || self.steps.iter().any(|step| {
                matches!(
                    step,
                    Step::Filter(_)
                        | Step::FilterMap(_)
                        | Step::TakeWhile(_)
                        | Step::MapWhile(_)
                        | Step::SkipWhile(..)
                        | Step::Scan(..)
                )
            })
    }

    /// How many items there are, if that is known beforehand.
    fn len(&self) -> Option<ValueId> {
        match &self.driver {
            Driver::Indexed(indexed) if self.only_maps() => indexed.len,
            _ => None,
        }
    }
}

/// What a closure says its state is, where the first state does not.
fn state_type(function: &Expr) -> Option<syn::Type> {
    let Expr::Closure(closure) = super::call::strip(function) else {
        return None;
    };
    match closure.inputs.first() {
        Some(syn::Pat::Type(typed)) => match &*typed.ty {
            syn::Type::Reference(reference) => Some((*reference.elem).clone()),
            ty => Some(ty.clone()),
        },
        _ => None,
    }
}

/// The value of a block without statements.
fn tail(body: &Expr) -> &Expr {
    match body {
        Expr::Block(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(expr, None)] => tail(expr),
            _ => body,
        },
        Expr::Paren(inner) => tail(&inner.expr),
        body => body,
    }
}
