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
mod arrays;
mod asking;
mod associated;
mod branch;
mod call;
mod capture;
mod closure;
pub(crate) mod common;
mod conversions;
mod elements;
mod environment;
pub(crate) mod exits;
mod expr;
mod fields;
mod function;
mod indexing;
mod items;
mod iter;
mod lens;
mod looked;
mod looped;
mod macros;
mod memory;
mod methods;
mod nested;
mod operator;
mod option;
mod own;
mod passed;
mod pattern;
mod payload;
mod pointers;
mod preferred;
mod range;
mod receivers;
mod refute;
pub(crate) mod result;
mod search;
pub(crate) mod settle;
mod shorten;
pub(crate) mod ssa;
mod stmt;
mod swap;
mod then;
mod traced;
mod variables;
mod writes;

pub(crate) use indexing::{Leading, Led, Step, index, led};
pub(crate) use settle::changed;

use crate::errors::Errors;
use crate::fence::{Refusal, catalogue as no};
use crate::ir::{
    Function, Hold, Kind, Let, Op, Param, Place as Memory, Region, Stmt, Target, Tree, ValueId,
    VarId, Width,
};
use crate::parse::{Input, Passing, Reals, Shape, Sibling, Wrapped};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
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
    to_ssa(&mut function.function, errors);
    function
}

/// Exits and variables go.
fn to_ssa(function: &mut Function, errors: &mut Errors) {
    pointers::replace(function, errors);
    exits::eliminate(function);
    ssa::construct(function);
    traced::trace(function);
    settle::loads(function);
    common::merge(function);
}

/// Lowers the body of `input`, variables and exits still in place.
pub(crate) fn raw(input: &Input, errors: &mut Errors) -> Lowered {
    let mut lowerer = Lowerer::new(errors, input.siblings.clone(), input.reals.clone());
    let modes = &input.options.modes;
    lowerer.modes = [modes.jvp.is_some(), modes.second().next().is_some()];
    let (sig, block, outer) = (&input.item.sig, &input.item.block, &input.outer);
    lowerer.text = quote::quote!(#outer #sig #block);
    lowerer.function(input);
    indexing::mark_written(&mut lowerer.f);
    Lowered {
        items: lowerer.take_items(&input.options.krate),
        function: lowerer.f,
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
    /// A function that is a parameter.
    Function(std::rc::Rc<function::Parameter>),
    Range(std::rc::Rc<syn::ExprRange>),
    Iterator(std::rc::Rc<iter::Chain>),
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
    /// The functions among them.
    nested: Vec<items::Nested>,
    /// Names of items that stood in nested blocks.
    hoisted: BTreeSet<String>,
    /// How many of them have other names than the user wrote.
    renamed: u32,
    /// The function, as it is written.
    text: TokenStream,
    depth: u32,
    /// How often a closure was written out.
    closures: u32,
    /// The shape asked of the value of the function that is applied next.
    expected_of_closure: Option<Tree<()>>,
    /// Whether the function returns a reference.
    returns_reference: bool,
    /// Whether it is one that returns a `&mut` reference, which only looks.
    only_looks: bool,
    /// Whether the place that is found next is written to.
    written: bool,
    /// Values that patterns bind inside opaque ones: possibly references.
    payloads: BTreeSet<ValueId>,
    /// Whether arms copy what they bind behind a reference.
    copies_parts: bool,
    /// Whether the pattern at hand is matched through a shared reference.
    binds_references: bool,
    /// Whether it is matched through a `&mut` reference: names are parts of the place.
    binds_places: bool,
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
    /// Receivers of calls whose arguments are at hand.
    frozen: Vec<receivers::Fields>,
    /// Trait objects by spelling, and containers of such.
    objects: BTreeSet<ValueId>,
    /// Variables that hold such values.
    object_vars: BTreeSet<VarId>,
    /// The methods of the same block.
    siblings: BTreeMap<String, Sibling>,
    /// Type parameters that stand for real numbers.
    reals: Reals,
    /// The modes in which closures are passed: forward mode, second derivatives.
    modes: [bool; 2],
}

/// The value of an expression; `None` if control never comes out of it.
type Lowering = Option<Tree<ValueId>>;

/// Deeper nesting than this is refused: the compiler recurses.
const MAX_DEPTH: u32 = 200;

impl<'a> Lowerer<'a> {
    fn new(errors: &'a mut Errors, siblings: BTreeMap<String, Sibling>, reals: Reals) -> Self {
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
            hoisted: BTreeSet::new(),
            renamed: 0,
            text: TokenStream::new(),
            depth: 0,
            closures: 0,
            expected_of_closure: None,
            returns_reference: false,
            only_looks: false,
            written: false,
            payloads: BTreeSet::new(),
            copies_parts: false,
            binds_references: false,
            binds_places: false,
            maps: BTreeSet::new(),
            constants: BTreeSet::new(),
            boxes: BTreeSet::new(),
            boxed: BTreeSet::new(),
            named: BTreeSet::new(),
            named_vars: BTreeSet::new(),
            frozen: Vec::new(),
            objects: BTreeSet::new(),
            object_vars: BTreeSet::new(),
            siblings,
            reals,
            modes: [false; 2],
        };
        lowerer.f.reals = lowerer.reals.names().to_vec();
        lowerer
    }
}

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
        self.only_looks = input.lens.is_some();
        self.returns_reference = matches!(result_ty, Some(Type::Reference(_)));
        self.f.returns_slice = match result_ty {
            Some(Type::Reference(reference)) => matches!(*reference.elem, Type::Slice(_)),
            _ => false,
        };
        let reference = self.returns_reference.then(option::reference_shape);
        let fallible = shape.as_ref().filter(|shape| shape.is_fallible());
        let expected = fallible.or(reference.as_ref());
        if let Some(value) = self.block_of_shape(&input.item.block, true, expected) {
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
        if let (true, Some(Tree::Ref(_))) = (self.returns_reference, &self.slots[ret.0].tree) {
            // the number is a value here: there is no place to refer to
            self.errors
                .refuse_at(result_ty.span(), no::REFERENCE_TO_NUMBER);
        }
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
            is_owned: is_owned(&param.ty),
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
            && crate::parse::is_object(&param.ty)
        {
            self.objects.insert(*leaf);
        }
        if let Tree::Leaf(leaf) = &entry
            && iter::is_map(&param.ty)
        {
            self.maps.insert(*leaf);
        }
        if let (Tree::Leaf(leaf), Shape::Constant) = (&entry, &param.shape) {
            self.constants.insert(*leaf);
        }
        if let (Some(function), Tree::Leaf(leaf)) = (&param.function, &entry) {
            self.f.info_mut(*leaf).hold = Hold::Shared;
            self.bind_function(&param.pat, *leaf, &function.of);
            return None;
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
            let opened = match payload.payload {
                Type::Reference(to) if to.mutability.is_none() => {
                    self.opened_reference(*leaf, &to.elem, span)
                }
                ty => self.opened_parameter(*leaf, ty, span),
            };
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

/// Whether a type, or what a reference refers to, is written without lifetimes and references.
fn is_owned(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Reference(reference) => is_owned(&reference.elem),
        ty => !ty.to_token_stream().to_string().contains(['&', '\'']),
    }
}
