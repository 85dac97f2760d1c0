//! Companions of functions with a rule of the user's own.

use super::companions::{Parts, plain};
use super::names::plumbing;
use crate::parse::{Input, Parameter, Passing, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

/// The companions of a function with `rule = path`.
pub(crate) fn custom(input: &Input, rule: &syn::Path) -> TokenStream {
    let mut parts = Parts::of(input);
    // its body is anything
    parts.repeatable = quote!(false);
    // the type of the pullback is the rule's, whatever the body calls
    parts.boxed = false;
    let names: Vec<_> = input
        .signature
        .params
        .iter()
        .map(|p| parts.inner(p))
        .collect();
    let value = plumbing("value", parts.span);
    let pullback = plumbing("rule_pullback", parts.span);
    let upstream = plumbing("upstream", parts.span);
    let entry = |param: &Parameter| plumbing(&format!("entry_{}", plain(&param.name)), parts.span);
    let entries = input.signature.params.iter().map(|param| {
        let (name, ty) = (entry(param), parts.entry_type(param));
        match parts.has_shared_entry(param) {
            true => quote!(#name: #ty),
            false => quote!(_: #ty),
        }
    });
    let by_value = matches!(input.signature.result, Shape::Real(_));
    let upstream_arg = match by_value {
        true => quote!(*#upstream),
        false => quote!(#upstream),
    };
    let adjoint: Vec<&Parameter> = input
        .signature
        .params
        .iter()
        .filter(|p| p.is_active())
        .collect();
    let returned: Vec<Ident> = adjoint
        .iter()
        .map(|p| plumbing(&format!("d_{}", plain(&p.name)), parts.span))
        .collect();
    let pattern = match &returned[..] {
        [only] => quote!(#only),
        many => quote!((#(#many),*)),
    };
    let mut adds = TokenStream::new();
    for (param, name) in adjoint.iter().zip(&returned) {
        if parts.has_shared_entry(param) {
            // a reference's adjoint is added where it belongs
            let (add_to, entry) = (parts.private("add_to"), entry(param));
            let into = plumbing("into", parts.span);
            adds.extend(quote! {
                if let ::core::option::Option::Some(#into) = #entry.adjoint {
                    #add_to(&#name, #into);
                }
            });
        }
    }
    let slots = input.signature.params.iter().map(|param| {
        if parts.has_shared_entry(param) {
            return parts.private("AddedInPlace");
        }
        match adjoint.iter().position(|p| p.name == param.name) {
            Some(index) => {
                let name = &returned[index];
                quote!(#name)
            }
            None if param.has_adjoint() => {
                let zero = parts.private("zero_gradient");
                let name = parts.inner(param);
                match param.passing {
                    Passing::Value => quote!(#zero(&#name)),
                    _ => quote!(::core::default::Default::default()),
                }
            }
            None => parts.absent(param),
        }
    });
    let slots: Vec<_> = slots.collect();
    let span = parts.span;
    let forward = rule_has_tangent(input).then(|| {
        let contract = parts.private("contract");
        let number = plumbing("number", span);
        let adds = adjoint.iter().zip(&returned).map(|(param, gradient)| {
            let tangent = parts.tangent_name(param);
            let lent = match param.passing {
                Passing::Value => quote!(&#tangent),
                _ => quote!(#tangent),
            };
            quote! {
                if let ::core::option::Option::Some(#tangent) = #tangent {
                    #number += #contract(&#gradient, #lent);
                }
            }
        });
        let unused = input
            .signature
            .params
            .iter()
            .map(|param| parts.tangent_name(param));
        let unused = unused
            .zip(&input.signature.params)
            .filter(|(_, param)| !param.is_active());
        let unused = unused.map(|(name, _)| name);
        let one = parts.private("one");
        let (real, trait_of_reals) = (&parts.result, parts.private("Real"));
        quote_spanned! {span=> {
            #(let _ = #unused;)*
            let (#value, #pullback) = #rule(#(#names),*);
            let #pattern = #pullback(#one::<#real>());
            let mut #number = 0.0_f64;
            #(#adds)*
            (#value, <#real as #trait_of_reals>::__from_f64(#number))
        }}
    });
    let upstream_type = &parts.upstream;
    // the pullback of a rule runs once: for another run the rule is asked again
    let (hold, regain) = (parts.private("hold"), parts.private("regain_rule"));
    let (mut copies, mut again) = (TokenStream::new(), Vec::new());
    for param in &input.signature.params {
        let name = parts.inner(param);
        let copy = plumbing(&format!("copy_{}", plain(&param.name)), span);
        let is_number = matches!(param.shape, Shape::Real(_) | Shape::Int | Shape::Bool);
        again.push(match param.passing {
            _ if parts.has_shared_entry(param) => {
                let entry = entry(param);
                quote!(#entry.value)
            }
            Passing::Value if is_number => quote!(#name),
            Passing::Value => {
                copies.extend(quote!(let #copy = ::core::clone::Clone::clone(&#name);));
                quote!(::core::clone::Clone::clone(&#copy))
            }
            _ => {
                copies.extend(quote!(let #copy = ::core::clone::Clone::clone(#name);));
                quote!(&#copy)
            }
        });
    }
    let (run, run_type) = (parts.run_name(), parts.private("Run"));
    let body = quote_spanned! {span=> {
        #copies
        let (#value, #pullback) = #rule(#(#names),*);
        let #pullback = #hold(#pullback);
        (#value, move |#run: #run_type, #upstream: &#upstream_type, #(#entries),*| {
            let #pullback = #regain(&#pullback, #run, || #rule(#(#again),*).1);
            let #pattern = #pullback(#upstream_arg);
            #adds
            (#(#slots,)*)
        })
    }};
    let mut parts = parts;
    parts.forward = forward;
    parts.assemble(body)
}

/// Whether a custom rule gives the tangent, too: that of one real number is the
/// gradient times the tangents of the parameters.
pub(crate) fn rule_has_tangent(input: &Input) -> bool {
    let is_wrapped = match &input.item.sig.output {
        ReturnType::Type(_, ty) => crate::parse::option_payload(ty).is_some(),
        ReturnType::Default => true,
    };
    matches!(input.signature.result, Shape::Real(_)) && !is_wrapped
}
