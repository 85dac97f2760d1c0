//! Ends of chains that give an option: `max_by`, `find`, `reduce` and their like.

use super::effect::Effect;
use super::{Chain, Step};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Kind, Op, Region, Stmt, Tree, ValueId, Width};
use crate::lower::closure::Callback;
use crate::lower::{Lowerer, Lowering, SlotId};
use proc_macro2::Span;
use syn::ExprMethodCall;

impl Lowerer<'_> {
    /// The value of the first item, the last, or the one a closure prefers.
    pub(super) fn chain_option(&mut self, call: &ExprMethodCall, name: &str) -> Lowering {
        let span = call.method.span();
        let mut chain = self.receiver_chain(call)?;
        if name == "nth" {
            chain = self.skipped(chain, call)?;
        }
        let name = if name == "nth" { "next" } else { name };
        if let Some(end) = self.end_of_chain(&mut chain, name, span) {
            return Some(end);
        }
        let callback = match call.args.first().filter(|_| name != "next") {
            Some(f) => Some(self.callback(f)?),
            None => None,
        };
        let slot = self.slot(Some(name.to_owned()), None, true, span);
        let flag = self.push(Op::Flag(false), Kind::Bool, span);
        let found = self.slot(None, None, true, span);
        self.write_slot(found, &flag, span);
        let mut index = None;
        if name == "position" {
            let zero = self.push(Op::Integer(0), Kind::Int, span);
            let count = self.slot(Some("position".to_owned()), None, true, span);
            self.write_slot(count, &zero, span);
            index = Some(count);
        }
        self.drive(chain, &None, &mut |this, item| {
            let item = this.kept_item(&item, span);
            let mark = |this: &mut Self, item: &Tree<ValueId>| {
                let item = this.owned(item, span);
                this.write_slot(slot, &item, span);
                let flag = this.push(Op::Flag(true), Kind::Bool, span);
                this.write_slot(found, &flag, span);
            };
            let exit = this.jumps.last().map(|jump| jump.exit);
            match (name, &callback) {
                ("find" | "position", Some(f)) => {
                    let number = index.map(|count| this.next_count(count, span));
                    let shown = match name {
                        "find" => Tree::Ref(Box::new(item.clone())),
                        _ => item.clone(),
                    };
                    let Some(holds) = this.run(f, vec![shown]) else {
                        return;
                    };
                    let holds = this.leaf(&holds, span);
                    let then = this.region(|this| {
                        match number {
                            Some(number) => mark(this, &Tree::Leaf(number)),
                            None => mark(this, &item),
                        }
                        this.out.extend(exit.map(Stmt::Exit));
                    });
                    this.push_if(holds, then, Region::default());
                }
                ("find_map", Some(f)) => {
                    let Some(value) = this.run(f, vec![item]) else {
                        return;
                    };
                    let Tree::Option(some, payload) = value else {
                        this.errors.refuse(&f.expr, no::OPTION_CLOSURE);
                        return;
                    };
                    let some = this.leaf(&some, span);
                    let then = this.region(|this| {
                        mark(this, &payload);
                        this.out.extend(exit.map(Stmt::Exit));
                    });
                    this.push_if(some, then, Region::default());
                }
                ("reduce" | "max_by" | "min_by", Some(f)) => {
                    let started = this.read_slot(found, span);
                    let started = this.leaf(&started, span);
                    // the first item tells the shape
                    let first = this.region(|this| mark(this, &item));
                    let next = this.region(|this| {
                        let best = this.read_slot(slot, span);
                        // what stands for it before the first item has a type
                        for (best, item) in best.zip(&item).unwrap_or_default() {
                            let kind = this.f.kind(best);
                            if matches!(kind, Kind::Opaque | Kind::Real(Width::Any)) {
                                this.out.push(Stmt::SameType(best, item));
                            }
                        }
                        let best = this.owned(&best, span);
                        this.preferred(name, f, best, item.clone(), slot, span);
                    });
                    this.push_if(started, next, first);
                }
                ("last", _) => mark(this, &item),
                _ => {
                    mark(this, &item);
                    this.out.extend(exit.map(Stmt::Exit));
                }
            }
        });
        let flag = self.read_slot(found, span);
        if self.slots[slot.0].tree.is_none() {
            return Some(self.none(span));
        }
        let value = self.read_slot(slot, span);
        Some(Tree::Option(Box::new(flag), Box::new(value)))
    }

    /// `rposition`
    pub(super) fn position_from_behind(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let chain = self.chain(&call.receiver)?;
        let numbered = match chain.has_positions() {
            true => self.numbered(chain),
            false => None,
        };
        let Some(numbered) = numbered else {
            return self.refuse(&call.method, no::REVERSED);
        };
        let chain = self.reversed(numbered, call)?;
        let f = self.callback(&call.args[0])?;
        let slot = self.slot(Some("position".to_owned()), None, true, span);
        let none = self.none(span);
        self.write_slot(slot, &none, span);
        self.drive(chain, &None, &mut |this, item| {
            let Tree::Tuple(parts) = item else {
                return;
            };
            let Some(holds) = this.run(&f, vec![parts[1].clone()]) else {
                return;
            };
            let holds = this.leaf(&holds, span);
            let exit = this.jumps.last().map(|jump| jump.exit);
            let then = this.region(|this| {
                let some = this.some(parts[0].clone(), span);
                this.write_slot(slot, &some, span);
                this.out.extend(exit.map(Stmt::Exit));
            });
            this.push_if(holds, then, Region::default());
        });
        Some(self.read_slot(slot, span))
    }

    /// The first item or the last, where positions are known: no other is made.
    fn end_of_chain(&mut self, chain: &mut Chain, name: &str, span: Span) -> Lowering {
        let is_last = name == "last";
        let known = chain.has_positions()
            && (name == "next" || (is_last && self.effect_of(chain) == Effect::Nothing));
        if !known {
            return None;
        }
        let items = self.by_position(chain.clone())?;
        let zero = self.integer(0, span);
        let (is_there, at) = match (items.len, is_last) {
            (None, true) => return None,
            (None, false) => (self.push_value(Op::Flag(true), Kind::Bool, span), zero),
            (Some(len), _) => {
                let is_there = self.int_op(BinaryOp::Gt, len, zero, span);
                let op = Op::Runtime("last_index", vec![len]);
                let last = self.push_value(op, Kind::Int, span);
                (is_there, if is_last { last } else { zero })
            }
        };
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            if let Some(item) = (items.item)(this, at) {
                let item = this.kept_item(&item, span);
                let some = this.some(item, span);
                this.write_slot(slot, &some, span);
            }
        });
        let other = self.nothing(slot, span);
        self.push_if(is_there, then, other);
        Some(self.read_slot(slot, span))
    }

    /// The items after those that `nth` leaves out.
    fn skipped(&mut self, chain: Chain, call: &ExprMethodCall) -> Option<Chain> {
        let span = call.method.span();
        let n = self.argument(call)?;
        if chain.has_positions() && self.effect_of(&chain) == Effect::Nothing {
            return self.sliced(chain, "skip", n, span);
        }
        let mut chain = chain;
        let zero = self.integer(0, span);
        let count = self.variable("count", zero, span);
        chain.steps.push(Step::Skip(n, count));
        Some(chain)
    }

    /// One step of `reduce`, `max_by` (the last of equals) or `min_by` (the
    /// first).
    fn preferred(
        &mut self,
        name: &str,
        f: &Callback,
        best: Tree<ValueId>,
        item: Tree<ValueId>,
        slot: SlotId,
        span: Span,
    ) {
        if name == "reduce" {
            if let Some(value) = self.run(f, vec![best, item]) {
                let value = self.owned(&value, span);
                self.write_slot(slot, &value, span);
            }
            return;
        }
        let shown = |tree: &Tree<ValueId>| Tree::Ref(Box::new(tree.clone()));
        let Some(order) = self.run(f, vec![shown(&best), shown(&item)]) else {
            return;
        };
        let order = self.leaf(&order, span);
        let test = match name {
            "max_by" => "is_not_greater",
            _ => "is_greater",
        };
        let takes = self.push_value(Op::Runtime(test, vec![order]), Kind::Bool, span);
        let then = self.region(|this| {
            let item = this.owned(&item, span);
            this.write_slot(slot, &item, span);
        });
        self.push_if(takes, then, Region::default());
    }
}
