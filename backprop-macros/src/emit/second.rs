//! Second derivatives: the hidden `f::hvp`, both halves of the function of tangents.

use super::Emitter;
use super::companions::{Parts, plain};
use super::names::plumbing;
use super::split::{adjoint_tree, load_parameter};
use crate::ir::{Function, Tree};
use crate::parse::{Input, Parameter, Passing};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

/// The body of `f::hvp`: forward, then backward from a seed of one at the tangent.
pub(super) fn second_body(
    input: &Input,
    parts: &Parts,
    f: &Function,
    items: &[syn::Item],
) -> TokenStream {
    let emitter = Emitter::new(f, parts.krate);
    let span = parts.span;
    let Some(reverse) = &f.reverse else {
        return TokenStream::new();
    };
    let mut head = TokenStream::new();
    let (mut by_value, mut by_tangent) = (Vec::new(), Vec::new());
    for (index, param) in input.signature.params.iter().enumerate() {
        let (primal, tangent) = (2 * index, 2 * index + 1);
        let name = parts.tangent_name(param);
        if param.has_adjoint() {
            let pattern = emitter.pattern(&f.params[tangent].entry);
            let copied = param.passing == Passing::Shared && !param.is_in_place();
            head.extend(match copied {
                true => quote!(let #pattern = *#name;),
                false => quote!(let #pattern = #name;),
            });
        } else {
            head.extend(quote!(let _ = #name;));
        }
        let mut adjoint = |k: usize| {
            if !param.has_adjoint() {
                return quote!(());
            }
            if !parts.has_shared_entry(param) {
                return adjoint_tree(&emitter, parts, param, &reverse.adjoints[k], f, k);
            }
            // zeros of the caller's shape, to be added to
            let buffer = plumbing(&format!("buffer_{k}_{}", plain(&param.name)), span);
            let (zero, lent) = (parts.private("zero_gradient"), parts.private("lent"));
            let inner = parts.inner(param);
            head.extend(quote!(let mut #buffer = #zero(#inner);));
            if let Some(value) = reverse.buffers[k] {
                let value = emitter.binder(value);
                head.extend(quote! {
                    let #value = ::core::option::Option::Some(#lent(#inner, &mut #buffer));
                });
            }
            quote!(#buffer)
        };
        by_value.push(adjoint(primal));
        by_tangent.push(adjoint(tangent));
        let load = load_parameter(&emitter, parts, param, &f.params[primal].entry);
        head.extend(load);
    }
    let (one, upstream) = (parts.private("one"), emitter.pattern(&reverse.upstream));
    let seed_type = &parts.upstream;
    let seed = match &reverse.upstream {
        tree if tree.leaves().is_empty() => TokenStream::new(),
        // that of a number whose type only rustc knows
        Tree::Leaf(leaf) if f.is_reference(*leaf) => {
            quote!(let #upstream = &#one::<#seed_type>();)
        }
        _ => quote!(let #upstream = #one::<#seed_type>();),
    };
    let (forward, backward) = (emitter.stmts(&f.body), emitter.stmts(&reverse.body));
    if f.body.diverges() {
        return quote_spanned!(span=> { #(#items)* #head #forward });
    }
    let (value, result) = (plumbing("result", span), emitter.tree(&f.result));
    quote_spanned! {span=> {
        #(#items)* #head #seed #forward
        let #value = #result;
        #backward
        (#value, (#(#by_tangent,)*), (#(#by_value,)*))
    }}
}

impl Parts<'_> {
    /// The gradient types of all parameters, `()` for what has none.
    pub(super) fn gradients(&self) -> Vec<TokenStream> {
        let params = self.input.signature.params.iter();
        let each = |param: &Parameter| match param.has_adjoint() {
            true => self.gradient(&param.ty),
            false => quote!(()),
        };
        params.map(each).collect()
    }

    /// How the hidden form takes the tangent of a parameter.
    pub(super) fn direction_type(&self, param: &Parameter) -> TokenStream {
        let gradient = self.gradient(&param.ty);
        match (&param.ty, param.passing) {
            _ if !param.has_adjoint() => quote!(()),
            (Type::Reference(reference), Passing::Shared) if param.is_in_place() => {
                let (ty, in_place) = (&reference.elem, self.private("InPlace"));
                quote!(&<#ty as #in_place>::Adjoint)
            }
            (_, Passing::Value) => gradient,
            _ => quote!(&#gradient),
        }
    }

    /// The hidden function of the companion, if it is asked for.
    pub(super) fn second_companion(&self) -> Option<TokenStream> {
        let (body, span) = (self.second.as_ref()?, self.span);
        let (parameters, params) = (self.generic_parameters(), self.params());
        let names = self.input.signature.params.iter();
        let names: Vec<Ident> = names.map(|param| self.tangent_name(param)).collect();
        let types = self.input.signature.params.iter();
        let types: Vec<_> = types.map(|param| self.direction_type(param)).collect();
        let (result, gradients) = (&self.result, self.gradients());
        let where_clause = self.where_clause_in("FnDoubled", None);
        Some(quote_spanned! {span=>
            #[doc(hidden)]
            #[inline]
            pub fn hvp <#(#parameters),*>(
                #(#params,)*
                (#(#names,)*): (#(#types,)*),
            ) -> (#result, (#(#gradients,)*), (#(#gradients,)*)) #where_clause {
                #body
            }
        })
    }
}
