//! Methods of sequences and vectors.

use super::memory::Base;
use super::swap::is_plain;
use super::{Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{
    Claimed, Head, Hold, Kind, Loop, Mutate, Op, Place, Proj, Range, Stmt, Tree, ValueId,
};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// A method of containers; `None` if the name is none of theirs.
    pub(super) fn container_method(&mut self, call: &syn::ExprMethodCall) -> Option<Lowering> {
        let span = call.method.span();
        let name = call.method.to_string();
        if self.kept_iterator(&call.receiver).is_some() {
            return None;
        }
        Some(match (&*name, call.args.len()) {
            ("len" | "is_empty", 0) => {
                if !self.is_memory_expr(&call.receiver) && !self.is_call_of_user(&call.receiver) {
                    return None;
                }
                self.memory(&call.receiver).map(|place| {
                    let kind = match (self.kind_at(&place), &*name) {
                        (Kind::Container(..), "len") => Kind::Int,
                        (Kind::Container(..), _) => Kind::Bool,
                        _ => Kind::Opaque,
                    };
                    self.push(Op::Query(place, call.method.clone()), kind, span)
                })
            }
            ("to_vec" | "to_owned" | "clone", 0) => self.duplicate(call),
            ("as_slice" | "as_mut_slice", 0) => self
                .memory(&call.receiver)
                .map(|place| self.view(place, name == "as_mut_slice", span)),
            ("swap", 2) => self.mutate(call, "swap"),
            ("reverse", 0) => self.mutate(call, "reverse"),
            ("rotate_left", 1) => self.mutate(call, "rotate_left"),
            ("rotate_right", 1) => self.mutate(call, "rotate_right"),
            ("sort", 0) if self.holds_integers(&call.receiver) => self.mutate(call, "sort"),
            ("sort_unstable", 0) if self.holds_integers(&call.receiver) => {
                self.mutate(call, "sort_unstable")
            }
            ("push", 1) => self.mutate(call, "push"),
            ("pop", 0) => self.pop(call),
            ("insert", 2) if self.is_vector(&call.receiver) => self.insert(call),
            ("remove" | "swap_remove", 1) if self.is_vector(&call.receiver) => self.remove(call),
            _ if self.asks(&Expr::MethodCall(call.clone())) => self.asked_option(call),
            ("first" | "last" | "first_mut" | "last_mut", 0)
            | ("get" | "get_mut" | "max_by" | "min_by", 1)
                if self.is_element_of_place(&Expr::MethodCall(call.clone())) =>
            {
                self.optional_element(call)
            }
            ("fill", 1) => self.fill(call),
            ("copy_from_slice" | "clone_from_slice", 1) => self.copy_from(call),
            ("extend_from_slice", 1) => self.extend_from(call),
            ("extend", 1) => self.extend(call),
            ("truncate", 1) => self.truncate(call),
            ("clear", 0) => self
                .sequence(&call.receiver, Claimed::VectorMut)
                .map(|place| {
                    let zero = self.push_value(Op::Integer(0), Kind::Int, span);
                    self.cut(place, zero, span);
                    Tree::unit()
                }),
            ("resize", 2) => self.resize(call),
            _ if let Some(order) = sort_order(call) => self.sort_by(call, order),
            ("retain" | "retain_mut", 1) if self.retains(call) => self.retain(call),
            ("clone_from", 1) if self.is_memory_expr(&call.receiver) => self.clone_from(call),
            ("dedup", 0) | ("dedup_by", 1) if self.is_vector(&call.receiver) => self.dedup(call),
            ("append", 1) if self.is_vector(&call.receiver) => self.append_all(call),
            ("split_off", 1) if self.is_vector(&call.receiver) => self.split_off(call),
            ("fill_with", 1) => self.fill_with(call),
            ("copy_within", 2) => self.copy_within(call),
            ("extend_from_within", 1) => self.extend_from_within(call),
            ("concat", 0) => self.concat(call),
            ("map", 1) if self.is_array(&call.receiver) => self.map_array(call),
            ("split_at" | "split_at_mut", 1) => self.split_at(call),
            ("unwrap" | "expect", _) if self.is_element_access(&call.receiver) => {
                let Expr::MethodCall(access) = &*call.receiver else {
                    return None;
                };
                self.element_access(access).and_then(|base| {
                    let place = self.as_place(base, span)?;
                    let kind = self.kind_at(&place);
                    Some(match kind {
                        Kind::Real(_) | Kind::Int | Kind::Bool
                            if !access.method.to_string().ends_with("_mut") =>
                        {
                            Tree::Ref(Box::new(self.load(place, span)))
                        }
                        _ => {
                            let mutable = access.method.to_string().ends_with("_mut");
                            self.view(place, mutable, span)
                        }
                    })
                })
            }
            _ => return None,
        })
    }

    /// Whether an expression names or makes what is held in memory, so that
    /// `len` is that of a container.
    pub(super) fn is_memory_expr(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_memory_expr(&inner.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => self.lookup(&name.to_string()).is_some(),
                None => false,
            },
            Expr::Index(index) => self.is_memory_expr(&index.expr),
            Expr::Field(field) => self.is_memory_expr(&field.base),
            Expr::Unary(unary) => self.is_memory_expr(&unary.expr),
            Expr::Reference(reference) => self.is_memory_expr(&reference.expr),
            _ => false,
        }
    }

    pub(super) fn duplicate(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.span();
        let place = match self.base(&call.receiver)? {
            Base::Tree(tree) => match tree.behind_refs() {
                Tree::Leaf(leaf) if self.is_scalar(*leaf) => {
                    return Some(tree.behind_refs().clone());
                }
                Tree::Leaf(leaf) => Place::whole(*leaf),
                // a tuple is cloned part by part
                tuple => {
                    let tuple = tuple.clone();
                    return Some(self.duplicate_tree(&tuple, &call.method, span));
                }
            },
            Base::Place(place) => place,
        };
        let mut place = place;
        if call.method == "to_vec" {
            place = self.as_sequence(place, Claimed::Sequence, span);
        }
        let kind = self.kind_at(&place);
        if matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool) {
            return Some(self.load(place, span));
        }
        Some(self.push(Op::Duplicate(place, call.method.clone()), kind, span))
    }

    pub(super) fn duplicate_tree(
        &mut self,
        tree: &Tree<ValueId>,
        method: &Ident,
        span: Span,
    ) -> Tree<ValueId> {
        match tree {
            Tree::Leaf(leaf) if self.is_scalar(*leaf) => tree.clone(),
            Tree::Leaf(leaf) => {
                let kind = self.f.kind(*leaf);
                let op = Op::Duplicate(Place::whole(*leaf), method.clone());
                self.push(op, kind, span)
            }
            Tree::Tuple(parts) => {
                let parts = parts.iter();
                Tree::Tuple(
                    parts
                        .map(|part| self.duplicate_tree(part, method, span))
                        .collect(),
                )
            }
            Tree::Option(some, payload) => {
                let payload = self.duplicate_tree(payload, method, span);
                Tree::Option(some.clone(), Box::new(payload))
            }
            Tree::Result(ok, error) => {
                let ok = self.duplicate_tree(ok, method, span);
                let error = self.duplicate_tree(error, method, span);
                Tree::Result(Box::new(ok), Box::new(error))
            }
            Tree::Ref(inner) => Tree::Ref(inner.clone()),
        }
    }

    /// Whether a local is a container of integers or `bool`s: it has no adjoint
    /// that would have to follow.
    fn holds_integers(&self, expr: &Expr) -> bool {
        let Expr::Path(path) = super::call::strip(expr) else {
            return false;
        };
        let kind = path
            .path
            .get_ident()
            .and_then(|name| self.kind_of_local(name));
        kind.is_some_and(|kind| kind.is_container() && !kind.may_be_real())
    }

    /// A method that rearranges or lengthens.
    fn mutate(&mut self, call: &syn::ExprMethodCall, method: &'static str) -> Lowering {
        let claim = match method {
            "push" => Claimed::VectorMut,
            _ => Claimed::SequenceMut,
        };
        let exprs: Vec<&Expr> = call.args.iter().collect();
        // `v.push(v[0])`: the receiver is borrowed when the arguments are there
        let (args, place) = match is_plain(&call.receiver) {
            true => {
                let (args, _) = self.parts(exprs)?;
                (args, self.sequence(&call.receiver, claim)?)
            }
            false => {
                let place = self.sequence(&call.receiver, claim)?;
                (self.parts(exprs)?.0, place)
            }
        };
        if method == "push"
            && let (Some(target), Some(arg)) = (self.place(&call.receiver), args.first())
            && let Some(Tree::Leaf(var)) = self.place_vars(&target)
        {
            // the first element tells what `Vec::new()` holds
            let known = self.f.kind(*arg).contained();
            let info = &mut self.f.vars[var.0 as usize];
            info.kind = info.kind.join(known);
        }
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method,
            args,
            record: None,
            span: call.method.span(),
        }));
        Some(Tree::unit())
    }

    /// Whether an expression is of a vector of numbers by what is known of it: maps and
    /// the user's own types have methods of these names, too.
    pub(super) fn is_vector(&self, expr: &Expr) -> bool {
        let Expr::Path(path) = super::call::strip(expr) else {
            return false;
        };
        let name = path.path.get_ident();
        let kind = name.and_then(|name| self.kind_of_local(name));
        kind.is_some_and(Kind::is_container)
    }

    /// `v.insert(i, value)`: at the end, then to its place.
    fn insert(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let index = self.expr(&call.args[0])?;
        let index = self.leaf(&index, call.args[0].span());
        let mut push = call.clone();
        push.args = push.args.into_iter().skip(1).collect();
        self.mutate(&push, "push")?;
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        self.rotate(place, index, "rotate_right", span);
        Some(Tree::unit())
    }

    /// `v.remove(i)`, `v.swap_remove(i)`: to the end, then off.
    fn remove(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let index = self.expr(&call.args[0])?;
        let index = self.leaf(&index, call.args[0].span());
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        match call.method == "remove" {
            true => self.rotate(place.clone(), index, "rotate_left", span),
            false => {
                let len = self.len(&place, span);
                let one = self.push_value(Op::Integer(1), Kind::Int, span);
                let last = Op::Binary(crate::ir::BinaryOp::Sub, len, one);
                let last = self.push_value(last, Kind::Int, span);
                self.out.push(Stmt::Mutate(Mutate {
                    place: place.clone(),
                    method: "swap",
                    args: vec![index, last],
                    record: None,
                    span,
                }));
            }
        }
        let kind = self.kind_at(&place).element();
        Some(self.push(Op::PopValue(place), kind, span))
    }

    /// `place[from..].method(1)`: panics where there is no element.
    pub(super) fn rotate(&mut self, place: Place, from: ValueId, method: &'static str, span: Span) {
        let one = self.push_value(Op::Integer(1), Kind::Int, span);
        self.out.push(Stmt::Mutate(Mutate {
            place: place.with(Proj::Range(Some(from), None, false)),
            method,
            args: vec![one],
            record: None,
            span,
        }));
    }

    /// `for k in 0..len { body(k) }`
    pub(super) fn counted(
        &mut self,
        len: ValueId,
        span: Span,
        body: impl FnOnce(&mut Self, ValueId),
    ) {
        let start = self.push_value(Op::Integer(0), Kind::Int, span);
        self.counted_from(start, len, span, body);
    }

    /// `for k in start..len { body(k) }`
    pub(super) fn counted_from(
        &mut self,
        start: ValueId,
        len: ValueId,
        span: Span,
        body: impl FnOnce(&mut Self, ValueId),
    ) {
        let item = self.f.value(Kind::Int, Some("k".to_owned()), span);
        let region = self.region(|this| body(this, item));
        let id = self.f.stmt_id();
        let exit = self.f.target();
        self.out.push(Stmt::Loop(Loop {
            id,
            head: Head::Range(Range {
                item,
                start,
                end: len,
                inclusive: false,
                adaptors: Vec::new(),
            }),
            inits: Vec::new(),
            params: Vec::new(),
            results: Vec::new(),
            body: region,
            stop: None,
            exit: Some(exit),
            tape: None,
            fused: None,
            checkpoint: None,
            span,
        }));
    }

    /// `v.sort_by(compare)` and its like: the permutation is recorded.
    fn sort_by(&mut self, call: &syn::ExprMethodCall, by: &'static str) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let element = self.kind_at(&place).element();
        let is_number = matches!(element, Kind::Real(_) | Kind::Int | Kind::Bool);
        if call.method.to_string().starts_with("sort_unstable") && !is_number {
            return self.refuse(&call.method, no::UNSTABLE);
        }
        let compare = self.capture(call.args[0].to_token_stream());
        let order = Op::SortOrder(place.clone(), compare, by);
        let order = self.push_value(order, Kind::Opaque, span);
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method: "permute",
            args: Vec::new(),
            record: Some(order),
            span,
        }));
        Some(Tree::unit())
    }

    fn split_at(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let mutable = call.method == "split_at_mut";
        let claim = match mutable {
            true => Claimed::SequenceMut,
            false => Claimed::Sequence,
        };
        let place = self.sequence(&call.receiver, claim)?;
        let middle = self.expr(&call.args[0])?;
        let middle = self.leaf(&middle, call.args[0].span());
        if !mutable {
            let left = place.clone().with(Proj::Range(None, Some(middle), false));
            let right = place.with(Proj::Range(Some(middle), None, false));
            let left = self.view(left, false, span);
            let right = self.view(right, false, span);
            return Some(Tree::Tuple(vec![left, right]));
        }
        let [left, right] = self.halves(place, middle, span);
        Some(Tree::Tuple(vec![Tree::Leaf(left), Tree::Leaf(right)]))
    }

    /// `place.split_at_mut(middle)`
    pub(super) fn halves(&mut self, place: Place, middle: ValueId, span: Span) -> [ValueId; 2] {
        let kind = self.kind_at(&place);
        let pair = self.push_value(Op::SplitAt(place.clone(), middle), Kind::Opaque, span);
        let mut half = |index: u32, step: Proj| {
            let op = Op::Half(pair, index, place.clone().with(step));
            let value = self.push_value(op, kind, span);
            self.f.info_mut(value).hold = Hold::Mut;
            value
        };
        [
            half(0, Proj::Range(None, Some(middle), false)),
            half(1, Proj::Range(Some(middle), None, false)),
        ]
    }
}

/// The function that finds the order in which a method sorts.
fn sort_order(call: &syn::ExprMethodCall) -> Option<&'static str> {
    let by = match &*call.method.to_string() {
        "sort_by" => "sort_order",
        "sort_unstable_by" => "sort_unstable_order",
        "sort_by_key" => "sort_key_order",
        "sort_unstable_by_key" => "sort_unstable_key_order",
        "sort_by_cached_key" => "sort_cached_key_order",
        _ => return None,
    };
    (call.args.len() == 1).then_some(by)
}
