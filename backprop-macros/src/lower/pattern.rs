//! Patterns: of `let`, where they must match, and of arms.

use super::{Binding, Lowerer};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Hold, Kind, Op, Place, Proj, Tree, ValueId};
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Pat, Type};

impl Lowerer<'_> {
    /// Binds the names of an irrefutable pattern.
    pub(super) fn bind_pattern(&mut self, pat: &Pat, value: Tree<ValueId>, ty: Option<&Type>) {
        let value = match ty {
            Some(ty) => self.ascribe(dereferenced(value, ty), ty),
            None => value,
        };
        match pat {
            Pat::Ident(pat) if pat.by_ref.is_some() => self.bind_ref(pat, value),
            Pat::Ident(pat) => {
                let name = pat.ident.to_string();
                if let Some((_, sub)) = &pat.subpat {
                    self.bind_pattern(sub, value.clone(), None);
                }
                if pat.mutability.is_some() {
                    let slot = self.slot(Some(name), None, true, pat.ident.span());
                    let value = self.owned(&value, pat.ident.span());
                    self.write_slot(slot, &value, pat.ident.span());
                    self.bind(&pat.ident, Binding::Slot(slot));
                } else {
                    self.name(&value, &name);
                    self.bind(&pat.ident, Binding::Value(value));
                }
            }
            Pat::Wild(_) => {}
            Pat::Paren(inner) => self.bind_pattern(&inner.pat, value, None),
            Pat::Type(typed) => self.bind_pattern(&typed.pat, value, Some(&typed.ty)),
            Pat::Reference(reference) => match value {
                Tree::Ref(inner) => self.bind_pattern(&reference.pat, *inner, None),
                Tree::Leaf(leaf) if self.f.is_reference(leaf) => {
                    let value = self.load(crate::ir::Place::whole(leaf), pat.span());
                    self.bind_pattern(&reference.pat, value, None);
                }
                Tree::Leaf(leaf) => {
                    let kind = self.f.kind(leaf);
                    let value = self.push(crate::ir::Op::Deref(leaf), kind, pat.span());
                    self.bind_pattern(&reference.pat, value, None);
                }
                Tree::Tuple(_) | Tree::Option(..) | Tree::Result(..) => {
                    self.errors.refuse(pat, no::PATTERN);
                }
            },
            Pat::Tuple(tuple) => self.bind_tuple(tuple, value),
            Pat::Struct(fields) => {
                for field in &fields.fields {
                    self.bind_part(&field.pat, &value, Proj::Field(field.member.clone()));
                }
            }
            Pat::TupleStruct(parts) if !parts.elems.iter().any(is_rest) => {
                for (index, pat) in parts.elems.iter().enumerate() {
                    let member = syn::Member::Unnamed(index.into());
                    self.bind_part(pat, &value, Proj::Field(member));
                }
            }
            Pat::Slice(slice) => self.bind_slice(slice, &value),
            pat => self.errors.refuse(pat, no::PATTERN),
        }
    }

    /// `ref name`, `ref mut name`
    fn bind_ref(&mut self, pat: &syn::PatIdent, value: Tree<ValueId>) {
        let reference = match &value {
            Tree::Leaf(leaf) if !self.is_scalar(*leaf) => {
                let mutable = pat.mutability.is_some();
                self.view(Place::whole(*leaf), mutable, pat.ident.span())
            }
            _ if pat.mutability.is_none() => Tree::Ref(Box::new(value)),
            _ => {
                self.errors.refuse(pat, no::REF_PATTERN);
                return;
            }
        };
        self.bind(&pat.ident, Binding::Value(reference));
    }

    /// Binds a pattern to a part of a struct, an array or a slice: through a
    /// reference it binds a reference.
    fn bind_part(&mut self, pat: &Pat, value: &Tree<ValueId>, step: Proj) {
        if matches!(pat, Pat::Wild(_) | Pat::Rest(_)) {
            return;
        }
        let span = pat.span();
        let (leaf, by_reference) = match value {
            Tree::Leaf(leaf) => (*leaf, self.f.is_reference(*leaf)),
            Tree::Ref(inner) => match &**inner {
                Tree::Leaf(leaf) => (*leaf, true),
                _ => return self.errors.refuse(pat, no::PATTERN),
            },
            _ => return self.errors.refuse(pat, no::PATTERN),
        };
        let place = Place::whole(leaf).with(step);
        let explicit = matches!(pat, Pat::Ident(pat) if pat.by_ref.is_some());
        let part = match by_reference || explicit {
            true => {
                let mutable = match pat {
                    Pat::Ident(pat) if explicit => pat.mutability.is_some(),
                    _ => self.f.info(leaf).hold == Hold::Mut,
                };
                match self.kind_at(&place) {
                    Kind::Real(_) | Kind::Int | Kind::Bool if !mutable => {
                        Tree::Ref(Box::new(self.load(place, span)))
                    }
                    _ => self.view(place, mutable, span),
                }
            }
            false => self.load(place, span),
        };
        match pat {
            Pat::Ident(pat) if explicit && pat.subpat.is_none() => {
                self.bind(&pat.ident, Binding::Value(part));
            }
            pat => self.bind_pattern(pat, part, None),
        }
    }

    /// `[a, b, rest @ ..]` that always matches: of an array.
    pub(super) fn bind_slice(&mut self, slice: &syn::PatSlice, value: &Tree<ValueId>) {
        let span = slice.span();
        let count = slice.elems.len();
        let rest = slice.elems.iter().position(is_rest_or_bound);
        let leaf = match value.behind_refs() {
            Tree::Leaf(leaf) => *leaf,
            _ => return self.errors.refuse(slice, no::PATTERN),
        };
        if self.f.info(leaf).hold == Hold::Mut {
            return self.bind_slice_mut(slice, leaf);
        }
        let len = self.len(&Place::whole(leaf), span);
        for (i, pat) in slice.elems.iter().enumerate() {
            match rest {
                Some(rest) if i == rest => {
                    let Pat::Ident(bound) = pat else {
                        continue;
                    };
                    let start = self.push_value(Op::Integer(i as i64), Kind::Int, span);
                    let after = (count - i - 1) as i64;
                    let after = self.push_value(Op::Integer(after), Kind::Int, span);
                    let op = Op::Binary(BinaryOp::Sub, len, after);
                    let end = self.push_value(op, Kind::Int, span);
                    let step = Proj::Range(Some(start), Some(end), false);
                    let by_reference = self.f.is_reference(leaf) || matches!(value, Tree::Ref(_));
                    if !by_reference && bound.by_ref.is_none() {
                        // an array of another length by value
                        self.errors.refuse(pat, no::PATTERN);
                        continue;
                    }
                    let mutable = self.f.info(leaf).hold == Hold::Mut;
                    let view = self.view(Place::whole(leaf).with(step), mutable, span);
                    self.bind(&bound.ident, Binding::Value(view));
                }
                Some(rest) if i > rest => {
                    let back = (count - i) as i64;
                    let back = self.push_value(Op::Integer(back), Kind::Int, span);
                    let op = Op::Binary(BinaryOp::Sub, len, back);
                    let index = self.push_value(op, Kind::Int, span);
                    self.bind_part(pat, value, Proj::Index(index));
                }
                _ => {
                    let index = self.push_value(Op::Integer(i as i64), Kind::Int, span);
                    self.bind_part(pat, value, Proj::Index(index));
                }
            }
        }
    }

    /// The same through a `&mut` reference: parts that live side by side are
    /// split off one after another.
    fn bind_slice_mut(&mut self, slice: &syn::PatSlice, leaf: ValueId) {
        let span = slice.span();
        let count = slice.elems.len();
        let mut left = leaf;
        for (i, pat) in slice.elems.iter().enumerate() {
            let place = Place::whole(left);
            let size = match is_rest_or_bound(pat) {
                false => self.push_value(Op::Integer(1), Kind::Int, span),
                true => {
                    let len = self.len(&place, span);
                    let after = (count - i - 1) as i64;
                    let after = self.push_value(Op::Integer(after), Kind::Int, span);
                    self.push_value(Op::Binary(BinaryOp::Sub, len, after), Kind::Int, span)
                }
            };
            let [part, rest] = self.halves(place, size, span);
            left = rest;
            match pat {
                Pat::Rest(_) | Pat::Wild(_) => {}
                Pat::Ident(bound) if is_rest_or_bound(pat) => {
                    self.bind(&bound.ident, Binding::Value(Tree::Leaf(part)));
                }
                pat => {
                    let zero = self.push_value(Op::Integer(0), Kind::Int, span);
                    self.bind_part(pat, &Tree::Leaf(part), Proj::Index(zero));
                }
            }
        }
    }

    fn bind_tuple(&mut self, tuple: &syn::PatTuple, value: Tree<ValueId>) {
        let pats: Vec<&Pat> = tuple.elems.iter().collect();
        if let Tree::Leaf(leaf) = &value
            && self.f.is_reference(*leaf)
            && !pats.iter().any(|pat| is_rest(pat))
        {
            // a tuple in memory: what the names stand for stays there
            for (index, pat) in pats.into_iter().enumerate() {
                let member = syn::Member::Unnamed(index.into());
                self.bind_part(pat, &value, Proj::Field(member));
            }
            return;
        }
        let by_reference = matches!(value, Tree::Ref(_));
        let parts = match value.behind_refs() {
            Tree::Tuple(parts) => parts.clone(),
            Tree::Leaf(_) => {
                let like = Tree::Tuple(pats.iter().map(|_| Tree::Leaf(())).collect());
                match self.take_apart(&value, &like, tuple.span()) {
                    Tree::Tuple(parts) => parts,
                    _ => return,
                }
            }
            _ => return self.errors.refuse(tuple, no::PATTERN),
        };
        let Some(pairs) = align(&pats, &parts) else {
            self.errors.refuse(tuple, no::TUPLE_SHAPE);
            return;
        };
        for (pat, part) in pairs {
            // a pattern seen through a reference binds references
            let part = match by_reference {
                true => Tree::Ref(Box::new(part.clone())),
                false => part.clone(),
            };
            self.bind_pattern(pat, part, None);
        }
    }

    /// The pattern of an arm as it is emitted, and the values it binds.
    ///
    /// A name that stands for a leaf of the scrutinee becomes another name of
    /// that leaf; only names inside an opaque value are bound by the pattern.
    pub(super) fn arm_pattern(
        &mut self,
        pat: &Pat,
        scrutinee: &Tree<ValueId>,
    ) -> (Pat, Vec<(Ident, ValueId)>) {
        let mut pattern = pat.clone();
        let mut bindings = Vec::new();
        (self.binds_references, self.binds_places) = (false, false);
        self.rewrite_pattern(&mut pattern, Some(scrutinee), &mut bindings);
        (pattern, bindings)
    }

    fn rewrite_pattern(
        &mut self,
        pat: &mut Pat,
        value: Option<&Tree<ValueId>>,
        bindings: &mut Vec<(Ident, ValueId)>,
    ) {
        match pat {
            Pat::Ident(bound) => {
                if bound.subpat.is_none() && is_constant_name(&bound.ident) {
                    return;
                }
                self.rewrite_binding(pat, value, bindings);
            }
            Pat::Paren(inner) => self.rewrite_pattern(&mut inner.pat, value, bindings),
            Pat::Reference(reference) => {
                // emitted against a reference too, so the `&` stays
                let inner = match value {
                    Some(Tree::Ref(inner)) => Some(&**inner),
                    _ => None,
                };
                let outer = (self.binds_references, self.binds_places);
                (self.binds_references, self.binds_places) = (false, false);
                self.rewrite_pattern(&mut reference.pat, inner, bindings);
                (self.binds_references, self.binds_places) = outer;
            }
            Pat::Or(or) => {
                let before = self.scopes.last().map_or(0, Vec::len);
                let mut first: Option<Vec<(String, Binding)>> = None;
                for case in &mut or.cases {
                    self.rewrite_pattern(case, value, bindings);
                    let Some(scope) = self.scopes.last_mut() else {
                        return;
                    };
                    let bound: Vec<_> = scope.drain(before..).collect();
                    match &first {
                        None => first = Some(bound),
                        Some(first) => {
                            if !same_bindings(first, &bound) {
                                self.errors.refuse(case, no::OR_PATTERN);
                            }
                        }
                    }
                }
                if let (Some(scope), Some(first)) = (self.scopes.last_mut(), first) {
                    scope.extend(first);
                }
            }
            Pat::Tuple(tuple) => {
                let parts = match value.map(Tree::behind_refs) {
                    Some(Tree::Tuple(parts)) => Some(parts.clone()),
                    _ => None,
                };
                let count = tuple.elems.len();
                let rest = tuple
                    .elems
                    .iter()
                    .position(|pat| matches!(pat, Pat::Rest(_)));
                for (i, pat) in tuple.elems.iter_mut().enumerate() {
                    let part = parts.as_ref().and_then(|parts| match rest {
                        Some(rest) if i > rest => parts.get((parts.len() + i).checked_sub(count)?),
                        Some(rest) if i == rest => None,
                        _ => parts.get(i),
                    });
                    self.rewrite_pattern(pat, part, bindings);
                }
            }
            Pat::TupleStruct(pat) => self.inside(value, |this| {
                for pat in &mut pat.elems {
                    this.rewrite_pattern(pat, None, bindings);
                }
            }),
            Pat::Struct(pat) => self.inside(value, |this| {
                for field in &mut pat.fields {
                    if field.colon_token.is_none() {
                        field.colon_token = Some(syn::token::Colon(field.span()));
                    }
                    this.rewrite_pattern(&mut field.pat, None, bindings);
                }
            }),
            Pat::Slice(pat) => self.inside(value, |this| {
                for pat in &mut pat.elems {
                    this.rewrite_pattern(pat, None, bindings);
                }
            }),
            Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) | Pat::Rest(_) | Pat::Wild(_) => {}
            pat => self.errors.refuse(pat, no::PATTERN),
        }
    }

    /// Rewrites the patterns inside one of `value`, if that is known.
    fn inside(&mut self, value: Option<&Tree<ValueId>>, patterns: impl FnOnce(&mut Self)) {
        let outer = (self.binds_references, self.binds_places);
        if let Some(Tree::Leaf(leaf)) = value {
            let hold = self.f.info(*leaf).hold;
            (self.binds_references, self.binds_places) = (hold == Hold::Shared, hold == Hold::Mut);
        }
        patterns(self);
        (self.binds_references, self.binds_places) = outer;
    }

    fn rewrite_binding(
        &mut self,
        pat: &mut Pat,
        value: Option<&Tree<ValueId>>,
        bindings: &mut Vec<(Ident, ValueId)>,
    ) {
        let Pat::Ident(bound) = pat else {
            return;
        };
        let (ident, mutable) = (bound.ident.clone(), bound.mutability.is_some());
        let by_reference = bound.by_ref.is_some();
        let name = ident.to_string();
        let subpattern = bound.subpat.take();
        let tree = match value {
            Some(tree) => {
                if bound.by_ref.is_some() {
                    self.errors.refuse(pat, no::REF_PATTERN);
                    return;
                }
                // Another name of the scrutinee: uses of it mean the leaf. The
                // name stays in the pattern all the same, so that rustc refuses
                // it (E0530) if it is a constant after all.
                let span = ident.span().resolved_at(proc_macro2::Span::mixed_site());
                bound.ident.set_span(span);
                bound.mutability = None;
                // `name @ _`, as a lone name would be a pattern of the constant
                let (at, mut inner) = subpattern.unwrap_or_else(|| {
                    let wild: Pat = syn::parse_quote_spanned!(span=> _);
                    (syn::token::At(span), Box::new(wild))
                });
                self.rewrite_pattern(&mut inner, Some(tree), bindings);
                bound.subpat = Some((at, inner));
                tree.clone()
            }
            None => {
                bound.subpat = subpattern.map(|(at, mut inner)| {
                    self.rewrite_pattern(&mut inner, None, bindings);
                    (at, inner)
                });
                bound.mutability = None;
                let known = bindings.iter().find(|(other, _)| *other == ident).cloned();
                let id = match &known {
                    Some((_, id)) => *id,
                    None => self.f.value(Kind::Opaque, Some(name.clone()), ident.span()),
                };
                if known.is_none() {
                    bindings.push((ident.clone(), id));
                    if self.binds_places && !mutable && !by_reference {
                        self.f.info_mut(id).hold = Hold::Mut;
                    } else {
                        self.payloads.insert(id);
                    }
                    if self.binds_references && !mutable && !by_reference {
                        self.f.info_mut(id).hold = Hold::Shared;
                    }
                }
                Tree::Leaf(id)
            }
        };
        let binding = match mutable {
            // the region of the arm starts with the variable
            true => {
                let slot = self.slot(Some(name), None, true, ident.span());
                self.write_slot(slot, &tree, ident.span());
                Binding::Slot(slot)
            }
            false => Binding::Value(tree),
        };
        self.bind(&ident, binding);
    }
}

