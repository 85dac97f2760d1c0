//! Places and views: where a container or a struct is read and written.

use super::{Function, Kind, Op, Region, Stmt, ValueId};
use std::collections::BTreeMap;

/// How a value holds its content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Hold {
    /// By value, as far as is known.
    #[default]
    Value,
    /// It is a `&` reference.
    Shared,
    /// It is a `&mut` reference.
    Mut,
}

/// A value, or a part of what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) base: ValueId,
    pub(crate) path: Vec<Proj>,
}

/// One step into a container or a struct.
#[derive(Clone, Debug)]
pub(crate) enum Proj {
    Index(ValueId),
    /// `[start..end]`, `[start..=end]`
    Range(Option<ValueId>, Option<ValueId>, bool),
    Field(syn::Member),
    /// `*` of a box.
    Deref,
    /// A field of a variant of an enum: of its adjoint only.
    Variant(proc_macro2::Ident, syn::Member),
}

impl Place {
    /// All of what `base` holds.
    pub(crate) fn whole(base: ValueId) -> Self {
        Place {
            base,
            path: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, step: Proj) -> Self {
        self.path.push(step);
        self
    }

    pub(crate) fn for_each_mut(&mut self, f: &mut dyn FnMut(&mut ValueId)) {
        f(&mut self.base);
        self.for_each_index_mut(f);
    }

    /// The values that the path uses.
    pub(crate) fn for_each_index_mut(&mut self, f: &mut dyn FnMut(&mut ValueId)) {
        for step in &mut self.path {
            match step {
                Proj::Index(index) => f(index),
                Proj::Range(start, end, _) => {
                    start.iter_mut().for_each(&mut *f);
                    end.iter_mut().for_each(&mut *f);
                }
                Proj::Field(_) | Proj::Deref | Proj::Variant(..) => {}
            }
        }
    }
}

/// The step to what `name` binds in the pattern of an arm, if the pattern looks
/// no deeper than into one variant.
pub(crate) fn variant_step(pat: &syn::Pat, name: &proc_macro2::Ident) -> Option<Proj> {
    use syn::Pat;
    fn binds(pat: &Pat, name: &proc_macro2::Ident) -> bool {
        match pat {
            Pat::Ident(bound) => bound.ident == *name && bound.subpat.is_none(),
            Pat::Paren(inner) => binds(&inner.pat, name),
            Pat::Reference(inner) => binds(&inner.pat, name),
            _ => false,
        }
    }
    let variant = |path: &syn::Path| path.segments.last().map(|last| last.ident.clone());
    match pat {
        Pat::Paren(inner) => variant_step(&inner.pat, name),
        Pat::Reference(inner) => variant_step(&inner.pat, name),
        Pat::TupleStruct(tuple) => {
            let rest = tuple.elems.iter().any(|pat| matches!(pat, Pat::Rest(_)));
            let index = tuple.elems.iter().position(|pat| binds(pat, name))?;
            let member = syn::Member::Unnamed(index.into());
            (!rest).then_some(Proj::Variant(variant(&tuple.path)?, member))
        }
        Pat::Struct(fields) => {
            let field = fields.fields.iter().find(|field| binds(&field.pat, name))?;
            Some(Proj::Variant(variant(&fields.path)?, field.member.clone()))
        }
        _ => None,
    }
}

/// Which values are views, and of what.
#[derive(Default)]
pub(crate) struct Views(BTreeMap<ValueId, Place>);

impl Views {
    /// The views of the forward half of a function.
    pub(crate) fn of(f: &Function, region: &Region) -> Self {
        let mut views = Views::default();
        views.collect(f, region);
        views
    }

    fn collect(&mut self, f: &Function, region: &Region) {
        for stmt in &region.stmts {
            if let Stmt::Let(binding) = stmt {
                let viewed = match &binding.op {
                    Op::View(place, _) | Op::Checked(place, _) | Op::Half(_, _, place) => {
                        Some(place.clone())
                    }
                    Op::Copy(a, _) if f.is_reference(*a) => Some(Place::whole(*a)),
                    _ => None,
                };
                self.0.extend(viewed.map(|place| (binding.value, place)));
            }
            super::for_each_region(stmt, &mut |inner, _| self.collect(f, inner));
        }
    }

    /// The place in terms of what is no view itself.
    pub(crate) fn resolve(&self, place: &Place) -> Place {
        let mut resolved = place.clone();
        while let Some(viewed) = self.0.get(&resolved.base) {
            let mut outer = viewed.clone();
            outer.path.append(&mut resolved.path);
            resolved = outer;
        }
        resolved
    }

    pub(crate) fn is_view(&self, value: ValueId) -> bool {
        self.0.contains_key(&value)
    }

    /// The values that views are of.
    pub(crate) fn roots(&self) -> impl Iterator<Item = ValueId> {
        self.0.keys().map(|view| self.root(*view))
    }

    /// The value that holds what `value` is or refers to.
    pub(crate) fn root(&self, value: ValueId) -> ValueId {
        self.resolve(&Place::whole(value)).base
    }
}

/// The kind of what is at a place.
pub(crate) fn kind_at(f: &Function, place: &Place) -> Kind {
    let mut kind = f.kind(place.base);
    for step in &place.path {
        kind = match step {
            Proj::Index(_) => kind.element(),
            Proj::Range(..) | Proj::Deref => kind,
            Proj::Field(_) | Proj::Variant(..) => Kind::Opaque,
        };
    }
    kind
}
