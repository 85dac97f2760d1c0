//! Companions of `Index` and `IndexMut`: `backprop_core::operators::IndexRule`.

use super::Emitter;
use super::companions::Parts;
use super::names::plumbing;
use super::split::load_parameter;
use crate::lower::{Leading, Led, Step};
use crate::parse::Input;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

/// The companion of an `impl` of `Index`.
pub(crate) fn indexing(input: &Input, index: &Led) -> TokenStream {
    let (Some(indexing), Some(outer)) = (&input.indexing, &input.outer) else {
        return TokenStream::new();
    };
    let parts = Parts::of(input);
    let span = parts.span;
    let emitter = Emitter::new(&index.function, parts.krate);
    let (mut load, mut taken) = (TokenStream::new(), TokenStream::new());
    let mut receiver = quote!(&self);
    for (param, values) in input.signature.params.iter().zip(&index.function.params) {
        let name = parts.inner(param);
        match param.is_receiver() {
            true => {
                let this = Ident::new("self", param.name.span());
                load.extend(quote!(let #name = #this;));
                receiver = quote!(&#this);
            }
            false => {
                let ty = &indexing.index;
                taken.extend(quote!(#name: #ty));
            }
        }
        load.extend(load_parameter(&emitter, &parts, param, &values.entry));
    }
    let stmts = emitter.stmts(&index.function.body);
    let result = match index.function.body.diverges() {
        true => TokenStream::new(),
        false => emitter.tree(&index.function.result),
    };
    let (rule, differentiable) = (parts.private("IndexRule"), parts.private("Differentiable"));
    let (left, of, is_mut) = (&indexing.of, &indexing.index, indexing.is_mut);
    let (parameters, _, _) = outer.split_for_impl();
    let bounds = parts.block_bounds(outer);
    let gradient = plumbing("gradient", span);
    let leads = &index.leads;
    let names: Vec<Ident> = (0..leads.slots)
        .map(|slot| plumbing(&format!("index_{slot}"), span))
        .collect();
    let tag = leads.is_tagged().then(|| plumbing("tag", span));
    let numbers: Vec<&Ident> = tag.iter().chain(&names).collect();
    let types = numbers.iter().map(|_| quote!(usize));
    let part = quote!((#(#types,)*));
    let pattern = quote!((#(#numbers,)*));
    let place = |shape: &Leading| {
        let mut slots = names.iter();
        let mut tokens = quote!(#gradient);
        for (position, step) in shape.steps.iter().enumerate() {
            tokens = match step {
                Step::Index => {
                    let slot = slots.next();
                    quote!(#tokens[#slot])
                }
                Step::Field(member) => quote!(#tokens.#member),
                Step::Deref if position == 0 => quote!((**#tokens)),
                Step::Deref => quote!((*#tokens)),
                // refused
                Step::Called(_) => tokens,
            };
        }
        match shape.steps.is_empty() {
            true => quote!(*#gradient),
            false => tokens,
        }
    };
    let select = |reference: TokenStream| {
        let places = leads.shapes.iter().map(place);
        let places: Vec<_> = places.map(|place| quote!(#reference #place)).collect();
        match (&tag, &places[..]) {
            (Some(tag), [first @ .., last]) => {
                let cases = (0..first.len()).map(Literal::usize_unsuffixed);
                quote!(match #tag { #(#cases => #first,)* _ => #last })
            }
            (_, places) => quote!(#(#places)*),
        }
    };
    let (look, change) = (select(quote!(&)), select(quote!(&mut)));
    let element = quote!(<Self as ::core::ops::Index<#of>>::Output);
    let ty = quote!(<Self as #differentiable>::Gradient);
    let inner = quote!(<#element as #differentiable>::Gradient);
    quote_spanned! {span=>
        impl #parameters #rule<#of, #is_mut> for #left #bounds {
            type Element = #element;
            type Part = #part;

            #[inline]
            fn part(#receiver, #taken) -> Self::Part {
                #load #stmts
                #result
            }

            #[inline]
            fn look(#gradient: &#ty, #pattern: Self::Part) -> &#inner {
                #look
            }

            #[inline]
            fn select(#gradient: &mut #ty, #pattern: Self::Part) -> &mut #inner {
                #change
            }
        }
    }
}
