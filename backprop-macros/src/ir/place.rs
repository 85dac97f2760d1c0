//! Places and views: where a container or a struct is read and written.

use super::{Candidates, Function, Kind, Op, Region, Stmt, Tree, ValueId};
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
    /// `[index]` of a type of the user, and where it leads: see [`Op::Part`].
    Own(ValueId, ValueId),
    /// What the `&mut` reference refers to that a call returns: see [`Op::Lens`].
    Called(ValueId),
    /// The part of an adjoint that such an index or call leads to.
    Selected(ValueId),
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

    /// The place that a path leads to from here.
    pub(crate) fn along(mut self, path: Vec<Proj>) -> Self {
        self.path.extend(path);
        self
    }

    /// The same place in an adjoint.
    pub(crate) fn of_adjoint(mut self) -> Self {
        for step in &mut self.path {
            if let Proj::Own(_, part) | Proj::Called(part) = step {
                *step = Proj::Selected(*part);
            }
        }
        self
    }
}

impl Candidates {
    /// The same places in an adjoint.
    pub(crate) fn of_adjoint(&self) -> Self {
        let places = self.places.iter().cloned();
        Candidates {
            tag: self.tag,
            places: places.map(Place::of_adjoint).collect(),
        }
    }
}

/// The path to what `name` binds in the pattern of an arm, through variants and
/// the tuples in them, as far as the pattern tells which of these it looks into.
pub(crate) fn payload_path(pat: &syn::Pat, name: &proc_macro2::Ident) -> Option<Vec<Proj>> {
    path_in(pat, name, true)
}

/// The place that `name` stands for in a pattern, of one or of several that are matched on.
fn bound_place(
    scrutinee: &Tree<ValueId>,
    pat: &syn::Pat,
    name: &proc_macro2::Ident,
) -> Option<Place> {
    match (scrutinee.behind_refs(), pat) {
        (Tree::Leaf(whole), pat) => {
            let path = payload_path(pat, name)?;
            Some(Place::whole(*whole).along(path))
        }
        (_, syn::Pat::Paren(inner)) => bound_place(scrutinee, &inner.pat, name),
        (Tree::Tuple(parts), syn::Pat::Tuple(tuple)) if parts.len() == tuple.elems.len() => {
            let mut parts = parts.iter().zip(&tuple.elems);
            parts.find_map(|(part, pat)| bound_place(part, pat, name))
        }
        _ => None,
    }
}

/// The same of a pattern inside another, where a name is one that is bound.
fn path_in(pat: &syn::Pat, name: &proc_macro2::Ident, is_outermost: bool) -> Option<Vec<Proj>> {
    use syn::{Member, Pat};
    let variant = |path: &syn::Path| {
        // of a variant or of a struct: gradients of both have functions of this name
        let last = &path.segments.last()?.ident;
        (is_outermost || last != "Ok" && last != "Err").then(|| last.clone())
    };
    let positions = |elems: &syn::punctuated::Punctuated<Pat, syn::Token![,]>| {
        let mut rests = elems.iter().filter(|pat| matches!(pat, Pat::Rest(_)));
        let inner = |pat: &Pat| path_in(pat, name, false);
        let found = elems.iter().enumerate();
        let found = found
            .filter_map(|(index, pat)| Some((index, inner(pat)?)))
            .next();
        found.filter(|_| rests.next().is_none())
    };
    let (step, mut inner) = match pat {
        Pat::Ident(bound) if !is_outermost => {
            return (bound.ident == *name).then(Vec::new);
        }
        Pat::Paren(inner) => return path_in(&inner.pat, name, is_outermost),
        Pat::Reference(inner) => return path_in(&inner.pat, name, is_outermost),
        Pat::TupleStruct(tuple) => {
            let (index, inner) = positions(&tuple.elems)?;
            (
                Proj::Variant(variant(&tuple.path)?, Member::Unnamed(index.into())),
                inner,
            )
        }
        Pat::Tuple(tuple) if !is_outermost => {
            let (index, inner) = positions(&tuple.elems)?;
            (Proj::Field(Member::Unnamed(index.into())), inner)
        }
        Pat::Struct(fields) => {
            let mut parts = fields.fields.iter();
            let (member, inner) = parts.find_map(|field| {
                let inner = path_in(&field.pat, name, false)?;
                Some((field.member.clone(), inner))
            })?;
            (Proj::Variant(variant(&fields.path)?, member), inner)
        }
        _ => return None,
    };
    inner.insert(0, step);
    Some(inner)
}

/// Which values are views, and of what.
#[derive(Default)]
pub(crate) struct Views {
    /// The place that a view is of.
    places: BTreeMap<ValueId, Place>,
    /// What a view is of that leads to one of several places, or to one by way of
    /// branches and loops.
    traced: BTreeMap<ValueId, Candidates>,
}

