//! From syntax to the IR.
//!
//! Lowering walks the body once. Immutable bindings are names for values;
//! `mut` variables and those initialised late are [`VarId`]s that are declared,
//! read and written. Tuples are taken apart into leaves, a reference to a local
//! is the local's value with a mark, a `&mut` reference to a local is another
//! name for its variable. `return`, `break` and `continue` become
//! [`Stmt::Exit`]s, which [`exits`] turns into structured control flow; [`ssa`]
//! then replaces variables by values.
//!
//! Code that has no meaning for the derivative (integer methods, constant
//! tables, formatted text) is kept as the user's tokens; if an active value
//! reaches it, `analyse` refuses it.

mod access;
mod associated;
mod branch;
mod call;
mod capture;
mod closure;
pub(crate) mod common;
mod elements;
pub(crate) mod exits;
mod expr;
mod iter;
mod looped;
mod memory;
mod methods;
mod operator;
mod option;
mod own;
mod passed;
mod pattern;
mod preferred;
mod range;
mod refute;
pub(crate) mod result;
pub(crate) mod settle;
pub(crate) mod ssa;
mod stmt;
mod swap;
mod then;

pub(crate) use settle::changed;

use crate::errors::Errors;
use crate::fence::{Refusal, catalogue as no};
use crate::ir::{
    Function, Hold, Kind, Let, Op, Param, Place as Memory, Region, Stmt, Target, Tree, ValueId,
    VarId, Width,
};
use crate::parse::{Input, Passing, Reals, Shape, Sibling, Wrapped};
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::Type;
use syn::spanned::Spanned;

/// The lowered function and the items of its body.
pub(crate) struct Lowered {
    pub(crate) function: Function,
    /// Items of the body's outermost block, emitted again in the companion.
    pub(crate) items: Vec<syn::Item>,
}

/// Lowers the body of `input`. The result is in SSA form.
pub(crate) fn lower(input: &Input, errors: &mut Errors) -> Lowered {
    let mut function = raw(input, errors);
    exits::eliminate(&mut function.function);
    ssa::construct(&mut function.function);
    settle::loads(&mut function.function);
    common::merge(&mut function.function);
    function
}

/// Lowers the body of `input`, variables and exits still in place.
pub(crate) fn raw(input: &Input, errors: &mut Errors) -> Lowered {
    let mut lowerer = Lowerer {
        f: Function::new(),
        errors,
        out: Vec::new(),
        scopes: vec![Vec::new()],
        slots: Vec::new(),
        jumps: Vec::new(),
        ret: (Target(0), SlotId(0)),
        items: Vec::new(),
        nested: Vec::new(),
        depth: 0,
        expected_of_closure: None,
        payloads: BTreeSet::new(),
        binds_references: false,
        maps: BTreeSet::new(),
        constants: BTreeSet::new(),
        boxes: BTreeSet::new(),
        boxed: BTreeSet::new(),
        named: BTreeSet::new(),
        named_vars: BTreeSet::new(),
        siblings: input.siblings.clone(),
        reals: input.reals.clone(),
    };
    lowerer.f.reals = input.reals.names().to_vec();
    lowerer.function(input);
    Lowered {
        function: lowerer.f,
        items: lowerer.items,
    }
}

/// A variable of the user or of lowering; its tuple shape is fixed by the
/// first value written to it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct SlotId(usize);

struct Slot {
    root: VarId,
    tree: Option<Tree<VarId>>,
    ty: Option<Type>,
    mutable: bool,
    /// Whether it was read as an option before any payload was seen.
    read_empty: bool,
}

/// What a name in scope stands for.
#[derive(Clone)]
enum Binding {
    Value(Tree<ValueId>),
    Slot(SlotId),
    /// A `&mut` reference to a variable or a part of one.
    MutRef(Place),
    Closure(std::rc::Rc<closure::Closure>),
    Range(std::rc::Rc<syn::ExprRange>),
}

/// A variable, or a part of a tuple variable.
#[derive(Clone)]
struct Place {
    slot: SlotId,
    path: Vec<usize>,
}

/// An enclosing loop or labelled block.
struct Jump {
    label: Option<String>,
    is_loop: bool,
    exit: Target,
    next: Option<Target>,
    result: Option<SlotId>,
}

