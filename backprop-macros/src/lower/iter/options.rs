//! Ends of chains that give an option: `max_by`, `find`, `reduce` and their like.

use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Region, Stmt, Tree, ValueId};
use crate::lower::closure::Callback;
use crate::lower::{Lowerer, Lowering, SlotId};
use proc_macro2::Span;
use syn::ExprMethodCall;

impl Lowerer<'_> {
    /// The value of the first item, the last, or the one a closure prefers.
    pub(super) fn chain_option(&mut self, call: &ExprMethodCall, name: &str) -> Lowering {
        let span = call.method.span();
        let chain = self.chain(&call.receiver)?;
        let callback = match call.args.first() {
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
                            if this.f.kind(best) == Kind::Opaque {
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
