//! Blocks, `let` and assignments.

use super::call::strip;
use super::{Binding, Lowerer, Lowering, Place};
use crate::fence::catalogue as no;
use crate::ir::{Tree, ValueId};
use crate::parse::Shape;
use syn::spanned::Spanned;
use syn::{Expr, Local, Pat, Stmt};

impl Lowerer<'_> {
    pub(super) fn block_in_scope(&mut self, block: &syn::Block) -> Lowering {
        self.scoped(|this| this.block(block, false, None))
    }

    /// A block whose value has a shape that is known.
    pub(super) fn block_of_shape(
        &mut self,
        block: &syn::Block,
        outermost: bool,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        self.scoped(|this| this.block(block, outermost, expected))
    }

    fn block(
        &mut self,
        block: &syn::Block,
        outermost: bool,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        let renamed = match outermost {
            true => None,
            false => self.with_own_names(block),
        };
        let block = renamed.as_ref().unwrap_or(block);
        for stmt in &block.stmts {
            if let Stmt::Item(item) = stmt {
                self.item(item, block, outermost);
            }
        }
        let mut value = Some(Tree::unit());
        for (index, stmt) in block.stmts.iter().enumerate() {
            let last = index + 1 == block.stmts.len();
            value = match stmt {
                Stmt::Item(_) => continue,
                Stmt::Local(local) => {
                    let rest = &block.stmts[index + 1..];
                    self.local(local, rest).map(|()| Tree::unit())
                }
                Stmt::Expr(expr, None) if last => self.expr_expecting(expr, expected),
                // what it hands out is dropped
                Stmt::Expr(Expr::MethodCall(call), Some(_))
                    if call.method == "drain" && call.args.len() == 1 =>
                {
                    self.drained(call).map(|_| Tree::unit())
                }
                Stmt::Expr(expr, _) => match self.called_for_effect(expr) {
                    Some(value) => value.map(|_| Tree::unit()),
                    None => self.expr(expr).map(|_| Tree::unit()),
                },
                Stmt::Macro(stmt) => {
                    let value = self.macro_call(&stmt.mac, &stmt.mac);
                    match stmt.semi_token.is_none() && last {
                        true => value,
                        false => value.map(|_| Tree::unit()),
                    }
                }
            };
            // what follows is unreachable; `exits` drops it
            value.as_ref()?;
        }
        value
    }

    fn local(&mut self, local: &Local, rest: &[Stmt]) -> Option<()> {
        let (pat, ty) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        let Some(init) = &local.init else {
            self.declare(pat, ty);
            return Some(());
        };
        if let Some((_, diverge)) = &init.diverge {
            return self.let_else(pat, ty, &init.expr, diverge);
        }
        if let (Pat::Ident(name), Expr::Closure(closure)) = (pat, strip(&init.expr)) {
            self.bind_closure(&name.ident, closure);
            return Some(());
        }
        if let (Pat::Ident(name), Expr::Path(path)) = (pat, strip(&init.expr))
            && name.mutability.is_none()
            && let Some(closure) = self.function_of_floats(path)
        {
            self.bind_closure(&name.ident, &closure);
            return Some(());
        }
        if let (Pat::Ident(name), Some(function)) = (pat, self.function_parameter(&init.expr)) {
            self.bind(&name.ident, Binding::Function(function));
            return Some(());
        }
        if let (Pat::Ident(name), Expr::Range(range)) = (pat, strip(&init.expr))
            && name.mutability.is_none()
        {
            return self.bind_range(&name.ident, range, ty);
        }
        if let (Pat::Ident(name), Some((ends, limits))) = (pat, super::range::ends(&init.expr))
            && name.mutability.is_none()
        {
            return self.bind_chosen_range(&name.ident, &ends, limits, ty);
        }
        if let (Pat::Ident(name), Some(range)) = (pat, self.named_range(&init.expr))
            && name.mutability.is_none()
        {
            self.bind(&name.ident, Binding::Range(range.into()));
            return Some(());
        }
        if self.bind_iterators(pat, &init.expr) {
            return Some(());
        }
        if self.is_lens_of(local, rest) {
            let value = self.lens(&init.expr)?;
            self.bind_pattern(pat, value, ty);
            return Some(());
        }
        let is_assigned = matches!(pat, Pat::Ident(name) if name.mutability.is_some())
            && matches!(strip(&init.expr), Expr::Reference(_));
        if let Some(place) = self.as_mut_reference(&init.expr)
            && !self.is_in_memory(&place)
            && !is_assigned
        {
            return self.bind_reference(pat, place);
        }
        if let (Some(ty), Expr::MethodCall(call)) = (ty, strip(&init.expr))
            && call.method == "collect"
            && (super::iter::is_map(ty)
                || super::iter::is_boxed(ty)
                || matches!(Shape::of(ty, &self.reals), Shape::Constant))
        {
            let collected = self.verbatim_at(&init.expr, no::COLLECT, call.method.span())?;
            self.bind_pattern(pat, collected, Some(ty));
            return Some(());
        }
        if let (Some(ty), Expr::MethodCall(call)) = (ty, strip(&init.expr))
            && call.method == "collect"
            && super::iter::is_of_references(ty)
        {
            let span = call.method.span();
            let collected = self.verbatim_at(&init.expr, no::COLLECT_REFERENCES, span)?;
            self.bind_pattern(pat, collected, Some(ty));
            return Some(());
        }
        let is_option = |ty| crate::parse::Wrapped::of(ty).is_some_and(|of| !of.is_result);
        let expected = match ty.is_some_and(is_option) && self.gives_option_of_field(&init.expr) {
            true => Some(super::option::option_shape()),
            false => self.expected(pat, ty),
        };
        let init = match ty {
            Some(ty) => &self.typed_sum(&init.expr, ty),
            None => &*init.expr,
        };
        if let Some(array) = self.typed_array(init, ty) {
            // it has its type, or is a slice
            self.bind_pattern(pat, array?, None);
            return Some(());
        }
        let value = self.expr_expecting(init, expected.as_ref())?;
        self.bind_pattern(pat, value, ty);
        Some(())
    }

    /// `sum()` of the annotated type as `sum::<T>()`: what it starts with depends on
    /// the type.
    fn typed_sum(&self, expr: &Expr, ty: &syn::Type) -> Expr {
        let mut typed = expr.clone();
        if let Expr::MethodCall(call) = &mut typed
            && matches!(&*call.method.to_string(), "sum" | "product")
            && call.turbofish.is_none()
            && self.is_chain(&call.receiver)
            && !matches!(ty, syn::Type::Infer(_))
        {
            call.turbofish = Some(syn::parse_quote!(::<#ty>));
        }
        typed
    }

    /// Whether a variable holds what is no scalar.
    pub(super) fn is_in_memory(&self, place: &Place) -> bool {
        match self.place_vars(place) {
            Some(Tree::Leaf(var)) => {
                let info = &self.f.vars[var.0 as usize];
                info.kind.is_container()
                    || info.kind == crate::ir::Kind::Opaque
                    || info.hold != crate::ir::Hold::Value
            }
            _ => false,
        }
    }

    fn bind_reference(&mut self, pat: &Pat, place: Place) -> Option<()> {
        match pat {
            Pat::Ident(pat) if pat.mutability.is_none() && pat.subpat.is_none() => {
                self.bind(&pat.ident, Binding::MutRef(place));
            }
            pat => self.errors.refuse(pat, no::MUT_REFERENCE_CHOSEN),
        }
        Some(())
    }

    /// `let x;` or `let (x, y);`
    fn declare(&mut self, pat: &Pat, ty: Option<&syn::Type>) {
        match pat {
            Pat::Ident(pat) => {
                let name = pat.ident.to_string();
                let slot = self.slot(Some(name), ty.cloned(), true, pat.ident.span());
                self.bind(&pat.ident, Binding::Slot(slot));
            }
            Pat::Tuple(tuple) => {
                for pat in &tuple.elems {
                    self.declare(pat, None);
                }
            }
            Pat::Paren(inner) => self.declare(&inner.pat, ty),
            Pat::Wild(_) => {}
            pat => self.errors.refuse(pat, no::PATTERN),
        }
    }

    /// The tuple shape that a pattern and a type ask of a value.
    pub(super) fn expected(&self, pat: &Pat, ty: Option<&syn::Type>) -> Option<Tree<()>> {
        match (pat, ty) {
            (_, Some(ty)) => type_shape(ty),
            (Pat::Tuple(tuple), None) => {
                let rest = tuple.elems.iter().any(|pat| matches!(pat, Pat::Rest(_)));
                let part = |pat| self.expected(pat, None).unwrap_or(Tree::Leaf(()));
                (!rest).then(|| Tree::Tuple(tuple.elems.iter().map(part).collect()))
            }
            (Pat::Paren(inner), None) => self.expected(&inner.pat, None),
            _ => None,
        }
    }

    // Places

    /// `&mut place`, or a name bound to one.
    pub(super) fn as_mut_reference(&mut self, expr: &Expr) -> Option<Place> {
        match expr {
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.place(&reference.expr)
            }
            Expr::Paren(inner) => self.as_mut_reference(&inner.expr),
            Expr::Group(inner) => self.as_mut_reference(&inner.expr),
            Expr::Path(path) => match self.lookup(&path.path.get_ident()?.to_string())? {
                Binding::MutRef(place) => Some(place.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The variable, or part of one, that an expression names.
    pub(super) fn place(&mut self, expr: &Expr) -> Option<Place> {
        match expr {
            Expr::Paren(inner) => self.place(&inner.expr),
            Expr::Group(inner) => self.place(&inner.expr),
            Expr::Path(path) => match self.lookup(&path.path.get_ident()?.to_string())? {
                Binding::Slot(slot) => Some(Place {
                    slot: *slot,
                    path: Vec::new(),
                }),
                _ => None,
            },
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.as_mut_reference(&unary.expr)
            }
            Expr::Field(field) => {
                // `r.0` reaches through a `&mut` reference
                let base = match self.as_mut_reference(&field.base) {
                    Some(base) => base,
                    None => self.place(&field.base)?,
                };
                let syn::Member::Unnamed(index) = &field.member else {
                    return None;
                };
                let mut place = base;
                place.path.push(index.index as usize);
                Some(place)
            }
            _ => None,
        }
    }

    pub(super) fn assign(&mut self, target: &Expr, value: &Tree<ValueId>) {
        match target {
            Expr::Infer(_) => {}
            Expr::Paren(inner) => self.assign(&inner.expr, value),
            Expr::Group(inner) => self.assign(&inner.expr, value),
            Expr::Tuple(tuple) => {
                let like = Tree::Tuple(tuple.elems.iter().map(|_| Tree::Leaf(())).collect());
                let Tree::Tuple(parts) = self.take_apart(value, &like, target.span()) else {
                    return;
                };
                for (target, part) in tuple.elems.iter().zip(&parts) {
                    self.assign(target, part);
                }
            }
            Expr::Path(_) | Expr::Field(_) | Expr::Unary(_) | Expr::Index(_) => {
                self.assign_place(target, value);
            }
            _ => self.errors.refuse(target, no::ASSIGN_DESTRUCTURE),
        }
    }

    fn assign_place(&mut self, target: &Expr, value: &Tree<ValueId>) {
        let place = match self.place(target) {
            Some(place) if !place.path.is_empty() && self.place_vars(&place).is_none() => None,
            place => place,
        };
        let Some(place) = place else {
            if self.is_memory_target(target) {
                self.store(target, value);
                return;
            }
            if matches!(target, Expr::Unary(_)) && self.errors.any() {
                // what the reference was meant to be is reported already
                return;
            }
            let refusal = match target {
                Expr::Path(path) => match path.path.get_ident() {
                    Some(name) => match self.lookup(&name.to_string()) {
                        Some(Binding::MutRef(_)) => no::MUT_REFERENCE_CHOSEN,
                        Some(Binding::Value(_)) => no::ASSIGNMENT_IMMUTABLE,
                        _ => no::ASSIGNMENT_TARGET,
                    },
                    None => no::ASSIGNMENT_TARGET,
                },
                _ => no::ASSIGNMENT_TARGET,
            };
            self.errors.refuse(target, refusal);
            return;
        };
        self.write_place(&place, value, target.span());
    }

    /// Whether a target is a part of what a local holds or refers to.
    pub(super) fn is_memory_target(&self, target: &Expr) -> bool {
        match target {
            Expr::Paren(inner) => self.is_memory_target(&inner.expr),
            Expr::Group(inner) => self.is_memory_target(&inner.expr),
            Expr::Index(_) | Expr::Field(_) => true,
            Expr::Unary(unary) => match &*unary.expr {
                Expr::Path(path) => match path.path.get_ident() {
                    Some(name) => match self.lookup(&name.to_string()) {
                        Some(Binding::Value(Tree::Leaf(leaf))) => self.f.is_reference(*leaf),
                        Some(Binding::Slot(slot)) => match &self.slots[slot.0].tree {
                            Some(Tree::Leaf(var)) => {
                                self.f.vars[var.0 as usize].hold != crate::ir::Hold::Value
                                    || self.f.vars[var.0 as usize].kind == crate::ir::Kind::Opaque
                            }
                            _ => false,
                        },
                        _ => false,
                    },
                    None => false,
                },
                _ => true,
            },
            _ => false,
        }
    }

    pub(super) fn write_place(
        &mut self,
        place: &Place,
        value: &Tree<ValueId>,
        span: proc_macro2::Span,
    ) {
        if !self.slots[place.slot.0].mutable {
            self.errors.refuse_at(span, no::ASSIGNMENT_IMMUTABLE);
        } else if place.path.is_empty() {
            self.write_slot(place.slot, value, span);
        } else if let Some(vars) = self.place_vars(place) {
            self.write_tree(&vars, value, span);
        } else {
            self.errors.refuse_at(span, no::TUPLE_SHAPE);
        }
    }

    /// Like `coerce`, but parts keep whatever shape they have.
    pub(super) fn take_apart(
        &mut self,
        value: &Tree<ValueId>,
        like: &Tree<()>,
        span: proc_macro2::Span,
    ) -> Tree<ValueId> {
        match (like, value.behind_refs()) {
            (Tree::Tuple(wanted), Tree::Tuple(parts)) if wanted.len() == parts.len() => {
                value.behind_refs().clone()
            }
            (Tree::Tuple(_), Tree::Leaf(leaf)) => self.coerce(&Tree::Leaf(*leaf), like, span),
            _ => {
                self.errors.refuse_at(span, no::TUPLE_SHAPE);
                like.map(&mut |()| self.f.value(crate::ir::Kind::Opaque, None, span))
            }
        }
    }
}

/// The tuple shape of a type, or nothing if it is no tuple by spelling.
pub(super) fn type_shape(ty: &syn::Type) -> Option<Tree<()>> {
    match ty {
        syn::Type::Tuple(tuple) => {
            let part = |ty| type_shape(ty).unwrap_or(Tree::Leaf(()));
            Some(Tree::Tuple(tuple.elems.iter().map(part).collect()))
        }
        syn::Type::Paren(inner) => type_shape(&inner.elem),
        syn::Type::Group(inner) => type_shape(&inner.elem),
        _ => None,
    }
}
