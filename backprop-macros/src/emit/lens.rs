//! Functions that return `&mut` references: calls of their companions, and these.
//!
//! The companion runs the body of the function to tell where the reference leads, and
//! gives that as a `backprop_core::protocol::Lens`.

use super::Emitter;
use super::calls::companion_type;
use super::companions::{Parts, RawIdent, attributes, respan};
use super::names::{Form, companion_method, plumbing};
use super::split::load_parameter;
use crate::ir::{Arg, Callee, Function, LensCall, Op, Region, Stmt, ValueId, for_each_region};
use crate::lower::{Leading, Led, Step};
use crate::parse::{Home, Input, Lens, Parameter};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeMap;
use syn::Type;

/// The calls that see constants only: the user's own functions give the references.
pub(super) fn constants(f: &Function) -> BTreeMap<ValueId, LensCall> {
    fn visit(region: &Region, into: &mut BTreeMap<ValueId, LensCall>) {
        for stmt in &region.stmts {
            if let Stmt::Let(binding) = stmt
                && let Op::Lens(call) = &binding.op
                && call.is_constant
            {
                into.insert(binding.value, (**call).clone());
            }
            for_each_region(stmt, &mut |inner, _| visit(inner, into));
        }
    }
    let mut found = BTreeMap::new();
    visit(&f.body, &mut found);
    found
}

