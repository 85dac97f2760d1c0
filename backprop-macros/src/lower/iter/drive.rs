//! The loop of a chain, and the steps that an item takes in its body.

use super::{Chain, Driver, Indexed, Step, closure_arity, tail};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Head, Kind, Range, Region, Stmt, Target, Tree, ValueId};
use crate::lower::{Binding, Lowerer, Place as Variable, SlotId};
use proc_macro2::Span;
use syn::{Expr, Label};

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
            span,
        } = chain;
        match driver {
            Driver::Range(range) => {
                let item = range.item;
                self.looped(label, Head::Range(range), None, span, |this| {
                    this.steps(&steps, Tree::Leaf(item), span, body);
                });
            }
            Driver::Indexed(Indexed {
                len: Some(len),
                item,
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
                    if let Some(item) = item(this, k) {
                        this.steps(&steps, item, span, body);
                    }
                });
            }
            Driver::Indexed(Indexed { len: None, item }) => {
                // without an end: a counter
                let zero = self.integer(0, span);
                let slot = self.slot(Some("k".to_owned()), None, true, span);
                self.write_slot(slot, &Tree::Leaf(zero), span);
                self.looped(label, Head::Forever, None, span, |this| {
                    let k = this.read_slot(slot, span).leaves()[0];
                    let one = this.integer(1, span);
                    let next = this.int_op(BinaryOp::Add, k, one, span);
                    this.write_slot(slot, &Tree::Leaf(next), span);
                    if let Some(item) = item(this, k) {
                        this.steps(&steps, item, span, body);
                    }
                });
            }
        }
    }

    /// Takes an item through the steps. Inside a loop of [`Lowerer::drive`].
    fn steps(
        &mut self,
        steps: &[Step],
        item: Tree<ValueId>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
    ) {
        let Some((step, rest)) = steps.split_first() else {
            body(self, item);
            return;
        };
        let exit = self.jumps.last().map(|jump| jump.exit);
        match step {
            Step::Map(f) => {
                if let Some(item) = self.apply(f, vec![item]) {
                    self.steps(rest, item, span, body);
                }
            }
            Step::Inspect(f) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                if self.apply(f, vec![shown]).is_some() {
                    self.steps(rest, item, span, body);
                }
            }
            Step::Copied => {
                let item = self.copied(&item, span);
                self.steps(rest, item, span, body);
            }
            Step::Filter(f) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                let Some(keep) = self.apply(f, vec![shown]) else {
                    return;
                };
                let keep = self.leaf(&keep, span);
                let kept = self.region(|this| this.steps(rest, item, span, body));
                self.push_if(keep, kept, Region::default());
            }
            Step::TakeWhile(f) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                let Some(go) = self.apply(f, vec![shown]) else {
                    return;
                };
                let go = self.leaf(&go, span);
                let then = self.region(|this| this.steps(rest, item, span, body));
                let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
                self.push_if(go, then, end);
            }
            Step::SkipWhile(f, slot) => {
                let shown = Tree::Ref(Box::new(item.clone()));
                let skipping = self.read_slot(*slot, span).leaves()[0];
                let test = self.region(|this| {
                    if let Some(still) = this.apply(f, vec![shown]) {
                        let still = this.leaf(&still, span);
                        this.write_slot(*slot, &Tree::Leaf(still), span);
                    }
                });
                self.push_if(skipping, test, Region::default());
                let skipping = self.read_slot(*slot, span).leaves()[0];
                let kept = self.region(|this| this.steps(rest, item, span, body));
                self.push_if(skipping, Region::default(), kept);
            }
            Step::FilterMap(f) => {
                self.apply_optional(f, vec![item], span, rest, body, None);
            }
            Step::MapWhile(f) => {
                self.apply_optional(f, vec![item], span, rest, body, exit);
            }
            Step::Scan(f, slot) => {
                let state = Variable {
                    slot: *slot,
                    path: Vec::new(),
                };
                self.scan_step(f, state, item, span, rest, body, exit);
            }
            Step::FlatMap(f) => self.flat_map(f, item, span, rest, body),
            Step::Enumerate(slot) => {
                let count = self.next_count(*slot, span);
                let item = Tree::Tuple(vec![Tree::Leaf(count), item]);
                self.steps(rest, item, span, body);
            }
            Step::Skip(n, slot) => {
                let count = self.next_count(*slot, span);
                let past = self.int_op(BinaryOp::Ge, count, *n, span);
                let kept = self.region(|this| this.steps(rest, item, span, body));
                self.push_if(past, kept, Region::default());
            }
            Step::Take(n, slot) => {
                let count = self.next_count(*slot, span);
                let go = self.int_op(BinaryOp::Lt, count, *n, span);
                let then = self.region(|this| this.steps(rest, item, span, body));
                let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
                self.push_if(go, then, end);
            }
            Step::Every(n, slot) => {
                let count = self.next_count(*slot, span);
                let phase = self.int_op(BinaryOp::Rem, count, *n, span);
                let zero = self.integer(0, span);
                let hit = self.int_op(BinaryOp::Eq, phase, zero, span);
                let kept = self.region(|this| this.steps(rest, item, span, body));
                self.push_if(hit, kept, Region::default());
            }
            Step::Zip(other, slot) => {
                let count = self.next_count(*slot, span);
                let both = |this: &mut Self, body: &mut dyn FnMut(&mut Self, Tree<ValueId>)| {
                    if let Some(right) = (other.item)(this, count) {
                        this.steps(rest, Tree::Tuple(vec![item, right]), span, body);
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

    /// A closure that returns `Some(value)` or `None`: without a value the item
    /// is dropped, or the loop ends.
    fn apply_optional(
        &mut self,
        function: &Expr,
        args: Vec<Tree<ValueId>>,
        span: Span,
        rest: &[Step],
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
        exit: Option<Target>,
    ) {
        let Some(value) = self.apply(function, args) else {
            return;
        };
        let Tree::Option(some, payload) = value else {
            self.errors.refuse(function, no::OPTION_CLOSURE);
            return;
        };
        let flag = self.leaf(&some, span);
        let then = self.region(|this| this.steps(rest, *payload, span, body));
        let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
        self.push_if(flag, then, end);
    }

    /// `scan`: the closure gets the state by `&mut`.
    #[expect(clippy::too_many_arguments, reason = "a step and what follows it")]
    fn scan_step(
        &mut self,
        function: &Expr,
        state: Variable,
        item: Tree<ValueId>,
        span: Span,
        rest: &[Step],
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
        exit: Option<Target>,
    ) {
        let (Expr::Closure(closure), 2) = (function, closure_arity(function)) else {
            self.errors.refuse(function, no::FUNCTION_VALUE);
            return;
        };
        let syn::Pat::Ident(name) = &closure.inputs[0] else {
            self.errors.refuse(&closure.inputs[0], no::PATTERN);
            return;
        };
        // the state is a variable of the loop under the closure's name
        self.scopes.push(Vec::new());
        self.bind(&name.ident, Binding::MutRef(state));
        let mut inner = closure.clone();
        inner.inputs = inner.inputs.into_iter().skip(1).collect();
        let inner = Expr::Closure(inner);
        let value = self.apply(&inner, vec![item]);
        self.scopes.pop();
        let Some(Tree::Option(some, payload)) = value else {
            if value.is_some() {
                self.errors.refuse(function, no::OPTION_CLOSURE);
            }
            return;
        };
        let flag = self.leaf(&some, span);
        let then = self.region(|this| this.steps(rest, *payload, span, body));
        let end = self.region(|this| this.out.extend(exit.map(Stmt::Exit)));
        self.push_if(flag, then, end);
    }

    /// The items of the chain that a closure makes of an item.
    fn flat_map(
        &mut self,
        function: &Expr,
        item: Tree<ValueId>,
        span: Span,
        rest: &[Step],
        body: &mut dyn FnMut(&mut Self, Tree<ValueId>),
    ) {
        let Expr::Closure(closure) = function else {
            self.errors.refuse(function, no::FUNCTION_VALUE);
            return;
        };
        let (Some(pat), true) = (closure.inputs.first(), closure.inputs.len() == 1) else {
            self.errors.refuse(function, no::CLOSURE_ARGUMENTS);
            return;
        };
        self.scopes.push(Vec::new());
        self.bind_pattern(pat, item, None);
        if let Some(inner) = self.chain(tail(&closure.body)) {
            self.drive(inner, &None, &mut |this, item| {
                this.steps(rest, item, span, body);
            });
        }
        self.scopes.pop();
    }
}
