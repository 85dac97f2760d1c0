//! Methods that write many elements, or change how many there are: lowered to
//! loops over places.

use super::{Binding, Lowerer, Lowering, SlotId};
use crate::ir::{
    BinaryOp, Capture, Claimed, Kind, Mutate, Op, Place, Proj, Region, Stmt, Tree, ValueId,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    pub(super) fn fill(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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
    pub(super) fn copy_from(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let to = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let from = self.sequence(&call.args[0], Claimed::Sequence)?;
        let (len, other) = (self.len(&to, span), self.len(&from, span));
        let differ = self.push_value(Op::Binary(BinaryOp::Ne, len, other), Kind::Bool, span);
        // the generated code panics where the user's does
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

    pub(super) fn extend_from(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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
    pub(super) fn extend(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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

    pub(super) fn truncate(&mut self, call: &syn::ExprMethodCall) -> Lowering {
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let n = self.expr(&call.args[0])?;
        let n = self.leaf(&n, call.args[0].span());
        self.cut(place, n, call.method.span());
        Some(Tree::unit())
    }

    /// Shortens a vector to `n` elements, if it has more.
    pub(super) fn cut(&mut self, place: Place, n: ValueId, span: Span) {
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
    pub(super) fn resize(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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

    /// `rows.concat()`
    pub(super) fn concat(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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
    pub(super) fn append(&mut self, slot: SlotId, from: &Place, span: Span) {
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
    pub(super) fn is_array(&mut self, expr: &Expr) -> bool {
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
    pub(super) fn map_array(&mut self, call: &syn::ExprMethodCall) -> Lowering {
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
    pub(super) fn array_from_fn(
        &mut self,
        function: &Expr,
        len: Option<TokenStream>,
        span: Span,
    ) -> Lowering {
        let of_length = len.map_or_else(TokenStream::new, |len| quote!(::<_, { #len }, _>));
        let tokens = quote_spanned! {span=>
            ::core::array::from_fn #of_length (|_| ::core::default::Default::default())
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
}