impl Emitter<'_> {
    /// What a call gives that sees constants only.
    pub(super) fn called(&self, lens: ValueId) -> Option<TokenStream> {
        let (call, span) = (self.called.get(&lens)?, self.span(lens));
        let place = self.place(&call.root);
        let args = call
            .args
            .iter()
            .map(|tree| self.arg(&Arg::In(tree.clone())));
        let mut args: Vec<TokenStream> = args.collect();
        Some(match &call.callee {
            Callee::Method(name, turbofish, _) => {
                quote_spanned!(span=> #place.#name #turbofish(#(#args),*))
            }
            callee => {
                args.insert(call.index.min(args.len()), quote!(&mut #place));
                match callee {
                    Callee::Associated(path) => quote_spanned!(span=> #path(#(#args),*)),
                    Callee::Function(path) => quote_spanned!(span=> #path(#(#args),*)),
                    _ => TokenStream::new(),
                }
            }
        })
    }

    /// The lens of a call.
    pub(super) fn lens(&self, call: &LensCall, span: Span) -> TokenStream {
        if call.is_constant {
            return quote!(false);
        }
        let (root, index) = (self.facade.private("Root", span), call.index);
        let root = quote_spanned!(span=> #root::<#index>);
        let place = self.looked_at(&call.root);
        let args = call
            .args
            .iter()
            .map(|tree| self.arg(&Arg::In(tree.clone())));
        let mut args: Vec<TokenStream> = args.collect();
        if !matches!(call.callee, Callee::Method(..)) {
            args.insert(index.min(args.len()), quote!(&#place));
        }
        match &call.callee {
            Callee::Function(path) => {
                let ty = companion_type(path);
                quote_spanned!(span=> <#ty>::lens(#path, #(#args,)* #root))
            }
            Callee::Associated(path) => {
                let mut path = path.clone();
                if let Some(last) = path.path.segments.last_mut() {
                    last.ident = companion_method(&last.ident, Form::Lens, last.ident.span());
                }
                quote_spanned!(span=> #path(#(#args,)* #root))
            }
            callee => {
                let name = callee
                    .name()
                    .map(|name| companion_method(name, Form::Lens, span));
                quote_spanned!(span=> (#place).#name(#(#args,)* #root))
            }
        }
    }
}

/// The companion of a function that returns a `&mut` reference.
pub(crate) fn lens(input: &Input, lens: &Lens, place: &Led) -> TokenStream {
    let parts = Parts::of(input);
    let (span, item) = (parts.span, &input.item);
    let Some(root) = input.signature.params.get(lens.root) else {
        return TokenStream::new();
    };
    let emitter = Emitter::new(&place.function, parts.krate);
    let mut load = TokenStream::new();
    for (param, values) in input.signature.params.iter().zip(&place.function.params) {
        load.extend(load_parameter(&emitter, &parts, param, &values.entry));
    }
    let stmts = emitter.stmts(&place.function.body);
    let types = types(&parts, root);
    let body = match place.function.body.diverges() {
        true => quote!(#load #stmts),
        false => {
            let found = emitter.tree(&place.function.result);
            let (ty, made) = found_lens(&parts, place, &types);
            let part = plumbing("part", span);
            quote!(#load #stmts let #part: #ty = #found; #made)
        }
    };
    let (finds, name, index) = (parts.private("Finds"), parts.private("Lens"), lens.root);
    let marker = parts.private("Root");
    let captured = captured(&parts);
    let returned = quote_spanned! {span=>
        #name<#types, impl #finds<#types> + use<#(#captured),*>>
    };
    let (generics, where_clause) = (parts.generic_parameters(), parts.where_clause(None));
    let params = parts.params();
    let (cfgs, vis) = (attributes(&item.attrs, &["cfg"]), &item.vis);
    if input.home == Home::Module {
        let companion = Ident::new_raw_if(&item.sig.ident, span);
        let (primal, primal_ty) = (plumbing("primal", span), plumbing("Primal", span));
        let (check, own) = (parts.private("check_companion"), parts.own_instance());
        let tie = tie(&parts, lens);
        return quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #vis struct #companion {}

            #(#cfgs)*
            impl #companion {
                #[doc(hidden)]
                #[inline]
                pub fn lens<#(#generics,)* #primal_ty: 'static #tie>(
                    #primal: #primal_ty,
                    #(#params,)*
                    _: #marker<#index>
                ) -> #returned #where_clause {
                    #check(&#primal, &#own);
                    #body
                }
            }
        };
    }
    let method = companion_method(&item.sig.ident, Form::Lens, span);
    let take = parts.take_receiver(true);
    quote_spanned! {span=>
        #(#cfgs)*
        #[doc(hidden)]
        #[inline]
        #vis fn #method<#(#generics),*>(#(#params,)* _: #marker<#index>) -> #returned #where_clause {
            #take #body
        }
    }
}

/// What the reference leads into and what it refers to, and their gradients.
fn types(parts: &Parts, root: &Parameter) -> TokenStream {
    let behind = |ty: &Type| match ty {
        Type::Reference(reference) => respan(reference.elem.to_token_stream()),
        ty => respan(ty.to_token_stream()),
    };
    let result = match &parts.input.item.sig.output {
        syn::ReturnType::Type(_, ty) => &**ty,
        syn::ReturnType::Default => &root.ty,
    };
    let (of, element) = (behind(&root.ty), behind(result));
    let (gradient, inner) = (parts.buffer(&root.ty), parts.buffer(result));
    quote!(#of, #element, #gradient, #inner)
}

/// The type of the numbers of a lens, `part`, and the lens made of them.
fn found_lens(parts: &Parts, place: &Led, types: &TokenStream) -> (TokenStream, TokenStream) {
    let (span, leads) = (parts.span, &place.leads);
    let (of, part) = (plumbing("of", span), plumbing("part", span));
    let tag = leads.is_tagged().then(|| plumbing("tag", span));
    let slots = (0..leads.slots).map(|slot| plumbing(&format!("index_{slot}"), span));
    let slots: Vec<Ident> = slots.collect();
    let lenses = (0..leads.lenses.len()).map(|slot| plumbing(&format!("lens_{slot}"), span));
    let lenses: Vec<Ident> = lenses.collect();
    let numbers: Vec<&Ident> = tag.iter().chain(&slots).collect();
    let sizes = numbers.iter().map(|_| quote!(usize));
    let others = lenses.iter().map(|_| quote!(_));
    let ty = quote!((#(#sizes,)* #(#others,)*));
    let pattern = quote!((#(#numbers,)* #(#lenses,)*));
    let path = |shape: &Leading, is_mut: bool, way: &str| {
        let way = Ident::new(way, span);
        let reference = match is_mut {
            true => quote!(&mut),
            false => quote!(&),
        };
        let mut free = slots.iter();
        let ends = match shape.is_range {
            true => free.next().zip(free.next()),
            false => None,
        };
        let mut tokens = quote!((*#of));
        for step in &shape.steps {
            tokens = match step {
                Step::Index => {
                    let slot = free.next();
                    quote!(#tokens[#slot])
                }
                Step::Field(member) => quote!(#tokens.#member),
                Step::Deref => quote!((*#tokens)),
                Step::Called(lens) => {
                    let number = leads.lenses.iter().position(|found| found == lens);
                    let lens = number.and_then(|number| lenses.get(number));
                    quote!((*#lens.#way(#reference #tokens)))
                }
            };
        }
        if let Some((start, end)) = ends {
            tokens = quote!(#tokens[#start..#end]);
        }
        quote!(#reference #tokens)
    };
    let closure = |is_mut: bool, way: &str| {
        let places = leads.shapes.iter().map(|shape| path(shape, is_mut, way));
        let places: Vec<_> = places.collect();
        let body = match (&tag, &places[..]) {
            (Some(tag), [first @ .., last]) => {
                let cases = (0..first.len()).map(Literal::usize_unsuffixed);
                quote!(match #tag { #(#cases => #first,)* _ => #last })
            }
            (_, places) => quote!(#(#places)*),
        };
        quote!(|#of, #pattern| #body)
    };
    let (a, b) = (closure(false, "of"), closure(true, "of_mut"));
    let (c, d) = (closure(false, "look"), closure(true, "select"));
    let make = parts.private("lens");
    let made = quote_spanned!(span=> #make::<#types, _, _, _, _, _>(#part, #a, #b, #c, #d));
    (ty, made)
}

/// What the lens may hold: nothing that is borrowed.
fn captured(parts: &Parts) -> Vec<TokenStream> {
    let input = parts.input;
    let mut captured = Vec::new();
    for generics in input.outer.iter().chain([&input.item.sig.generics]) {
        captured.extend(super::generics::arguments(generics));
    }
    let lifetimes = input.outer.iter().flat_map(|outer| outer.lifetimes());
    let lifetimes = lifetimes.map(|param| param.lifetime.to_token_stream());
    let mut all: Vec<TokenStream> = lifetimes.chain(captured).collect();
    if input.home == Home::Module {
        all.push(plumbing("Primal", parts.span).to_token_stream());
    }
    all
}

/// Which instance of the function is called follows from its arguments.
fn tie(parts: &Parts, lens: &Lens) -> Option<TokenStream> {
    (!parts.type_arguments().is_empty()).then(|| {
        let types = lens.primal.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(&typed.ty),
            syn::FnArg::Receiver(_) => None,
        });
        let result = &lens.primal.output;
        let lifetimes = lens.primal.generics.lifetimes();
        let lifetimes = lifetimes.map(|param| &param.lifetime);
        quote_spanned!(parts.span=> + for<#(#lifetimes),*> ::core::ops::FnOnce(#(#types),*) #result)
    })
}
