//! The split form with tangents, `f::doubled`: what second derivatives call.
//!
//! It is the split form of the function of values and tangents: each parameter is
//! followed by its tangent, the result is a pair, and so is the upstream.

use super::Emitter;
use super::companions::{Parts, plain};
use super::forward::load_tangent;
use super::names::plumbing;
use super::split::{adjoint_tree, load_parameter, upstream_pattern};
use crate::ir::{Function, Tree};
use crate::parse::{Input, Parameter, Passing};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The forward half of values and tangents, and its pullback.
pub(super) fn doubled_body(
    input: &Input,
    parts: &Parts,
    f: &Function,
    items: &[syn::Item],
) -> TokenStream {
    let mut emitter = Emitter::new(f, parts.krate);
    emitter.run = parts.run_name().into_token_stream();
    let span = parts.span;
    let params = &input.signature.params;
    let mut load = TokenStream::new();
    for (index, param) in params.iter().enumerate() {
        let entry = &f.params[2 * index + 1].entry;
        load.extend(load_tangent(&emitter, parts, param, entry));
    }
    let mut store = TokenStream::new();
    for (index, param) in params.iter().enumerate() {
        let [primal, tangent] = [&f.params[2 * index], &f.params[2 * index + 1]];
        load.extend(load_parameter(&emitter, parts, param, &primal.entry));
        for (name, exit) in [
            (parts.inner(param), &primal.exit),
            (parts.tangent_name(param), &tangent.exit),
        ] {
            if let Some(exit) = exit.as_ref().filter(|exit| !exit.leaves().is_empty()) {
                let value = emitter.tree(exit);
                store.extend(quote!(*#name = #value;));
            }
        }
    }
    let forward = emitter.stmts(&f.body);
    if f.body.diverges() {
        let (value, along) = (&parts.result, parts.result_tangent());
        let body = quote!(#(#items)* #load #forward);
        return parts.diverging(body, &quote!((#value, #along)), &parts.doubled_pullback());
    }
    let result = match (&f.result, input.signature.result.may_be_active()) {
        (Tree::Tuple(pair), false) if pair.len() == 2 => {
            let value = emitter.tree(&pair[0]);
            quote!((#value, ()))
        }
        _ => emitter.tree(&f.result),
    };
    let closure = pullback(&emitter, parts, f);
    let closure = parts.in_a_box(closure, &parts.doubled_pullback());
    match store.is_empty() {
        true => quote_spanned!(span=> { #(#items)* #load #forward (#result, #closure) }),
        false => {
            let value = plumbing("result", span);
            quote_spanned! {span=> {
                #(#items)* #load #forward
                let #value = #result;
                #store
                (#value, #closure)
            }}
        }
    }
}

fn pullback(emitter: &Emitter, parts: &Parts, f: &Function) -> TokenStream {
    let Some(reverse) = &f.reverse else {
        return TokenStream::new();
    };
    let span = parts.span;
    let upstream = match parts.input.signature.result.may_be_active() {
        true => {
            let name = upstream_pattern(emitter, f, &reverse.upstream);
            quote!(&#name)
        }
        false => quote!(_),
    };
    let upstream_type = parts.doubled_upstream();
    let (mut entries, mut slots) = (Vec::new(), Vec::new());
    let (mut head, mut tail) = (TokenStream::new(), TokenStream::new());
    for (index, param) in parts.input.signature.params.iter().enumerate() {
        let (primal, tangent) = (2 * index, 2 * index + 1);
        let name = |what: &str| plumbing(&format!("{what}_{}", plain(&param.name)), span);
        let (entry, direction) = (name("entry"), name("direction"));
        let [entry_type, direction_type] = [parts.entry_type(param), parts.direction_entry(param)];
        let adjoint = |k: usize| match param.has_adjoint() {
            true => adjoint_tree(emitter, parts, param, &reverse.adjoints[k], f, k),
            false => parts.absent(param),
        };
        if param.passing == Passing::Mut {
            let added = parts.private("AddedInPlace");
            slots.extend([added.clone(), added]);
            entries.push(quote!(#entry: #entry_type));
            entries.push(quote!(#direction: #direction_type));
            let some = quote!(::core::option::Option::Some);
            let value = &f.params[primal];
            if let [Some(exit), exit_along] = [&reverse.exits[primal], &reverse.exits[tangent]] {
                let pattern = upstream_pattern(emitter, f, exit);
                let (before, back) = (emitter.tree(&value.entry), adjoint(primal));
                head.extend(quote!(let #pattern = *#entry.adjoint;));
                let back = match param.has_adjoint() {
                    true => back,
                    false => quote!(()),
                };
                let content = name("content");
                tail.extend(quote! {
                    if let #some(#content) = #entry.value { *#content = #before; }
                    *#entry.adjoint = #back;
                });
                let exit_along = exit_along.as_ref().filter(|exit| !exit.leaves().is_empty());
                if let Some(exit) = exit_along {
                    let pattern = upstream_pattern(emitter, f, exit);
                    let back = adjoint(tangent);
                    let (read, write) = (
                        parts.private("direction_adjoint"),
                        parts.private("give_direction_back"),
                    );
                    head.extend(quote!(let #pattern = #read(&#direction);));
                    tail.extend(quote!(#write(#direction, #back);));
                }
                continue;
            }
            if let Some(buffer) = reverse.buffers[tangent] {
                let (buffer, zero) = (emitter.binder(buffer), name("zero"));
                let or_zero = parts.private("direction_or_zero");
                head.extend(quote! {
                    let mut #zero = ::core::option::Option::None;
                    let #buffer = #or_zero(&#entry.value, #direction, &mut #zero);
                });
            }
            if let Some(buffer) = reverse.buffers[primal] {
                let buffer = emitter.binder(buffer);
                head.extend(quote!(let #buffer = #entry.adjoint;));
            }
            continue;
        }
        if !parts.has_shared_entry(param) {
            for (k, ty) in [(primal, entry_type), (tangent, direction_type)] {
                entries.push(quote!(_: #ty));
                slots.push(adjoint(k));
            }
            continue;
        }
        // the record borrows nothing: argument and tangent come again
        let (value, zero) = (emitter.tree(&f.params[primal].entry), name("zero"));
        let (along, or_zero) = (
            emitter.pattern(&f.params[tangent].entry),
            parts.private("shared_or_zero"),
        );
        head.extend(quote! {
            let #value = #entry.value;
            let mut #zero = ::core::option::Option::None;
            let #along = #or_zero(#value, #direction.tangent, &mut #zero);
        });
        for (k, from) in [(primal, &entry), (tangent, &direction)] {
            if let Some(buffer) = reverse.buffers[k] {
                let buffer = emitter.binder(buffer);
                head.extend(quote!(let #buffer = #from.adjoint;));
            }
            slots.push(parts.private("AddedInPlace"));
        }
        entries.push(quote!(#entry: #entry_type));
        entries.push(quote!(#direction: #direction_type));
    }
    let body = emitter.stmts(&reverse.body);
    let (run, run_type) = (parts.run_name(), parts.private("Run"));
    quote_spanned! {span=>
        move |#run: #run_type, #upstream: &#upstream_type, #(#entries),*| {
            #head #body #tail
            (#(#slots,)*)
        }
    }
}

impl Parts<'_> {
    pub(super) fn doubled_upstream(&self) -> TokenStream {
        let upstream = &self.upstream;
        quote!((#upstream, #upstream))
    }

    /// The type of the pullback's entry for the tangent of a parameter.
    pub(super) fn direction_entry(&self, param: &Parameter) -> TokenStream {
        let is_lent = param.passing == Passing::Mut || self.has_shared_entry(param);
        match (&param.ty, is_lent) {
            (syn::Type::Reference(reference), true) => {
                let entry = match param.passing {
                    Passing::Mut => self.private("MutDirection"),
                    _ => self.private("SharedDirection"),
                };
                let ty = super::types::with_lifetimes(&reference.elem, "_");
                quote!(#entry<'_, #ty>)
            }
            _ => quote!(()),
        }
    }

    /// The type of the pullback of values and tangents.
    pub(super) fn doubled_pullback(&self) -> TokenStream {
        let params = &self.input.signature.params;
        let entries = params.iter().map(|param| {
            let (entry, direction) = (self.entry_type(param), self.direction_entry(param));
            quote!(#entry, #direction)
        });
        let slots = params.iter().map(|param| {
            let slot = self.slot_type(param);
            quote!(#slot, #slot)
        });
        let (upstream, run) = (self.doubled_upstream(), self.private("Run"));
        quote! {
            ::core::ops::Fn(#run, &#upstream, #(#entries),*) -> (#(#slots,)*)
        }
    }

    /// The hidden function of the companion: with the body that was asked for, or one
    /// whose bound tells a caller what to write.
    pub(super) fn doubled_companion(
        &self,
        generics: &TokenStream,
        own: &TokenStream,
    ) -> TokenStream {
        let span = self.span;
        let (primal_ty, primal) = (plumbing("Primal", span), plumbing("primal", span));
        let (mask, active) = (plumbing("active", span), self.active_type());
        let all = &self.input.signature.params;
        let params = self.params();
        let tangents: Vec<Ident> = all.iter().map(|param| self.tangent_name(param)).collect();
        let types = all.iter().map(|param| self.tangent_type(param));
        // with the mask, so that there are as many arguments as `split` has
        let tangents = quote!(((#(#tangents,)*), #mask): ((#(#types,)*), #active));
        let (result, tangent) = (&self.result, self.result_tangent());
        let pullback = self.doubled_pullback();
        let arguments = self.type_arguments();
        let mask_name = plumbing("ACTIVE", span);
        let Some(body) = &self.doubled else {
            // what was refused has one error already
            let is_asked_for = self.input.options.modes.second().next().is_some();
            let (has, refused) = (self.private("HasSecondOrder"), self.private("refused"));
            let bound = (!is_asked_for).then(|| quote!(#primal_ty: #has));
            let names = all.iter().map(|param| self.inner(param));
            let types = all.iter().map(|param| self.tangent_type(param));
            let boxed = self.private("Box");
            let where_clause = self.where_clause(bound);
            return quote_spanned! {span=>
                #[doc(hidden)]
                #[inline]
                pub fn doubled #generics(
                    #primal: #primal_ty,
                    #(#params,)*
                    _: ((#(#types,)*), #active),
                ) -> ((#result, #tangent), #boxed<dyn #pullback>) #where_clause {
                    let _ = (#primal, #(#names,)*);
                    #refused()
                }
            };
        };
        let returned = match self.boxed {
            true => {
                let boxed = self.private("Box");
                quote!(#boxed<dyn #pullback>)
            }
            false if self.borrows() => {
                quote_spanned!(span=> impl #pullback + use<#(#arguments,)* #mask_name, #primal_ty>)
            }
            false => quote!(impl #pullback),
        };
        let (check, where_clause) = (
            self.private("check_companion"),
            self.where_clause_in("FnDoubled", None),
        );
        quote_spanned! {span=>
            #[doc(hidden)]
            #[inline]
            pub fn doubled #generics(
                #primal: #primal_ty,
                #(#params,)*
                #tangents,
            ) -> ((#result, #tangent), #returned) #where_clause {
                #check(&#primal, &#own);
                #body
            }
        }
    }
}
