//! `f_hvp` and `f_hessian` of functions that change their arguments, and of `Option` and
//! `Result`: by the split form with tangents, as callers have them.

use super::companions::{Parts, plain};
use super::names::{Form, RawIdent, companion_method, plumbing};
use crate::parse::{Home, Parameter, Passing, Shape, Wrapped};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ReturnType;

impl Parts<'_> {
    /// `f_hvp`.
    pub(super) fn hvp_of_changing(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_hvp", self.stem(), span = span);
        let docs = format!(
            "The value of [`{}`], its gradient, and its Hessian times the vector of the `d_`, \
             each the direction of the parameter before it. That of a `&mut` parameter is turned \
             from the tangent of its initial content to that of its final content; gradient and \
             product are those of the initial content.",
            plain(&self.input.item.sig.ident)
        );
        let direction = |param: &Parameter| Ident::new(&format!("d_{}", plain(&param.name)), span);
        let check = self.private("check_shape");
        let (mut params, mut checks) = (Vec::new(), TokenStream::new());
        for (param, declared) in self.input.signature.params.iter().zip(self.public_params()) {
            params.push(declared);
            if !self.is_listed(param) {
                continue;
            }
            let (value, name, ty) = (&param.name, direction(param), self.tangent_buffer(param));
            params.push(quote!(#name: #ty));
            checks.extend(match (param.passing, param.shape.is_scalar()) {
                (_, true) => TokenStream::new(),
                (Passing::Value, _) => quote!(#check(&#value, &#name);),
                _ => quote!(#check(&*#value, &*#name);),
            });
        }
        let run = self.both(&direction);
        let gradient_type = self.of_listed(|param| self.gradient(&param.ty));
        let (head, generics) = (self.public_head(&docs), self.public_generics());
        let (take, where_clause) = (
            self.take_receiver(false),
            self.where_clause_in("FnDoubled", None),
        );
        let (forward, reverse, value) = (&run.forward, &run.reverse, plumbing("value", span));
        let (gradient, product) = (&run.gradient, &run.product);
        let Some(wrapped) = self.wrapped() else {
            let result = &self.result;
            return quote_spanned! {span=>
                #head fn #name #generics(#(#params),*) -> (#result, #gradient_type, #gradient_type)
                    #where_clause
                {
                    #take #checks #forward #reverse
                    (#value, #gradient, #product)
                }
            };
        };
        let both = quote!(#gradient_type, #gradient_type);
        let (returned, found, missing) = self.wrapped_result(wrapped, &both);
        let number = plumbing("number", span);
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> #returned #where_clause {
                #take #checks #forward
                match #value {
                    #found(#number) => { #reverse #found((#number, #gradient, #product)) }
                    #missing => #missing,
                }
            }
        }
    }

    /// `f_hessian`: each run begins with the initial content again.
    pub(super) fn hessian_of_changing(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_hessian", self.stem(), span = span);
        let docs = format!(
            "The value of [`{}`], its gradient, and its Hessian: for each number of the listed \
             parameters a row in the shape of the gradient. For `&mut` parameters they are those of the \
             initial content.",
            plain(&self.input.item.sig.ident)
        );
        let direction =
            |param: &Parameter| plumbing(&format!("along_{}", plain(&param.name)), span);
        let (zero, copy) = (self.private("zero_gradient"), self.private("copy_tangent"));
        let [lend, lent, snapshot, restore] =
            ["lend", "lent", "snapshot", "restore"].map(|name| self.private(name));
        let directions = plumbing("directions", span);
        let (mut before, mut begin) = (TokenStream::new(), self.clones());
        let mut zeros = Vec::new();
        for (index, param) in self.listed().into_iter().enumerate() {
            let (value, along) = (&param.name, direction(param));
            let index = Literal::usize_unsuffixed(index);
            zeros.push(match param.passing {
                Passing::Value => quote!(#zero(&#value)),
                _ => quote!(#zero(&*#value)),
            });
            begin.extend(match param.passing {
                Passing::Value => quote!(let #along = #copy(&#directions.#index);),
                Passing::Shared if param.is_in_place() => {
                    quote!(let #along = #lend(#value, &#directions.#index);)
                }
                Passing::Shared => quote!(let #along = &#directions.#index;),
                Passing::Mut => {
                    let buffer = plumbing(&format!("buffer_{}", plain(value)), span);
                    let lent = match param.is_in_place() {
                        true => quote!(#lent(&*#value, &mut #buffer)),
                        false => quote!(&mut #buffer),
                    };
                    quote! {
                        let mut #buffer = #copy(&#directions.#index);
                        let #along = #lent;
                    }
                }
            });
        }
        let changed = self.input.signature.params.iter();
        for param in changed.filter(|param| param.passing == Passing::Mut) {
            let (value, saved) = (
                &param.name,
                plumbing(&format!("saved_{}", plain(&param.name)), span),
            );
            before.extend(quote!(let #saved = #snapshot(&*#value);));
            begin.extend(quote!(#restore(&mut *#value, #snapshot(&#saved));));
        }
        let run = self.both(&direction);
        let gradient_type = self.of_listed(|param| self.gradient(&param.ty));
        let (head, generics) = (self.public_head(&docs), self.public_generics());
        let (params, take) = (self.public_params(), self.take_receiver(false));
        let (where_clause, vec) = (self.where_clause_in("FnDoubled", None), self.private("Vec"));
        let (forward, reverse, value) = (&run.forward, &run.reverse, plumbing("value", span));
        let (gradient, product) = (&run.gradient, &run.product);
        let Some(wrapped) = self.wrapped() else {
            let (result, rows) = (&self.result, self.private("hessian"));
            return quote_spanned! {span=>
                #head fn #name #generics(#(#params),*)
                    -> (#result, #gradient_type, #vec<#gradient_type>) #where_clause
                {
                    #take #before
                    #rows((#(#zeros,)*), |#directions| {
                        #begin #forward #reverse
                        (#value, #gradient, #product)
                    })
                }
            };
        };
        let rows = self.private("try_hessian");
        let is_result = wrapped.is_result;
        let both = quote!(#gradient_type, #vec<#gradient_type>);
        let (returned, found, missing) = self.wrapped_result(wrapped, &both);
        let number = plumbing("number", span);
        let (ok, err) = (
            quote!(::core::result::Result::Ok),
            quote!(::core::result::Result::Err),
        );
        let (lost, all) = match is_result {
            true => (missing.clone(), TokenStream::new()),
            false => (quote!(#err(())), quote!(::core::result::Result::ok)),
        };
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> #returned #where_clause {
                #take #before
                #all(#rows((#(#zeros,)*), |#directions| {
                    #begin #forward
                    match #value {
                        #found(#number) => { #reverse #ok((#number, #gradient, #product)) }
                        #missing => #lost,
                    }
                }))
            }
        }
    }

    /// Whether second derivatives are those of the split form with tangents.
    pub(super) fn is_changing(&self) -> bool {
        super::has_mut(self.input) || self.wrapped().is_some()
    }

    fn wrapped(&self) -> Option<Wrapped<'_>> {
        match &self.input.item.sig.output {
            ReturnType::Type(_, ty) => Wrapped::of(ty),
            ReturnType::Default => None,
        }
    }

    /// Both halves of the function of values and tangents, each parameter with its
    /// direction.
    fn both(&self, direction: &dyn Fn(&Parameter) -> Ident) -> Both {
        let span = self.span;
        let some = quote!(::core::option::Option::Some);
        let [shared, lent, none] =
            ["shared_entry", "mut_entry", "no_tangent"].map(|name| self.private(name));
        let (zero, constant) = (
            self.private("zero_gradient"),
            self.private("constant_entry"),
        );
        let (mut args, mut tangents) = (Vec::new(), Vec::new());
        let (mut prepare, mut entries, mut slots) = (TokenStream::new(), Vec::new(), Vec::new());
        let part = |what: &str, param: &Parameter| {
            plumbing(&format!("{what}_{}", plain(&param.name)), span)
        };
        for param in &self.input.signature.params {
            let (name, is_listed) = (&param.name, self.is_listed(param));
            let along = direction(param);
            args.push(match (self.receiver_argument(param), param.passing) {
                (Some(receiver), _) => receiver,
                (None, Passing::Mut) => quote!(&mut *#name),
                (None, _) => quote!(#name),
            });
            tangents.push(match param.passing {
                _ if !is_listed => quote!(#none()),
                Passing::Value if self.is_lent(param) => quote!(#some(&#along)),
                Passing::Value => quote!(#some(#along)),
                Passing::Shared => quote!(#some(&*#along)),
                Passing::Mut => quote!(#some(&mut *#along)),
            });
            let [slot, second] = ["slot", "product"].map(|what| part(what, param));
            slots.extend([quote!(#slot), quote!(#second)]);
            let (is_shared, is_mut) = (self.has_shared_entry(param), param.passing == Passing::Mut);
            if !(is_shared || is_mut) {
                entries.extend([quote!(()), quote!(())]);
                continue;
            }
            if is_shared && !is_listed {
                entries.extend([quote!(#constant(&*#name)), quote!(#none())]);
                continue;
            }
            let [gradient, product] = ["d", "d_product"].map(|what| part(what, param));
            for buffer in [&gradient, &product] {
                prepare.extend(quote!(let mut #buffer = #zero(&*#name);));
            }
            match is_shared {
                true => {
                    entries.push(quote!(#shared(&*#name, #some(&mut #gradient))));
                    entries.push(quote!(#shared(&*#along, #some(&mut #product))));
                }
                false if param.is_in_place() => {
                    entries.push(quote!(#lent(&mut *#name, &mut #gradient)));
                    entries.push(quote!(#lent(&mut (), &mut #product)));
                }
                false => {
                    let (entry, along) = (self.private("Mut"), self.private("MutDirection"));
                    entries.push(quote!(#entry {
                        value: ::core::option::Option::None,
                        adjoint: &mut #gradient,
                    }));
                    entries.push(quote!(#along(#some(&mut #product))));
                }
            }
        }
        let at = |param: &Parameter, [by_value, in_place]: [&str; 2]| {
            let is_buffer = self.has_shared_entry(param) || param.passing == Passing::Mut;
            let name = part(if is_buffer { in_place } else { by_value }, param);
            quote!(#name)
        };
        let call = self.call_doubled(&args, &tangents);
        let (value, pullback) = (plumbing("value", span), plumbing("pullback", span));
        let (one, upstream) = (self.private("one"), &self.upstream);
        let seed = match &self.input.signature.result {
            Shape::Real(width) => {
                let (zero, one) = (self.number(0.0, *width), self.number(1.0, *width));
                quote!(&(#zero, #one))
            }
            _ => quote!(&(#zero(&#one::<#upstream>()), #one::<#upstream>())),
        };
        let last = super::last_run(self.krate);
        Both {
            forward: quote_spanned!(span=> let ((#value, _), #pullback) = #call;),
            // by the tangents the derivative of the tangent is the gradient
            reverse: quote_spanned! {span=>
                #prepare
                let (#(#slots,)*) = #pullback(#last, #seed, #(#entries),*);
            },
            gradient: self.of_listed(|param| at(param, ["product", "d_product"])),
            product: self.of_listed(|param| at(param, ["slot", "d"])),
        }
    }

    fn call_doubled(&self, args: &[TokenStream], tangents: &[TokenStream]) -> TokenStream {
        let (name, span) = (&self.input.item.sig.ident, self.span);
        let (active, mask) = (self.private("Active"), self.mask());
        let more = quote!(((#(#tangents,)*), #active::<#mask>));
        match self.input.home {
            Home::Module => {
                let companion = Ident::new_raw_if(name, span);
                let (told, primal) = self.told(2);
                quote_spanned!(span=> #companion::doubled #told(#primal, #(#args,)* #more))
            }
            _ => {
                let doubled = companion_method(name, Form::Doubled, span);
                let (told, _) = self.told(1);
                quote_spanned!(span=> Self::#doubled #told(#(#args,)* #more))
            }
        }
    }
}

/// A run of both halves, and where its results are.
struct Both {
    forward: TokenStream,
    reverse: TokenStream,
    gradient: TokenStream,
    product: TokenStream,
}
