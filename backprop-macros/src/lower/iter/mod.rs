//! Iterator chains become loops.
//!
//! A chain is a *driver* and the *steps* that an item takes. The driver is a
//! range, or a sequence whose `k`-th item is known (`iter`, `zip`, `rev`,
//! `windows` …), so that nothing but `k` is carried from item to item. Steps
//! (`map`, `filter`, `scan` …) are code of the loop body.

mod drive;
mod ends;

use super::{Lowerer, Lowering, SlotId};
use crate::fence::catalogue as no;
use crate::ir::{
    BinaryOp, Claimed, Kind, Op, Place, Proj, Range, RangeAdaptor, Region, Stmt, Tree, ValueId,
};
use proc_macro2::Span;
use quote::quote_spanned;
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
}

enum Driver {
    Range(Range),
    Indexed(Indexed),
}

/// What happens to an item on its way.
#[derive(Clone)]
enum Step {
    Map(Expr),
    Inspect(Expr),
    Copied,
    Filter(Expr),
    FilterMap(Expr),
    FlatMap(Expr),
    TakeWhile(Expr),
    MapWhile(Expr),
    /// The flag: whether items are still skipped.
    SkipWhile(Expr, SlotId),
    Scan(Expr, SlotId),
    /// The number of items so far.
    Enumerate(SlotId),
    Skip(ValueId, SlotId),
    Take(ValueId, SlotId),
    Every(ValueId, SlotId),
    Zip(Indexed, SlotId),
}

/// A driver and its steps.
pub(super) struct Chain {
    driver: Driver,
    steps: Vec<Step>,
    span: Span,
}

const SOURCES: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "windows",
    "chunks",
    "chunks_exact",
    "chunks_mut",
    "chunks_exact_mut",
];

const ADAPTORS: &[&str] = &[
    "map",
    "filter",
    "filter_map",
    "flat_map",
    "take_while",
    "skip_while",
    "map_while",
    "inspect",
    "scan",
    "enumerate",
    "rev",
    "skip",
    "take",
    "step_by",
    "zip",
    "copied",
    "cloned",
    "by_ref",
    "chain",
    "peekable",
    "fuse",
    "cycle",
    "flatten",
    "into_iter",
    "iter",
];

/// Whether an expression is an iterator by its spelling.
pub(super) fn is_chain(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_chain(&inner.expr),
        Expr::Group(inner) => is_chain(&inner.expr),
        Expr::Range(range) => range.start.is_some(),
        Expr::MethodCall(call) => {
            let name = call.method.to_string();
            let source = match &*name {
                "iter" | "iter_mut" | "into_iter" => call.args.is_empty(),
                name => SOURCES.contains(&name) && call.args.len() == 1,
            };
            source || (ADAPTORS.contains(&&*name) && is_chain(&call.receiver))
        }
        Expr::Call(call) => is_source_function(call),
        _ => false,
    }
}

fn unknown_message(call: &ExprMethodCall) -> String {
    let name = &call.method;
    format!("the iterator method `{name}` is not differentiated yet; write the loop out")
}

/// The first method of a chain that has no lowering.
fn unknown_method(expr: &Expr) -> Option<&ExprMethodCall> {
    match expr {
        Expr::Paren(inner) => unknown_method(&inner.expr),
        Expr::MethodCall(call) => {
            let name = &*call.method.to_string();
            if !is_chain(&call.receiver) {
                return None;
            }
            let inner = unknown_method(&call.receiver);
            let known = match call.args.len() {
                0 => &[
                    "sum",
                    "product",
                    "count",
                    "collect",
                    "enumerate",
                    "rev",
                    "copied",
                    "cloned",
                    "into_iter",
                    "iter",
                    "by_ref",
                    "fuse",
                    "flatten",
                    "last",
                    "next",
                ][..],
                1 => &[
                    "for_each",
                    "all",
                    "any",
                    "map",
                    "inspect",
                    "filter",
                    "filter_map",
                    "flat_map",
                    "take_while",
                    "skip_while",
                    "map_while",
                    "skip",
                    "take",
                    "step_by",
                    "zip",
                    "chain",
                    "find",
                    "position",
                    "reduce",
                    "max_by",
                    "min_by",
                ],
                2 => &["fold", "scan"],
                _ => &[],
            };
            inner.or((!known.contains(&name)).then_some(call))
        }
        _ => None,
    }
}

