//! What keeps the companion of a default method from standing for a method that replaces it.
//!
//! A marked trait has a member that only marked implementations have, too, so that each
//! `impl` is marked. It says of each method whether the default form has a companion, and
//! an `impl` asks that of its methods which have none.

use super::block::respanned;
use super::companions::attributes;
use super::names::{Form, companion_method};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, ItemFn, Path};

/// The members of a trait, for its methods; with each, whether it has a default form with a
/// companion.
pub(crate) fn of_defaults(krate: &Path, methods: &[(&ItemFn, bool)]) -> TokenStream {
    let span = Span::mixed_site();
    let answers = methods.iter().map(|(method, has_default)| {
        let (name, cfgs) = named(method);
        let answer = quote_spanned!(span=> #krate::__private::HasDefault);
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #[inline]
            fn #name() -> #answer<#has_default> where Self: ::core::marker::Sized { #answer }
        }
    });
    let seal = seal();
    quote!(#(#answers)* #seal;)
}

/// The member of an `impl`, with its methods that have no companion.
pub(crate) fn sealed(krate: &Path, of: &Path, methods: &[&ItemFn]) -> TokenStream {
    let asked = methods.iter().map(|method| {
        let (name, cfgs) = named(method);
        let span = method.sig.ident.span().resolved_at(Span::mixed_site());
        // rustc reports the call at the name of the method
        let answer = respanned(quote!(<Self as #of>::#name()), span);
        quote_spanned!(span=> #(#cfgs)* #krate::__private::replaces(#answer);)
    });
    let seal = seal();
    quote!(#[inline] #seal { #(#asked)* })
}

/// Its name stands in what rustc says where it is missing.
fn seal() -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        #[doc(hidden)]
        fn __differentiate_this_impl() where Self: ::core::marker::Sized
    }
}

fn named(method: &ItemFn) -> (proc_macro2::Ident, Vec<&Attribute>) {
    let name = companion_method(&method.sig.ident, Form::Default, Span::mixed_site());
    (name, attributes(&method.attrs, &["cfg"]))
}