/// A value as it is coerced to a reference type: `&&T` becomes `&T`.
fn dereferenced(value: Tree<ValueId>, ty: &Type) -> Tree<ValueId> {
    match (value, ty) {
        (value, Type::Paren(ty)) => dereferenced(value, &ty.elem),
        (value, Type::Group(ty)) => dereferenced(value, &ty.elem),
        (Tree::Ref(inner), Type::Reference(ty)) => match (&*inner, &*ty.elem) {
            (_, Type::Reference(_) | Type::Infer(_) | Type::Paren(_) | Type::Group(_)) => {
                Tree::Ref(inner)
            }
            (Tree::Ref(_), _) => dereferenced(*inner, &Type::Reference(ty.clone())),
            _ => Tree::Ref(inner),
        },
        (value, _) => value,
    }
}

fn is_rest(pat: &Pat) -> bool {
    matches!(pat, Pat::Rest(_))
}

/// `..` or `name @ ..`
pub(super) fn is_rest_or_bound(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(bound) => matches!(&bound.subpat, Some((_, inner)) if is_rest(inner)),
        pat => is_rest(pat),
    }
}

/// Pairs patterns with parts; `..` skips what it has to.
fn align<'p, 't, T>(pats: &[&'p Pat], parts: &'t [T]) -> Option<Vec<(&'p Pat, &'t T)>> {
    let rest = pats.iter().position(|pat| matches!(pat, Pat::Rest(_)));
    let Some(rest) = rest else {
        let fits = pats.len() == parts.len();
        return fits.then(|| pats.iter().copied().zip(parts).collect());
    };
    let after = pats.len() - rest - 1;
    let tail = parts.len().checked_sub(after)?;
    (rest <= tail).then(|| {
        let head = pats[..rest].iter().copied().zip(parts);
        head.chain(pats[rest + 1..].iter().copied().zip(&parts[tail..]))
            .collect()
    })
}

fn same_bindings(a: &[(String, Binding)], b: &[(String, Binding)]) -> bool {
    let same = |name: &String, binding: &Binding| {
        b.iter().any(|(other, with)| {
            other == name
                && match (binding, with) {
                    (Binding::Value(a), Binding::Value(b)) => a == b,
                    _ => false,
                }
        })
    };
    a.len() == b.len() && a.iter().all(|(name, binding)| same(name, binding))
}

/// A lone name in a pattern is a constant or a unit variant if it is written
/// in capitals or camel case: rustc warns about anything else.
pub(super) fn is_constant_name(ident: &Ident) -> bool {
    let name = ident.to_string();
    name.trim_start_matches('_').starts_with(char::is_uppercase)
}

/// The names that a pattern binds, and whether they are `mut`.
pub(super) fn bound_names(pat: &Pat, into: &mut Vec<(Ident, bool)>) {
    match pat {
        Pat::Ident(bound) => {
            if let Some((_, inner)) = &bound.subpat {
                bound_names(inner, into);
            } else if is_constant_name(&bound.ident) {
                return;
            }
            into.push((bound.ident.clone(), bound.mutability.is_some()));
        }
        Pat::Paren(inner) => bound_names(&inner.pat, into),
        Pat::Reference(inner) => bound_names(&inner.pat, into),
        Pat::Type(inner) => bound_names(&inner.pat, into),
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|pat| bound_names(pat, into)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|pat| bound_names(pat, into)),
        Pat::Slice(slice) => slice.elems.iter().for_each(|pat| bound_names(pat, into)),
        Pat::Struct(fields) => {
            let pats = fields.fields.iter().map(|field| &*field.pat);
            pats.for_each(|pat| bound_names(pat, into));
        }
        Pat::Or(or) => {
            if let Some(first) = or.cases.first() {
                bound_names(first, into);
            }
        }
        _ => {}
    }
}
