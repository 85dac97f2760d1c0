//! Methods that leave elements out of a vector, or hand them to another one.

use super::{Binding, Lowerer, Lowering, SlotId, call::strip};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Claimed, Kind, Mutate, Op, Place, Proj, Region, Stmt, Tree, ValueId};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    /// Whether `retain` is that of vectors: the one of maps takes a key and a value.
    pub(super) fn retains(&self, call: &ExprMethodCall) -> bool {
        let of_elements = match strip(&call.args[0]) {
            Expr::Closure(closure) => closure.inputs.len() == 1,
            _ => true,
        };
        let is_field = matches!(strip(&call.receiver), Expr::Field(_));
        of_elements && (is_field || self.is_vector(&call.receiver))
    }

    /// `v.retain(keep)`, `v.retain_mut(keep)`: what is kept makes a new vector.
    pub(super) fn retain(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let keep = self.callback(&call.args[0])?;
        let len = self.len(&place, span);
        let kept = self.new_vector(&place, span);
        self.counted(len, span, |this, k| {
            let at = place.clone().with(Proj::Index(k));
            let shown = match call.method == "retain_mut" {
                true => this.view(at, true, span),
                false => this.element_reference(at, span),
            };
            let Some(keeps) = this.run(&keep, vec![shown]) else {
                return;
            };
            let keeps = this.leaf(&keeps, span);
            let then = this.region(|this| this.push_element(kept, &place, k, span));
            this.push_if(keeps, then, Region::default());
        });
        self.replace_content(&call.receiver, kept, span)
    }

    /// `v.dedup()`, `v.dedup_by(same)`: elements like the last one kept go.
    pub(super) fn dedup(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let same = match call.args.first() {
            Some(same) => Some(self.callback(same)?),
            None => None,
        };
        let len = self.len(&place, span);
        let kept = self.new_vector(&place, span);
        let zero = self.push(Op::Integer(0), Kind::Int, span);
        let last = self.slot(Some("last".to_owned()), None, true, span);
        self.write_slot(last, &zero, span);
        self.counted(len, span, |this, k| {
            let before = this.read_slot(last, span).leaves()[0];
            let shown = |this: &mut Self, at: ValueId| {
                this.element_reference(place.clone().with(Proj::Index(at)), span)
            };
            let is_first = Op::Binary(BinaryOp::Eq, k, zero.leaves()[0]);
            let is_first = this.push_value(is_first, Kind::Bool, span);
            let slot = this.slot(None, None, true, span);
            let start = this.region(|this| {
                let new = this.push(Op::Flag(true), Kind::Bool, span);
                this.write_slot(slot, &new, span);
            });
            let rest = this.region(|this| {
                let (new, old) = (shown(this, k), shown(this, before));
                let differs = match &same {
                    Some(same) => this.run(same, vec![new, old]).map(|same| {
                        let same = this.leaf(&same, span);
                        this.push(Op::Not(same), Kind::Bool, span)
                    }),
                    None => {
                        let (a, b) = (this.leaf(&new, span), this.leaf(&old, span));
                        Some(this.push(Op::Binary(BinaryOp::Ne, a, b), Kind::Bool, span))
                    }
                };
                if let Some(differs) = differs {
                    this.write_slot(slot, &differs, span);
                }
            });
            this.push_if(is_first, start, rest);
            let is_new = this.read_slot(slot, span).leaves()[0];
            let then = this.region(|this| {
                this.push_element(kept, &place, k, span);
                this.write_slot(last, &Tree::Leaf(k), span);
            });
            this.push_if(is_new, then, Region::default());
        });
        self.replace_content(&call.receiver, kept, span)
    }

    fn new_vector(&mut self, like: &Place, span: Span) -> SlotId {
        let kind = match self.kind_at(like) {
            kind if kind.is_container() => kind,
            kind => kind.contained(),
        };
        let vec = self.push(Op::NewVec(None), kind, span);
        let slot = self.slot(Some("kept".to_owned()), None, true, span);
        self.write_slot(slot, &vec, span);
        slot
    }

    fn push_element(&mut self, to: SlotId, from: &Place, k: ValueId, span: Span) {
        let element = self.element(from, k, span);
        let element = self.packed(&element, span);
        if let Tree::Leaf(base) = self.read_slot(to, span) {
            self.push_to(Place::whole(base), element, span);
        }
    }

    /// What a vector holds from now on.
    fn replace_content(&mut self, vector: &Expr, with: SlotId, span: Span) -> Lowering {
        let value = self.read_slot(with, span);
        let value = self.owned(&value, span);
        let is_reference = match strip(vector) {
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => match self.lookup(&name.to_string()) {
                    Some(Binding::Value(tree)) => tree.any(|leaf| self.f.is_reference(*leaf)),
                    Some(Binding::MutRef(_)) => true,
                    _ => false,
                },
                None => false,
            },
            _ => false,
        };
        let target: Expr = match is_reference {
            true => syn::parse_quote_spanned!(vector.span()=> *#vector),
            false => vector.clone(),
        };
        self.assign(&target, &value);
        Some(Tree::unit())
    }

    /// `a.append(&mut b)`
    pub(super) fn append_all(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let to = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let from = self.sequence(&call.args[0], Claimed::VectorMut)?;
        self.push_all(&to, &from, span);
        let zero = self.push_value(Op::Integer(0), Kind::Int, span);
        self.cut(from, zero, span);
        Some(Tree::unit())
    }

    fn push_all(&mut self, to: &Place, from: &Place, span: Span) {
        let len = self.len(from, span);
        self.counted(len, span, |this, k| {
            let element = this.element(from, k, span);
            let element = this.packed(&element, span);
            this.push_to(to.clone(), element, span);
        });
    }

    /// `v.split_off(at)`
    pub(super) fn split_off(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let at = self.expr(&call.args[0])?;
        let at = self.leaf(&at, span);
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let part = place.clone().with(Proj::Range(Some(at), None, false));
        let off = self.copy_of(part, span);
        self.cut(place, at, span);
        Some(off)
    }

    fn copy_of(&mut self, part: Place, span: Span) -> Tree<ValueId> {
        let kind = self.kind_at(&part);
        let to_vec = Ident::new("to_vec", span);
        self.push(Op::Duplicate(part, to_vec), kind, span)
    }

    /// The elements that `v.drain(range)` hands out. Nobody sees the vector before they
    /// are gone from it.
    pub(super) fn drained(&mut self, call: &ExprMethodCall) -> Option<Place> {
        let span = call.method.span();
        let step = self.index(&call.args[0])?;
        let Proj::Range(start, end, closed) = step else {
            return None;
        };
        let place = self.sequence(&call.receiver, Claimed::VectorMut)?;
        let part = place.clone().with(Proj::Range(start, end, closed));
        let own = self.copy_of(part, span);
        let len = self.len(&place, span);
        let zero = self.push_value(Op::Integer(0), Kind::Int, span);
        let start = start.unwrap_or(zero);
        let Some(end) = end else {
            self.cut(place, start, span);
            return Some(Place::whole(own.leaves()[0]));
        };
        // to the end, then off
        let own_leaf = own.leaves()[0];
        let count = self.len(&Place::whole(own_leaf), span);
        let _ = end;
        self.out.push(Stmt::Mutate(Mutate {
            place: place.clone().with(Proj::Range(Some(start), None, false)),
            method: "rotate_left",
            args: vec![count],
            record: None,
            span,
        }));
        let left = self.push_value(Op::Binary(BinaryOp::Sub, len, count), Kind::Int, span);
        self.cut(place, left, span);
        Some(Place::whole(own_leaf))
    }

    /// `v.fill_with(make)`
    pub(super) fn fill_with(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let make = self.callback(&call.args[0])?;
        let len = self.len(&place, span);
        self.counted(len, span, |this, k| {
            if let Some(value) = this.run(&make, Vec::new()) {
                let value = this.owned(&value, span);
                let value = this.packed(&value, span);
                this.write_at(place.with(Proj::Index(k)), value, span);
            }
        });
        Some(Tree::unit())
    }

    /// `v.copy_within(a..b, to)`: as if by way of a copy.
    pub(super) fn copy_within(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let (place, own) = self.copied_part(call)?;
        let to = self.expr(&call.args[1])?;
        let to = self.leaf(&to, span);
        let len = self.len(&own, span);
        let end = self.push_value(Op::Binary(BinaryOp::Add, to, len), Kind::Int, span);
        // panics where there is no room
        let target = place.with(Proj::Range(Some(to), Some(end), false));
        let target = self.view(target, true, span);
        let target = Place::whole(target.leaves()[0]);
        self.counted(len, span, |this, k| {
            if let Tree::Leaf(value) = this.element(&own, k, span) {
                this.write_at(target.with(Proj::Index(k)), value, span);
            }
        });
        Some(Tree::unit())
    }

    /// `v.extend_from_within(a..b)`
    pub(super) fn extend_from_within(&mut self, call: &ExprMethodCall) -> Lowering {
        let span = call.method.span();
        let (place, own) = self.copied_part(call)?;
        self.push_all(&place, &own, span);
        Some(Tree::unit())
    }

    /// A sequence, and a copy of the part that the first argument tells.
    fn copied_part(&mut self, call: &ExprMethodCall) -> Option<(Place, Place)> {
        let span = call.method.span();
        let place = self.sequence(&call.receiver, Claimed::SequenceMut)?;
        let Some(step @ Proj::Range(..)) = self.index(&call.args[0]) else {
            self.errors.refuse(&call.args[0], no::OPEN_RANGE);
            return None;
        };
        let own = self.copy_of(place.clone().with(step), span);
        Some((place, Place::whole(own.leaves()[0])))
    }
}