/// `iter::once(x)`, `iter::repeat(x)`
fn is_source_function(call: &syn::ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    let names: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|s| s.ident.to_string())
        .collect();
    call.args.len() == 1
        && matches!(&names[..], [.., module, name]
            if module == "iter" && (name == "once" || name == "repeat"))
}

impl Lowerer<'_> {
    // Building

    /// The chain of an expression that is iterated over.
    pub(in crate::lower) fn chain(&mut self, expr: &Expr) -> Option<Chain> {
        match expr {
            Expr::Paren(inner) => self.chain(&inner.expr),
            Expr::Group(inner) => self.chain(&inner.expr),
            Expr::Range(range) => self.range_chain(range),
            Expr::MethodCall(call) if is_chain(expr) => self.method_chain(call),
            Expr::Call(call) if is_source_function(call) => self.function_chain(call),
            Expr::Reference(reference) => {
                let place = self.memory(&reference.expr)?;
                let mutable = reference.mutability.is_some();
                Some(self.elements(place, Some(mutable), expr.span()))
            }
            expr => {
                let place = self.memory(expr)?;
                let by_reference = place.path.is_empty() && self.f.is_reference(place.base);
                let mutable = self.f.info(place.base).hold == crate::ir::Hold::Mut;
                let reference = by_reference.then_some(mutable);
                Some(self.elements(place, reference, expr.span()))
            }
        }
    }

    fn indexed(&self, len: Option<ValueId>, span: Span, item: Item) -> Chain {
        Chain {
            driver: Driver::Indexed(Indexed { len, item }),
            steps: Vec::new(),
            span,
        }
    }

    /// The elements of a place: by reference (mutable or not) or by value.
    fn elements(&mut self, place: Place, reference: Option<bool>, span: Span) -> Chain {
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

    /// `&place[k]`
    pub(in crate::lower) fn element_reference(&mut self, at: Place, span: Span) -> Tree<ValueId> {
        match self.kind_at(&at) {
            Kind::Real(_) | Kind::Int | Kind::Bool => Tree::Ref(Box::new(self.load(at, span))),
            _ => self.view(at, false, span),
        }
    }

    fn length(&mut self, place: &Place, span: Span) -> ValueId {
        match self.kind_at(place) {
            Kind::Container(..) => self.len(place, span),
            // rustc checks that it is a sequence
            _ => self.push_value(Op::Length(place.clone()), Kind::Int, span),
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

    fn range_chain(&mut self, range: &syn::ExprRange) -> Option<Chain> {
        let span = range.span();
        let start_expr = range.start.as_deref()?;
        let Some(end_expr) = &range.end else {
            let start = self.expr(start_expr)?;
            let start = self.leaf(&start, span);
            let item: Item = Rc::new(move |this, k| {
                let op = Op::Runtime("offset", vec![start, k]);
                Some(this.push(op, Kind::Int, span))
            });
            return Some(self.indexed(None, span, item));
        };
        let (range, span) = self.bounds(range, start_expr, end_expr)?;
        Some(Chain {
            driver: Driver::Range(range),
            steps: Vec::new(),
            span,
        })
    }

    fn function_chain(&mut self, call: &syn::ExprCall) -> Option<Chain> {
        let span = call.span();
        let value = self.expr(&call.args[0])?;
        let value = self.owned(&value, span);
        let Expr::Path(path) = &*call.func else {
            return None;
        };
        let once = path.path.segments.last().is_some_and(|s| s.ident == "once");
        let len = once.then(|| self.integer(1, span));
        let clone = proc_macro2::Ident::new("clone", span);
        let item: Item = Rc::new(move |this, _| match once {
            true => Some(value.clone()),
            false => Some(this.duplicate_tree(&value, &clone, span)),
        });
        Some(self.indexed(len, span, item))
    }

    fn method_chain(&mut self, call: &ExprMethodCall) -> Option<Chain> {
        let span = call.method.span();
        let name = call.method.to_string();
        if !is_chain(&call.receiver) {
            return self.source(call, &name);
        }
        let mut chain = self.chain(&call.receiver)?;
        chain.span = span;
        let function = call.args.first().cloned();
        let counter = |this: &mut Self| {
            let zero = this.integer(0, span);
            let slot = this.slot(Some("count".to_owned()), None, true, span);
            this.write_slot(slot, &Tree::Leaf(zero), span);
            slot
        };
        match (&*name, function, call.args.len()) {
            ("into_iter" | "iter" | "by_ref" | "fuse", None, 0) => {}
            ("map", Some(f), 1) => chain.steps.push(Step::Map(f)),
            ("inspect", Some(f), 1) => chain.steps.push(Step::Inspect(f)),
            ("filter", Some(f), 1) => chain.steps.push(Step::Filter(f)),
            ("filter_map", Some(f), 1) => chain.steps.push(Step::FilterMap(f)),
            ("flat_map", Some(f), 1) => chain.steps.push(Step::FlatMap(f)),
            ("take_while", Some(f), 1) => chain.steps.push(Step::TakeWhile(f)),
            ("map_while", Some(f), 1) => chain.steps.push(Step::MapWhile(f)),
            ("copied" | "cloned", None, 0) => chain.steps.push(Step::Copied),
            ("flatten", None, 0) => {
                let same: Expr = syn::parse_quote_spanned!(span=> |inner| inner);
                chain.steps.push(Step::FlatMap(same));
            }
            ("skip_while", Some(f), 1) => {
                let flag = self.push(Op::Flag(true), Kind::Bool, span);
                let slot = self.slot(None, None, true, span);
                self.write_slot(slot, &flag, span);
                chain.steps.push(Step::SkipWhile(f, slot));
            }
            ("scan", Some(init), 2) => {
                let init = self.expr(&init)?;
                let init = self.owned(&init, span);
                let slot = self.slot(Some("state".to_owned()), None, true, span);
                self.write_slot(slot, &init, span);
                chain.steps.push(Step::Scan(call.args[1].clone(), slot));
            }
            ("enumerate", None, 0) => {
                if let (Driver::Indexed(indexed), true) = (&chain.driver, chain.steps.is_empty()) {
                    let indexed = indexed.clone();
                    let item: Item = Rc::new(move |this, k| {
                        let item = (indexed.item)(this, k)?;
                        Some(Tree::Tuple(vec![Tree::Leaf(k), item]))
                    });
                    return Some(self.indexed(indexed.len, span, item));
                }
                let slot = counter(self);
                chain.steps.push(Step::Enumerate(slot));
            }
            ("rev", None, 0) => return self.reversed(chain, call),
            ("skip" | "take" | "step_by", Some(_), 1) => {
                let n = self.argument(call)?;
                if chain.keeps_positions() {
                    return self.sliced(chain, &name, n, span);
                }
                let slot = counter(self);
                chain.steps.push(match &*name {
                    "skip" => Step::Skip(n, slot),
                    "take" => Step::Take(n, slot),
                    _ => Step::Every(n, slot),
                });
            }
            ("chain", Some(other), 1) => return self.chained(chain, call, &other),
            ("zip", Some(other), 1) => {
                let other_chain = self.chain(&other)?;
                let Some(other) = self.by_position(other_chain) else {
                    self.errors.refuse(&other, no::ZIP);
                    return None;
                };
                if chain.keeps_positions() {
                    let Some(left) = self.by_position(chain) else {
                        self.errors.refuse(&call.receiver, no::ZIP);
                        return None;
                    };
                    return Some(self.zipped(left, other, span));
                }
                let slot = counter(self);
                chain.steps.push(Step::Zip(other, slot));
            }
            _ => {
                self.errors
                    .push(syn::Error::new(span, unknown_message(call)));
                return None;
            }
        }
        Some(chain)
    }

    /// `iter()`, `windows(n)` and their like, of a container.
    fn source(&mut self, call: &ExprMethodCall, name: &str) -> Option<Chain> {
        let span = call.method.span();
        let mut place = self.memory(&call.receiver)?;
        match name {
            "iter" => return Some(self.elements(place, Some(false), span)),
            "iter_mut" => return Some(self.elements(place, Some(true), span)),
            "into_iter" => {
                let by_reference = place.path.is_empty() && self.f.is_reference(place.base);
                let mutable = self.f.info(place.base).hold == crate::ir::Hold::Mut;
                return Some(self.elements(place, by_reference.then_some(mutable), span));
            }
            _ => {}
        }
        let claim = match name.ends_with("_mut") {
            true => Claimed::SequenceMut,
            false => Claimed::Sequence,
        };
        place = self.as_sequence(place, claim, span);
        let n = self.argument(call)?;
        let total = self.length(&place, span);
        let zero = self.integer(0, span);
        let empty = self.int_op(BinaryOp::Eq, n, zero, span);
        let panics = self.region(|this| {
            let tokens = quote_spanned!(span=> ::core::panic!("chunk size must be non-zero"));
            this.out.push(Stmt::Diverge(crate::ir::Capture {
                tokens,
                uses: Vec::new(),
            }));
        });
        self.push_if(empty, panics, Region::default());
        let mutable = name.ends_with("_mut");
        let one = self.integer(1, span);
        let len = match name {
            // how many positions leave room for n
            "windows" => {
                let next = self.int_op(BinaryOp::Add, total, one, span);
                self.excess(next, n, span)
            }
            "chunks" | "chunks_mut" => {
                self.push_value(Op::Runtime("chunk_count", vec![total, n]), Kind::Int, span)
            }
            _ => self.int_op(BinaryOp::Div, total, n, span),
        };
        let windows = name == "windows";
        let capped = matches!(name, "chunks" | "chunks_mut");
        let item: Item = Rc::new(move |this, k| {
            let start = match windows {
                true => k,
                false => this.int_op(BinaryOp::Mul, k, n, span),
            };
            let mut end = this.int_op(BinaryOp::Add, start, n, span);
            if capped {
                end = this.smaller(end, total, span);
            }
            let part = place
                .clone()
                .with(Proj::Range(Some(start), Some(end), false));
            Some(this.view(part, mutable, span))
        });
        Some(self.indexed(Some(len), span, item))
    }

    fn reversed(&mut self, mut chain: Chain, call: &ExprMethodCall) -> Option<Chain> {
        let span = chain.span;
        if !chain.only_maps() {
            self.errors.refuse(&call.method, no::REVERSED);
            return None;
        }
        match &mut chain.driver {
            Driver::Range(range) => range.adaptors.push(RangeAdaptor::Rev),
            Driver::Indexed(indexed) => {
                let Some(len) = indexed.len else {
                    self.errors.refuse(call, no::OPEN_RANGE);
                    return None;
                };
                let item = indexed.item.clone();
                indexed.item = Rc::new(move |this, k| {
                    // len - 1 - k
                    let rest = this.int_op(BinaryOp::Sub, len, k, span);
                    let one = this.integer(1, span);
                    let at = this.int_op(BinaryOp::Sub, rest, one, span);
                    item(this, at)
                });
            }
        }
        Some(chain)
    }

    /// `skip`, `take`, `step_by` before anything depends on the items.
    fn sliced(&mut self, mut chain: Chain, name: &str, n: ValueId, span: Span) -> Option<Chain> {
        if let (Driver::Range(range), "step_by") = (&mut chain.driver, name) {
            range.adaptors.push(RangeAdaptor::StepBy(n));
            return Some(chain);
        }
        let steps = std::mem::take(&mut chain.steps);
        let Some(indexed) = self.by_position(chain) else {
            self.errors.refuse_at(span, no::ZIP);
            return None;
        };
        let item = indexed.item.clone();
        let (len, item): (Option<ValueId>, Item) = match name {
            "skip" => {
                let len = indexed.len.map(|len| self.excess(len, n, span));
                let item: Item = Rc::new(move |this, k| {
                    let at = this.int_op(BinaryOp::Add, k, n, span);
                    item(this, at)
                });
                (len, item)
            }
            "take" => {
                let len = match indexed.len {
                    Some(len) => self.smaller(len, n, span),
                    None => n,
                };
                (Some(len), item)
            }
            _ => {
                let len = indexed.len.map(|len| {
                    let op = Op::Runtime("chunk_count", vec![len, n]);
                    self.push_value(op, Kind::Int, span)
                });
                let item: Item = Rc::new(move |this, k| {
                    let at = this.int_op(BinaryOp::Mul, k, n, span);
                    item(this, at)
                });
                (len, item)
            }
        };
        let mut chain = self.indexed(len, span, item);
        chain.steps = steps;
        Some(chain)
    }

    /// A chain as a sequence with positions, if it is one.
    fn by_position(&mut self, chain: Chain) -> Option<Indexed> {
        if !chain.only_maps() {
            return None;
        }
        let span = chain.span;
        let base = match chain.driver {
            Driver::Indexed(indexed) => indexed,
            Driver::Range(range) => self.range_items(range, span)?,
        };
        if chain.steps.is_empty() {
            return Some(base);
        }
        let (steps, item) = (chain.steps, base.item);
        Some(Indexed {
            len: base.len,
            item: Rc::new(move |this, k| {
                let mut value = item(this, k)?;
                for step in &steps {
                    value = match step {
                        Step::Map(f) => this.apply(f, vec![value])?,
                        Step::Copied => this.copied(&value, span),
                        Step::Inspect(f) => {
                            this.apply(f, vec![Tree::Ref(Box::new(value.clone()))])?;
                            value
                        }
                        _ => value,
                    };
                }
                Some(value)
            }),
        })
    }

    /// An integer range by position.
    fn range_items(&mut self, range: Range, span: Span) -> Option<Indexed> {
        let mut reversed = false;
        for adaptor in &range.adaptors {
            match adaptor {
                RangeAdaptor::Rev => reversed = !reversed,
                RangeAdaptor::StepBy(_) => return None,
            }
        }
        let start = range.start;
        let mut end = range.end;
        if range.inclusive {
            let one = self.integer(1, span);
            end = self.int_op(BinaryOp::Add, end, one, span);
        }
        let len = Op::Runtime("distance", vec![start, end]);
        let len = self.push_value(len, Kind::Int, span);
        Some(Indexed {
            len: Some(len),
            item: Rc::new(move |this, k| {
                let op = match reversed {
                    false => Op::Runtime("offset", vec![start, k]),
                    true => Op::Runtime("offset_back", vec![end, k]),
                };
                Some(this.push(op, Kind::Int, span))
            }),
        })
    }

    fn zipped(&mut self, left: Indexed, right: Indexed, span: Span) -> Chain {
        let len = match (left.len, right.len) {
            (Some(a), Some(b)) => Some(self.smaller(a, b, span)),
            (a, b) => a.or(b),
        };
        let item: Item = Rc::new(move |this, k| {
            let a = (left.item)(this, k)?;
            let b = (right.item)(this, k)?;
            Some(Tree::Tuple(vec![a, b]))
        });
        self.indexed(len, span, item)
    }

    /// The items of one sequence, then those of another.
    fn chained(&mut self, chain: Chain, call: &ExprMethodCall, other: &Expr) -> Option<Chain> {
        let span = chain.span;
        let other_chain = self.chain(other)?;
        let parts = (self.by_position(chain), self.by_position(other_chain));
        let (Some(first), Some(second)) = parts else {
            self.errors.refuse(call, no::ZIP);
            return None;
        };
        let Some(middle) = first.len else {
            return Some(self.indexed(None, span, first.item));
        };
        let len = second
            .len
            .map(|len| self.int_op(BinaryOp::Add, middle, len, span));
        let item: Item = Rc::new(move |this, k| {
            let in_first = this.int_op(BinaryOp::Lt, k, middle, span);
            let slot = this.slot(None, None, true, span);
            let write = |this: &mut Lowerer, item: Lowering| {
                if let Some(item) = item {
                    // of both parts: a number behind a reference
                    let item = match &item {
                        Tree::Leaf(leaf)
                            if this.f.is_reference(*leaf) && !this.f.kind(*leaf).is_container() =>
                        {
                            Tree::Ref(Box::new(this.load(Place::whole(*leaf), span)))
                        }
                        item => this.owned(item, span),
                    };
                    this.write_slot(slot, &item, span);
                }
            };
            let then = this.region(|this| {
                let value = (first.item)(this, k);
                write(this, value);
            });
            let other = this.region(|this| {
                let at = this.int_op(BinaryOp::Sub, k, middle, span);
                let value = (second.item)(this, at);
                write(this, value);
            });
            this.push_if(in_first, then, other);
            Some(this.read_slot(slot, span))
        });
        Some(self.indexed(len, span, item))
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

    fn keeps_positions(&self) -> bool {
        self.only_maps()
    }

    /// How many items there are, if that is known beforehand.
    fn len(&self) -> Option<ValueId> {
        match &self.driver {
            Driver::Indexed(indexed) if self.only_maps() => indexed.len,
            _ => None,
        }
    }
}

fn closure_arity(function: &Expr) -> usize {
    match function {
        Expr::Closure(closure) => closure.inputs.len(),
        _ => 0,
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
