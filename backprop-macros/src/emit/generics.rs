//! What companions add to the generics of the primal: the bounds that their
//! own code needs.

use super::companions::Parts;
use super::paths::located;
use crate::parse::Passing;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::GenericParam;

impl Parts<'_> {
    /// The generic parameters of the primal, lifetimes first, with their bounds.
    pub(super) fn generic_parameters(&self) -> Vec<TokenStream> {
        self.parameters_of(&self.input.item.sig.generics)
    }

    /// The same of some of them.
    pub(super) fn parameters_of(&self, generics: &syn::Generics) -> Vec<TokenStream> {
        let each = |param: &GenericParam| match param {
            // modes ask for more: all of it stands in the clause
            GenericParam::Type(param) if self.input.functions.is_one(&param.ident) => {
                param.ident.to_token_stream()
            }
            // beside what is written, so that no bound stands in two places
            GenericParam::Type(param) if !param.bounds.is_empty() => {
                let more = self.bounds_of(&param.ident);
                let more = (!more.is_empty()).then(|| quote!(+ #more));
                quote!(#param #more)
            }
            param => param.to_token_stream(),
        };
        generics.params.iter().map(each).collect()
    }

    /// What companions ask of a type parameter.
    fn bounds_of(&self, name: &Ident) -> TokenStream {
        let span = self.span;
        if self.input.reals.index(name).is_some() {
            return self.private("RealParameter");
        }
        if self.input.functions.is_one(name) {
            // a pullback in a box outlives what the function may borrow
            return match self.boxed {
                true => quote_spanned!(span=> 'static),
                false => TokenStream::new(),
            };
        }
        let krate = self.krate;
        let carries = self.carries(name);
        let carries = carries.then(|| quote_spanned!(span=> + #krate::Differentiable));
        let mut convertible = self.input.reals.convertible();
        let converts = convertible.any(|known| known == name).then(|| {
            let convertible = self.private("Convertible");
            quote_spanned!(span=> + #convertible)
        });
        quote_spanned!(span=> 'static #carries #converts)
    }

    /// Its types and constants, as arguments.
    pub(super) fn type_arguments(&self) -> Vec<TokenStream> {
        arguments(&self.input.item.sig.generics)
    }

    /// Whether a type parameter is part of what has an adjoint.
    fn carries(&self, name: &Ident) -> bool {
        let signature = &self.input.signature;
        let params = signature.params.iter().filter(|param| param.has_adjoint());
        let params = params.map(|param| param.ty.to_token_stream());
        let result = match &self.input.item.sig.output {
            syn::ReturnType::Type(_, ty) if signature.result.may_be_active() => {
                Some(ty.to_token_stream())
            }
            _ => None,
        };
        params.chain(result).any(|ty| mentions(ty, name))
    }

    /// The bounds of a block around the primal, and what companions add to them.
    pub(super) fn block_bounds(&self, outer: &syn::Generics) -> TokenStream {
        let span = self.span;
        let written = outer.where_clause.iter();
        let written = written.flat_map(|clause| clause.predicates.iter());
        let mut predicates: Vec<TokenStream> = written.map(ToTokens::to_token_stream).collect();
        for name in self.input.reals.names() {
            let real = self.private("RealParameter");
            predicates.push(quote_spanned!(span=> #name: #real));
        }
        for name in self.input.reals.convertible() {
            let convertible = self.private("Convertible");
            predicates.push(quote_spanned!(span=> #name: #convertible));
        }
        match predicates.is_empty() {
            true => TokenStream::new(),
            false => quote!(where #(#predicates),*),
        }
    }

    /// The bounds of the primal, what companions add to them, and `more`.
    pub(super) fn where_clause(&self, more: Option<TokenStream>) -> TokenStream {
        self.where_clause_of(&self.input.item.sig.generics, more)
    }

    /// The same, with what a mode asks of functions: `FnTangent` or `FnDoubled`.
    pub(super) fn where_clause_in(&self, mode: &str, more: Option<TokenStream>) -> TokenStream {
        let (krate, name) = (self.krate, Ident::new(mode, self.span));
        let bounds = self.input.functions.iter().map(|function| {
            let (ty, output) = (&function.name, &function.output);
            let args = function.arguments(krate);
            located(quote!(#ty: #krate::#name<#args, #output>), ty.span())
        });
        let all: Vec<TokenStream> = bounds.chain(more).collect();
        self.where_clause((!all.is_empty()).then(|| quote!(#(#all),*)))
    }

    /// The same, of some of the generic parameters.
    pub(super) fn where_clause_of(
        &self,
        generics: &syn::Generics,
        more: Option<TokenStream>,
    ) -> TokenStream {
        let mut predicates = self.predicates_of(generics);
        predicates.extend(more);
        match predicates.is_empty() {
            true => TokenStream::new(),
            false => quote!(where #(#predicates),*),
        }
    }

    /// The same, without `where`.
    pub(super) fn predicates_of(&self, generics: &syn::Generics) -> Vec<TokenStream> {
        let span = self.span;
        let written = generics.where_clause.iter();
        let written = written.flat_map(|clause| clause.predicates.iter());
        let mut predicates: Vec<TokenStream> = written.map(ToTokens::to_token_stream).collect();
        let outer = self.input.outer.iter();
        let around = outer.flat_map(|outer| outer.type_params());
        let reals = &self.input.reals;
        let is_number = |name: &Ident| {
            reals.index(name).is_some() || reals.convertible().any(|known| known == name)
        };
        let around = around.filter(|param| is_number(&param.ident));
        let functions = generics.type_params();
        for param in functions.filter(|param| self.input.functions.is_one(&param.ident)) {
            let (name, bounds, more) = (&param.ident, &param.bounds, self.bounds_of(&param.ident));
            let more = (!more.is_empty()).then(|| quote!(+ #more));
            predicates.push(located(quote!(#name: #bounds #more), name.span()));
        }
        let own = generics.type_params();
        for param in around.chain(own.filter(|param| param.bounds.is_empty())) {
            let (name, bounds) = (&param.ident, self.bounds_of(&param.ident));
            predicates.push(quote_spanned!(span=> #name: #bounds));
        }
        if self.input.home.is_trait() {
            let krate = self.krate;
            predicates.push(quote_spanned! {span=>
                Self: #krate::Differentiable + ::core::marker::Sized
            });
            if self.boxed || self.input.is_in_box {
                predicates.push(quote_spanned!(span=> Self: 'static));
            }
        }
        if self
            .receiver()
            .is_some_and(|param| param.passing == Passing::Value)
        {
            predicates.push(quote_spanned!(span=> Self: ::core::clone::Clone));
        }
        predicates
    }
}

/// Types and constants, as arguments.
pub(super) fn arguments(generics: &syn::Generics) -> Vec<TokenStream> {
    let each = |param: &GenericParam| match param {
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(param) => Some(param.ident.to_token_stream()),
        GenericParam::Const(param) => Some(param.ident.to_token_stream()),
    };
    generics.params.iter().filter_map(each).collect()
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
