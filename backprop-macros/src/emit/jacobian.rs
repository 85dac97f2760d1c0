//! `f_jacobian`: the forward half once, its pullback for each row.

use super::companions::{Parts, plain};
use super::names::plumbing;
use crate::parse::{Parameter, Passing, Shape, Wrapped, option_payload};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{ReturnType, Type};

impl Parts<'_> {
    /// `f_jacobian`: the gradient of each number of the result, then of each number of
    /// the content that is left behind `&mut` parameters.
    pub(super) fn jacobian(&self) -> TokenStream {
        let span = self.span;
        let name = format_ident!("{}_jacobian", self.stem(), span = span);
        let changed = self.changed();
        let docs = format!(
            "The value of [`{}`] and its Jacobian: the gradient of each number of the result{}, in \
             their order.",
            plain(&self.input.item.sig.ident),
            match changed.is_empty() {
                true => "",
                false => ", then of each number that it leaves behind `&mut` parameters",
            }
        );
        let (head, take) = (self.public_head(&docs), self.take_receiver(false));
        let (generics, params) = (self.public_generics(), self.public_params());
        let (result, where_clause) = (&self.result, self.where_clause(None));
        let gradient_type = self.of_listed(|param| self.gradient(&param.ty));
        let gradient = self.of_listed(|param| self.gradient_of(param));
        let (value, rows, row) = (
            plumbing("value", span),
            plumbing("rows", span),
            plumbing("row", span),
        );
        let upstream = match changed.is_empty() {
            true => quote!(#row),
            false => quote!(&#row.0),
        };
        // each row begins with its part of the unit vector
        let seed = |param: &Parameter| {
            let index = changed.iter().position(|other| other.name == param.name)?;
            let (copy, index) = (
                self.private("copy_gradient"),
                Literal::usize_unsuffixed(index + 1),
            );
            Some(quote!(#copy(&#row.#index)))
        };
        let (prepare, entries) = self.entries(None, &seed);
        let run = self.run_name().into_token_stream();
        let (forward, reverse) = self.halves(upstream, &entries, false, Some(&run));
        let each = quote!(|#run, #row| { #prepare #reverse #gradient });
        let wrapped = match &self.input.item.sig.output {
            ReturnType::Type(_, ty) => Wrapped::of(ty),
            ReturnType::Default => None,
        };
        let number = match wrapped {
            Some(_) => plumbing("number", span),
            None => value.clone(),
        };
        let (rows_type, made) = match (self.array_of_numbers(), changed.is_empty()) {
            (Some((_, len)), true) => {
                let make = self.private("jacobian_of_array");
                (quote!([#gradient_type; #len]), quote!(#make(#each)))
            }
            _ => {
                let (make, vec) = (self.private("jacobian"), self.private("Vec"));
                let units = self.units(&number, &changed);
                (quote!(#vec<#gradient_type>), quote!(#make(#units, #each)))
            }
        };
        let Some(wrapped) = wrapped else {
            return quote_spanned! {span=>
                #head fn #name #generics(#(#params),*) -> (#result, #rows_type) #where_clause {
                    #take #forward
                    let #rows = #made;
                    (#value, #rows)
                }
            };
        };
        // without a value there are no rows
        let (returned, found, missing) = self.wrapped_result(wrapped, &rows_type);
        quote_spanned! {span=>
            #head fn #name #generics(#(#params),*) -> #returned #where_clause {
                #take #forward
                match #value {
                    #found(#number) => {
                        let #rows = #made;
                        #found((#number, #rows))
                    }
                    #missing => #missing,
                }
            }
        }
    }

    /// The parameters whose final content has rows.
    fn changed(&self) -> Vec<&Parameter> {
        let listed = self.listed().into_iter();
        listed
            .filter(|param| param.passing == Passing::Mut)
            .collect()
    }

    /// The zero upstream of all that has rows.
    fn units(&self, value: &proc_macro2::Ident, changed: &[&Parameter]) -> TokenStream {
        let (zero, constant) = (
            self.private("zero_gradient"),
            self.private("constant_upstream"),
        );
        let of_result = match self.input.signature.result.may_be_active() {
            true => quote!(#zero(&#value)),
            false if matches!(self.input.item.sig.output, ReturnType::Default) => quote!(()),
            false => {
                let upstream = &self.upstream;
                quote!(#constant::<#upstream>())
            }
        };
        if changed.is_empty() {
            return of_result;
        }
        let contents = changed.iter().map(|param| {
            let name = &param.name;
            quote!(#zero(&*#name))
        });
        quote!((#of_result, #(#contents,)*))
    }

    /// The type of the elements and the length, if the result is an array of numbers: then
    /// the rows need no memory.
    fn array_of_numbers(&self) -> Option<(&Type, &syn::Expr)> {
        let ReturnType::Type(_, ty) = &self.input.item.sig.output else {
            return None;
        };
        let mut ty = option_payload(ty).unwrap_or(ty);
        while let Type::Paren(syn::TypeParen { elem, .. })
        | Type::Group(syn::TypeGroup { elem, .. }) = ty
        {
            ty = elem;
        }
        let Type::Array(array) = ty else {
            return None;
        };
        let of = Shape::of(&array.elem, &self.input.reals);
        matches!(of, Shape::Real(_)).then_some((&array.elem, &array.len))
    }
}
