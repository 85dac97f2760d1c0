//! Type parameters that stand for real numbers.

use proc_macro2::Ident;
use syn::{
    GenericArgument, GenericParam, Generics, PathArguments, Type, TypeParamBound, WherePredicate,
};

/// Traits whose implementors are taken for real numbers, by the last name of their
/// path. Companions add `backprop::Real`, so that rustc checks it.
const TRAITS: &[&str] = &["Float", "FloatCore", "Real", "RealField", "Scalar"];

/// The type parameters in scope that stand for real numbers.
#[derive(Clone, Default, Debug)]
pub(crate) struct Reals {
    names: Vec<Ident>,
    /// Type parameters of which `into` makes a real number, and its type: `f64` for
    /// `T: Into<f64>`. They may stand for integers, too.
    into: Vec<(Ident, Type)>,
}

impl Reals {
    /// Those of a function, or of a block and a function in it.
    pub(crate) fn of<'g>(all: impl IntoIterator<Item = &'g Generics>) -> Self {
        let mut reals = Reals::default();
        for generics in all {
            for param in &generics.params {
                let GenericParam::Type(param) = param else {
                    continue;
                };
                let bounds = || bounds_of(&param.ident, generics);
                if bounds().any(is_real) {
                    reals.names.push(param.ident.clone());
                }
                if let Some(ty) = bounds().find_map(target) {
                    reals.into.push((param.ident.clone(), ty.clone()));
                }
            }
        }
        reals
    }

    /// The real number that `into` makes of type parameters, if it is one type.
    pub(crate) fn target_of_into(&self) -> Option<&Type> {
        let (_, first) = self.into.first()?;
        let is_one = self.into.iter().all(|(_, ty)| ty == first);
        is_one.then_some(first)
    }

    /// The type parameters that stand for what `into` makes a real number of.
    pub(crate) fn convertible(&self) -> impl Iterator<Item = &Ident> {
        let names = self.into.iter().map(|(name, _)| name);
        names.filter(|name| self.index(name).is_none())
    }

    /// The number of a parameter.
    pub(crate) fn index(&self, name: &Ident) -> Option<u8> {
        let index = self.names.iter().position(|real| real == name)?;
        u8::try_from(index).ok()
    }

    /// All of them.
    pub(crate) fn names(&self) -> &[Ident] {
        &self.names
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

/// `f64` of the bound `Into<f64>`.
fn target(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let last = bound.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(types) if last.ident == "Into" => match types.args.first()? {
            GenericArgument::Type(ty @ Type::Path(path))
                if path.path.is_ident("f64") || path.path.is_ident("f32") =>
            {
                Some(ty)
            }
            _ => None,
        },
        _ => None,
    }
}
