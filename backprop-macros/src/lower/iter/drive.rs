//! The loop of a chain, and the steps that an item takes in its body.

use super::{Chain, Driver, Guard, Indexed, Step, tail};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Head, Kind, Range, Region, Stmt, Target, Tree, ValueId};
use crate::lower::closure::{Callback, leaves_early};
use crate::lower::option::option_shape;
use crate::lower::{Lowerer, Place as Variable, SlotId};
use proc_macro2::Span;
use syn::Label;

/// The steps that are left to an item.
#[derive(Clone, Copy)]
struct Way<'a> {
    steps: &'a [Step],
    guards: &'a [Guard],
    span: Span,
}

impl Lowerer<'_> {
    /// The loop of a chain; `body` gets each item.
    pub(in crate::lower) fn drive(
        &mut self,
        chain: Chain,
        label: &Option<Label>,
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
    ) {
        let Chain {
            driver,
            steps,
            guards,
            span,
            ..
        } = chain;
        let way = Way {
            steps: &steps,
            guards: &guards,
            span,
        };
        match driver {
            Driver::Indexed(items) if items.is_endless => {
                let cursor = self.cursor(items, span);
                let chain = Chain {
                    driver: Driver::Cursor(cursor),
                    steps,
                    guards,
                    tail: None,
                    span,
                };
                self.drive(chain, label, body);
            }
            Driver::Made(made) => {
                self.looped(label, Head::Forever, None, span, |this| {
                    this.limits(way);
                    this.make_next(&made, span, &mut |this, item| {
                        this.steps(way, item, body);
                    });
                });
            }
            Driver::Range(range) => {
                let item = range.item;
                self.looped(label, Head::Range(range), None, span, |this| {
                    this.limits(way);
                    this.steps(way, Tree::Leaf(item), body);
                });
            }
            Driver::Indexed(Indexed {
                len: Some(len),
                item,
                ..
            }) => {
                let start = self.integer(0, span);
                let k = self.f.value(Kind::Int, Some("k".to_owned()), span);
                let range = Range {
                    item: k,
                    start,
                    end: len,
                    inclusive: false,
                    adaptors: Vec::new(),
                };
                self.looped(label, Head::Range(range), None, span, |this| {
                    this.limits(way);
                    if let Some(item) = item(this, k) {
                        this.steps(way, item, body);
                    }
                });
            }
            Driver::Cursor(cursor) => {
                self.looped(label, Head::Forever, None, span, |this| {
                    this.limits(way);
                    let exit = this.jumps.last().map(|jump| jump.exit);
                    let (is_there, at) = this.next_position(&cursor, span);
                    let then = this.region(|this| {
                        this.advance(&cursor, at, span);
                        if let Some(item) = (cursor.items.item)(this, at) {
                            this.steps(way, item, body);
                        }
                    });
                    let end = this.region(|this| this.out.extend(exit.map(Stmt::Exit)));
                    this.push_if(is_there, then, end);
                });
            }
            Driver::Passed(iterator) => {
                self.looped(label, Head::Forever, None, span, |this| {
                    this.limits(way);
                    let exit = this.jumps.last().map(|jump| jump.exit);
                    let (is_there, next) = this.next_passed(iterator, span);
                    let then = this.region(|this| {
                        let item = this.passed_item(next, span);
                        this.steps(way, item, body);
                    });
                    let end = this.region(|this| this.out.extend(exit.map(Stmt::Exit)));
                    this.push_if(is_there, then, end);
                });
            }
            // what follows stands in both loops
            Driver::Joined(parts) => self.as_one_loop(label, span, |this, outer| {
                for mut part in *parts {
                    part.guards = this.own_guards(way.steps);
                    part.guards.extend(way.guards);
                    this.drive(part, &None, &mut |this, item| {
                        this.in_loop_of(outer, |this| this.steps(way, item, body));
                    });
                }
            }),
            Driver::Indexed(Indexed {
                len: None, item, ..
            }) => {
                // without an end: a counter
                let zero = self.integer(0, span);
                let slot = self.slot(Some("k".to_owned()), None, true, span);
                self.write_slot(slot, &Tree::Leaf(zero), span);
                self.looped(label, Head::Forever, None, span, |this| {
                    this.limits(way);
                    let k = this.read_slot(slot, span).leaves()[0];
                    let one = this.integer(1, span);
                    let next = this.int_op(BinaryOp::Add, k, one, span);
                    this.write_slot(slot, &Tree::Leaf(next), span);
                    if let Some(item) = item(this, k) {
                        this.steps(way, item, body);
                    }
                });
            }
        }
    }

    /// Leaves the loop before an item is made that `take` does not ask for.
    fn limits(&mut self, way: Way) {
        let own = self.own_guards(way.steps);
        for guard in own.iter().chain(way.guards) {
            let count = self.read_slot(guard.count, way.span).leaves()[0];
            let full = self.int_op(BinaryOp::Ge, count, guard.limit, way.span);
            let end = self.region(|this| this.out.push(Stmt::Exit(guard.exit)));
            self.push_if(full, end, Region::default());
        }
    }

    fn own_guards(&self, steps: &[Step]) -> Vec<Guard> {
        let Some(exit) = self.jumps.last().map(|jump| jump.exit) else {
            return Vec::new();
        };
        let guards = steps.iter().filter_map(|step| match step {
            Step::Take(limit, count) => Some(Guard {
                limit: *limit,
                count: *count,
                exit,
            }),
            _ => None,
        });
        guards.collect()
    }

    /// Takes an item through the steps. Inside a loop of [`Lowerer::drive`].
    fn steps(
        &mut self,
        way: Way,
        item: Tree<ValueId>,
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
    ) {
        let Some((step, rest)) = way.steps.split_first() else {
            body(self, item);
            return;
        };
        let span = way.span;
        let rest = Way { steps: rest, ..way };
        let exit = self.jumps.last().map(|jump| jump.exit);
        match step {
            Step::Map(f) => {
                if let Some(item) = self.run(f, vec![item]) {
                    self.steps(rest, item, body);
                }
            }
            Step::Inspect(f) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                if self.run(f, vec![shown]).is_some() {
                    self.steps(rest, item, body);
                }
            }
            Step::Copied => {
                let item = self.copied(&item, span);
                self.steps(rest, item, body);
            }
            Step::Filter(f) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                let Some(keep) = self.run(f, vec![shown]) else {
                    return;
                };
                let keep = self.leaf(&keep, span);
                let kept = self.region(|this| this.steps(rest, item, body));
                self.push_if(keep, kept, Region::default());
            }
            Step::TakeWhile(f) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                let Some(go) = self.run(f, vec![shown]) else {
                    return;
                };
                let go = self.leaf(&go, span);
                let then = self.region(|this| this.steps(rest, item, body));
                let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
                self.push_if(go, then, end);
            }
            Step::SkipWhile(f, slot) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                let skipping = self.read_slot(*slot, span).leaves()[0];
                let test = self.region(|this| {
                    if let Some(still) = this.run(f, vec![shown]) {
                        let still = this.leaf(&still, span);
                        this.write_slot(*slot, &Tree::Leaf(still), span);
                    }
                });
                self.push_if(skipping, test, Region::default());
                let skipping = self.read_slot(*slot, span).leaves()[0];
                let kept = self.region(|this| this.steps(rest, item, body));
                self.push_if(skipping, Region::default(), kept);
            }
            Step::FilterMap(f) => {
                let value = self.run(f, vec![item]);
                self.while_some(f, value, rest, body, None);
            }
            Step::MapWhile(f) => {
                let value = self.run(f, vec![item]);
                self.while_some(f, value, rest, body, exit);
            }
            Step::Scan(f, slot) => {
                let state = Variable {
                    slot: *slot,
                    path: Vec::new(),
                };
                let value = self.run_on_state(f, state, item);
                self.while_some(f, value, rest, body, exit);
            }
            Step::FlatMap(f) => self.flat_map(f, item, rest, body),
            Step::Enumerate(slot) => {
                let count = self.next_count(*slot, span);
                let item = Tree::Tuple(vec![Tree::Leaf(count), item]);
                self.steps(rest, item, body);
            }
            Step::Skip(n, slot) => {
                let count = self.next_count(*slot, span);
                let past = self.int_op(BinaryOp::Ge, count, *n, span);
                let kept = self.region(|this| this.steps(rest, item, body));
                self.push_if(past, kept, Region::default());
            }
            // the loop ends at its head
            Step::Take(_, slot) => {
                self.next_count(*slot, span);
                self.steps(rest, item, body);
            }
            Step::Every(n, slot) => {
                let count = self.next_count(*slot, span);
                let phase = self.int_op(BinaryOp::Rem, count, *n, span);
                let zero = self.integer(0, span);
                let hit = self.int_op(BinaryOp::Eq, phase, zero, span);
                let kept = self.region(|this| this.steps(rest, item, body));
                self.push_if(hit, kept, Region::default());
            }
            Step::Zip(other, slot) => {
                let count = self.next_count(*slot, span);
                let both = |this: &mut Self, body: &mut dyn FnMut(&mut Self, Tree<ValueId>)| {
                    if let Some(right) = (other.item)(this, count) {
                        this.steps(rest, Tree::Tuple(vec![item, right]), body);
                    }
                };
                let Some(len) = other.len else {
                    both(self, body);
                    return;
                };
                let go = self.int_op(BinaryOp::Lt, count, len, span);
                let then = self.region(|this| both(this, body));
                let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
                self.push_if(go, then, end);
            }
        }
    }

    /// The number of items so far, which then grows by one.
    pub(in crate::lower) fn next_count(&mut self, slot: SlotId, span: Span) -> ValueId {
        let count = self.read_slot(slot, span).leaves()[0];
        let one = self.integer(1, span);
        let next = self.int_op(BinaryOp::Add, count, one, span);
        self.write_slot(slot, &Tree::Leaf(next), span);
        count
    }

    /// What a closure returns is `Some(value)` or `None`: without a value the
    /// item is dropped, or the loop ends.
    fn while_some(
        &mut self,
        function: &Callback,
        value: Option<Tree<ValueId>>,
        rest: Way,
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
        exit: Option<Target>,
    ) {
        let Some(value) = value else {
            return;
        };
        let Tree::Option(some, payload) = value else {
            self.errors.refuse(&function.expr, no::OPTION_CLOSURE);
            return;
        };
        let flag = self.leaf(&some, rest.span);
        let then = self.region(|this| this.steps(rest, *payload, body));
        let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
        self.push_if(flag, then, end);
    }

    /// The items of the chain that a closure makes of an item.
    fn flat_map(
        &mut self,
        function: &Callback,
        item: Tree<ValueId>,
        rest: Way,
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
    ) {
        let Some(closure) = function.closure.clone() else {
            self.errors.refuse(&function.expr, no::FUNCTION_VALUE);
            return;
        };
        let inputs = &closure.expr.inputs;
        let (Some(pat), 1) = (inputs.first(), inputs.len()) else {
            self.errors.refuse(&function.expr, no::CLOSURE_ARGUMENTS);
            return;
        };
        if leaves_early(&closure.expr.body) {
            self.errors.refuse(&function.expr, no::ITERATOR_VALUE);
            return;
        }
        // the closure's names are known to it alone
        let scopes = std::mem::replace(&mut self.scopes, closure.scopes.clone());
        let jumps = std::mem::take(&mut self.jumps);
        let mut option = None;
        let inner = self.scoped(|this| {
            this.bind_pattern(pat, item, None);
            match this.ends_in_option(&closure.expr.body) {
                true => {
                    option = this.expr_expecting(&closure.expr.body, Some(&option_shape()));
                    None
                }
                false => this.chain(tail(&closure.expr.body)),
            }
        });
        self.scopes = scopes;
        self.jumps = jumps;
        if option.is_some() {
            // an option is an iterator, too
            self.while_some(function, option, rest, body, None);
            return;
        }
        let Some(mut inner) = inner else {
            return;
        };
        inner.guards = self.own_guards(rest.steps);
        inner.guards.extend(rest.guards);
        // both loops are one to what comes after: leaving it leaves both
        let outer = self.jumps.len().saturating_sub(1);
        self.drive(inner, &None, &mut |this, item| {
            this.in_loop_of(outer, |this| this.steps(rest, item, body));
        });
    }
}
