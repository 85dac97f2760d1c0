//! Iterators under names: `let mut it = x.iter();`
//!
//! Where the name is bound, sources and arguments are evaluated and closures
//! get what is theirs. The items are made where the iterator is used: all that
//! are left (`it.sum()`, `for v in it`), or one after another (`it.next()`,
//! `it.by_ref()`). For the latter a name that is `mut` stands for a *cursor*: a
//! sequence with positions, and variables for the ends of what is left of it.

use super::{Chain, Driver, Indexed, Step};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Kind, Tree, ValueId};
use crate::lower::{Binding, Lowerer, SlotId, call::strip};
use proc_macro2::Span;
use std::rc::Rc;
use syn::{Expr, ExprMethodCall, Pat};

/// A sequence of which items are taken one after another.
#[derive(Clone)]
pub(super) struct Cursor {
    pub(super) items: Indexed,
    /// The position of the next item.
    pub(super) next: SlotId,
    /// Behind the last one; nothing where there is always another.
    pub(super) end: Option<SlotId>,
    /// Whether it is another iterator's.
    is_lent: bool,
    /// Whether it was written as a range, and may be used as one.
    is_range: bool,
}

/// Methods that leave in the iterator what they do not take.
const BORROWING: &[&str] = &[
    "next", "nth", "by_ref", "all", "any", "find", "find_map", "position", "try_fold",
];

impl Chain {
    /// Why what a name stands for is no value.
    pub(in crate::lower) fn no_value(&self) -> no::Refusal {
        match &self.driver {
            Driver::Cursor(cursor) if cursor.is_range => no::RANGE_VALUE,
            _ => no::ITERATOR_VALUE,
        }
    }
}

