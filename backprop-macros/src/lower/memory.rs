//! Arrays, slices, vectors and structs: places, views, literals.
//!
//! What is no scalar stays in memory. A place is a value and a path into it;
//! reading it is an operation that copies a number out, writing it is a
//! statement. A reference to a place is a *view*: a name for it that borrows.

use super::{Binding, Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Aggregate, BinaryOp, Claimed, Count, Hold, Kind, Op, Place, Proj, Tree, ValueId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Member, Token};

/// What an expression in front of `[`, `.` or `&` names.
pub(super) enum Base {
    /// Values as they are in scope, not copied.
    Tree(Tree<ValueId>),
    /// A part of what a value holds.
    Place(Place),
}

impl Lowerer<'_> {
    // Places

    /// The place that an expression names; an expression that is no place is
    /// computed, and the place is its value.
    pub(super) fn base(&mut self, expr: &Expr) -> Option<Base> {
        let written = std::mem::take(&mut self.written);
        let inside = |this: &mut Self, expr: &Expr| {
            this.written = written;
            let base = this.base(expr);
            this.written = false;
            base
        };
        match expr {
            Expr::Paren(inner) => inside(self, &inner.expr),
            Expr::Group(inner) => inside(self, &inner.expr),
            Expr::Path(path) => {
                if let Some(name) = path.path.get_ident()
                    && let Some(tree) = self.raw(name)
                {
                    return Some(Base::Tree(tree));
                }
                Some(Base::Tree(self.path(path)?))
            }
            Expr::Field(field)
                if let Member::Named(part) = &field.member
                    && let Some(end) = self.end_of_range(&field.base, &part.to_string()) =>
            {
                Some(Base::Tree(end?))
            }
            Expr::Field(field) => {
                let base = inside(self, &field.base)?;
                if let (Base::Tree(tree), Member::Unnamed(index)) = (&base, &field.member)
                    && let Tree::Tuple(parts) = tree.behind_refs()
                {
                    return match parts.get(index.index as usize) {
                        Some(part) => Some(Base::Tree(part.clone())),
                        None => self.refuse(field, no::TUPLE_SHAPE).map(Base::Tree),
                    };
                }
                let place = self.as_place(base, field.span())?;
                Some(Base::Place(place.with(Proj::Field(field.member.clone()))))
            }
            Expr::Index(index) => {
                let base = inside(self, &index.expr)?;
                let place = self.as_place(base, index.span())?;
                let step = match self.own_index(&place, &index.index) {
                    Some(step) => step,
                    None => self.index(&index.index)?,
                };
                Some(Base::Place(place.with(step)))
            }
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                match inside(self, &unary.expr)? {
                    Base::Tree(Tree::Ref(_)) if written => {
                        // the number was read: what is written would be lost
                        self.errors.refuse(expr, no::MUT_REFERENCE_CHOSEN);
                        None
                    }
                    Base::Tree(Tree::Ref(inner)) => Some(Base::Tree(*inner)),
                    Base::Tree(Tree::Leaf(leaf)) if self.f.is_reference(leaf) => {
                        Some(Base::Place(Place::whole(leaf)))
                    }
                    base => {
                        let place = self.as_place(base, unary.span())?;
                        Some(Base::Place(self.dereferenced(&unary.expr, place)))
                    }
                }
            }
            Expr::Reference(inner) => self.base(&inner.expr),
            Expr::MethodCall(call)
                if call.args.is_empty()
                    && ["as_slice", "as_mut_slice"].contains(&&*call.method.to_string()) =>
            {
                self.base(&call.receiver)
            }
            Expr::MethodCall(call)
                if ["unwrap", "expect"].contains(&&*call.method.to_string())
                    && self.is_element_of_place(&call.receiver) =>
            {
                let Expr::MethodCall(access) = &*call.receiver else {
                    return None;
                };
                self.element_access(access)
            }
            expr => {
                // `&mut { p }` is of a copy
                let value = self.expr(expr)?;
                Some(Base::Tree(self.apart(&value, expr)))
            }
        }
    }

    /// `*expr`, where `expr` was found to be `place`.
    pub(super) fn dereferenced(&self, expr: &Expr, place: Place) -> Place {
        match expr {
            Expr::Paren(inner) => self.dereferenced(&inner.expr, place),
            // the place is the element that the method refers to
            Expr::MethodCall(call) if self.is_element_of_place(&call.receiver) => place,
            Expr::Reference(_) => place,
            _ => place.with(Proj::Deref),
        }
    }

    /// What a local holds, without copying it.
    fn raw(&mut self, name: &Ident) -> Option<Tree<ValueId>> {
        match self.lookup(&name.to_string()).cloned()? {
            Binding::Value(tree) => Some(tree),
            Binding::Slot(slot) if self.slots[slot.0].tree.is_some() => {
                Some(self.read_slot(slot, name.span()))
            }
            Binding::MutRef(place) => {
                let tree = self.read_place(&place, name.span())?;
                Some(Tree::Ref(Box::new(tree)))
            }
            _ => None,
        }
    }

    pub(super) fn as_place(&mut self, base: Base, span: Span) -> Option<Place> {
        match base {
            Base::Place(place) => Some(place),
            Base::Tree(tree) => match tree.behind_refs() {
                Tree::Leaf(leaf) => Some(Place::whole(*leaf)),
                _ => {
                    self.errors.refuse_at(span, no::TUPLE_SHAPE);
                    None
                }
            },
        }
    }

    /// The place of an expression that is no tuple.
    pub(super) fn memory(&mut self, expr: &Expr) -> Option<Place> {
        let base = self.base(expr)?;
        self.as_place(base, expr.span())
    }

    /// What stands in `[..]`.
    pub(super) fn index(&mut self, index: &Expr) -> Option<Proj> {
        if let Some(range) = self.named_range(index) {
            return self.index(&Expr::Range(range));
        }
        match index {
            Expr::Paren(inner) => self.index(&inner.expr),
            Expr::Group(inner) => self.index(&inner.expr),
            Expr::Range(range) => {
                let mut bound = |expr: &Option<Box<Expr>>| match expr {
                    Some(expr) => {
                        let value = self.expr(expr)?;
                        Some(Some(self.leaf(&value, expr.span())))
                    }
                    None => Some(None),
                };
                let (start, end) = (bound(&range.start)?, bound(&range.end)?);
                let closed = matches!(range.limits, syn::RangeLimits::Closed(_));
                Some(Proj::Range(start, end, closed))
            }
            index => {
                let value = self.expr(index)?;
                Some(Proj::Index(self.leaf(&value, index.span())))
            }
        }
    }

    pub(super) fn is_element_access(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = expr else {
            return false;
        };
        if self.sibling(call).is_some() {
            return false;
        }
        match (&*call.method.to_string(), call.args.len()) {
            ("first" | "last" | "first_mut" | "last_mut", 0) => true,
            ("get" | "get_mut", 1) => !self.is_range(&call.args[0]),
            _ => self.is_preferred(expr),
        }
    }

    /// The same, of a sequence in memory.
    pub(super) fn is_element_of_place(&self, expr: &Expr) -> bool {
        let Expr::MethodCall(call) = expr else {
            return false;
        };
        let of_chain = self.is_chain(&call.receiver) && !self.is_preferred(expr);
        self.is_element_access(expr) && !of_chain
    }

    /// The sequence of `first()` and its like.
    pub(super) fn element_source(&mut self, call: &syn::ExprMethodCall) -> Option<Place> {
        let claim = match call.method.to_string().ends_with("_mut") {
            true => Claimed::SequenceMut,
            false => Claimed::Sequence,
        };
        match super::call::strip(&call.receiver) {
            Expr::MethodCall(iter) if matches!(&*call.method.to_string(), "max_by" | "min_by") => {
                self.sequence(&iter.receiver, claim)
            }
            receiver => self.sequence(receiver, claim),
        }
    }

    /// The vector that a method shortens.
    pub(super) fn vector(&mut self, expr: &Expr) -> Option<Place> {
        self.sequence(expr, Claimed::VectorMut)
    }

    /// `first()`, `last()`, `get(i)`, as places: the element must be there.
    pub(super) fn element_access(&mut self, call: &syn::ExprMethodCall) -> Option<Base> {
        let span = call.method.span();
        let place = self.element_source(call)?;
        let index = match &*call.method.to_string() {
            "first" | "first_mut" => self.push_value(Op::Integer(0), Kind::Int, span),
            "last" | "last_mut" => {
                let len = self.len(&place, span);
                let one = self.push_value(Op::Integer(1), Kind::Int, span);
                self.push_value(Op::Binary(BinaryOp::Sub, len, one), Kind::Int, span)
            }
            "max_by" | "min_by" => self.preferred_index(call, &place)?,
            _ => {
                let value = self.expr(&call.args[0])?;
                self.leaf(&value, call.args[0].span())
            }
        };
        Some(Base::Place(place.with(Proj::Index(index))))
    }

    pub(super) fn len(&mut self, place: &Place, span: Span) -> ValueId {
        let op = Op::Query(place.clone(), Ident::new("len", span));
        self.push_value(op, Kind::Int, span)
    }

    /// The place of a receiver whose method is taken for that of sequences: if
    /// that is not known by spelling, rustc checks it.
    pub(super) fn sequence(&mut self, expr: &Expr, claim: Claimed) -> Option<Place> {
        let place = self.memory(expr)?;
        Some(self.as_sequence(place, claim, expr.span()))
    }

    pub(super) fn as_sequence(&mut self, place: Place, claim: Claimed, span: Span) -> Place {
        if self.kind_at(&place).is_container() {
            return place;
        }
        let kind = Kind::Opaque.contained();
        let value = self.push_value(Op::Checked(place, claim), kind, span);
        self.f.info_mut(value).hold = match claim {
            Claimed::Sequence => Hold::Shared,
            _ => Hold::Mut,
        };
        Place::whole(value)
    }

    pub(super) fn kind_at(&self, place: &Place) -> Kind {
        crate::ir::kind_at(&self.f, place)
    }

    /// The content of a place.
    pub(super) fn load(&mut self, place: Place, span: Span) -> Tree<ValueId> {
        let kind = self.kind_at(&place);
        let is_named = self.is_named_place(&place);
        let is_object = self.is_object_place(&place);
        let value = self.push_value(Op::Load(place), kind, span);
        if is_named {
            self.named.insert(value);
        }
        if is_object {
            self.objects.insert(value);
        }
        Tree::Leaf(value)
    }

    /// The value of an expression that names a place.
    pub(super) fn load_expr(&mut self, expr: &Expr) -> Lowering {
        let span = expr.span();
        match self.base(expr)? {
            Base::Tree(tree) => Some(tree),
            Base::Place(place) => {
                if let ([Proj::Field(Member::Unnamed(index))], base) = (&place.path[..], place.base)
                    && self.f.kind(base) == Kind::Opaque
                    && !self.f.is_reference(base)
                {
                    // a part of a tuple whose shape is not known
                    let op = Op::Project(base, index.index);
                    return Some(self.push(op, Kind::Opaque, span));
                }
                Some(self.load(place, span))
            }
        }
    }

    /// A view of a place.
    pub(super) fn view(&mut self, place: Place, mutable: bool, span: Span) -> Tree<ValueId> {
        let kind = self.kind_at(&place);
        let is_named = self.is_named_place(&place);
        let is_object = self.is_object_place(&place);
        let value = self.push_value(Op::View(place, mutable), kind, span);
        if is_named {
            self.named.insert(value);
        }
        if is_object {
            self.objects.insert(value);
        }
        self.f.info_mut(value).hold = match mutable {
            true => Hold::Mut,
            false => Hold::Shared,
        };
        Tree::Leaf(value)
    }

    /// `&place`, `&mut place`, `&value`; `is_kept` if the reference itself is wanted,
    /// not the number that it refers to.
    pub(super) fn reference(&mut self, expr: &syn::ExprReference, is_kept: bool) -> Lowering {
        let span = expr.span();
        let mutable = expr.mutability.is_some();
        let base = match mutable.then(|| self.with_lens(&expr.expr)).flatten() {
            Some(target) => self.base(&target)?,
            None => self.base(&expr.expr)?,
        };
        let place = match base {
            Base::Tree(Tree::Leaf(leaf)) if !self.is_scalar(leaf) => Place::whole(leaf),
            Base::Tree(tree) if mutable => {
                let _ = tree;
                return match self.place(&expr.expr) {
                    Some(place) => match self.place_vars(&place) {
                        Some(Tree::Leaf(var)) => Some(self.pointer(var, &place, span)),
                        _ => self.refuse(expr, no::MUT_REFERENCE_CHOSEN),
                    },
                    None => self.refuse(expr, no::MUT_REFERENCE),
                };
            }
            // `&*r` is `r`
            Base::Tree(tree) => return Some(Tree::Ref(Box::new(tree))),
            Base::Place(place) => place,
        };
        if !mutable
            && !is_kept
            && matches!(self.kind_at(&place), Kind::Real(_) | Kind::Int | Kind::Bool)
        {
            // nothing can write there while it is borrowed
            return Some(Tree::Ref(Box::new(self.load(place, span))));
        }
        Some(self.view(place, mutable, span))
    }

    pub(super) fn is_scalar(&self, value: ValueId) -> bool {
        matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool)
            && !self.f.is_reference(value)
    }

    /// A value on its own: what a variable holds may be changed in place later.
    pub(super) fn owned(&mut self, tree: &Tree<ValueId>, span: Span) -> Tree<ValueId> {
        match tree {
            Tree::Leaf(leaf) if self.is_scalar(*leaf) || self.f.is_reference(*leaf) => tree.clone(),
            Tree::Leaf(leaf) => {
                let copy = self.load(Place::whole(*leaf), span);
                if let Tree::Leaf(copy) = copy {
                    let hint = self.f.info(*leaf).hint.clone();
                    self.f.info_mut(copy).hint = hint;
                    if self.boxes.contains(leaf) {
                        self.boxes.insert(copy);
                    }
                }
                copy
            }
            Tree::Tuple(parts) => {
                Tree::Tuple(parts.iter().map(|part| self.owned(part, span)).collect())
            }
            Tree::Option(some, payload) => {
                Tree::Option(some.clone(), Box::new(self.owned(payload, span)))
            }
            Tree::Result(ok, error) => Tree::Result(
                Box::new(self.owned(ok, span)),
                Box::new(self.owned(error, span)),
            ),
            Tree::Ref(_) => tree.clone(),
        }
    }

    /// The same of what a name stands for, which may be read when what it is assigned to is
    /// changed. What branches, loops and closures give may turn out to be such a value, too;
    /// everything else was made where it stands.
    pub(super) fn apart(&mut self, tree: &Tree<ValueId>, expr: &Expr) -> Tree<ValueId> {
        let is_chosen = match super::call::strip(expr) {
            Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Loop(_) => true,
            expr => self.is_closure_call(expr),
        };
        let is_named = |leaf: &ValueId| {
            let mut bindings = self.scopes.iter().flatten();
            let stands_for_it = |binding: &Binding| match binding {
                Binding::Value(tree) => tree.any(|of| of == leaf),
                _ => false,
            };
            !self.is_scalar(*leaf) && bindings.any(|(_, binding)| stands_for_it(binding))
        };
        match is_chosen || tree.any(is_named) {
            true => self.owned(tree, expr.span()),
            false => tree.clone(),
        }
    }

    /// One value for a tree: tuples are built.
    pub(super) fn packed(&mut self, tree: &Tree<ValueId>, span: Span) -> ValueId {
        match tree.behind_refs() {
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.packed(part, span)).collect();
                let op = Op::Aggregate(Aggregate::Tuple, parts);
                self.push_value(op, Kind::Opaque, span)
            }
            Tree::Leaf(leaf) if self.f.is_reference(*leaf) => *leaf,
            Tree::Option(some, payload) => self.packed_option(some, payload, span),
            tree => self.leaf(tree, span),
        }
    }

    /// `if some { Some(payload) } else { None }`
    fn packed_option(
        &mut self,
        some: &Tree<ValueId>,
        payload: &Tree<ValueId>,
        span: Span,
    ) -> ValueId {
        let none = Op::Constant(quote_spanned!(span=> ::core::option::Option::None));
        if payload.is_unit() {
            return self.push_value(none, Kind::Opaque, span);
        }
        let flag = self.leaf(some, span);
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            let aggregate = Aggregate::Struct {
                path: syn::parse_quote_spanned!(span=> ::core::option::Option::Some),
                members: vec![Member::Unnamed(0.into())],
                has_base: false,
            };
            let payload = this.packed(payload, span);
            let whole = this.push(Op::Aggregate(aggregate, vec![payload]), Kind::Opaque, span);
            this.write_slot(slot, &whole, span);
        });
        let other = self.region(|this| {
            let none = this.push(none, Kind::Opaque, span);
            this.write_slot(slot, &none, span);
        });
        self.push_if(flag, then, other);
        self.read_slot(slot, span).leaves()[0]
    }

    // Literals

    /// The parts of a literal, each a value of its own.
    pub(super) fn parts<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e Expr>,
    ) -> Option<(Vec<ValueId>, Kind)> {
        let mut kind = Kind::Opaque;
        let mut parts = Vec::new();
        for expr in exprs {
            let value = self.expr(expr)?;
            let value = self.owned(&value, expr.span());
            let part = self.packed(&value, expr.span());
            kind = match parts.is_empty() {
                true => self.f.kind(part),
                false => kind.join(self.f.kind(part)),
            };
            parts.push(part);
        }
        Some((parts, kind))
    }

    pub(super) fn array(&mut self, array: &syn::ExprArray) -> Lowering {
        let (parts, kind) = self.parts(&array.elems)?;
        let op = Op::Aggregate(Aggregate::Array, parts);
        Some(self.push(op, kind.contained(), array.span()))
    }

    pub(super) fn repeat(&mut self, repeat: &syn::ExprRepeat) -> Lowering {
        let (parts, kind) = self.parts([&*repeat.expr])?;
        let count = Count::Constant(repeat.len.to_token_stream());
        let op = Op::Repeat(parts[0], count);
        Some(self.push(op, kind.contained(), repeat.span()))
    }

    /// `vec![..]`
    pub(super) fn vec_macro(&mut self, tokens: &TokenStream, span: Span) -> Lowering {
        enum Written {
            List(Vec<Expr>),
            Repeat(Box<Expr>, Box<Expr>),
        }
        let parser = |input: ParseStream| {
            if input.is_empty() {
                return Ok(Written::List(Vec::new()));
            }
            let first: Expr = input.parse()?;
            if input.parse::<Option<Token![;]>>()?.is_some() {
                return Ok(Written::Repeat(Box::new(first), Box::new(input.parse()?)));
            }
            let mut list = vec![first];
            while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
                list.push(input.parse()?);
            }
            match input.is_empty() {
                true => Ok(Written::List(list)),
                false => Err(input.error("expected `,` or `;`")),
            }
        };
        match parser.parse2(tokens.clone()) {
            Ok(Written::List(list)) => {
                let (parts, kind) = self.parts(&list)?;
                let op = Op::Aggregate(Aggregate::Vec, parts);
                Some(self.push(op, kind.contained(), span))
            }
            Ok(Written::Repeat(value, count)) => {
                let (parts, kind) = self.parts([&*value])?;
                let n = self.expr(&count)?;
                let n = self.leaf(&n, count.span());
                let op = Op::Repeat(parts[0], Count::Value(n));
                Some(self.push(op, kind.contained(), span))
            }
            Err(error) => {
                self.errors.push(error);
                Some(self.dummy(span))
            }
        }
    }

    /// `Path { field: value, ..base }`
    pub(super) fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Lowering {
        let exprs: Vec<&Expr> = literal.fields.iter().map(|field| &field.expr).collect();
        let (mut parts, _) = self.parts(exprs)?;
        let members = literal.fields.iter().map(|field| field.member.clone());
        let members = members.collect();
        if let Some(base) = &literal.rest {
            let value = self.expr(base)?;
            let value = self.owned(&value, base.span());
            parts.push(self.packed(&value, base.span()));
        }
        let aggregate = Aggregate::Struct {
            path: Box::new(literal.path.clone()),
            members,
            has_base: literal.rest.is_some(),
        };
        let op = Op::Aggregate(aggregate, parts);
        let value = self.push_value(op, Kind::Opaque, literal.span());
        self.named.insert(value);
        Some(Tree::Leaf(value))
    }

    /// `Path(values)`
    pub(super) fn tuple_struct(&mut self, call: &syn::ExprCall, path: &syn::Path) -> Lowering {
        let (parts, _) = self.parts(&call.args)?;
        let aggregate = Aggregate::Struct {
            path: Box::new(path.clone()),
            members: (0..parts.len())
                .map(|i| Member::Unnamed(i.into()))
                .collect(),
            has_base: false,
        };
        let op = Op::Aggregate(aggregate, parts);
        let value = self.push_value(op, Kind::Opaque, call.span());
        self.named.insert(value);
        Some(Tree::Leaf(value))
    }
}