impl Views {
    /// The views of the forward half of a function.
    pub(crate) fn of(f: &Function, region: &Region) -> Self {
        let mut views = Views::default();
        views.collect(f, region);
        views
    }

    /// The same with those of iterations that run again in the reverse half.
    pub(crate) fn of_both(f: &Function, forward: &Region, reverse: &Region) -> Self {
        let mut views = Views::of(f, forward);
        views.collect(f, reverse);
        views
    }

    fn collect(&mut self, f: &Function, region: &Region) {
        for stmt in &region.stmts {
            if let Stmt::Let(binding) = stmt {
                if let Op::Traced(_, candidates) | Op::Choose(candidates) = &binding.op {
                    self.traced.insert(binding.value, candidates.clone());
                }
                let viewed = match &binding.op {
                    Op::View(place, _) | Op::Checked(place, _) | Op::Half(_, _, place) => {
                        Some(place.clone())
                    }
                    Op::Copy(a, _) if f.is_reference(*a) => Some(Place::whole(*a)),
                    _ => None,
                };
                self.places
                    .extend(viewed.map(|place| (binding.value, place)));
            }
            if let Stmt::Match(choice) = stmt {
                for arm in &choice.arms {
                    // through a `&mut` reference a pattern binds places
                    let bound = arm.bindings.iter();
                    let bound = bound.filter(|(_, value)| f.info(*value).hold == Hold::Mut);
                    self.places.extend(bound.filter_map(|(name, value)| {
                        let place = bound_place(&choice.scrutinee, &arm.pattern, name)?;
                        Some((*value, place))
                    }));
                }
            }
            super::for_each_region(stmt, &mut |inner, _| self.collect(f, inner));
        }
    }

    /// The place in terms of what is no view itself, or a view of one of several places.
    pub(crate) fn resolve(&self, place: &Place) -> Place {
        let mut resolved = place.clone();
        while let Some(viewed) = self.only(resolved.base) {
            let mut outer = viewed.clone();
            outer.path.append(&mut resolved.path);
            resolved = outer;
        }
        resolved
    }

    /// The one place that a view is of.
    fn only(&self, view: ValueId) -> Option<&Place> {
        self.places
            .get(&view)
            .or_else(|| match &self.traced.get(&view)?.places[..] {
                [only] => Some(only),
                _ => None,
            })
    }

    /// The several places that a value may be a view of.
    pub(crate) fn candidates(&self, view: ValueId) -> Option<&Candidates> {
        let traced = self.traced.get(&view)?;
        (traced.places.len() > 1).then_some(traced)
    }

    /// What a view is of, in terms of what is there where it is made. The places of a
    /// merged reference are borrowed by it.
    pub(crate) fn viewed(&self, view: ValueId) -> Option<&Place> {
        self.places.get(&view)
    }

    pub(crate) fn is_view(&self, value: ValueId) -> bool {
        self.places.contains_key(&value) || self.traced.contains_key(&value)
    }

    /// The values that views are of.
    pub(crate) fn all_roots(&self) -> impl Iterator<Item = ValueId> {
        let views = self.places.keys().chain(self.traced.keys());
        views.flat_map(|view| self.roots(*view))
    }

    /// The value that holds what `value` is or refers to; of a view of one of several
    /// places, the view.
    pub(crate) fn root(&self, value: ValueId) -> ValueId {
        self.resolve(&Place::whole(value)).base
    }

    /// The values one of which holds what `value` is or refers to.
    pub(crate) fn roots(&self, value: ValueId) -> Vec<ValueId> {
        let root = self.root(value);
        match self.candidates(root) {
            Some(candidates) => {
                let places = candidates.places.iter();
                places.flat_map(|place| self.roots(place.base)).collect()
            }
            None => vec![root],
        }
    }

    /// Whether a value is a `&mut` reference, or borrows from one that is a view.
    pub(crate) fn is_exclusive(&self, f: &Function, mut value: ValueId) -> bool {
        loop {
            if f.info(value).hold == Hold::Mut {
                return true;
            }
            match self.only(value) {
                Some(place) => value = place.base,
                None => return false,
            }
        }
    }
}

/// The kind of what is at a place.
pub(crate) fn kind_at(f: &Function, place: &Place) -> Kind {
    let mut kind = f.kind(place.base);
    for step in &place.path {
        kind = match step {
            Proj::Index(_) => kind.element(),
            Proj::Range(..) | Proj::Deref => kind,
            Proj::Field(_)
            | Proj::Variant(..)
            | Proj::Own(..)
            | Proj::Called(_)
            | Proj::Selected(_) => Kind::Opaque,
        };
    }
    kind
}
