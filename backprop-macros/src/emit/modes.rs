//! The public functions of the modes that are asked for.

use super::companions::{Parts, RawIdent, plain, respan};
use super::names::plumbing;
use crate::parse::{Parameter, Passing, Wrapped};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ReturnType;

impl Parts<'_> {
    /// `f_jvp`: the value, and its derivative along the given tangents.
    pub(super) fn jvp(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_jvp", self.stem(), span = span);
        let primal = plain(&self.input.item.sig.ident);
        let docs = format!(
            "The value of [`{primal}`] and its directional derivative: each `d_` is the tangent \
             of the parameter before it. That of a `&mut` parameter is turned from the tangent \
             of its initial content to that of its final content."
        );
        let head = self.public_head(&docs);
        let generics = self.public_generics();
        let where_clause = self.where_clause(None);
        let tangent = |param: &Parameter| Ident::new(&format!("d_{}", plain(&param.name)), span);
        let listed: Vec<Ident> = self.listed().iter().map(|p| p.name.clone()).collect();
        let mut params = Vec::new();
        let mut checks = TokenStream::new();
        let mut entries = Vec::new();
        let check = self.private("check_shape");
        for (param, declared) in self.input.signature.params.iter().zip(self.public_params()) {
            params.push(declared);
            if !listed.contains(&param.name) {
                let none = self.private("no_tangent");
                entries.push(quote!(#none()));
                continue;
            }
            let (tangent, ty) = (tangent(param), self.tangent_buffer(param));
            params.push(quote!(#tangent: #ty));
            entries.push(quote!(::core::option::Option::Some(#tangent)));
            let value = &param.name;
            checks.extend(match (param.passing, param.shape.is_scalar()) {
                (_, true) => TokenStream::new(),
                (Passing::Value, _) => quote!(#check(&#value, &#tangent);),
                _ => quote!(#check(&*#value, &*#tangent);),
            });
        }
        let item = &self.input.item.sig.ident;
        let companion = Ident::new_raw_if(item, span);
        let args = self.input.signature.params.iter().map(|param| &param.name);
        let run = quote_spanned!(span=> #companion::jvp(#item, #(#args,)* (#(#entries,)*)));
        let result = &self.result;
        if !self.input.signature.result.may_be_active() {
            return quote_spanned! {span=>
                #head fn #name #generics(#(#params),*) -> #result #where_clause { #checks #run.0 }
            };
        }
        let tangent_type = &self.upstream;
        let wrapped = match &self.input.item.sig.output {
            ReturnType::Type(_, ty) => Wrapped::of(ty),
            ReturnType::Default => None,
        };
        let Some(wrapped) = wrapped else {
            return quote_spanned! {span=>
                #head fn #name #generics(#(#params),*) -> (#result, #tangent_type) #where_clause {
                    #checks #run
                }
            };
        };
        let is_result = wrapped.is_result;
        let (returned, found, missing) = self.wrapped_result(wrapped, tangent_type);
        let (value, tangent) = (plumbing("value", span), plumbing("tangent", span));
        let number = plumbing("number", span);
        let missing = match is_result {
            true => missing,
            false => quote!(::core::option::Option::None),
        };
        let lost = self.private("refused");
        let some = quote!(::core::option::Option::Some);
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> #returned #where_clause {
                #checks
                let (#value, #tangent) = #run;
                match (#value, #tangent) {
                    (#found(#number), #some(#tangent)) => #found((#number, #tangent)),
                    (#missing, _) => #missing,
                    (#found(_), ::core::option::Option::None) => #lost(),
                }
            }
        }
    }

    /// The type of a tangent, passed as its parameter is.
    fn tangent_buffer(&self, param: &Parameter) -> TokenStream {
        let buffer = match param.passing {
            Passing::Value => self.gradient(&param.ty),
            _ => self.buffer(&param.ty),
        };
        let buffer = respan(buffer);
        match param.passing {
            Passing::Value => buffer,
            Passing::Shared => quote!(&#buffer),
            Passing::Mut => quote!(&mut #buffer),
        }
    }
}
