//! Marked traits as trait objects.
//!
//! The companion of a method has a result of its own for each type, so that it cannot be
//! called through a `dyn Trait`. Beside it stands a member that can: its pullback is boxed,
//! and takes the receiver as `Any`. On `dyn Trait` there is an inherent method around it
//! with the signature of a split form, which callers use.
//!
//! A default method is compiled once more, for `dyn Trait`: its body calls the other methods
//! through the object. Which of both it is, the type behind an object tells.

use super::companions::{Parts, attributes};
use super::names::{Form, companion_method, plumbing};
use crate::parse::{Home, Input, Parameter};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// Whether a method can be called through a trait object, by its own signature: of all
/// that the definition of the trait and its implementations both see.
pub(crate) fn is_for_objects(sig: &syn::Signature) -> bool {
    let by_reference = match sig.receiver().map(|receiver| &receiver.kind) {
        Some(syn::ReceiverKind::Reference(_, _, mutability)) => mutability.is_none(),
        _ => false,
    };
    let is_unnamed = |input: &syn::FnArg| match input {
        syn::FnArg::Typed(typed) => mentions(typed.ty.to_token_stream(), "impl"),
        syn::FnArg::Receiver(_) => false,
    };
    let mut parameters = sig.generics.params.iter();
    by_reference
        && !crate::parse::returns_mut(sig)
        && parameters.all(|param| matches!(param, syn::GenericParam::Lifetime(_)))
        && !sig.inputs.iter().any(is_unnamed)
}

/// Whether tokens have an identifier.
pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Whether a method says more of `Self` than that it is the receiver.
pub(crate) fn needs_size(sig: &syn::Signature) -> bool {
    let inputs = sig.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(typed.ty.to_token_stream()),
        syn::FnArg::Receiver(_) => None,
    });
    let clause = sig.generics.where_clause.to_token_stream();
    let mut all = inputs.chain([sig.output.to_token_stream(), clause]);
    all.any(|tokens| mentions(tokens, "Self"))
}

