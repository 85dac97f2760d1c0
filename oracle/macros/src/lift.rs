//! Constants of the twins: their values as dual numbers, in constant expressions.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Error, Expr, Result, Type, parse_quote};

use crate::facts::{Facts, Width, path_name};
use crate::twin::{dual_path, twin_type};

/// A constant expression for the dual twin of the constant `value`.
pub(crate) fn lift(ty: &Type, value: &TokenStream, facts: &Facts) -> Result<TokenStream> {
    match ty {
        Type::Path(path) => match path
            .path
            .get_ident()
            .and_then(|name| Width::of_name(&name.to_string()))
        {
            Some(width) => {
                let dual = dual_path(width);
                Ok(quote!(#dual::constant(#value)))
            }
            None => lift_struct(ty, value, facts),
        },
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().enumerate().map(|(index, ty)| {
                let index = syn::Index::from(index);
                lift(ty, &quote!(#value.#index), facts)
            });
            let elements = elements.collect::<Result<Vec<_>>>()?;
            Ok(quote!((#(#elements,)*)))
        }
        Type::Array(array) => lift_elements(&array.elem, &array.len, value, facts),
        Type::Reference(inner) => match &*inner.elem {
            Type::Slice(slice) => {
                let length = parse_quote!((#value).len());
                let elements = lift_elements(&slice.elem, &length, value, facts)?;
                Ok(quote!(&#elements))
            }
            content => {
                let content = lift(content, &quote!((*#value)), facts)?;
                Ok(quote!(&#content))
            }
        },
        _ => Err(Error::new(
            ty.span(),
            "the oracle has no dual twin for constants of this type",
        )),
    }
}

/// The twin of a constant struct, or a constant without floats as it is.
fn lift_struct(ty: &Type, value: &TokenStream, facts: &Facts) -> Result<TokenStream> {
    let Some(name) = path_name(ty).filter(|name| facts.twins.contains(name)) else {
        return Ok(value.clone());
    };
    let Some(fields) = facts.structs.get(&name) else {
        return Err(Error::new(
            ty.span(),
            "the oracle has no dual twin for constants of this type",
        ));
    };
    let fields = fields.iter().map(|(member, ty)| {
        let field = lift(ty, &quote!(#value.#member), facts)?;
        Ok(quote!(#member: #field))
    });
    let fields = fields.collect::<Result<Vec<_>>>()?;
    Ok(quote!(#ty { #(#fields),* }))
}

/// An array with the twins of the elements of a constant.
fn lift_elements(
    element: &Type,
    length: &Expr,
    value: &TokenStream,
    facts: &Facts,
) -> Result<TokenStream> {
    if !facts.carries_floats(&element.to_token_stream()) {
        return Ok(value.clone());
    }
    let ty = twin_type(element);
    let first = lift(element, &quote!((source[0])), facts)?;
    let each = lift(element, &quote!((source[index])), facts)?;
    Ok(quote!({
        let source = &#value;
        let mut elements: [#ty; #length] = [#first; #length];
        let mut index = 1;
        while index < elements.len() {
            elements[index] = #each;
            index += 1;
        }
        elements
    }))
}
