//! Hidden functions that reach into the gradient of an enum.

use super::Model;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Member;

impl Model<'_> {
    /// Where generated code finds what a pattern that may fail binds: the payload
    /// of a variant of an enum, or a field of a struct.
    pub(super) fn accessors(&self) -> TokenStream {
        let (generics, clause) = self.gradient_generics();
        let (gradient, span) = (self.gradient_type(), self.span);
        if !self.is_enum {
            let methods = self.parts().map(|part| {
                let (member, ty) = (&part.member, self.gradient_of(part));
                let method = accessor(Some(&self.input.ident), member, span);
                let shared = shared_accessor(&method);
                quote_spanned! {span=>
                    #[doc(hidden)]
                    #[inline]
                    pub fn #shared(&self) -> &#ty {
                        &self.#member
                    }

                    #[doc(hidden)]
                    #[inline]
                    pub fn #method(&mut self) -> &mut #ty {
                        &mut self.#member
                    }
                }
            });
            return quote_spanned! {span=>
                #[doc(hidden)]
                impl #generics #gradient #clause { #(#methods)* }
            };
        }
        let gradient_name = &self.gradient;
        let methods = self.variants.iter().flat_map(|variant| {
            let (pattern, names) = variant.pattern("", span);
            let each = variant.parts.iter().enumerate().map(move |(index, part)| {
                let name = variant.colon_name();
                let (field, ty) = (&names[index], self.gradient_of(part));
                let method = accessor(variant.name, &part.member, span);
                let shared = shared_accessor(&method);
                let rest = names.iter().filter(|other| *other != field);
                let others = rest.clone();
                // the reverse half asks for the variant that was matched: a gradient of
                // another one comes from the user's own buffers
                let other = match self.variants.len() {
                    1 => None,
                    _ => Some(quote_spanned!(self.span=> _ => ::core::panic!("the gradient of another variant"))),
                };
                quote_spanned! {span=>
                    #[doc(hidden)]
                    #[inline]
                    pub fn #method(&mut self) -> &mut #ty {
                        match self {
                            #gradient_name #name #pattern => { let _ = (#(#rest),*); #field }
                            #other
                        }
                    }

                    #[doc(hidden)]
                    #[inline]
                    pub fn #shared(&self) -> &#ty {
                        match self {
                            #gradient_name #name #pattern => { let _ = (#(#others),*); #field }
                            #other
                        }
                    }
                }
            });
            each.collect::<Vec<_>>()
        });
        quote_spanned! {span=>
            #[doc(hidden)]
            impl #generics #gradient #clause { #(#methods)* }
        }
    }
}

/// The method that gives a field of a variant of a gradient.
pub(crate) fn accessor(variant: Option<&Ident>, member: &Member, span: Span) -> Ident {
    let variant = variant.map(ToString::to_string).unwrap_or_default();
    let member = match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    };
    let plain = |name: &str| name.trim_start_matches("r#").to_owned();
    let name = format!("__{}_{}", plain(&variant), plain(&member));
    Ident::new(&name.to_lowercase(), span)
}

/// The method that gives such a field behind a shared reference.
pub(crate) fn accessor_ref(variant: &Ident, member: &Member, span: Span) -> Ident {
    shared_accessor(&accessor(Some(variant), member, span))
}

fn shared_accessor(accessor: &Ident) -> Ident {
    quote::format_ident!("{accessor}_ref", span = accessor.span())
}