/// What a trait and its implementations have once: without bodies where the trait asks
/// for them.
pub(crate) fn of_trait(krate: &syn::Path, has_bodies: bool, is_sized: bool) -> TokenStream {
    let span = Span::mixed_site();
    let bound = is_sized.then(|| {
        quote_spanned! {span=> + ::core::marker::Sized + #krate::Differentiable}
    });
    let private = quote_spanned!(span=> #krate::__private);
    let body = |tokens: TokenStream| match has_bodies {
        true => quote!({ #tokens }),
        false => quote!(;),
    };
    let this = Ident::new("self", span);
    let any = body(quote_spanned!(span=> #this));
    let zero =
        body(quote_spanned!(span=> #private::DynGradient::new(#private::zero_gradient(#this))));
    let fits = body(quote_spanned!(span=> #private::object_fits(#this, __gradient)));
    quote_spanned! {span=>
        #[doc(hidden)]
        fn __object_any(&#this) -> &dyn ::core::any::Any where Self: 'static #bound #any
        #[doc(hidden)]
        fn __object_zero(&#this) -> #private::DynGradient where Self: 'static #bound #zero
        #[doc(hidden)]
        fn __object_fits(&#this, __gradient: &#private::DynGradient) -> bool
        where Self: 'static #bound #fits
    }
}

/// The gradient of the trait object, and its methods.
pub(crate) fn of_object(krate: &syn::Path, name: &Ident, methods: TokenStream) -> TokenStream {
    let span = name.span().resolved_at(Span::mixed_site());
    let private = quote_spanned!(span=> #krate::__private);
    let this = Ident::new("self", span);
    quote_spanned! {span=>
        impl dyn #name { #methods }

        impl #krate::Differentiable for dyn #name {
            type Gradient = #private::DynGradient;
            fn zero_gradient(&#this) -> #private::DynGradient { #this.__object_zero() }
            fn accumulate(
                __into: &mut #private::DynGradient,
                __from: &#private::DynGradient,
            ) {
                #private::accumulate(__into, __from);
            }
            fn __fits(&#this, __gradient: &#private::DynGradient) -> bool {
                #this.__object_fits(__gradient)
            }
        }

        impl #private::InPlace for dyn #name {
            type Adjoint = #private::DynGradient;
            fn fits(&#this, __adjoint: &#private::DynGradient) -> bool {
                #this.__object_fits(__adjoint)
            }
        }
    }
}

/// A method of the trait object: its split form, and the modes.
pub(crate) fn of_method(
    input: &Input,
    vis: &syn::Visibility,
    name: &Ident,
    has_default: bool,
) -> TokenStream {
    let parts = Parts::of(input);
    let (split, modes) = (
        parts.object_method(vis, name, has_default),
        parts.object_modes(vis, name, has_default),
    );
    quote!(#split #modes)
}

impl Parts<'_> {
    /// The members of the trait that can be called through an object.
    pub(super) fn object_member(&self) -> Option<TokenStream> {
        let (input, span) = (self.input, self.span);
        let is_member = matches!(
            input.home,
            Home::Trait | Home::Declaration | Home::TraitImpl
        );
        if !is_member || !is_for_objects(&input.item.sig) {
            return None;
        }
        let (replaces, modes) = (self.replaces(), self.object_member_modes());
        let (params, result) = (self.params(), &self.result);
        let (boxed, ty) = (self.private("Box"), self.object_pullback());
        let returned = quote!((#result, #boxed<dyn #ty>));
        let head = self.object_head(Form::Object, &quote!(#(#params),*), &returned);
        if input.home == Home::Declaration {
            return Some(quote!(#replaces #head; #modes));
        }
        if self.is_undecided() {
            let body = self.undecided();
            return Some(quote!(#replaces #head { #body } #modes));
        }
        let split = companion_method(&input.item.sig.ident, Form::Split, span);
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let (upstream, receiver) = (self.upstream_name(), plumbing("receiver", span));
        let (run, run_ty) = (self.run_name(), self.private("Run"));
        let (active, upstream_ty) = (self.all_active(), &self.upstream);
        let entry = self.private("ObjectEntry");
        let this = Ident::new("self", self.receiver()?.name.span());
        let others = input.signature.params.iter().skip(1);
        let names: Vec<Ident> = others.clone().map(|param| self.inner(param)).collect();
        let entries: Vec<Ident> = others
            .clone()
            .map(|param| self.adjoint_name(param))
            .collect();
        let types = others.map(|param| self.entry_type(param));
        Some(quote_spanned! {span=>
            #replaces
            #head {
                let (#value, #pullback) = #this.#split(#(#names,)* #active);
                (#value, #boxed::new(
                    move |
                        #run: #run_ty,
                        #upstream: &#upstream_ty,
                        #receiver: #entry<'_>,
                        #(#entries: #types),*
                    | #pullback(#run, #upstream, #receiver.of::<Self>(), #(#entries),*),
                ))
            }
            #modes
        })
    }

    /// Whether it is the default form of a member that objects have: types with a method of
    /// their own have another one.
    pub(super) fn is_undecided(&self) -> bool {
        self.input.home == Home::Trait && !self.is_sized()
    }

    /// A body that never runs.
    pub(super) fn undecided(&self) -> TokenStream {
        let refused = self.private("refused");
        let others = self.input.signature.params.iter().skip(1);
        let names = others.map(|param| self.inner(param));
        quote!(let _ = (#(#names,)*); #refused())
    }

    /// Tells whether a type has the method itself.
    fn replaces(&self) -> TokenStream {
        let (sig, span) = (&self.input.item.sig, self.span);
        let name = companion_method(&sig.ident, Form::Replaces, span);
        let this = Ident::new("self", span);
        let (cfgs, answer) = (
            attributes(&self.input.item.attrs, &["cfg"]),
            self.input.home != Home::Trait,
        );
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            fn #name(&#this) -> bool where Self: 'static { #answer }
        }
    }

    /// Whether such a member is for types with a size only, as there are no objects.
    fn is_sized(&self) -> bool {
        let has_generics = self
            .input
            .outer
            .iter()
            .any(|outer| !outer.params.is_empty());
        has_generics || needs_size(&self.input.item.sig)
    }

    /// The head of such a member.
    pub(super) fn object_head(
        &self,
        form: Form,
        params: &TokenStream,
        returned: &TokenStream,
    ) -> TokenStream {
        let (input, span) = (self.input, self.span);
        let sig = &input.item.sig;
        let is_sized = input.home == Home::TraitImpl || self.is_sized();
        let mut predicates = match is_sized {
            true => self.predicates_of(&sig.generics),
            false => Vec::new(),
        };
        predicates.push(quote_spanned!(span=> Self: 'static));
        let (name, generics) = (companion_method(&sig.ident, form, span), self.lifetimes());
        let cfgs = attributes(&input.item.attrs, &["cfg"]);
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            fn #name #generics(#params) -> #returned
            where #(#predicates),*
        }
    }

    /// The split form of a method of the trait object itself.
    fn object_method(&self, vis: &syn::Visibility, of: &Ident, has_default: bool) -> TokenStream {
        let (input, span) = (self.input, self.span);
        let sig = &input.item.sig;
        let name = companion_method(&sig.ident, Form::SplitOfObject, span);
        let inside = companion_method(&sig.ident, Form::Object, span);
        let lifetimes = input.item.sig.generics.lifetimes();
        let (params, result, active) = (self.params(), &self.result, self.active_type());
        let mask = plumbing("ACTIVE", span);
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let (upstream, receiver) = (self.upstream_name(), plumbing("receiver", span));
        let (run, run_ty) = (self.run_name(), self.private("Run"));
        let (upstream_ty, entry) = (&self.upstream, self.private("ObjectEntry"));
        let shared = self.private("Shared");
        let this = match self.receiver() {
            Some(receiver) => Ident::new("self", receiver.name.span()),
            None => return TokenStream::new(),
        };
        let others = input.signature.params.iter().skip(1);
        let names: Vec<Ident> = others.clone().map(|param| self.inner(param)).collect();
        let entries: Vec<Ident> = others
            .clone()
            .map(|param| self.adjoint_name(param))
            .collect();
        let types: Vec<TokenStream> = others.map(|param| self.entry_type(param)).collect();
        let slots = input
            .signature
            .params
            .iter()
            .map(|param| self.slot_type(param));
        let cfgs = attributes(&input.item.attrs, &["cfg"]);
        let bound = quote_spanned! {span=>
            ::core::ops::Fn(#run_ty, &#upstream_ty, #shared<'_, dyn #of>, #(#types),*)
                -> (#(#slots,)*)
        };
        let call = quote_spanned! {span=>
            let (#value, #pullback) = #this.#inside(#(#names),*);
        };
        let closure = quote_spanned! {span=>
            move |
                #run: #run_ty,
                #upstream: &#upstream_ty,
                #receiver: #shared<'_, dyn #of>,
                #(#entries: #types),*
            | {
                let #receiver = #entry {
                    value: #receiver.value.__object_any(),
                    adjoint: #receiver.adjoint,
                };
                #pullback(#run, #upstream, #receiver, #(#entries),*)
            }
        };
        let head = quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #vis fn #name<#(#lifetimes,)* const #mask: u64>(#(#params,)* _: #active)
        };
        if has_default {
            let default = companion_method(&sig.ident, Form::DefaultOfObject, span);
            let active = self.private("Active");
            let default = quote_spanned! {span=>
                #this.#default(#(#names,)* #active::<#mask>)
            };
            return self.either(head, quote!(#result), bound, [call, closure], default);
        }
        quote_spanned! {span=>
            #head -> (#result, impl #bound + use<#mask>) {
                #call
                (#value, #closure)
            }
        }
    }

    /// A form of a default method of a trait object: that of the type behind, or that of
    /// `dyn Trait`. The pullback is in a box: default methods may call each other in a cycle.
    pub(super) fn either(
        &self,
        head: TokenStream,
        result: TokenStream,
        bound: TokenStream,
        [call, closure]: [TokenStream; 2],
        default: TokenStream,
    ) -> TokenStream {
        let (span, boxed) = (self.span, self.private("Box"));
        let replaces = companion_method(&self.input.item.sig.ident, Form::Replaces, span);
        let this = match self.receiver() {
            Some(receiver) => Ident::new("self", receiver.name.span()),
            None => return TokenStream::new(),
        };
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        quote_spanned! {span=>
            #head -> (#result, #boxed<dyn #bound>) {
                if #this.#replaces() {
                    #call
                    (#value, #boxed::new(#closure))
                } else {
                    let (#value, #pullback) = #default;
                    (#value, #boxed::new(#pullback))
                }
            }
        }
    }

    /// The type of the pullback of a trait object.
    fn object_pullback(&self) -> TokenStream {
        let params = &self.input.signature.params;
        let entry = self.private("ObjectEntry");
        let others = params.iter().skip(1).map(|param| self.entry_type(param));
        let slots = params.iter().map(|param: &Parameter| self.slot_type(param));
        let (upstream, run) = (&self.upstream, self.private("Run"));
        quote!(::core::ops::Fn(#run, &#upstream, #entry<'_>, #(#others),*) -> (#(#slots,)*))
    }

    /// Which arguments are active, where a member for objects calls another one: any may be.
    pub(super) fn all_active(&self) -> TokenStream {
        let active = self.private("Active");
        quote!(#active::<0x7fff_ffff_ffff_ffff_u64>)
    }

    /// The lifetimes of a method, as it declares them.
    pub(super) fn lifetimes(&self) -> Option<TokenStream> {
        let params = &self.input.item.sig.generics.params;
        (!params.is_empty()).then(|| quote!(<#params>))
    }
}
