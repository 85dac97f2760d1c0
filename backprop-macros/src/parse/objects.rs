//! Trait objects, by spelling.

use proc_macro2::Ident;
use syn::Type;

/// Whether a type is an object of one trait, which is none of functions.
pub(super) fn is_plain_object(object: &syn::TypeTraitObject) -> bool {
    let mut traits = object.bounds.iter().filter_map(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    });
    let is_marked = |name: &Ident| !["Fn", "FnMut", "FnOnce", "Any"].contains(&&*name.to_string());
    let first = traits.next().is_some_and(|last| is_marked(&last.ident));
    first && traits.next().is_none()
}

/// Whether a type is a trait object, a reference to one, a box of one, or a sequence of
/// such.
pub(crate) fn is_object(ty: &Type) -> bool {
    match ty {
        Type::Paren(inner) => is_object(&inner.elem),
        Type::Group(inner) => is_object(&inner.elem),
        Type::Reference(inner) => is_object(&inner.elem),
        Type::Array(array) => is_object(&array.elem),
        Type::Slice(slice) => is_object(&slice.elem),
        Type::TraitObject(object) => is_plain_object(object),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let holds = last.is_some_and(|last| last.ident == "Vec" || last.ident == "Box");
            holds && arguments(path).any(is_object)
        }
        _ => false,
    }
}

/// What is behind `&dyn Trait` borrows nothing in companions: pullbacks look at it as `Any`.
pub(super) fn own_object(ty: &mut Type) {
    if let Type::Reference(reference) = ty
        && let Type::TraitObject(object) = &mut *reference.elem
        && is_plain_object(object)
        && object.bounds.len() == 1
    {
        object.bounds.push(syn::parse_quote!('static));
        let object = &reference.elem;
        *reference.elem = syn::parse_quote!((#object));
    }
}

/// The types in `<..>` of the last part of a path.
pub(super) fn arguments(path: &syn::TypePath) -> impl Iterator<Item = &Type> {
    let last = path.path.segments.last();
    let args = last.and_then(|last| match &last.arguments {
        syn::PathArguments::AngleBracketed(args) => Some(args.args.iter()),
        _ => None,
    });
    args.into_iter().flatten().filter_map(|arg| match arg {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
