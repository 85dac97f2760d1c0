//! Variables: each leaf of a value is one of its own.

use super::payload::PAYLOAD;
use super::{Lowerer, Place, Slot, SlotId, iter};
use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Stmt, Tree, ValueId, VarId};
use crate::parse::Wrapped;
use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::Type;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    pub(super) fn slot(
        &mut self,
        hint: Option<String>,
        ty: Option<Type>,
        mutable: bool,
        span: Span,
    ) -> SlotId {
        let root = self.f.var(Kind::Opaque, hint, span, None);
        self.out.push(Stmt::Declare(root));
        self.slots.push(Slot {
            root,
            tree: None,
            ty: None,
            mutable,
            read_empty: false,
        });
        let slot = SlotId(self.slots.len() - 1);
        if let Some(ty) = ty {
            self.shape_slot(slot, &ty, span);
        }
        slot
    }

    /// Fixes the shape of a variable by its annotated type.
    pub(super) fn shape_slot(&mut self, slot: SlotId, ty: &Type, span: Span) {
        self.slots[slot.0].ty = Some(ty.clone());
        if let Some(tree) = self.shape_vars(slot, ty, span) {
            self.slots[slot.0].tree = Some(tree);
        }
    }

    /// Makes a variable hold an option or a result, of whatever comes.
    pub(super) fn expect_in_slot(&mut self, slot: SlotId, shape: &Tree<()>, span: Span) {
        let root = self.slots[slot.0].root;
        let some = self.f.var(Kind::Bool, None, span, Some(root));
        let option = Tree::Option(Box::new(Tree::Leaf(some)), Box::new(Tree::unit()));
        self.slots[slot.0].tree = match shape {
            Tree::Option(..) => Some(option),
            Tree::Result(..) => Some(Tree::Result(Box::new(option), Box::new(Tree::unit()))),
            _ => None,
        };
    }

    /// Options inside the tuple that a function returns are values of their own:
    /// so is their upstream.
    pub(super) fn close_options(&mut self, slot: SlotId, ty: &Type, span: Span) {
        let root = self.slots[slot.0].root;
        if let (Type::Tuple(types), Some(Tree::Tuple(parts))) = (ty, &mut self.slots[slot.0].tree) {
            for (ty, part) in types.elems.iter().zip(parts) {
                if Wrapped::of(ty).is_some_and(|wrapped| !wrapped.is_result) {
                    *part = Tree::Leaf(self.f.var(Kind::Opaque, None, span, Some(root)));
                }
            }
        }
    }

    pub(super) fn shape_vars(
        &mut self,
        slot: SlotId,
        ty: &Type,
        span: Span,
    ) -> Option<Tree<VarId>> {
        let root = self.slots[slot.0].root;
        let hint = self.f.vars[root.0 as usize].hint.clone();
        match ty {
            Type::Tuple(tuple) => {
                let parts = tuple.elems.iter();
                let parts: Option<_> = parts.map(|ty| self.shape_vars(slot, ty, span)).collect();
                Some(Tree::Tuple(parts?))
            }
            Type::Paren(inner) => self.shape_vars(slot, &inner.elem, span),
            Type::Group(inner) => self.shape_vars(slot, &inner.elem, span),
            Type::Infer(_) | Type::Reference(_) => None,
            ty if let Some(wrapped) = Wrapped::of(ty) => {
                let some = self.f.var(Kind::Bool, None, span, Some(root));
                let payload = self.shape_vars(slot, wrapped.payload, span)?;
                let option = Tree::Option(Box::new(Tree::Leaf(some)), Box::new(payload));
                Some(match wrapped.is_result {
                    true => {
                        let error = self.f.var(Kind::Constant, None, span, Some(root));
                        Tree::Result(Box::new(option), Box::new(Tree::Leaf(error)))
                    }
                    false => option,
                })
            }
            ty => {
                let kind = self.kind_of_type(ty);
                Some(Tree::Leaf(self.f.var(kind, hint, span, Some(root))))
            }
        }
    }

    pub(super) fn write_slot(&mut self, slot: SlotId, value: &Tree<ValueId>, span: Span) {
        let value = match self.slots[slot.0].ty.clone() {
            Some(ty) => self.ascribe(value.clone(), &ty),
            None => value.clone(),
        };
        let tree = match self.slots[slot.0].tree.clone() {
            Some(tree) => tree,
            None => self.variables(slot, &value, span),
        };
        let tree = self.complete(slot, tree, &value, span);
        self.slots[slot.0].tree = Some(tree.clone());
        self.write_tree(&tree, &value, span);
    }

    /// Makes variables for payloads that were not known before.
    pub(super) fn complete(
        &mut self,
        slot: SlotId,
        tree: Tree<VarId>,
        value: &Tree<ValueId>,
        span: Span,
    ) -> Tree<VarId> {
        match (tree, value) {
            (Tree::Tuple(known), Tree::Tuple(parts)) if known.len() == parts.len() => {
                let pairs = known.into_iter().zip(parts);
                Tree::Tuple(
                    pairs
                        .map(|(known, part)| self.complete(slot, known, part, span))
                        .collect(),
                )
            }
            (Tree::Ref(known), Tree::Ref(inner)) => {
                Tree::Ref(Box::new(self.complete(slot, *known, inner, span)))
            }
            (Tree::Option(some, known), Tree::Option(_, payload)) => {
                let known = match known.is_unit() && !payload.is_unit() {
                    false => self.complete(slot, *known, payload, span),
                    true => {
                        if self.slots[slot.0].read_empty {
                            self.errors.refuse_at(span, no::OPTION_SHAPE);
                        }
                        self.variables(slot, payload, span)
                    }
                };
                Tree::Option(some, Box::new(known))
            }
            (Tree::Result(ok, known), Tree::Result(value, error)) => {
                let ok = self.complete(slot, *ok, value, span);
                let known = match known.is_unit() && !error.is_unit() {
                    false => *known,
                    true => {
                        if self.slots[slot.0].read_empty {
                            self.errors.refuse_at(span, no::RESULT_SHAPE);
                        }
                        self.variables(slot, error, span)
                    }
                };
                Tree::Result(Box::new(ok), Box::new(known))
            }
            (tree, _) => tree,
        }
    }

    /// A variable for each leaf of a value that is written to a slot.
    pub(super) fn variables(
        &mut self,
        slot: SlotId,
        value: &Tree<ValueId>,
        span: Span,
    ) -> Tree<VarId> {
        let root = self.slots[slot.0].root;
        let hint = self.f.vars[root.0 as usize].hint.clone();
        value.map(&mut |leaf| {
            let (kind, hold) = (self.f.kind(*leaf), self.f.info(*leaf).hold);
            let var = self.f.var(kind, hint.clone(), span, Some(root));
            self.f.vars[var.0 as usize].hold = hold;
            if self.boxes.contains(leaf) {
                self.boxed.insert(var);
            }
            if self.named.contains(leaf) {
                self.named_vars.insert(var);
            }
            if self.objects.contains(leaf) {
                self.object_vars.insert(var);
            }
            var
        })
    }

    pub(super) fn write_tree(&mut self, vars: &Tree<VarId>, value: &Tree<ValueId>, span: Span) {
        let value = self.coerce(value, vars, span);
        self.write_leaves(vars, &value, span);
    }

    pub(super) fn write_leaves(&mut self, vars: &Tree<VarId>, value: &Tree<ValueId>, span: Span) {
        match (vars, value) {
            (Tree::Leaf(var), Tree::Leaf(value)) => {
                let kind = self.f.kind(*value);
                let info = &mut self.f.vars[var.0 as usize];
                info.kind = info.kind.join(kind);
                self.out.push(Stmt::Write(*var, *value));
            }
            (Tree::Tuple(vars), Tree::Tuple(parts)) if vars.len() == parts.len() => {
                for (var, part) in vars.iter().zip(parts) {
                    self.write_leaves(var, part, span);
                }
            }
            (Tree::Ref(vars), Tree::Ref(inner)) => self.write_leaves(vars, inner, span),
            (Tree::Option(var, known), Tree::Option(some, payload)) => {
                self.write_leaves(var, some, span);
                // `None` says nothing of the payload
                if !payload.is_unit() {
                    self.write_leaves(known, payload, span);
                }
            }
            (Tree::Result(ok, known), Tree::Result(value, error)) => {
                self.write_leaves(ok, value, span);
                if !error.is_unit() {
                    self.write_leaves(known, error, span);
                }
            }
            _ => self.errors.refuse_at(span, no::TUPLE_SHAPE),
        }
    }

    /// Gives `value` the shape of `like`: opaque tuples are taken apart.
    pub(super) fn coerce<T: Clone>(
        &mut self,
        value: &Tree<ValueId>,
        like: &Tree<T>,
        span: Span,
    ) -> Tree<ValueId> {
        match (like, value) {
            (Tree::Tuple(wanted), Tree::Tuple(parts)) if wanted.len() == parts.len() => {
                let pairs = wanted.iter().zip(parts);
                Tree::Tuple(pairs.map(|(w, p)| self.coerce(p, w, span)).collect())
            }
            (Tree::Tuple(wanted), Tree::Leaf(leaf)) => {
                let part = |(i, wanted): (usize, &Tree<T>)| {
                    let op = Op::Project(*leaf, i as u32);
                    let part = self.push_value(op, Kind::Opaque, span);
                    if self.payloads.contains(leaf) {
                        self.payloads.insert(part);
                    }
                    self.coerce(&Tree::Leaf(part), wanted, span)
                };
                Tree::Tuple(wanted.iter().enumerate().map(part).collect())
            }
            (Tree::Ref(wanted), Tree::Ref(inner)) => {
                Tree::Ref(Box::new(self.coerce(inner, wanted, span)))
            }
            (Tree::Leaf(_), Tree::Leaf(_)) => value.clone(),
            (Tree::Option(_, wanted), Tree::Option(some, payload)) => {
                let payload = match payload.is_unit() || wanted.is_unit() {
                    true => payload.clone(),
                    false => Box::new(self.coerce(payload, wanted, span)),
                };
                Tree::Option(some.clone(), payload)
            }
            (Tree::Option(..), Tree::Leaf(leaf)) => self.opened(*leaf, span),
            (Tree::Result(wanted, _), Tree::Result(ok, error)) => {
                let ok = self.coerce(ok, wanted, span);
                Tree::Result(Box::new(ok), error.clone())
            }
            (Tree::Result(..), Tree::Leaf(leaf)) => self.opened_result(*leaf, span),
            (Tree::Result(..), _) | (_, Tree::Result(..)) => {
                self.errors.refuse_at(span, no::RESULT_SHAPE);
                like.map(&mut |_| self.f.value(Kind::Opaque, None, span))
            }
            // what a call gives is nothing, too
            (Tree::Leaf(_), Tree::Tuple(parts)) if parts.is_empty() => {
                let unit = Op::Constant(quote::quote_spanned!(span=> ()));
                self.push(unit, Kind::Constant, span)
            }
            // it is kept, or passed on, as it is
            (Tree::Leaf(_), Tree::Option(..)) => Tree::Leaf(self.packed(value, span)),
            _ => {
                self.errors.refuse_at(span, no::TUPLE_SHAPE);
                like.map(&mut |_| self.f.value(Kind::Opaque, None, span))
            }
        }
    }

    pub(super) fn read_slot(&mut self, slot: SlotId, span: Span) -> Tree<ValueId> {
        let tree = self.slots[slot.0].tree.clone().unwrap_or(Tree::unit());
        if tree.has_empty_option() {
            self.slots[slot.0].read_empty = true;
        }
        self.read_tree(&tree, span)
    }

    pub(super) fn read_tree(&mut self, tree: &Tree<VarId>, span: Span) -> Tree<ValueId> {
        tree.map(&mut |var| {
            let info = self.f.vars[var.0 as usize].clone();
            let value = self.f.value(info.kind, info.hint, span);
            self.f.info_mut(value).hold = info.hold;
            if self.boxed.contains(var) {
                self.boxes.insert(value);
            }
            if self.named_vars.contains(var) {
                self.named.insert(value);
            }
            if self.object_vars.contains(var) {
                self.objects.insert(value);
            }
            self.out.push(Stmt::Read(value, *var));
            value
        })
    }

    /// The variables of a place, if its shape is known.
    pub(super) fn place_vars(&self, place: &Place) -> Option<Tree<VarId>> {
        let mut tree = self.slots[place.slot.0].tree.as_ref()?;
        for index in &place.path {
            match tree {
                Tree::Tuple(parts) => tree = parts.get(*index)?,
                Tree::Option(_, payload) if *index == PAYLOAD => tree = payload,
                _ => return None,
            }
        }
        Some(tree.clone())
    }

    pub(super) fn read_place(&mut self, place: &Place, span: Span) -> Option<Tree<ValueId>> {
        let vars = self.place_vars(place)?;
        Some(self.read_tree(&vars, span))
    }

    /// The payload of a `None`: what is not there has a type.
    pub(super) fn absent(&mut self, ty: &Type) -> Tree<ValueId> {
        match ty {
            Type::Paren(inner) => self.absent(&inner.elem),
            Type::Group(inner) => self.absent(&inner.elem),
            Type::Tuple(tuple) if !tuple.elems.is_empty() => {
                Tree::Tuple(tuple.elems.iter().map(|ty| self.absent(ty)).collect())
            }
            Type::Infer(_) => Tree::unit(),
            ty => {
                let tokens = quote!(::core::default::Default::default());
                let absent = self.push(Op::Constant(tokens), Kind::Opaque, ty.span());
                self.ascribe(absent, ty)
            }
        }
    }

    /// Emits the user's type at the value: inference must see what rustc saw.
    pub(super) fn ascribe(&mut self, tree: Tree<ValueId>, ty: &Type) -> Tree<ValueId> {
        match (&tree, ty) {
            (_, Type::Infer(_)) => tree,
            (_, Type::Paren(inner)) => self.ascribe(tree, &inner.elem),
            (_, Type::Group(inner)) => self.ascribe(tree, &inner.elem),
            (Tree::Tuple(parts), Type::Tuple(types)) if parts.len() == types.elems.len() => {
                let pairs = parts.iter().cloned().zip(&types.elems);
                Tree::Tuple(pairs.map(|(part, ty)| self.ascribe(part, ty)).collect())
            }
            (Tree::Leaf(leaf), Type::Tuple(types)) => {
                let like = Tree::Tuple(types.elems.iter().map(|_| Tree::Leaf(())).collect());
                let parts = self.coerce(&Tree::Leaf(*leaf), &like, ty.span());
                self.ascribe(parts, ty)
            }
            (Tree::Ref(inner), Type::Reference(reference)) => {
                Tree::Ref(Box::new(self.ascribe((**inner).clone(), &reference.elem)))
            }
            (Tree::Option(some, payload), ty) => {
                let payload = match Wrapped::of(ty).map(|wrapped| wrapped.payload) {
                    Some(ty) if payload.is_unit() => self.absent(ty),
                    Some(ty) => self.ascribe((**payload).clone(), ty),
                    None => (**payload).clone(),
                };
                Tree::Option(some.clone(), Box::new(payload))
            }
            (Tree::Result(ok, error), ty) => {
                let ok = self.ascribe((**ok).clone(), ty);
                let error = self.ascribe_error(error, ty);
                Tree::Result(Box::new(ok), Box::new(error))
            }
            (Tree::Leaf(leaf), ty) => {
                let shape = match ty {
                    Type::Reference(reference) => self.kind_of_type(&reference.elem),
                    ty => self.kind_of_type(ty),
                };
                let kind = shape.join(self.f.kind(*leaf));
                // what is known already needs no annotation
                if self.f.kind(*leaf) == shape && matches!(shape, Kind::Real(_)) {
                    return tree;
                }
                let (span, hold) = (self.f.info(*leaf).span, self.f.info(*leaf).hold);
                let typed =
                    self.push_value(Op::Copy(*leaf, Some(Box::new(ty.clone()))), kind, span);
                self.f.info_mut(typed).hold = hold;
                if self.is_named_type(ty) {
                    self.named.insert(typed);
                }
                if self.objects.contains(leaf) || crate::parse::is_object(ty) {
                    self.objects.insert(typed);
                }
                if iter::is_map(ty) {
                    self.maps.insert(typed);
                }
                Tree::Leaf(typed)
            }
            _ => {
                self.errors.refuse(&ty.to_token_stream(), no::TUPLE_SHAPE);
                tree
            }
        }
    }
}