struct Lowerer<'a> {
    f: Function,
    errors: &'a mut Errors,
    out: Vec<Stmt>,
    scopes: Vec<Vec<(String, Binding)>>,
    slots: Vec<Slot>,
    jumps: Vec<Jump>,
    ret: (Target, SlotId),
    items: Vec<syn::Item>,
    /// Functions of the body and whether they are differentiated.
    nested: Vec<(String, bool)>,
    depth: u32,
    /// The shape asked of the value of the function that is applied next.
    expected_of_closure: Option<Tree<()>>,
    /// Values that patterns bind inside opaque ones: possibly references.
    payloads: BTreeSet<ValueId>,
    /// Whether the pattern at hand is matched through a shared reference.
    binds_references: bool,
    /// Collections of constants that are not iterated over by position.
    maps: BTreeSet<ValueId>,
    /// Text and other constants that are no numbers, by spelling.
    constants: BTreeSet<ValueId>,
    /// Values that are boxes by the spelling of their type, or made as such.
    boxes: BTreeSet<ValueId>,
    /// Variables that hold boxes.
    boxed: BTreeSet<VarId>,
    /// Values of types that the user names, and containers of such.
    named: BTreeSet<ValueId>,
    /// Variables that hold such values.
    named_vars: BTreeSet<VarId>,
    /// The methods of the same block.
    siblings: BTreeMap<String, Sibling>,
    /// Type parameters that stand for real numbers.
    reals: Reals,
}

/// The value of an expression, or `None` if control never comes out of it.
type Lowering = Option<Tree<ValueId>>;

/// Deeper nesting than this is refused: the compiler recurses.
const MAX_DEPTH: u32 = 200;

