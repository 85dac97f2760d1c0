//! Forward mode: the hidden `f::jvp` of a companion, and calls of it.

use super::Emitter;
use super::calls::Companion;
use super::companions::{Parts, plain};
use super::names::plumbing;
use super::split::load_parameter;
use crate::ir::{Call, CallTangents, Function, TangentArg, Tree, ValueId};
use crate::parse::{Home, Input, Parameter, Passing, Wrapped};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReturnType, Type};

/// The body of `f::jvp`: values and tangents side by side.
pub(super) fn forward_body(
    input: &Input,
    parts: &Parts,
    f: &Function,
    items: &[syn::Item],
) -> TokenStream {
    let emitter = Emitter::new(f, parts.krate);
    let span = parts.span;
    let mut load = TokenStream::new();
    let mut store = TokenStream::new();
    let pairs: Vec<_> = f.params.chunks(2).collect();
    // zeros are made of what the parameters hold on entry
    for (param, pair) in input.signature.params.iter().zip(&pairs) {
        let [_, tangent] = pair else { continue };
        load.extend(load_tangent(&emitter, parts, param, &tangent.entry));
    }
    for (param, pair) in input.signature.params.iter().zip(&pairs) {
        let [primal, tangent] = pair else { continue };
        load.extend(load_parameter(&emitter, parts, param, &primal.entry));
        for (name, exit) in [
            (parts.inner(param), &primal.exit),
            (parts.tangent_name(param), &tangent.exit),
        ] {
            // an integer has no tangent to store
            if let Some(exit) = exit.as_ref().filter(|exit| !exit.leaves().is_empty()) {
                let value = emitter.tree(exit);
                store.extend(quote!(*#name = #value;));
            }
        }
    }
    let body = emitter.stmts(&f.body);
    if f.body.diverges() {
        return quote_spanned!(span=> { #(#items)* #load #body });
    }
    let result = emitter.tree(&f.result);
    let (name, result) = match (&f.result, input.signature.result.may_be_active()) {
        (Tree::Tuple(pair), false) if pair.len() == 2 => {
            let value = emitter.tree(&pair[0]);
            (plumbing("result", span), quote!((#value, ())))
        }
        _ => (plumbing("result", span), result),
    };
    quote_spanned! {span=> {
        #(#items)* #load #body
        let #name = #result;
        #store
        #name
    }}
}

/// Takes the tangent of a parameter apart; zero if the caller has none.
pub(super) fn load_tangent(
    emitter: &Emitter,
    parts: &Parts,
    param: &Parameter,
    entry: &Tree<ValueId>,
) -> TokenStream {
    let (name, primal) = (parts.tangent_name(param), parts.inner(param));
    if !param.has_adjoint() {
        return quote!(let _ = #name;);
    }
    let (pattern, span) = (emitter.pattern(entry), parts.span);
    let zero = plumbing(&format!("zero_{}", plain(&param.name)), span);
    let none = quote!(::core::option::Option::None);
    match (param.passing, param.is_in_place()) {
        (Passing::Value, _) if parts.is_lent(param) => {
            let or_zero = parts.private("copy_or_zero");
            quote!(let #pattern = #or_zero(&#primal, #name);)
        }
        (Passing::Value, _) => {
            let or_zero = parts.private("tangent_or_zero");
            quote!(let #pattern = #or_zero(&#primal, #name);)
        }
        (Passing::Shared, false) => {
            let or_zero = parts.private("copy_or_zero");
            quote!(let #pattern = #or_zero(#primal, #name);)
        }
        (Passing::Shared, true) => {
            let or_zero = parts.private("shared_or_zero");
            quote!(let mut #zero = #none; let #pattern = #or_zero(#primal, #name, &mut #zero);)
        }
        (Passing::Mut, in_place) => {
            let or_zero = parts.private("mut_or_zero");
            let bound = match in_place {
                true => pattern.clone(),
                false => quote!(#name),
            };
            let load = (!in_place).then(|| quote!(let #pattern = *#name;));
            quote! {
                let mut #zero = #none;
                let #bound = #or_zero(&*#primal, #name, &mut #zero);
                #load
            }
        }
    }
}

impl Parts<'_> {
    /// The name of the tangent of a parameter, as the hidden form takes it.
    pub(super) fn tangent_name(&self, param: &Parameter) -> Ident {
        plumbing(&format!("tangent_{}", plain(&param.name)), self.span)
    }

    /// The type of what the hidden form takes for the tangent of a parameter.
    pub(super) fn tangent_type(&self, param: &Parameter) -> TokenStream {
        if !param.has_adjoint() {
            return match param.shape.may_be_active() {
                true => self.private("ParameterExcludedByWrt"),
                false => quote!(()),
            };
        }
        let gradient = match (&param.ty, param.is_in_place()) {
            (Type::Reference(reference), true) => {
                let (ty, in_place) = (&reference.elem, self.private("InPlace"));
                quote!(<#ty as #in_place>::Adjoint)
            }
            (ty, _) => self.gradient(ty),
        };
        let lent = match param.passing {
            Passing::Value if !self.is_lent(param) => gradient,
            Passing::Value | Passing::Shared => quote!(&#gradient),
            Passing::Mut => quote!(&mut #gradient),
        };
        quote!(::core::option::Option<#lent>)
    }

    /// Whether the companion borrows what the primal takes by value, and the tangent
    /// with it: a receiver, an operand.
    pub(super) fn is_lent(&self, param: &Parameter) -> bool {
        let home = self.input.home;
        param.passing == Passing::Value && (param.is_receiver() || home == Home::Operator)
    }

    /// The type of the tangent of the result.
    pub(super) fn result_tangent(&self) -> TokenStream {
        if !self.input.signature.result.may_be_active() {
            return quote!(());
        }
        let upstream = &self.upstream;
        match &self.input.item.sig.output {
            ReturnType::Type(_, ty) if Wrapped::of(ty).is_some() => {
                quote!(::core::option::Option<#upstream>)
            }
            _ => upstream.clone(),
        }
    }

    /// The hidden function of the companion: with the body that was asked for, or one
    /// whose bound tells a caller what to write.
    pub(super) fn forward_companion(
        &self,
        generics: &TokenStream,
        own: &TokenStream,
    ) -> TokenStream {
        let span = self.span;
        let (primal_ty, primal) = (plumbing("Primal", span), plumbing("primal", span));
        let check = self.private("check_companion");
        let params = self.params();
        let names = self
            .input
            .signature
            .params
            .iter()
            .map(|p| self.tangent_name(p));
        let types = self
            .input
            .signature
            .params
            .iter()
            .map(|p| self.tangent_type(p));
        let (result, tangent) = (&self.result, self.result_tangent());
        let (more, body) = match &self.forward {
            Some(body) => (None, body.clone()),
            None => {
                let (has, refused) = (self.private("HasForwardMode"), self.private("refused"));
                let names = self.input.signature.params.iter().map(|p| self.inner(p));
                let body = quote!(let _ = (#(#names,)*); #refused());
                (Some(quote!(#primal_ty: #has)), body)
            }
        };
        let where_clause = match more {
            None => self.where_clause_in("FnTangent", None),
            more => self.where_clause(more),
        };
        quote_spanned! {span=>
            #[doc(hidden)]
            #[inline]
            pub fn jvp #generics(
                #primal: #primal_ty,
                #(#params,)*
                (#(#names,)*): (#(#types,)*),
            ) -> (#result, #tangent) #where_clause {
                #check(&#primal, &#own);
                #body
            }
        }
    }
}

impl Emitter<'_> {
    /// The tangent of an argument that may be a reference, and what to do before the call
    /// takes the argument.
    pub(super) fn follows(
        &self,
        argument: ValueId,
        tangent: ValueId,
        index: usize,
        span: Span,
    ) -> (TokenStream, TokenStream) {
        let [way, held] = ["way", "tangent"].map(|name| plumbing(&format!("{name}_{index}"), span));
        let may_borrow = self.facade.private("MayBorrow", span);
        let (argument, tangent) = (self.reference(argument), self.value(tangent));
        let prepare = quote_spanned! {span=>
            let #way = #may_borrow::new(#argument).way();
            let mut #held = ::core::option::Option::Some(#tangent);
        };
        (prepare, quote_spanned!(span=> #way.tangent(&mut #held)))
    }

    /// A call whose tangents go with it.
    pub(super) fn call_forward(
        &self,
        call: &Call,
        tangents: &CallTangents,
        prepare: TokenStream,
        result: TokenStream,
        finish: TokenStream,
    ) -> TokenStream {
        let span = call.span;
        let private = |name: &str| self.facade.private(name, span);
        let mut before = TokenStream::new();
        let mut after = TokenStream::new();
        let mut entries = Vec::new();
        for (index, tangent) in tangents.args.iter().enumerate() {
            entries.push(match tangent {
                TangentArg::Constant => {
                    let none = private("no_tangent");
                    quote!(#none())
                }
                TangentArg::Value(tree) => {
                    let (value, tree) = (private("value_tangent"), self.tree(tree));
                    quote!(#value(#tree))
                }
                TangentArg::Shared(tree) => {
                    let shared = private("shared_tangent");
                    let tree = self.tree(&Tree::Ref(Box::new(tree.clone())));
                    quote!(#shared(#tree))
                }
                TangentArg::Follows { argument, tangent } => {
                    let (prepare, entry) = self.follows(*argument, *tangent, index, span);
                    before.extend(prepare);
                    entry
                }
                TangentArg::View(place) => {
                    let (shared, place) = (private("shared_tangent"), self.looked_at(place));
                    quote!(#shared(&#place))
                }
                TangentArg::MutView(place) => {
                    let (exclusive, place) = (private("mut_tangent"), self.place(place));
                    quote!(#exclusive(&mut #place))
                }
                TangentArg::Mut {
                    before: from,
                    after: to,
                } => {
                    let exclusive = private("mut_tangent");
                    let name = plumbing(&format!("tangent_{index}"), span);
                    let (from, to) = (self.tree(from), self.pattern(to));
                    before.extend(quote!(let mut #name = #from;));
                    after.extend(quote!(let #to = #name;));
                    quote!(#exclusive(&mut #name))
                }
            });
        }
        let run = self.callee(call, &Companion::Forward(entries));
        let mut tangent = self.pattern(&tangents.result);
        if call.result.is_fallible() {
            let (payload, optional) = (
                private("payload_tangent"),
                plumbing("optional_tangent", span),
            );
            after.extend(quote!(let #tangent = #payload(#optional);));
            tangent = optional.to_token_stream();
        }
        quote!(#prepare #before let (#result, #tangent) = #run; #finish #after)
    }
}
