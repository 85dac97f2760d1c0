//! The public functions of the modes that are asked for.

use super::companions::{Parts, has_second, plain, respan};
use super::names::plumbing;
use crate::parse::{Parameter, Passing, Wrapped};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ReturnType;

impl Parts<'_> {
    /// The public functions beside `f_grad`, `f_backprop` and `f_jvp`.
    pub(super) fn modes(&self) -> TokenStream {
        let (input, modes) = (self.input, &self.input.options.modes);
        // what was refused is not there
        let second = has_second(input);
        let jacobian = modes.jacobian.as_ref().map(|_| self.jacobian());
        let changing = self.is_changing();
        let hvp = modes.hvp.as_ref().filter(|_| second);
        let hvp = hvp.map(|_| match changing {
            true => self.hvp_of_changing(),
            false => self.hvp(),
        });
        let hessian = modes.hessian.as_ref().filter(|_| second);
        let hessian = hessian.map(|_| match changing {
            true => self.hessian_of_changing(),
            false => self.hessian(),
        });
        quote!(#jacobian #hvp #hessian)
    }

    /// The gradient of all that is listed: its type, or a value of it.
    pub(super) fn of_listed(&self, each: impl Fn(&Parameter) -> TokenStream) -> TokenStream {
        let parts: Vec<_> = self.listed().into_iter().map(each).collect();
        match &parts[..] {
            [only] => only.clone(),
            many => quote!((#(#many),*)),
        }
    }

    pub(super) fn is_listed(&self, param: &Parameter) -> bool {
        self.listed().iter().any(|listed| listed.name == param.name)
    }

    /// Copies of what is passed by value: the function runs several times.
    pub(super) fn clones(&self) -> TokenStream {
        let params = self.input.signature.params.iter();
        let owned = params.filter(|param| param.passing == Passing::Value);
        let each = owned.map(|param| {
            let name = &param.name;
            quote!(let #name = ::core::clone::Clone::clone(&#name);)
        });
        each.collect()
    }

    /// `f_hvp`: value, gradient, and the Hessian times the tangents.
    fn hvp(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_hvp", self.stem(), span = span);
        let primal = &self.input.item.sig.ident;
        let docs = format!(
            "The value of [`{}`], its gradient, and its Hessian times the vector of the `d_`, \
             each the direction of the parameter before it.",
            plain(primal)
        );
        let (head, generics) = (self.public_head(&docs), self.public_generics());
        let where_clause = self.where_clause_in("FnDoubled", None);
        let tangent = |param: &Parameter| Ident::new(&format!("d_{}", plain(&param.name)), span);
        let check = self.private("check_shape");
        let (mut params, mut checks) = (Vec::new(), TokenStream::new());
        let mut directions = Vec::new();
        for (param, declared) in self.input.signature.params.iter().zip(self.public_params()) {
            params.push(declared);
            let (value, name) = (&param.name, tangent(param));
            if !self.is_listed(param) {
                directions.push(self.no_direction(param));
                continue;
            }
            let ty = self.tangent_buffer(param);
            params.push(quote!(#name: #ty));
            directions.push(quote!(#name));
            checks.extend(match (param.passing, param.shape.is_scalar()) {
                (_, true) => TokenStream::new(),
                (Passing::Value, _) => quote!(#check(&#value, &#name);),
                _ => quote!(#check(&*#value, &*#name);),
            });
        }
        let take = self.take_receiver(false);
        let run = self.call_second(&quote!((#(#directions,)*)));
        let result = &self.result;
        let gradient_type = self.of_listed(|param| self.gradient(&param.ty));
        let names = self.slot_names();
        let products: Vec<Ident> = self
            .input
            .signature
            .params
            .iter()
            .map(|param| plumbing(&format!("product_{}", plain(&param.name)), span))
            .collect();
        let value = plumbing("value", span);
        let at = |param: &Parameter| {
            let params = &self.input.signature.params;
            params
                .iter()
                .position(|other| other.name == param.name)
                .unwrap_or_default()
        };
        let gradient = self.of_listed(|param| {
            let name = &names[at(param)];
            quote!(#name)
        });
        let product = self.of_listed(|param| {
            let name = &products[at(param)];
            quote!(#name)
        });
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> (#result, #gradient_type, #gradient_type) #where_clause {
                #take
                #checks
                let (#value, (#(#names,)*), (#(#products,)*)) = #run;
                (#value, #gradient, #product)
            }
        }
    }

    /// The direction of a parameter that is not listed: zero.
    pub(super) fn no_direction(&self, param: &Parameter) -> TokenStream {
        let (zero, lend) = (self.private("zero_gradient"), self.private("lend"));
        let name = &param.name;
        match param.passing {
            _ if !param.has_adjoint() => quote!(()),
            Passing::Value => quote!(#zero(&#name)),
            _ if param.is_in_place() => quote!(#lend(#name, &#zero(#name))),
            _ => quote!(&#zero(#name)),
        }
    }

    /// A Hessian has a row for each number of a type, which a trait knows nothing of.
    fn is_counted(&self) -> Option<TokenStream> {
        let is_listed = self.listed().iter().any(|param| param.is_receiver());
        let (krate, numbers) = (self.krate, self.private("Numbers"));
        (is_listed && self.input.home.is_trait()).then(|| {
            quote_spanned! {self.span=>
                Self: #krate::Differentiable<Gradient: #numbers>
            }
        })
    }

    /// `f_hessian`: value, gradient, and a row of second derivatives for each number.
    fn hessian(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_hessian", self.stem(), span = span);
        let primal = &self.input.item.sig.ident;
        let docs = format!(
            "The value of [`{}`], its gradient, and its Hessian: for each number of the listed \
             parameters a row in the shape of the gradient.",
            plain(primal)
        );
        let (head, generics) = (self.public_head(&docs), self.public_generics());
        let (params, result) = (self.public_params(), &self.result);
        let where_clause = self.where_clause_in("FnDoubled", self.is_counted());
        let gradient_type = self.of_listed(|param| self.gradient(&param.ty));
        let (zero, lend) = (self.private("zero_gradient"), self.private("lend"));
        let (copy, rows) = (self.private("copy_tangent"), self.private("hessian"));
        let vec = self.private("Vec");
        let (directions, value, found) = (
            plumbing("directions", span),
            plumbing("value", span),
            plumbing("found", span),
        );
        let all = &self.input.signature.params;
        let listed = self.listed();
        let zeros = listed.iter().map(|param| {
            let name = &param.name;
            match param.passing {
                Passing::Value => quote!(#zero(&#name)),
                _ => quote!(#zero(#name)),
            }
        });
        let passed = all.iter().map(|param| {
            let Some(index) = listed.iter().position(|other| other.name == param.name) else {
                return self.no_direction(param);
            };
            let (index, name) = (proc_macro2::Literal::usize_unsuffixed(index), &param.name);
            match param.passing {
                Passing::Value => quote!(#copy(&#directions.#index)),
                _ if param.is_in_place() => quote!(#lend(#name, &#directions.#index)),
                _ => quote!(&#directions.#index),
            }
        });
        let product = self.of_listed(|param| {
            let index = all.iter().position(|other| other.name == param.name);
            let index = proc_macro2::Literal::usize_unsuffixed(index.unwrap_or_default());
            quote!(#found.2.#index)
        });
        let gradient = self.of_listed(|param| {
            let index = all.iter().position(|other| other.name == param.name);
            let index = proc_macro2::Literal::usize_unsuffixed(index.unwrap_or_default());
            quote!(#found.1.#index)
        });
        let (take, clones) = (self.take_receiver(false), self.clones());
        let run = self.call_second(&quote!((#(#passed,)*)));
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*)
                -> (#result, #gradient_type, #vec<#gradient_type>) #where_clause
            {
                #take
                #rows((#(#zeros,)*), |#directions| {
                    #clones
                    let #found = #run;
                    let #value = #found.0;
                    (#value, #gradient, #product)
                })
            }
        }
    }

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
        let where_clause = self.where_clause_in("FnTangent", None);
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
            entries.push(match self.is_lent(param) {
                true => quote!(::core::option::Option::Some(&#tangent)),
                false => quote!(::core::option::Option::Some(#tangent)),
            });
            let value = &param.name;
            checks.extend(match (param.passing, param.shape.is_scalar()) {
                (_, true) => TokenStream::new(),
                (Passing::Value, _) => quote!(#check(&#value, &#tangent);),
                _ => quote!(#check(&*#value, &*#tangent);),
            });
        }
        let run = self.call_forward_form(&quote!((#(#entries,)*)));
        let checks = {
            let take = self.take_receiver(false);
            quote!(#take #checks)
        };
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
    pub(super) fn tangent_buffer(&self, param: &Parameter) -> TokenStream {
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
