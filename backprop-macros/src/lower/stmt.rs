//! Blocks, `let` and assignments.

use super::{Binding, Lowerer, Lowering, Place};
use crate::fence::catalogue as no;
use crate::ir::{Tree, ValueId};
use syn::spanned::Spanned;
use syn::{Expr, Item, Local, Pat, Stmt};

impl Lowerer<'_> {
    pub(super) fn block_in_scope(&mut self, block: &syn::Block, outermost: bool) -> Lowering {
        self.scoped(|this| this.block(block, outermost))
    }

    fn block(&mut self, block: &syn::Block, outermost: bool) -> Lowering {
        for stmt in &block.stmts {
            if let Stmt::Item(item) = stmt {
                self.item(item, outermost);
            }
        }
        let mut value = Some(Tree::unit());
        for (index, stmt) in block.stmts.iter().enumerate() {
            let last = index + 1 == block.stmts.len();
            value = match stmt {
                Stmt::Item(_) => continue,
                Stmt::Local(local) => self.local(local).map(|()| Tree::unit()),
                Stmt::Expr(expr, None) if last => self.expr(expr),
                Stmt::Expr(expr, _) => self.expr(expr).map(|_| Tree::unit()),
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

    fn item(&mut self, item: &Item, outermost: bool) {
        if !outermost {
            // hoisting it would change what its name means elsewhere
            self.errors.refuse(item, no::ITEM_IN_BODY);
            return;
        }
        if let Item::Fn(function) = item {
            let marked = function.attrs.iter().any(|attr| {
                let last = attr.path().segments.last();
                last.is_some_and(|segment| segment.ident == "differentiate")
            });
            self.nested.push((function.sig.ident.to_string(), marked));
        }
        self.items.push(item.clone());
    }

    fn local(&mut self, local: &Local) -> Option<()> {
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
        if let Some(place) = self.as_mut_reference(&init.expr) {
            return self.bind_reference(pat, place);
        }
        let expected = self.expected(pat, ty);
        let value = self.expr_expecting(&init.expr, expected.as_ref())?;
        self.bind_pattern(pat, value, ty);
        Some(())
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
                let place = self.place(&reference.expr);
                if place.is_none() && self.is_place_expr(&reference.expr) {
                    self.errors.refuse(expr, no::MUT_REFERENCE);
                }
                place
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

    fn is_place_expr(&self, expr: &Expr) -> bool {
        matches!(
            expr,
            Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Unary(_)
        )
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
            Expr::Path(_) | Expr::Field(_) | Expr::Unary(_) => self.assign_place(target, value),
            _ => self.errors.refuse(target, no::ASSIGN_DESTRUCTURE),
        }
    }

    fn assign_place(&mut self, target: &Expr, value: &Tree<ValueId>) {
        let Some(place) = self.place(target) else {
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