impl Lowerer<'_> {
    /// The iterator that a name stands for.
    pub(in crate::lower) fn kept_iterator(&self, expr: &Expr) -> Option<Rc<Chain>> {
        let Expr::Path(path) = strip(expr) else {
            return None;
        };
        match self.lookup(&path.path.get_ident()?.to_string())? {
            Binding::Iterator(chain) => Some(chain.clone()),
            _ => None,
        }
    }

    /// `let name = x.iter();`, `let (a, b) = (x.iter(), y.iter());`: whether it was
    /// such a binding.
    pub(in crate::lower) fn bind_iterators(&mut self, pat: &Pat, init: &Expr) -> bool {
        let (Pat::Tuple(names), Expr::Tuple(values)) = (pat, strip(init)) else {
            let Some(name) = iterator_name(pat).filter(|_| self.is_kept(init)) else {
                return false;
            };
            if let Some(chain) = self.kept(init, name.mutability.is_some()) {
                self.bind(&name.ident, Binding::Iterator(Rc::new(chain)));
            }
            return true;
        };
        let is_iterator =
            |(pat, value): (&Pat, &Expr)| iterator_name(pat).is_some() && self.is_kept(value);
        if names.elems.len() != values.elems.len()
            || !names.elems.iter().zip(&values.elems).any(is_iterator)
        {
            return false;
        }
        // no name is known to the values beside it
        let mut made = Vec::new();
        for (pat, value) in names.elems.iter().zip(&values.elems) {
            let binding = match iterator_name(pat).filter(|_| self.is_kept(value)) {
                Some(name) => {
                    let chain = self.kept(value, name.mutability.is_some());
                    chain.map(|chain| Binding::Iterator(Rc::new(chain)))
                }
                None => self.expr(value).map(Binding::Value),
            };
            made.extend(binding.map(|binding| (pat, binding)));
        }
        for (pat, binding) in made {
            match (binding, iterator_name(pat)) {
                (Binding::Value(value), _) => self.bind_pattern(pat, value, None),
                (binding, Some(name)) => self.bind(&name.ident, binding),
                (_, None) => {}
            }
        }
        true
    }

    /// Whether an expression is an iterator that a name can stand for.
    fn is_kept(&self, expr: &Expr) -> bool {
        self.is_chain(expr) && self.unknown_in_chain(expr).is_none() && !self.is_of_constants(expr)
    }

    /// Whether a chain begins with a collection of constants, or with text: code that
    /// is passed through.
    fn is_of_constants(&self, expr: &Expr) -> bool {
        match strip(expr) {
            Expr::MethodCall(call) => self.is_of_constants(&call.receiver),
            Expr::Reference(inner) => self.is_of_constants(&inner.expr),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                let constant = |leaf: &ValueId| {
                    self.maps.contains(leaf)
                        || self.constants.contains(leaf)
                        || self.f.kind(*leaf) == Kind::Constant
                };
                match self.lookup(&name.to_string()) {
                    Some(Binding::Value(tree)) => tree.any(constant),
                    _ => false,
                }
            }),
            _ => false,
        }
    }

    fn kept(&mut self, expr: &Expr, is_mutable: bool) -> Option<Chain> {
        let mut chain = self.chain(expr)?;
        if !is_mutable {
            return Some(chain);
        }
        let span = chain.span;
        chain.driver = match chain.driver {
            Driver::Indexed(items) => Driver::Cursor(self.cursor(items, span)),
            Driver::Range(range) => {
                let is_range = range.adaptors.is_empty() && chain.steps.is_empty();
                let items = self.range_items(range, span);
                let mut cursor = self.cursor(items, span);
                cursor.is_range = is_range;
                Driver::Cursor(cursor)
            }
            driver => driver,
        };
        Some(chain)
    }

    /// All items of a sequence, to be taken one after another.
    pub(super) fn cursor(&mut self, items: Indexed, span: Span) -> Cursor {
        let zero = self.integer(0, span);
        let next = self.variable("next", zero, span);
        let end = items.len.map(|len| self.variable("end", len, span));
        Cursor {
            items,
            next,
            end,
            is_lent: false,
            is_range: false,
        }
    }

    pub(super) fn variable(&mut self, hint: &str, value: ValueId, span: Span) -> SlotId {
        let slot = self.slot(Some(hint.to_owned()), None, true, span);
        self.write_slot(slot, &Tree::Leaf(value), span);
        slot
    }

    /// Another variable with the same content.
    fn another(&mut self, slot: SlotId, span: Span) -> SlotId {
        let value = self.read_slot(slot, span);
        let value = self.owned(&value, span);
        let copy = self.slot(None, None, true, span);
        self.write_slot(copy, &value, span);
        copy
    }

    // Uses

    /// What is left of an iterator that is given away.
    pub(super) fn rest(&mut self, chain: &Chain) -> Chain {
        let mut chain = chain.clone();
        let span = chain.span;
        match &mut chain.driver {
            // it may be written in several branches
            Driver::Range(range) => range.item = self.f.value(Kind::Int, None, span),
            Driver::Cursor(cursor) if !cursor.is_lent => {
                let rest = self.rest_of(cursor, span);
                chain.driver = Driver::Indexed(rest);
            }
            _ => {}
        }
        chain
    }

    fn rest_of(&mut self, cursor: &Cursor, span: Span) -> Indexed {
        let first = self.read_slot(cursor.next, span).leaves()[0];
        let len = cursor.end.map(|end| {
            let end = self.read_slot(end, span).leaves()[0];
            self.int_op(BinaryOp::Sub, end, first, span)
        });
        let item = cursor.items.item.clone();
        Indexed {
            len,
            item: Rc::new(move |this, k| {
                let at = this.int_op(BinaryOp::Add, first, k, span);
                item(this, at)
            }),
            ..cursor.items.clone()
        }
    }

    /// An iterator of its own with the same items left.
    pub(in crate::lower) fn copied_iterator(&mut self, chain: &Chain) -> Chain {
        let mut chain = chain.clone();
        let span = chain.span;
        if let Driver::Cursor(cursor) = &mut chain.driver
            && !cursor.is_lent
        {
            cursor.next = self.another(cursor.next, span);
            cursor.end = cursor.end.map(|end| self.another(end, span));
        }
        if let Driver::Made(made) = &mut chain.driver {
            if let Some(state) = made.state() {
                *state = self.another(*state, span);
            }
            self.own_callback(&mut made.function, span);
        }
        if let Driver::Joined(parts) = &mut chain.driver {
            **parts = [&parts[0], &parts[1]].map(|part| self.copied_iterator(part));
        }
        for step in &mut chain.steps {
            match step {
                Step::SkipWhile(f, slot) | Step::Scan(f, slot) => {
                    *slot = self.another(*slot, span);
                    self.own_callback(f, span);
                }
                Step::Enumerate(slot)
                | Step::Skip(_, slot)
                | Step::Take(_, slot)
                | Step::Every(_, slot)
                | Step::Zip(_, slot) => *slot = self.another(*slot, span),
                Step::Map(f)
                | Step::Inspect(f)
                | Step::Filter(f)
                | Step::FilterMap(f)
                | Step::FlatMap(f)
                | Step::TakeWhile(f)
                | Step::MapWhile(f) => self.own_callback(f, span),
                Step::Copied => {}
            }
        }
        chain
    }

    /// An iterator that is lent: what is not taken stays in it.
    pub(super) fn lent(&mut self, chain: &Chain, at: &Expr) -> Option<Chain> {
        let resumes = |step: &Step| !matches!(step, Step::TakeWhile(_) | Step::FlatMap(_));
        let known = matches!(
            &chain.driver,
            Driver::Cursor(_) | Driver::Passed(_) | Driver::Made(_)
        );
        if !known || !chain.steps.iter().all(resumes) {
            self.errors.refuse(at, no::ITERATOR_RESUMED);
            return None;
        }
        let mut lent = chain.clone();
        if let Driver::Cursor(cursor) = &mut lent.driver {
            cursor.is_lent = true;
        }
        Some(lent)
    }

    /// The chain whose items a method takes.
    pub(super) fn receiver_chain(&mut self, call: &ExprMethodCall) -> Option<Chain> {
        let borrows = BORROWING.contains(&&*call.method.to_string());
        match self.kept_iterator(&call.receiver) {
            Some(chain) if borrows => self.lent(&chain, &call.receiver),
            _ => self.chain(&call.receiver),
        }
    }
}

/// The name that a pattern consists of.
fn iterator_name(pat: &Pat) -> Option<&syn::PatIdent> {
    match pat {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Some(name),
        _ => None,
    }
}
