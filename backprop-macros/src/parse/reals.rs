//! Type parameters that stand for real numbers.

use proc_macro2::Ident;
use syn::{GenericParam, Generics, TypeParamBound, WherePredicate};

/// Traits whose implementors are taken for real numbers, by the last name of their
/// path. Companions add `backprop::Real`, so that rustc checks it.
const TRAITS: &[&str] = &["Float", "FloatCore", "Real", "RealField", "Scalar"];

/// The type parameters in scope that stand for real numbers.
#[derive(Clone, Default, Debug)]
pub(crate) struct Reals(Vec<Ident>);

impl Reals {
    /// Those of a function, or of a block and a function in it.
    pub(crate) fn of<'g>(all: impl IntoIterator<Item = &'g Generics>) -> Self {
        let mut reals = Vec::new();
        for generics in all {
            for param in &generics.params {
                if let GenericParam::Type(param) = param
                    && bounds_of(&param.ident, generics).any(is_real)
                {
                    reals.push(param.ident.clone());
                }
            }
        }
        Reals(reals)
    }

    /// The number of a parameter.
    pub(crate) fn index(&self, name: &Ident) -> Option<u8> {
        let index = self.0.iter().position(|real| real == name)?;
        u8::try_from(index).ok()
    }

    /// All of them.
    pub(crate) fn names(&self) -> &[Ident] {
        &self.0
    }
}

/// The bounds of a type parameter, those of the `where` clause included.
fn bounds_of<'g>(
    name: &'g Ident,
    generics: &'g Generics,
) -> impl Iterator<Item = &'g TypeParamBound> {
    let own = generics
        .type_params()
        .filter(move |param| param.ident == *name);
    let own = own.flat_map(|param| &param.bounds);
    let predicates = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let written = predicates.filter_map(move |predicate| match predicate {
        WherePredicate::Type(predicate) => match &predicate.bounded_ty {
            syn::Type::Path(path) if path.path.is_ident(name) => Some(&predicate.bounds),
            _ => None,
        },
        _ => None,
    });
    own.chain(written.flatten())
}

fn is_real(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    let last = bound.path.segments.last();
    last.is_some_and(|segment| TRAITS.iter().any(|name| segment.ident == name))
}
