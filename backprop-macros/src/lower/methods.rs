//! Methods of sequences and vectors, and the functions of `std::mem`: lowered to
//! loops over places where they can be.

use super::memory::Base;
use super::{Binding, Lowerer, Lowering, SlotId};
use crate::ir::{
    BinaryOp, Capture, Claimed, Head, Hold, Kind, Loop, Mutate, Op, Place, Proj, Range, Region,
    Stmt, Tree, ValueId,
};
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// A method of containers; `None` if the name is none of theirs.
    pub(super) fn container_method(&mut self, call: &syn::ExprMethodCall) -> Option<Lowering> {
        let span = call.method.span();
        let name = call.method.to_string();
        Some(match (&*name, call.args.len()) {
            ("len" | "is_empty", 0) => {
                if !self.is_memory_expr(&call.receiver) {
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
            ("split_first" | "split_last", 0) => self.split_end(call),
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
            ("sort_by", 1) => self.sort_by(call),
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

    fn duplicate(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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
            span,
        }));
    }

    fn fill(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let (args, _) = self.parts([&call.args[0]])?;
        let len = self.len(&place, span);
        self.counted(len, span, |this, k| {
            this.write_at(place.with(Proj::Index(k)), args[0], span);
        });
        Some(Tree::unit())
    }

    /// `to.copy_from_slice(from)`
    fn copy_from(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let to = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let from = self.sequence(&call.args[0], Claimed::Sequence)?;
        let (len, other) = (self.len(&to, span), self.len(&from, span));
        let differ = self.push_value(Op::Binary(BinaryOp::Ne, len, other), Kind::Bool, span);
        let panics = self.region(|this| {
            let tokens = quote_spanned! {span=>
                ::core::panic!("the source slice and the destination slice differ in length")
            };
            this.out.push(Stmt::Diverge(Capture {
                tokens,
                uses: Vec::new(),
            }));
        });
        self.push_if(differ, panics, Region::default());
        self.counted(len, span, |this, k| {
            let Tree::Leaf(value) = this.element(&from, k, span) else {
                return;
            };
            this.write_at(to.with(Proj::Index(k)), value, span);
        });
        Some(Tree::unit())
    }

    /// A copy of element `k`: elements that are containers are cloned.
    pub(super) fn element(&mut self, from: &Place, k: ValueId, span: Span) -> Tree<ValueId> {
        let place = from.clone().with(Proj::Index(k));
        let kind = self.kind_at(&place);
        match kind {
            Kind::Real(_) | Kind::Int | Kind::Bool => self.load(place, span),
            kind => {
                let clone = Ident::new("clone", span);
                self.push(Op::Duplicate(place, clone), kind, span)
            }
        }
    }

    fn extend_from(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let to = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let from = self.sequence(&call.args[0], Claimed::Sequence)?;
        let len = self.len(&from, span);
        self.counted(len, span, |this, k| {
            let Tree::Leaf(value) = this.element(&from, k, span) else {
                return;
            };
            this.out.push(Stmt::Mutate(Mutate {
                place: to,
                method: "push",
                args: vec![value],
                record: None,
                span,
            }));
        });
        Some(Tree::unit())
    }

    /// `v.extend(items)`
    fn extend(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let chain = self.chain(&call.args[0])?;
        self.drive(chain, &None, &mut |this, item| {
            // `extend` takes references to numbers, too
            let item = match &item {
                Tree::Ref(inner) => (**inner).clone(),
                Tree::Leaf(leaf) if this.f.is_reference(*leaf) => {
                    this.load(Place::whole(*leaf), span)
                }
                item => this.owned(item, span),
            };
            let item = this.packed(&item, span);
            this.push_to(place.clone(), item, span);
        });
        Some(Tree::unit())
    }

    pub(super) fn push_to(&mut self, place: Place, item: ValueId, span: Span) {
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method: "push",
            args: vec![item],
            record: None,
            span,
        }));
    }

    fn truncate(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let n = self.expr(&call.args[0])?;
        let n = self.leaf(&n, call.args[0].span());
        self.cut(place, n, call.method.span());
        Some(Tree::unit())
    }

    /// Shortens a vector to `n` elements, if it has more.
    fn cut(&mut self, place: Place, n: ValueId, span: Span) {
        let len = self.len(&place, span);
        let shorter = self.push_value(Op::Binary(BinaryOp::Lt, n, len), Kind::Bool, span);
        let region = self.region(|this| {
            let rest = place.clone().with(Proj::Range(Some(n), None, false));
            let kind = this.kind_at(&place);
            let zeros = this.push_value(Op::ZeroAt(rest), kind, span);
            this.out.push(Stmt::Mutate(Mutate {
                place,
                method: "truncate",
                args: vec![n],
                record: Some(zeros),
                span,
            }));
        });
        self.push_if(shorter, region, Region::default());
    }

    /// `v.resize(n, value)`
    fn resize(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let n = self.expr(&call.args[0])?;
        let n = self.leaf(&n, span);
        let (parts, _) = self.parts([&call.args[1]])?;
        let len = self.len(&place, span);
        let less = self.push_value(Op::Binary(BinaryOp::Lt, n, len), Kind::Bool, span);
        let kept = self.push_value(Op::Select(less, n, len), Kind::Int, span);
        let more = self.push_value(Op::Binary(BinaryOp::Sub, n, kept), Kind::Int, span);
        let clone = Ident::new("clone", span);
        let longer = place.clone();
        self.counted(more, span, |this, _| {
            let item = this.duplicate_tree(&Tree::Leaf(parts[0]), &clone, span);
            let item = this.packed(&item, span);
            this.push_to(longer, item, span);
        });
        self.cut(place, n, span);
        Some(Tree::unit())
    }

    /// `v.sort_by(compare)`: the permutation is recorded.
    fn sort_by(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let compare = self.capture(call.args[0].to_token_stream());
        let order = self.push_value(Op::SortOrder(place.clone(), compare), Kind::Opaque, span);
        self.out.push(Stmt::Mutate(Mutate {
            place,
            method: "permute",
            args: Vec::new(),
            record: Some(order),
            span,
        }));
        Some(Tree::unit())
    }

    /// `rows.concat()`
    fn concat(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        // an array of slices would keep them borrowed: each is copied from at once
        if let Expr::Array(array) = super::call::strip(&call.receiver) {
            let mut parts = Vec::new();
            for part in &array.elems {
                parts.push(self.sequence(part, Claimed::Sequence)?);
            }
            let kind = parts
                .iter()
                .map(|part| self.kind_at(part))
                .reduce(|a, b| a.join(b));
            let vec = self.push(Op::NewVec(None), kind.unwrap_or(Kind::Opaque), span);
            let slot = self.slot(Some("concatenated".to_owned()), None, true, span);
            self.write_slot(slot, &vec, span);
            for part in parts {
                self.append(slot, &part, span);
            }
            return Some(self.read_slot(slot, span));
        }
        let place = self.sequence(&call.receiver, Claimed::Sequence)?;
        let kind = self.kind_at(&place).element();
        let vec = self.push(Op::NewVec(None), kind, span);
        let slot = self.slot(Some("concatenated".to_owned()), None, true, span);
        self.write_slot(slot, &vec, span);
        let rows = self.len(&place, span);
        self.counted(rows, span, |this, i| {
            this.append(slot, &place.with(Proj::Index(i)), span);
        });
        Some(self.read_slot(slot, span))
    }

    /// Pushes the elements of a sequence on the vector in a slot.
    fn append(&mut self, slot: SlotId, from: &Place, span: Span) {
        let len = self.len(from, span);
        self.counted(len, span, |this, k| {
            let element = this.element(from, k, span);
            let element = this.packed(&element, span);
            if let Tree::Leaf(base) = this.read_slot(slot, span) {
                this.push_to(Place::whole(base), element, span);
            }
        });
    }

    /// Whether an expression is an array, so that `map` is that of arrays.
    fn is_array(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Array(_) | Expr::Repeat(_) => true,
            Expr::Paren(inner) => self.is_array(&inner.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => match self.lookup(&name.to_string()).cloned() {
                    Some(Binding::Value(Tree::Leaf(leaf))) => self.f.kind(leaf).is_container(),
                    Some(Binding::Slot(slot)) => match &self.slots[slot.0].tree {
                        Some(Tree::Leaf(var)) => self.f.vars[var.0 as usize].kind.is_container(),
                        _ => false,
                    },
                    _ => false,
                },
                None => false,
            },
            _ => false,
        }
    }

    /// `array.map(function)`, for functions that keep the type.
    fn map_array(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let value = self.expr(&call.receiver)?;
        let mut value = self.owned(&value, span);
        if let Tree::Leaf(leaf) = value
            && self.f.is_reference(leaf)
        {
            value = self.load(Place::whole(leaf), span);
        }
        let slot = self.slot(Some("mapped".to_owned()), None, true, span);
        self.write_slot(slot, &value, span);
        let f = self.callback(&call.args[0])?;
        self.fill_array(slot, span, |this, base, k| {
            let item = this.element(&base, k, span);
            this.run(&f, vec![item])
        })
    }

    /// `array::from_fn(function)`
    pub(super) fn array_from_fn(&mut self, function: &Expr, span: Span) -> Lowering {
        let tokens = quote_spanned! {span=>
            ::core::array::from_fn(|_| ::core::default::Default::default())
        };
        let value = self.push(Op::Constant(tokens), Kind::Opaque.contained(), span);
        let slot = self.slot(Some("array".to_owned()), None, true, span);
        self.write_slot(slot, &value, span);
        let f = self.callback(function)?;
        self.fill_array(slot, span, |this, _, k| this.run(&f, vec![Tree::Leaf(k)]))
    }

    /// Writes each element of an array anew.
    fn fill_array(
        &mut self,
        slot: super::SlotId,
        span: Span,
        element: impl FnOnce(&mut Self, Place, ValueId) -> Lowering,
    ) -> Lowering {
        let Tree::Leaf(base) = self.read_slot(slot, span) else {
            return None;
        };
        let len = self.len(&Place::whole(base), span);
        let mut kind = None;
        self.counted(len, span, |this, k| {
            let Tree::Leaf(base) = this.read_slot(slot, span) else {
                return;
            };
            if let Some(value) = element(this, Place::whole(base), k) {
                let value = this.owned(&value, span);
                let value = this.packed(&value, span);
                kind = Some(this.f.kind(value));
                this.write_at(Place::whole(base).with(Proj::Index(k)), value, span);
            }
        });
        if let (Some(kind), Some(Tree::Leaf(var))) = (kind, self.slots[slot.0].tree.clone()) {
            let info = &mut self.f.vars[var.0 as usize];
            info.kind = info.kind.join(kind.contained());
        }
        Some(self.read_slot(slot, span))
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

    // `std::mem`

    /// `swap(&mut a, &mut b)`, `replace(&mut a, value)`, `take(&mut a)`.
    pub(super) fn mem_function(&mut self, name: &str, call: &syn::ExprCall) -> Option<Lowering> {
        let span = call.span();
        let targets: Vec<Option<Expr>> = call.args.iter().map(|arg| self.referred(arg)).collect();
        let target = |index: usize| targets.get(index).and_then(Option::as_ref);
        match (name, call.args.len()) {
            ("swap", 2) => {
                let (a, b) = (target(0)?, target(1)?);
                Some(self.swap(a, b))
            }
            ("replace", 2) => {
                let a = target(0)?;
                Some(self.replace(a, |this| this.expr(&call.args[1])))
            }
            ("take", 1) => {
                let a = target(0)?;
                Some(self.take(a, span))
            }
            _ => None,
        }
    }

    /// What a `&mut` argument refers to: `x` of `&mut x`, `*r` of `r`.
    fn referred(&self, arg: &Expr) -> Option<Expr> {
        match arg {
            Expr::Reference(reference) if reference.mutability.is_some() => {
                Some((*reference.expr).clone())
            }
            Expr::Path(path) => {
                let refers = match self.lookup(&path.path.get_ident()?.to_string())? {
                    Binding::MutRef(_) => true,
                    Binding::Value(Tree::Leaf(leaf)) => self.f.info(*leaf).hold == Hold::Mut,
                    _ => false,
                };
                refers.then(|| syn::parse_quote_spanned!(path.span()=> *#path))
            }
            _ => None,
        }
    }

    /// The content of a variable or a place, to be overwritten at once.
    fn taken(&mut self, target: &Expr) -> Lowering {
        if let Some(place) = self.place(target) {
            return self.read_place(&place, target.span());
        }
        let place = self.memory(target)?;
        let span = target.span();
        let kind = self.kind_at(&place);
        let is_number = matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool);
        if is_number || (place.path.is_empty() && !self.f.is_reference(place.base)) {
            return Some(self.load(place, span));
        }
        // nothing is moved out of what is borrowed
        let clone = proc_macro2::Ident::new("clone", span);
        Some(self.push(Op::Duplicate(place, clone), kind, span))
    }

    fn swap(&mut self, a: &Expr, b: &Expr) -> Lowering {
        let old_a = self.taken(a)?;
        let old_b = self.taken(b)?;
        self.put(a, &old_b);
        self.put(b, &old_a);
        Some(Tree::unit())
    }

    fn replace(&mut self, target: &Expr, value: impl FnOnce(&mut Self) -> Lowering) -> Lowering {
        let value = value(self)?;
        let old = self.taken(target)?;
        let value = self.owned(&value, target.span());
        self.put(target, &value);
        Some(old)
    }

    fn take(&mut self, target: &Expr, span: Span) -> Lowering {
        let old = self.taken(target)?;
        let value = old.map(&mut |leaf| {
            let op = Op::Runtime("default_like", vec![*leaf]);
            self.push_value(op, self.f.kind(*leaf), span)
        });
        self.put(target, &value);
        Some(old)
    }

    /// Writes a value that is nobody else's.
    fn put(&mut self, target: &Expr, value: &Tree<ValueId>) {
        match self.place(target) {
            Some(place) => self.write_place(&place, value, target.span()),
            None => {
                self.store(target, value);
            }
        }
    }
}

/// A variable or a field of one: evaluating it has no effect.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_plain(&inner.expr),
        Expr::Group(inner) => is_plain(&inner.expr),
        Expr::Field(field) => is_plain(&field.base),
        Expr::Path(_) => true,
        _ => false,
    }
}
