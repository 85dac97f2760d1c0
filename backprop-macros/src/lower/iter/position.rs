//! Chains whose items have positions: turned around, cut, paired, put one after
//! another without a variable that counts.

use super::effect::Effect;
use super::{Chain, Driver, Indexed, Item, Step};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Kind, Op, Place, Range, RangeAdaptor, Tree, ValueId};
use crate::lower::closure::Callback;
use crate::lower::{Lowerer, Lowering};
use proc_macro2::Span;
use std::rc::Rc;
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    pub(super) fn reversed(&mut self, mut chain: Chain, call: &ExprMethodCall) -> Option<Chain> {
        let span = chain.span;
        let forward = matches!(&chain.driver, Driver::Indexed(indexed) if indexed.forward);
        // each item by itself: from behind, too
        let turns = |step: &Step| {
            matches!(
                step,
                Step::Map(_)
                    | Step::Copied
                    | Step::Inspect(_)
                    | Step::Filter(_)
                    | Step::FilterMap(_)
            )
        };
        if !chain.steps.iter().all(turns) || forward {
            self.errors.refuse(&call.method, no::REVERSED);
            return None;
        }
        match &mut chain.driver {
            Driver::Cursor(_) | Driver::Joined(_) | Driver::Passed(_) | Driver::Made(_) => {
                self.errors.refuse(&call.method, no::REVERSED);
                return None;
            }
            Driver::Range(range) => range.adaptors.push(RangeAdaptor::Rev),
            Driver::Indexed(indexed) => {
                let Some(len) = indexed.len else {
                    self.errors.refuse(call, no::OPEN_RANGE);
                    return None;
                };
                indexed.item = from_behind(indexed.item.clone(), len, span);
            }
        }
        Some(chain)
    }

    /// `cycle`, of items that have positions: item `k` is item `k` modulo the length.
    pub(super) fn cycled(&mut self, chain: Chain, call: &ExprMethodCall) -> Option<Chain> {
        let span = chain.span;
        let endless = chain.clone();
        let items = match chain.has_positions() {
            true => self.by_position(chain),
            false => None,
        };
        let Some(items) = items else {
            self.errors.refuse(&call.method, no::CYCLE);
            return None;
        };
        let Some(len) = items.len else {
            return Some(endless);
        };
        // without items there is none
        let most = self.push_value(Op::Runtime("cycle_len", vec![len]), Kind::Int, span);
        let item = items.item.clone();
        let cycled = Indexed {
            len: Some(most),
            item: Rc::new(move |this, k| {
                let at = this.int_op(BinaryOp::Rem, k, len, span);
                item(this, at)
            }),
            is_endless: true,
            ..items
        };
        Some(self.driven_by(cycled, span))
    }

    /// `enumerate`, of items that have positions.
    pub(super) fn numbered(&mut self, chain: Chain) -> Option<Chain> {
        let span = chain.span;
        let mut indexed = self.by_position(chain)?;
        let item = indexed.item.clone();
        indexed.item = Rc::new(move |this, k| {
            let item = item(this, k)?;
            Some(Tree::Tuple(vec![Tree::Leaf(k), item]))
        });
        Some(self.driven_by(indexed, span))
    }

    fn driven_by(&self, indexed: Indexed, span: Span) -> Chain {
        Chain {
            driver: Driver::Indexed(indexed),
            steps: Vec::new(),
            guards: Vec::new(),
            tail: None,
            span,
        }
    }

    /// What making an item does, beside giving its value.
    pub(super) fn effect_of(&self, chain: &Chain) -> Effect {
        let driver = match &chain.driver {
            Driver::Range(_) => Effect::Nothing,
            Driver::Indexed(indexed) => indexed.effect,
            Driver::Cursor(cursor) => cursor.items.effect,
            // what it does is not seen
            Driver::Joined(_) | Driver::Passed(_) | Driver::Made(_) => Effect::State,
        };
        let steps = chain.steps.iter().map(|step| match step {
            Step::Map(f) | Step::Inspect(f) => self.effect(f),
            Step::Copied => Effect::Nothing,
            _ => Effect::State,
        });
        steps.fold(driver, Effect::max)
    }

    /// Whether making an item changes something, or may.
    pub(super) fn has_state(&self, chain: &Chain) -> bool {
        let driver = match &chain.driver {
            Driver::Range(_) => false,
            Driver::Indexed(indexed) => indexed.effect == Effect::State,
            // another iterator is left with fewer items
            Driver::Cursor(_) => true,
            Driver::Joined(parts) => parts.iter().any(|part| self.has_state(part)),
            Driver::Passed(_) => true,
            Driver::Made(made) => made.may_end() || self.effect(&made.function) == Effect::State,
        };
        let changes = |f: &Callback| self.effect(f) == Effect::State;
        driver
            || chain.steps.iter().any(|step| match step {
                Step::Map(f)
                | Step::Inspect(f)
                | Step::Filter(f)
                | Step::FilterMap(f)
                | Step::FlatMap(f)
                | Step::TakeWhile(f)
                | Step::MapWhile(f)
                | Step::SkipWhile(f, _)
                | Step::Scan(f, _) => changes(f),
                Step::Zip(other, _) => other.effect == Effect::State,
                Step::Copied
                | Step::Enumerate(_)
                | Step::Skip(..)
                | Step::Take(..)
                | Step::Every(..) => false,
            })
    }

    /// `take`; `skip` and `step_by` where nobody can tell that the items between
    /// are not made.
    pub(super) fn sliced(
        &mut self,
        mut chain: Chain,
        name: &str,
        n: ValueId,
        span: Span,
    ) -> Option<Chain> {
        if let (Driver::Range(range), "step_by") = (&mut chain.driver, name) {
            range.adaptors.push(RangeAdaptor::StepBy(n));
            return Some(chain);
        }
        let effect = self.effect_of(&chain);
        let steps = std::mem::take(&mut chain.steps);
        let Some(mut indexed) = self.by_position(chain) else {
            self.errors.refuse_at(span, no::ZIP);
            return None;
        };
        let item = indexed.item.clone();
        match name {
            "skip" => {
                indexed.len = indexed.len.map(|len| self.excess(len, n, span));
                indexed.item = Rc::new(move |this, k| {
                    let at = this.int_op(BinaryOp::Add, k, n, span);
                    item(this, at)
                });
            }
            "take" => {
                indexed.len = Some(match indexed.len {
                    Some(len) => self.smaller(len, n, span),
                    None => n,
                });
                indexed.is_endless = false;
                indexed.forward |= effect == Effect::State;
            }
            _ => {
                indexed.len = indexed.len.map(|len| {
                    let op = Op::Runtime("chunk_count", vec![len, n]);
                    self.push_value(op, Kind::Int, span)
                });
                indexed.item = every(item, n, span);
            }
        }
        let mut chain = self.driven_by(indexed, span);
        chain.steps = steps;
        Some(chain)
    }

    /// A chain as a sequence with positions, if it is one.
    pub(super) fn by_position(&mut self, chain: Chain) -> Option<Indexed> {
        if !chain.only_maps() {
            return None;
        }
        let effect = self.effect_of(&chain);
        let span = chain.span;
        let base = match chain.driver {
            Driver::Indexed(indexed) => indexed,
            Driver::Range(range) => self.range_items(range, span),
            _ => return None,
        };
        if chain.steps.is_empty() {
            return Some(base);
        }
        let (steps, item) = (chain.steps, base.item);
        let item: Item = Rc::new(move |this, k| {
            let item = item(this, k)?;
            this.mapped(&steps, item, span)
        });
        Some(Indexed {
            item,
            effect,
            ..base
        })
    }

    /// An item after steps that make one of one.
    pub(super) fn mapped(
        &mut self,
        steps: &[Step],
        item: Tree<ValueId>,
        span: Span,
    ) -> Option<Tree<ValueId>> {
        let mut value = item;
        for step in steps {
            value = match step {
                Step::Map(f) => self.run(f, vec![value])?,
                Step::Copied => self.copied(&value, span),
                Step::Inspect(f) => {
                    self.run(f, vec![Tree::Ref(Box::new(value.clone()))])?;
                    value
                }
                _ => value,
            };
        }
        Some(value)
    }

    /// An integer range by position.
    pub(super) fn range_items(&mut self, range: Range, span: Span) -> Indexed {
        let (start, end) = (range.start, range.end);
        // `end + 1` may be no number of the type
        let (distance, back) = match range.inclusive {
            false => ("distance", "offset_back"),
            true => ("distance_inclusive", "offset_back_inclusive"),
        };
        let len = Op::Runtime(distance, vec![start, end]);
        let mut len = self.push_value(len, Kind::Int, span);
        // turned around before anything else it counts from its end
        let (from_end, adaptors) = match range.adaptors.split_first() {
            Some((RangeAdaptor::Rev, rest)) => (true, rest),
            _ => (false, &range.adaptors[..]),
        };
        let mut item: Item = Rc::new(move |this, k| {
            let op = match from_end {
                false => Op::Runtime("offset", vec![start, k]),
                true => Op::Runtime(back, vec![end, k]),
            };
            Some(this.push(op, Kind::Int, span))
        });
        for adaptor in adaptors {
            (len, item) = match adaptor {
                RangeAdaptor::Rev => (len, from_behind(item, len, span)),
                RangeAdaptor::StepBy(n) => {
                    let op = Op::Runtime("chunk_count", vec![len, *n]);
                    (self.push_value(op, Kind::Int, span), every(item, *n, span))
                }
            };
        }
        Indexed {
            len: Some(len),
            item,
            effect: Effect::Nothing,
            forward: false,
            is_endless: false,
        }
    }

    pub(super) fn zipped(&mut self, left: Indexed, right: Indexed, span: Span) -> Chain {
        let len = match (left.len, right.len) {
            (Some(a), Some(b)) => Some(self.smaller(a, b, span)),
            (a, b) => a.or(b),
        };
        let effect = left.effect.max(right.effect);
        let is_endless =
            left.len.is_none_or(|_| left.is_endless) && right.len.is_none_or(|_| right.is_endless);
        let forward = left.forward || right.forward || effect == Effect::State;
        let item: Item = Rc::new(move |this, k| {
            let a = (left.item)(this, k)?;
            let b = (right.item)(this, k)?;
            Some(Tree::Tuple(vec![a, b]))
        });
        let indexed = Indexed {
            len,
            item,
            effect,
            forward,
            is_endless,
        };
        self.driven_by(indexed, span)
    }

    /// The items of one sequence, then those of another.
    pub(super) fn chained(&mut self, chain: Chain, other: &Expr) -> Option<Chain> {
        let span = chain.span;
        let other = self.chain(other)?;
        if !chain.has_positions() || !other.has_positions() {
            return Some(Chain {
                driver: Driver::Joined(Box::new([chain, other])),
                steps: Vec::new(),
                guards: Vec::new(),
                tail: None,
                span,
            });
        }
        let (first, second) = (self.by_position(chain)?, self.by_position(other)?);
        let effect = first.effect.max(second.effect);
        let is_endless = first.is_endless || second.is_endless;
        let forward = first.forward || second.forward;
        let Some(middle) = first.len else {
            return Some(self.driven_by(first, span));
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
        let indexed = Indexed {
            len,
            item,
            effect,
            forward,
            is_endless,
        };
        Some(self.driven_by(indexed, span))
    }
}

/// Item `len - 1 - k`.
fn from_behind(item: Item, len: ValueId, span: Span) -> Item {
    Rc::new(move |this, k| {
        let rest = this.int_op(BinaryOp::Sub, len, k, span);
        let one = this.integer(1, span);
        let at = this.int_op(BinaryOp::Sub, rest, one, span);
        item(this, at)
    })
}

/// Item `n k`.
fn every(item: Item, n: ValueId, span: Span) -> Item {
    Rc::new(move |this, k| {
        let at = this.int_op(BinaryOp::Mul, k, n, span);
        item(this, at)
    })
}