impl Lowerer<'_> {
    fn function(&mut self, input: &Input) {
        let span = input.item.sig.ident.span();
        let ret = self.slot(None, None, true, span);
        let target = self.f.target();
        self.ret = (target, ret);
        let result_ty = match &input.item.sig.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(&**ty),
        };
        let mut exits = Vec::new();
        for param in &input.signature.params {
            exits.push(self.parameter(param));
        }
        if let Some(ty) = result_ty {
            self.shape_slot(ret, ty, span);
            self.close_options(ret, ty, span);
        }
        let before = std::mem::take(&mut self.out);
        let shape = self.slots[ret.0].tree.as_ref();
        let shape = shape.map(|tree| tree.map(&mut |_| ()));
        let fallible = shape.as_ref().filter(|shape| shape.is_fallible());
        if let Some(value) = self.block_of_shape(&input.item.block, true, fallible) {
            self.write_slot(ret, &value, span);
        }
        let body = std::mem::replace(&mut self.out, before);
        self.out.push(Stmt::Block(
            target,
            Region {
                stmts: body,
                yields: Vec::new(),
            },
        ));
        self.f.result = match self.slots[ret.0].tree {
            Some(_) => self.read_slot(ret, span),
            // every path panics, or the result is `()`
            None => Tree::unit(),
        };
        for (index, exit) in exits.into_iter().enumerate() {
            let exit = exit.map(|place| self.read_place(&place, span));
            self.f.params[index].exit = exit.flatten();
        }
        self.f.body = Region {
            stmts: std::mem::take(&mut self.out),
            yields: Vec::new(),
        };
    }

    /// Declares a parameter; for `&mut` returns its variable.
    fn parameter(&mut self, param: &crate::parse::Parameter) -> Option<Place> {
        let span = param.name.span();
        let name = param.name.to_string();
        let by_reference = param.passing != Passing::Value;
        let entry = match by_reference && self.is_opaque_reference(&param.shape) {
            true => {
                let kind = kind_of(&param.shape);
                Tree::Leaf(self.f.value(kind, Some(name.clone()), span))
            }
            false => self.entry(&param.shape, &name, span),
        };
        let active = param.has_adjoint();
        let in_place = param.is_in_place();
        self.f.params.push(Param {
            entry: entry.clone(),
            exit: None,
            active,
            in_place,
        });
        if let Tree::Leaf(leaf) = &entry
            && is_box(&param.ty)
        {
            self.boxes.insert(*leaf);
        }
        if let Tree::Leaf(leaf) = &entry
            && self.is_named_type(&param.ty)
        {
            self.named.insert(*leaf);
        }
        if let Tree::Leaf(leaf) = &entry
            && iter::is_map(&param.ty)
        {
            self.maps.insert(*leaf);
        }
        if let (Tree::Leaf(leaf), Shape::Constant) = (&entry, &param.shape) {
            self.constants.insert(*leaf);
        }
        if param.passing == Passing::Mut && in_place {
            self.hold(&entry, Hold::Mut);
            self.bind_pattern(&param.pat, entry, None);
            return None;
        }
        if param.passing == Passing::Mut {
            let slot = self.slot(Some(name.clone()), None, true, span);
            self.write_slot(slot, &entry, span);
            let place = Place {
                slot,
                path: Vec::new(),
            };
            match &param.pat {
                syn::Pat::Ident(pat) => self.bind(&pat.ident, Binding::MutRef(place.clone())),
                pat => self.errors.refuse(pat, no::PATTERN),
            }
            return Some(place);
        }
        if let (Passing::Value, Tree::Leaf(leaf), Some(payload)) = (
            param.passing,
            &entry,
            Wrapped::of(&param.ty).filter(|wrapped| !wrapped.is_result),
        ) && Shape::of(payload.payload, &self.reals).may_be_active()
        {
            let opened = self.opened(*leaf, span);
            self.bind_pattern(&param.pat, opened, None);
            return None;
        }
        if param.passing == Passing::Shared && self.is_opaque_reference(&param.shape) {
            self.hold(&entry, Hold::Shared);
        }
        let value = match param.passing {
            Passing::Value if param.is_copied => Tree::Ref(Box::new(entry)),
            Passing::Shared if !self.is_opaque_reference(&param.shape) => {
                Tree::Ref(Box::new(entry))
            }
            _ => entry,
        };
        if let syn::Pat::Ident(pat) = &param.pat
            && pat.mutability.is_none()
            && range::is_range(&param.ty)
        {
            self.bind_range_parameter(&pat.ident, &value);
            return None;
        }
        self.bind_pattern(&param.pat, value, None);
        None
    }

    fn hold(&mut self, tree: &Tree<ValueId>, hold: Hold) {
        for leaf in tree.leaves() {
            self.f.info_mut(leaf).hold = hold;
        }
    }

    /// `&Opaque`: the leaf is the reference itself, as it may not be `Copy`.
    fn is_opaque_reference(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Opaque | Shape::Constant | Shape::Container(_) | Shape::Unsupported => true,
            // what is in it is not moved out
            Shape::Tuple(_) => !shape.is_scalar(),
            _ => false,
        }
    }

    fn entry(&mut self, shape: &Shape, name: &str, span: Span) -> Tree<ValueId> {
        match shape {
            Shape::Tuple(parts) => Tree::Tuple(
                parts
                    .iter()
                    .enumerate()
                    .map(|(i, part)| self.entry(part, &format!("{name}_{i}"), span))
                    .collect(),
            ),
            Shape::Ref(inner) if !self.is_opaque_reference(inner) => {
                Tree::Ref(Box::new(self.entry(inner, name, span)))
            }
            shape => {
                let kind = kind_of(shape);
                Tree::Leaf(self.f.value(kind, Some(name.to_owned()), span))
            }
        }
    }

    // Values

    /// What the spelling of a type tells of its values.
    fn kind_of_type(&self, ty: &Type) -> Kind {
        kind_of(&Shape::of(ty, &self.reals))
    }

    fn push(&mut self, op: Op, kind: Kind, span: Span) -> Tree<ValueId> {
        Tree::Leaf(self.push_value(op, kind, span))
    }

    fn push_value(&mut self, op: Op, kind: Kind, span: Span) -> ValueId {
        let value = self.f.value(kind, None, span);
        self.out.push(Stmt::Let(Let { value, op }));
        value
    }

    /// Refuses `node`; a value stands in so that lowering goes on.
    fn refuse(&mut self, node: &impl ToTokens, refusal: Refusal) -> Lowering {
        self.errors.refuse(node, refusal);
        Some(self.dummy(node.to_token_stream().span()))
    }

    fn dummy(&mut self, span: Span) -> Tree<ValueId> {
        self.push(Op::Number(0.0), Kind::Opaque, span)
    }

    /// One leaf; a tuple in scalar position is left to rustc to refuse.
    fn leaf(&mut self, tree: &Tree<ValueId>, span: Span) -> ValueId {
        match tree.behind_refs() {
            // an operator or a method looks through a reference
            Tree::Leaf(value)
                if self.f.is_reference(*value) && !self.f.kind(*value).is_container() =>
            {
                let kind = self.f.kind(*value);
                self.push_value(Op::Load(Memory::whole(*value)), kind, span)
            }
            // the reverse half must not borrow what the pattern looked into
            Tree::Leaf(value) if self.payloads.contains(value) => {
                self.push_value(Op::Runtime("by_value", vec![*value]), Kind::Opaque, span)
            }
            Tree::Leaf(value) => *value,
            _ => {
                self.errors.refuse_at(span, no::OPAQUE_CODE);
                self.f.value(Kind::Opaque, None, span)
            }
        }
    }

    /// Names the fresh leaves of `tree` after the user's binding.
    fn name(&mut self, tree: &Tree<ValueId>, name: &str) {
        let many = !matches!(tree.behind_refs(), Tree::Leaf(_));
        for (i, leaf) in tree.leaves().into_iter().enumerate() {
            let info = self.f.info_mut(leaf);
            if info.hint.is_none() {
                info.hint = Some(match many {
                    true => format!("{name}_{i}"),
                    false => name.to_owned(),
                });
            }
        }
    }

    // Names

    fn bind(&mut self, ident: &Ident, binding: Binding) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((ident.to_string(), binding));
        }
    }

    fn lookup(&self, name: &str) -> Option<&Binding> {
        let mut scopes = self.scopes.iter().rev();
        scopes.find_map(|scope| {
            let found = scope.iter().rev().find(|(bound, _)| bound == name);
            found.map(|(_, binding)| binding)
        })
    }

    fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        let result = f(self);
        self.scopes.pop();
        result
    }

    /// Lowers into a region of its own.
    fn region(&mut self, f: impl FnOnce(&mut Self)) -> Region {
        let before = std::mem::take(&mut self.out);
        self.scoped(f);
        Region {
            stmts: std::mem::replace(&mut self.out, before),
            yields: Vec::new(),
        }
    }

    // Variables

    fn slot(
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
    fn shape_slot(&mut self, slot: SlotId, ty: &Type, span: Span) {
        self.slots[slot.0].ty = Some(ty.clone());
        if let Some(tree) = self.shape_vars(slot, ty, span) {
            self.slots[slot.0].tree = Some(tree);
        }
    }

    /// Options inside the tuple that a function returns are values of their own:
    /// so is their upstream.
    fn close_options(&mut self, slot: SlotId, ty: &Type, span: Span) {
        let root = self.slots[slot.0].root;
        if let (Type::Tuple(types), Some(Tree::Tuple(parts))) = (ty, &mut self.slots[slot.0].tree) {
            for (ty, part) in types.elems.iter().zip(parts) {
                if Wrapped::of(ty).is_some_and(|wrapped| !wrapped.is_result) {
                    *part = Tree::Leaf(self.f.var(Kind::Opaque, None, span, Some(root)));
                }
            }
        }
    }

    fn shape_vars(&mut self, slot: SlotId, ty: &Type, span: Span) -> Option<Tree<VarId>> {
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

    fn write_slot(&mut self, slot: SlotId, value: &Tree<ValueId>, span: Span) {
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
    fn complete(
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
    fn variables(&mut self, slot: SlotId, value: &Tree<ValueId>, span: Span) -> Tree<VarId> {
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
            var
        })
    }

    fn write_tree(&mut self, vars: &Tree<VarId>, value: &Tree<ValueId>, span: Span) {
        let value = self.coerce(value, vars, span);
        self.write_leaves(vars, &value, span);
    }

    fn write_leaves(&mut self, vars: &Tree<VarId>, value: &Tree<ValueId>, span: Span) {
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
    fn coerce<T: Clone>(
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

    fn read_slot(&mut self, slot: SlotId, span: Span) -> Tree<ValueId> {
        let tree = self.slots[slot.0].tree.clone().unwrap_or(Tree::unit());
        if tree.has_empty_option() {
            self.slots[slot.0].read_empty = true;
        }
        self.read_tree(&tree, span)
    }

    fn read_tree(&mut self, tree: &Tree<VarId>, span: Span) -> Tree<ValueId> {
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
            self.out.push(Stmt::Read(value, *var));
            value
        })
    }

    /// The variables of a place, if its shape is known.
    fn place_vars(&self, place: &Place) -> Option<Tree<VarId>> {
        let mut tree = self.slots[place.slot.0].tree.as_ref()?;
        for index in &place.path {
            match tree {
                Tree::Tuple(parts) => tree = parts.get(*index)?,
                _ => return None,
            }
        }
        Some(tree.clone())
    }

    fn read_place(&mut self, place: &Place, span: Span) -> Option<Tree<ValueId>> {
        let vars = self.place_vars(place)?;
        Some(self.read_tree(&vars, span))
    }

    /// The payload of a `None`: what is not there has a type.
    fn absent(&mut self, ty: &Type) -> Tree<ValueId> {
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
    fn ascribe(&mut self, tree: Tree<ValueId>, ty: &Type) -> Tree<ValueId> {
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

fn is_box(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|segment| segment.ident == "Box")
        }
        _ => false,
    }
}

/// What the spelling of a type tells of its values.
fn kind_of(shape: &Shape) -> Kind {
    match shape {
        Shape::Real(width) => Kind::Real(*width),
        Shape::Int => Kind::Int,
        Shape::Bool => Kind::Bool,
        Shape::Container(element) => kind_of(element).contained(),
        _ => Kind::Opaque,
    }
}

/// The kind of a float literal without a suffix.
const ANY_REAL: Kind = Kind::Real(Width::Any);
