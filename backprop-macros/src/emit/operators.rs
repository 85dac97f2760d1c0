//! Companions of operators: implementations of the traits of
//! `backprop_core::operators`.

use super::companions::Parts;
use super::names::plumbing;
use crate::parse::Passing;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

impl Parts<'_> {
    /// The rule of an operator, beside its `impl`.
    pub(super) fn operator(&self, body: TokenStream) -> TokenStream {
        let (Some(operator), Some(outer)) = (&self.input.operator, &self.input.outer) else {
            return TokenStream::new();
        };
        let span = self.span;
        let (rule, left) = (self.private(operator.rule), &operator.left);
        let of = operator.right.as_ref().map(|right| quote!(<#right>));
        let output = operator.output.as_ref();
        let gives = output.map(|ty| quote!(type Output = #ty;));
        let result = match output {
            Some(ty) => quote!(#ty),
            None => quote!(()),
        };
        let (parameters, _, _) = outer.split_for_impl();
        let (active, mask) = (self.active_type(), plumbing("active", span));
        let number = plumbing("ACTIVE", span);
        let (pullback, captured) = (self.pullback_type(), self.captured());
        let mut taken = TokenStream::new();
        let mut right = None;
        let mut receiver = quote!(&self);
        for param in &self.input.signature.params {
            let name = self.inner(param);
            let this = Ident::new("self", param.name.span());
            match (param.is_receiver(), param.passing) {
                (true, Passing::Mut) => {
                    receiver = quote!(&mut #this);
                    taken.extend(quote!(let #name = #this;));
                }
                (true, _) => {
                    receiver = quote!(&#this);
                    taken.extend(quote!(let #name = ::core::clone::Clone::clone(#this);));
                }
                (false, _) => {
                    let ty = &operator.right;
                    right = Some(quote!(#name: &#ty,));
                    taken.extend(quote!(let #name = ::core::clone::Clone::clone(#name);));
                }
            }
        }
        let bounds = self.block_bounds(outer);
        let modes = self.operator_modes();
        quote_spanned! {span=>
            impl #parameters #rule #of for #left #bounds {
                #gives

                #[inline]
                fn split<const #number: u64>(#receiver, #right #mask: #active)
                    -> (#result, impl #pullback + use<#(#captured),*>)
                {
                    let _ = #mask;
                    #taken
                    #body
                }
            }

            #modes
        }
    }
}
