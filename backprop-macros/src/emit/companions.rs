//! The generated items: the hidden companion with its split form, and the
//! public `f_grad` and `f_backprop` on top of it.

use super::Emitter;
use super::names::{local, plumbing};
use crate::ir::{Function, Tree, ValueId};
use crate::parse::{Input, Parameter, Passing, Shape};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{ReturnType, Type};

/// All items that `#[differentiate]` adds beside the primal.
pub(crate) fn companions(input: &Input, f: &Function, items: &[syn::Item]) -> TokenStream {
    let parts = Parts::of(input);
    let body = split_body(input, &parts, f, items);
    parts.assemble(body)
}

/// Companions with empty bodies, for a function that was refused: callers
/// then see the one error that matters.
pub(crate) fn stub(input: &Input) -> TokenStream {
    let parts = Parts::of(input);
    let refused = parts.private("refused");
    let upstream = &parts.upstream;
    let params = &input.signature.params;
    let entries = params.iter().map(|param| parts.entry_type(param));
    let slots = params.iter().map(|param| parts.slot_type(param));
    let closure = quote!(|_: &#upstream, #(_: #entries),*| -> (#(#slots,)*) { #refused() });
    let closure = match parts.boxed {
        true => {
            let boxed = parts.private("Box");
            quote!(#boxed::new(#closure))
        }
        false => closure,
    };
    parts.assemble(quote!({ (#refused(), #closure) }))
}

/// The companions of a function with `rule = path`.
pub(crate) fn custom(input: &Input, rule: &syn::Path) -> TokenStream {
    let parts = Parts::of(input);
    let names: Vec<_> = input
        .signature
        .params
        .iter()
        .map(|p| parts.inner(p))
        .collect();
    let value = plumbing("value", parts.span);
    let pullback = plumbing("rule_pullback", parts.span);
    let upstream = plumbing("upstream", parts.span);
    let entries = input.signature.params.iter().map(|_| quote!(_));
    let by_value = parts.shape_is_scalar;
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
    let slots = input.signature.params.iter().map(|param| {
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
    let body = quote_spanned! {span=> {
        let (#value, #pullback) = #rule(#(#names),*);
        (#value, move |#upstream, #(#entries),*| {
            let #pattern = #pullback(#upstream_arg);
            (#(#slots,)*)
        })
    }};
    parts.assemble(body)
}

/// What the items of one function have in common.
struct Parts<'a> {
    input: &'a Input,
    span: Span,
    krate: &'a syn::Path,
    /// The result type, `()` if none is written.
    result: TokenStream,
    /// The gradient shape of the result.
    upstream: TokenStream,
    shape_is_scalar: bool,
    boxed: bool,
}

/// A name without `r#` and leading underscores.
fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

impl<'a> Parts<'a> {
    fn of(input: &'a Input) -> Self {
        let span = input.item.sig.ident.span().resolved_at(Span::mixed_site());
        let mut parts = Parts {
            input,
            span,
            krate: &input.options.krate,
            result: match &input.item.sig.output {
                ReturnType::Default => quote!(()),
                ReturnType::Type(_, ty) => respan(quote!(#ty)),
            },
            upstream: TokenStream::new(),
            shape_is_scalar: matches!(input.signature.result, Shape::Real(_) | Shape::Opaque),
            boxed: input.options.recursive || calls_itself(input),
        };
        parts.upstream = match &input.item.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => parts.gradient(ty),
        };
        parts
    }

    fn private(&self, name: &str) -> TokenStream {
        let krate = self.krate;
        let name = Ident::new(name, self.span);
        let span = self.span;
        quote_spanned!(span=> #krate::__private::#name)
    }

    /// The gradient type of a type: spelled out where spelling tells it.
    fn gradient(&self, ty: &Type) -> TokenStream {
        let span = self.span;
        match (Shape::of(ty), ty) {
            (_, Type::Paren(inner)) => self.gradient(&inner.elem),
            (_, Type::Group(inner)) => self.gradient(&inner.elem),
            (_, Type::Reference(inner)) => self.gradient(&inner.elem),
            (Shape::Real(_), ty) => quote!(#ty),
            (Shape::Int | Shape::Bool | Shape::Constant, _) => quote!(()),
            (Shape::Tuple(_), Type::Tuple(tuple)) => {
                let parts = tuple.elems.iter().map(|ty| self.gradient(ty));
                quote!((#(#parts,)*))
            }
            _ => {
                let krate = self.krate;
                quote_spanned!(span=> <#ty as #krate::Differentiable>::Gradient)
            }
        }
    }

    /// The name of a parameter inside the split form.
    fn inner(&self, param: &Parameter) -> Ident {
        let name = plain(&param.name);
        match param.passing {
            // the body names the content as the user does
            Passing::Mut => plumbing(&name, param.name.span()),
            _ => local(&name, param.name.span()),
        }
    }

    fn has_shared_entry(&self, param: &Parameter) -> bool {
        param.passing == Passing::Shared && param.has_adjoint() && !known(&param.shape)
    }

    /// The type of the pullback's entry for a parameter.
    fn entry_type(&self, param: &Parameter) -> TokenStream {
        let inner = match &param.ty {
            Type::Reference(reference) => &*reference.elem,
            ty => ty,
        };
        match param.passing {
            Passing::Mut => {
                let entry = self.private("Mut");
                quote!(#entry<'_, #inner>)
            }
            Passing::Shared if self.has_shared_entry(param) => {
                let entry = self.private("Shared");
                quote!(#entry<'_, #inner>)
            }
            _ => quote!(()),
        }
    }

    /// The type that the pullback returns for a parameter.
    fn slot_type(&self, param: &Parameter) -> TokenStream {
        match param.passing {
            Passing::Mut => quote!(()),
            _ if self.has_shared_entry(param) => self.private("InPlace"),
            _ if param.has_adjoint() => self.gradient(&param.ty),
            _ if param.shape.may_be_active() => self.private("ParameterExcludedByWrt"),
            _ => quote!(()),
        }
    }

    /// The slot of a parameter without an adjoint.
    fn absent(&self, param: &Parameter) -> TokenStream {
        match param.shape.may_be_active() {
            true => self.private("ParameterExcludedByWrt"),
            false => quote!(()),
        }
    }

    fn pullback_type(&self) -> TokenStream {
        let params = &self.input.signature.params;
        let entries = params.iter().map(|param| self.entry_type(param));
        let slots = params.iter().map(|param| self.slot_type(param));
        let upstream = &self.upstream;
        quote!(::core::ops::FnOnce(&#upstream, #(#entries),*) -> (#(#slots,)*))
    }

    /// The companion with `body` as its split form, and the public functions.
    fn assemble(&self, body: TokenStream) -> TokenStream {
        let item = &self.input.item;
        let (vis, span) = (&item.vis, self.span);
        let name = item.sig.ident.clone();
        let companion = Ident::new_raw_if(&name, self.span);
        let cfgs = attributes(&item.attrs, &["cfg"]);
        let lifetimes = item.sig.generics.lifetimes();
        let lifetimes: Vec<_> = lifetimes.collect();
        let (active, primal_ty) = (plumbing("ACTIVE", span), plumbing("Primal", span));
        let (mask, primal) = (plumbing("active", span), plumbing("primal", span));
        let active_struct = self.private("Active");
        let check = self.private("check_companion");
        let params = self.input.signature.params.iter().map(|param| {
            let (name, ty) = (self.inner(param), &param.ty);
            quote!(#name: #ty)
        });
        let result = &self.result;
        let pullback = self.pullback_type();
        let returned = match self.boxed {
            true => {
                let boxed = self.private("Box");
                quote!(#boxed<dyn #pullback>)
            }
            // the record borrows nothing, so nothing borrowed is captured
            false if self.borrows() => {
                quote_spanned!(span=> impl #pullback + use<#active, #primal_ty>)
            }
            false => quote!(impl #pullback),
        };
        let where_clause = &item.sig.generics.where_clause;
        let public = [self.grad(), Some(self.backprop())];
        quote_spanned! {span=>
            #(#cfgs)*
            #[doc(hidden)]
            #vis enum #companion {}

            #(#cfgs)*
            impl #companion {
                #[doc(hidden)]
                #[inline]
                pub fn split<#(#lifetimes,)* const #active: u64, #primal_ty: 'static>(
                    #mask: #active_struct<#active>,
                    #primal: #primal_ty,
                    #(#params),*
                ) -> (#result, #returned) #where_clause {
                    #check(&#primal, &#name);
                    #body
                }
            }

            #(#public)*
        }
    }

    /// Whether a parameter borrows, by its spelling or through a lifetime.
    fn borrows(&self) -> bool {
        let params = &self.input.signature.params;
        let by_reference = |param: &Parameter| {
            param.passing != Passing::Value
                || matches!(param.shape, Shape::Constant | Shape::Ref(_))
        };
        params.iter().any(by_reference) || self.input.item.sig.generics.lifetimes().next().is_some()
    }

    // The public functions

    fn stem(&self) -> String {
        let stem = self.input.options.name.as_ref();
        plain(stem.unwrap_or(&self.input.item.sig.ident))
    }

    fn public_head(&self, docs: &str) -> TokenStream {
        let item = &self.input.item;
        let kept = attributes(&item.attrs, &["cfg", "inline", "must_use", "track_caller"]);
        let vis = item.vis.to_token_stream();
        let vis = respan(vis);
        let kept: TokenStream = kept.into_iter().map(ToTokens::to_token_stream).collect();
        let (kept, span) = (respan(kept), self.span);
        quote_spanned!(span=> #kept #[doc = #docs] #vis)
    }

    /// Parameters as in the primal, under clean names.
    fn public_params(&self) -> Vec<TokenStream> {
        let each = |param: &Parameter| {
            let (name, ty) = (&param.name, &param.ty);
            let ty = respan(quote!(#ty));
            quote!(#name: #ty)
        };
        self.input.signature.params.iter().map(each).collect()
    }

    /// The parameters whose adjoint the public functions hand out.
    fn listed(&self) -> Vec<&Parameter> {
        let params = self.input.signature.params.iter();
        params
            .filter(|p| p.is_active() || (p.passing == Passing::Mut && p.shape.may_be_active()))
            .collect()
    }

    fn slot_names(&self) -> Vec<Ident> {
        let params = self.input.signature.params.iter();
        params
            .map(|param| plumbing(&format!("slot_{}", plain(&param.name)), self.span))
            .collect()
    }

    /// The split form run forward, then backward: `prepare` makes what
    /// entries need, `entries` are the pullback's arguments.
    fn run(&self, upstream: TokenStream, entries: &[TokenStream]) -> TokenStream {
        let item = &self.input.item;
        let span = self.span;
        let (name, companion) = (&item.sig.ident, Ident::new_raw_if(&item.sig.ident, span));
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let active = self.private("Active");
        let mut mask = 0u64;
        for (index, param) in self.input.signature.params.iter().enumerate().take(64) {
            if param.has_adjoint() {
                mask |= 1 << index;
            }
        }
        let mask = Literal::u64_suffixed(mask);
        let args = self.input.signature.params.iter().map(|param| {
            let name = &param.name;
            match param.passing {
                Passing::Mut => quote!(&mut *#name),
                _ => quote!(#name),
            }
        });
        let slots = self.slot_names();
        quote_spanned! {span=>
            let (#value, #pullback) = #companion::split(#active::<#mask>, #name, #(#args),*);
            let (#(#slots,)*) = #pullback(#upstream, #(#entries),*);
        }
    }

    /// `f_grad`, if the result is one real number.
    fn grad(&self) -> Option<TokenStream> {
        self.shape_is_scalar.then(|| {
            let span = self.span;
            let name = format_ident!("{}_grad", self.stem(), span = span);
            let primal = plain(&self.input.item.sig.ident);
            let listed = self.listed();
            let order = listed.iter().map(|p| format!("`{}`", plain(&p.name)));
            let order = order.collect::<Vec<_>>().join(", ");
            let docs =
                format!("The value of [`{primal}`] and its gradient with respect to {order}.");
            let head = self.public_head(&docs);
            let generics = &self.input.item.sig.generics;
            let params = self.public_params();
            let result = &self.result;
            let types: Vec<_> = listed.iter().map(|p| self.gradient(&p.ty)).collect();
            let gradient_type = match &types[..] {
                [only] => quote!(#only),
                many => quote!((#(#many),*)),
            };
            let seed = match &self.input.signature.result {
                Shape::Real(_) => quote!(&1.0),
                _ => {
                    let one = self.private("one");
                    quote!(&#one::<#result>())
                }
            };
            let bound = match &self.input.signature.result {
                Shape::Real(_) => None,
                _ => {
                    let real = self.private("Real");
                    let lifetime = syn::Lifetime::new("'__a", span);
                    Some(quote!(where for<#lifetime> #result: #real))
                }
            };
            let (prepare, entries, finish) = self.entries(None);
            let run = self.run(seed, &entries);
            let value = plumbing("value", span);
            let gradients: Vec<_> = listed.iter().map(|p| self.gradient_of(p)).collect();
            let gradient = match &gradients[..] {
                [only] => quote!(#only),
                many => quote!((#(#many),*)),
            };
            quote_spanned! {span=>
                #head fn #name #generics(#(#params),*) -> (#result, #gradient_type) #bound {
                    #prepare #run #finish
                    (#value, #gradient)
                }
            }
        })
    }

    /// Where the adjoint of a parameter is after the pullback ran.
    fn gradient_of(&self, param: &Parameter) -> TokenStream {
        let name = match param.passing {
            Passing::Mut => plumbing(&format!("d_{}", plain(&param.name)), self.span),
            _ if self.has_shared_entry(param) => {
                plumbing(&format!("d_{}", plain(&param.name)), self.span)
            }
            _ => plumbing(&format!("slot_{}", plain(&param.name)), self.span),
        };
        quote!(#name)
    }

    /// The entries of the pullback, what they need before, and what has to be
    /// put back after. `buffers` are the caller's adjoints of `&mut` parameters.
    fn entries(&self, buffers: Option<&dyn Fn(&Parameter) -> Ident>) -> Entries {
        let mut prepare = TokenStream::new();
        let mut finish = TokenStream::new();
        let mut entries = Vec::new();
        let span = self.span;
        for param in &self.input.signature.params {
            let name = &param.name;
            let buffer = plumbing(&format!("d_{}", plain(name)), span);
            let zero = self.private("zero_gradient");
            if param.passing == Passing::Mut {
                let entry = self.private("Mut");
                let last = plumbing(&format!("final_{}", plain(name)), span);
                let adjoint = match buffers {
                    Some(buffers) if param.shape.may_be_active() => {
                        let buffer = buffers(param);
                        quote!(&mut *#buffer)
                    }
                    _ => {
                        prepare.extend(quote!(let mut #buffer = #zero(&*#name);));
                        quote!(&mut #buffer)
                    }
                };
                // the pullback takes the content back to what it was on entry
                let content = plumbing(&format!("content_{}", plain(name)), span);
                entries.push(quote_spanned! {span=> {
                    #last = *#name;
                    #content = #last;
                    #entry { value: &mut #content, adjoint: #adjoint }
                }});
                prepare.extend(quote!(let #last; let mut #content;));
                finish.extend(quote!(*#name = #last;));
            } else if self.has_shared_entry(param) {
                let entry = self.private("Shared");
                prepare.extend(quote!(let mut #buffer = #zero(#name);));
                entries.push(quote_spanned! {span=>
                    #entry { value: #name, adjoint: ::core::option::Option::Some(&mut #buffer) }
                });
            } else {
                entries.push(quote!(()));
            }
        }
        (prepare, entries, finish)
    }

    /// `f_backprop`: adds upstream × local gradient into the caller's buffers.
    fn backprop(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_backprop", self.stem(), span = span);
        let primal = plain(&self.input.item.sig.ident);
        let docs = format!(
            "The value of [`{primal}`]; adds upstream × local gradient into the `d_` buffers. \
             A `d_` buffer of a `&mut` parameter holds the upstream of its final content on \
             entry and the gradient of its initial content on return."
        );
        let head = self.public_head(&docs);
        let generics = &self.input.item.sig.generics;
        let mut params = self.public_params();
        let upstream = Ident::new("upstream", span);
        let upstream_type = &self.upstream;
        let has_upstream = self.input.signature.result.may_be_active();
        let upstream_arg = match (has_upstream, self.shape_is_scalar) {
            (false, _) => match &self.input.item.sig.output {
                ReturnType::Default => quote!(&()),
                ReturnType::Type(..) => {
                    let zero = self.private("constant_upstream");
                    quote!(&#zero())
                }
            },
            (true, true) => {
                params.push(quote!(#upstream: #upstream_type));
                quote!(&#upstream)
            }
            (true, false) => {
                params.push(quote!(#upstream: &#upstream_type));
                quote!(#upstream)
            }
        };
        let buffer = |param: &Parameter| Ident::new(&format!("d_{}", plain(&param.name)), span);
        let listed = self.listed();
        for param in &listed {
            let (name, ty) = (buffer(param), self.gradient(&param.ty));
            params.push(quote!(#name: &mut #ty));
        }
        let (prepare, entries, finish) = self.entries(Some(&buffer));
        let run = self.run(upstream_arg, &entries);
        let adds = listed
            .iter()
            .filter(|param| param.passing != Passing::Mut)
            .map(|param| {
                let (into, from) = (buffer(param), self.gradient_of(param));
                self.add(&param.shape, quote!(*#into), from)
            });
        let adds: TokenStream = adds.collect();
        let value = plumbing("value", span);
        let result = &self.result;
        // a zero upstream adds nothing, whatever the local gradients are
        let body = quote!(#prepare #run #finish #adds #value);
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> #result { #body }
        }
    }

    /// `into += from`, taken apart as far as the spelling of the type goes.
    fn add(&self, shape: &Shape, into: TokenStream, from: TokenStream) -> TokenStream {
        match shape {
            Shape::Real(_) => quote!(#into += #from;),
            Shape::Ref(inner) => self.add(inner, into, from),
            Shape::Tuple(parts) => {
                let each = parts.iter().enumerate().map(|(index, part)| {
                    let index = Literal::usize_unsuffixed(index);
                    self.add(part, quote!((#into).#index), quote!(#from.#index))
                });
                each.collect()
            }
            shape if shape.may_be_active() => {
                let accumulate = self.private("accumulate");
                quote!(#accumulate(&mut #into, &#from);)
            }
            _ => TokenStream::new(),
        }
    }
}

/// Code before the pullback, its entries, code after it.
type Entries = (TokenStream, Vec<TokenStream>, TokenStream);

/// Real by spelling, all of it.
fn known(shape: &Shape) -> bool {
    match shape {
        Shape::Tuple(parts) => parts.iter().all(known),
        Shape::Ref(inner) => known(inner),
        Shape::Opaque | Shape::Container | Shape::Unsupported => false,
        _ => true,
    }
}

trait RawIdent {
    fn new_raw_if(name: &Ident, span: Span) -> Ident;
}

impl RawIdent for Ident {
    /// The same identifier with another span (raw ones cannot be made anew).
    fn new_raw_if(name: &Ident, span: Span) -> Ident {
        let mut name = name.clone();
        name.set_span(span);
        name
    }
}

/// The attributes of the primal that its companions share.
fn attributes<'a>(attrs: &'a [syn::Attribute], names: &[&str]) -> Vec<&'a syn::Attribute> {
    let wanted = |attr: &&syn::Attribute| names.iter().any(|name| attr.path().is_ident(name));
    attrs.iter().filter(wanted).collect()
}

/// The user's tokens with the spans of generated code: lints then know it.
fn respan(tokens: TokenStream) -> TokenStream {
    use proc_macro2::{Group, TokenTree};
    let each = |token: TokenTree| {
        let span = token.span().resolved_at(Span::mixed_site());
        let mut token = match token {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), respan(group.stream())))
            }
            token => token,
        };
        token.set_span(span);
        token
    };
    tokens.into_iter().map(each).collect()
}

/// Whether the body names the function itself: then its pullback is boxed.
fn calls_itself(input: &Input) -> bool {
    fn names(tokens: TokenStream, name: &Ident) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == *name,
            proc_macro2::TokenTree::Group(group) => names(group.stream(), name),
            _ => false,
        })
    }
    let block = &input.item.block;
    names(quote!(#block), &input.item.sig.ident)
}

/// The forward half, and the pullback as a closure over what it needs.
fn split_body(input: &Input, parts: &Parts, f: &Function, items: &[syn::Item]) -> TokenStream {
    let emitter = Emitter::new(f, parts.krate);
    let span = parts.span;
    let mut load = TokenStream::new();
    for (param, values) in input.signature.params.iter().zip(&f.params) {
        load.extend(load_parameter(&emitter, parts, param, &values.entry));
    }
    let forward = emitter.stmts(&f.body);
    let result = emitter.tree(&f.result);
    let mut store = TokenStream::new();
    for (param, values) in input.signature.params.iter().zip(&f.params) {
        if let Some(exit) = &values.exit {
            let (name, value) = (parts.inner(param), emitter.tree(exit));
            store.extend(quote!(*#name = #value;));
        }
    }
    if f.body.diverges() {
        return quote_spanned!(span=> { #(#items)* #load #forward });
    }
    let closure = pullback(&emitter, parts, f);
    let value = plumbing("result", span);
    let closure = match parts.boxed {
        true => {
            let boxed = parts.private("Box");
            quote!(#boxed::new(#closure))
        }
        false => closure,
    };
    match store.is_empty() {
        true => quote_spanned!(span=> { #(#items)* #load #forward (#result, #closure) }),
        false => quote_spanned! {span=> {
            #(#items)* #load #forward
            let #value = #result;
            #store
            (#value, #closure)
        }},
    }
}

/// Takes a parameter apart into the values that the body uses.
fn load_parameter(
    emitter: &Emitter,
    parts: &Parts,
    param: &Parameter,
    entry: &Tree<ValueId>,
) -> TokenStream {
    let name = parts.inner(param);
    let by_reference = param.passing != Passing::Value;
    match entry {
        // `&Opaque` stays the reference that it is
        Tree::Leaf(leaf) if by_reference && is_loaded(&param.shape) => {
            let value = emitter.ident(*leaf);
            quote!(let #value = *#name;)
        }
        Tree::Leaf(leaf) => {
            let value = emitter.ident(*leaf);
            match value == name {
                true => TokenStream::new(),
                false => quote!(let #value = #name;),
            }
        }
        entry => {
            let pattern = reference_pattern(emitter, entry);
            match by_reference {
                true => quote!(let #pattern = *#name;),
                false => quote!(let #pattern = #name;),
            }
        }
    }
}

fn is_loaded(shape: &Shape) -> bool {
    matches!(
        shape,
        Shape::Real(_) | Shape::Int | Shape::Bool | Shape::Ref(_)
    )
}

fn reference_pattern(emitter: &Emitter, tree: &Tree<ValueId>) -> TokenStream {
    match tree {
        Tree::Ref(inner) => {
            let inner = reference_pattern(emitter, inner);
            quote!(&#inner)
        }
        Tree::Tuple(parts) => {
            let parts = parts.iter().map(|part| reference_pattern(emitter, part));
            quote!((#(#parts,)*))
        }
        leaf => emitter.pattern(leaf),
    }
}

fn pullback(emitter: &Emitter, parts: &Parts, f: &Function) -> TokenStream {
    let Some(reverse) = &f.reverse else {
        return TokenStream::new();
    };
    let span = parts.span;
    let upstream_type = &parts.upstream;
    let upstream = match reverse.upstream.is_unit() {
        true => quote!(_),
        false => {
            let name = emitter.pattern(&reverse.upstream);
            quote!(&#name)
        }
    };
    let mut params = Vec::new();
    let mut head = TokenStream::new();
    let mut tail = TokenStream::new();
    let mut slots = Vec::new();
    for (index, param) in parts.input.signature.params.iter().enumerate() {
        let entry = plumbing(&format!("entry_{}", plain(&param.name)), span);
        let ty = parts.entry_type(param);
        let adjoint = match f.params[index].active {
            true => adjoint_tree(emitter, parts, param, &reverse.adjoints[index], f, index),
            false => parts.absent(param),
        };
        match (&reverse.exits[index], parts.has_shared_entry(param)) {
            (Some(exit), _) => {
                let pattern = emitter.pattern(exit);
                let before = emitter.tree(&f.params[index].entry);
                head.extend(quote!(let #pattern = *#entry.adjoint;));
                tail.extend(quote!(*#entry.value = #before; *#entry.adjoint = #adjoint;));
                params.push(quote!(#entry: #ty));
                slots.push(quote!(()));
            }
            (None, true) => {
                // the record borrows nothing: the argument comes again
                let name = parts.inner(param);
                head.extend(quote!(let #name = #entry.value;));
                let (accumulate, in_place) =
                    (parts.private("accumulate"), parts.private("InPlace"));
                let some = quote!(::core::option::Option::Some);
                let target = plumbing("target", span);
                if reverse.adjoints[index].any(Option::is_some) {
                    tail.extend(quote! {
                        if let #some(#target) = #entry.adjoint { #accumulate(#target, &#adjoint); }
                    });
                }
                params.push(quote!(#entry: #ty));
                slots.push(in_place);
            }
            (None, false) => {
                params.push(quote!(_: #ty));
                slots.push(adjoint);
            }
        }
    }
    let body = emitter.stmts(&reverse.body);
    quote_spanned! {span=>
        move |#upstream: &#upstream_type, #(#params),*| {
            #head #body #tail
            (#(#slots,)*)
        }
    }
}

/// The adjoint of a whole parameter, zeros where nothing arrives.
fn adjoint_tree(
    emitter: &Emitter,
    parts: &Parts,
    param: &Parameter,
    adjoint: &Tree<Option<ValueId>>,
    f: &Function,
    index: usize,
) -> TokenStream {
    fn build(
        emitter: &Emitter,
        parts: &Parts,
        shape: &Shape,
        adjoint: &Tree<Option<ValueId>>,
        entry: &Tree<ValueId>,
    ) -> TokenStream {
        match (shape, adjoint, entry) {
            (_, Tree::Leaf(Some(value)), _) => emitter.value(*value),
            (Shape::Ref(shape), Tree::Ref(adjoint), Tree::Ref(entry)) => {
                build(emitter, parts, shape, adjoint, entry)
            }
            (shape, Tree::Ref(adjoint), Tree::Ref(entry)) => {
                build(emitter, parts, shape, adjoint, entry)
            }
            (Shape::Tuple(shapes), Tree::Tuple(adjoints), Tree::Tuple(entries)) => {
                let each = shapes.iter().zip(adjoints).zip(entries);
                let each = each.map(|((s, a), e)| build(emitter, parts, s, a, e));
                quote!((#(#each,)*))
            }
            (Shape::Real(_), ..) => quote!(0.0),
            (shape, _, Tree::Leaf(leaf)) if shape.may_be_active() => {
                let zero = parts.private("zero_gradient");
                let leaf = emitter.ident(*leaf);
                quote!(#zero(&#leaf))
            }
            _ => quote!(()),
        }
    }
    build(
        emitter,
        parts,
        &param.shape,
        adjoint,
        &f.params[index].entry,
    )
}
