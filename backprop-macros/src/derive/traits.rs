//! The traits of a gradient type.

use super::{Model, Part, names};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::Fields;

impl Model<'_> {
    /// What the gradient type implements.
    pub(super) fn gradient_traits(&self) -> TokenStream {
        let (krate, private, span) = (&self.krate, self.private(), self.span);
        let (generics, clause) = self.gradient_generics();
        let gradient = self.gradient_type();
        let name = &self.gradient;
        let zero = self.zero(true);
        let accumulate = self.accumulate();
        let numbers = self.numbers(&quote_spanned!(self.span=> #name), true);
        // a bound on what holds the type itself would need itself to hold
        let parts = self.parts().filter(|part| {
            !part
                .ty
                .as_ref()
                .is_some_and(|ty| names(ty, &self.input.ident))
        });
        let types: Vec<TokenStream> = parts.map(|part| self.gradient_of(part)).collect();
        let bounded = |bound: TokenStream| {
            let bounds = self.bounds();
            // checked where it is used: a gradient without the trait is none the worse
            quote_spanned!(self.span=> where #(#bounds,)* #(for<'__g> #types: #bound,)*)
        };
        let clone_clause = bounded(quote_spanned!(self.span=> ::core::clone::Clone));
        let clones = self
            .rebuilt(|_, field| quote_spanned!(self.span=> ::core::clone::Clone::clone(#field)));
        let debug_clause = bounded(quote_spanned!(self.span=> ::core::fmt::Debug));
        let debug = self.debug();
        let equal_clause = bounded(quote_spanned!(self.span=> ::core::cmp::PartialEq));
        let equal = self.equal();
        let default = match self.is_enum {
            true => TokenStream::new(),
            false => {
                let clause = bounded(quote_spanned!(self.span=> ::core::default::Default));
                let parts = self.variants[0].parts.iter().map(|part| {
                    let member = &part.member;
                    quote_spanned!(self.span=> #member: ::core::default::Default::default())
                });
                quote_spanned! {span=>
                    #[automatically_derived]
                    impl #generics ::core::default::Default for #gradient #clause {
                        fn default() -> Self { #name { #(#parts),* } }
                    }
                }
            }
        };
        let accessors = self.accessors();
        quote_spanned! {span=>
            #[automatically_derived]
            impl #generics #krate::Differentiable for #gradient #clause {
                type Gradient = Self;
                fn zero_gradient(&self) -> Self { #zero }
                fn accumulate(into: &mut Self, from: &Self) { #accumulate }
            }
            #[automatically_derived]
            impl #generics #private::Numbers for #gradient #clause { #numbers }
            #[automatically_derived]
            impl #generics ::core::clone::Clone for #gradient #clone_clause {
                fn clone(&self) -> Self { match self { #clones } }
            }
            #[automatically_derived]
            impl #generics ::core::fmt::Debug for #gradient #debug_clause {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #debug }
            }
            #[automatically_derived]
            impl #generics ::core::cmp::PartialEq for #gradient #equal_clause {
                fn eq(&self, other: &Self) -> bool { #equal }
            }
            #default
            #[automatically_derived]
            impl #generics ::core::ops::AddAssign<&#gradient> for #gradient #clause {
                fn add_assign(&mut self, other: &Self) { #private::accumulate(self, other); }
            }
            #[automatically_derived]
            impl #generics ::core::ops::Add for #gradient #clause {
                type Output = Self;
                fn add(mut self, other: Self) -> Self {
                    #private::accumulate(&mut self, &other);
                    self
                }
            }
            #[automatically_derived]
            impl #generics ::core::ops::MulAssign<f64> for #gradient #clause {
                fn mul_assign(&mut self, factor: f64) {
                    #private::Numbers::map_numbers(self, &mut |x| x * factor);
                }
            }
            #[automatically_derived]
            impl #generics ::core::ops::Mul<f64> for #gradient #clause {
                type Output = Self;
                fn mul(mut self, factor: f64) -> Self {
                    self *= factor;
                    self
                }
            }
            #accessors
        }
    }

    /// Arms that rebuild each variant of the gradient.
    pub(super) fn rebuilt(&self, f: impl Fn(&Part, &Ident) -> TokenStream) -> TokenStream {
        let gradient = &self.gradient;
        let arms = self.variants.iter().map(|variant| {
            let (pattern, names) = variant.pattern("", self.span);
            let parts = variant.parts.iter().zip(&names).map(|(part, name)| {
                let (member, value) = (&part.member, f(part, name));
                quote_spanned!(self.span=> #member: #value)
            });
            let name = variant.colon_name();
            quote_spanned!(self.span=> #gradient #name #pattern => #gradient #name { #(#parts),* })
        });
        quote_spanned!(self.span=> #(#arms),*)
    }

    pub(super) fn debug(&self) -> TokenStream {
        let gradient = &self.gradient;
        let arms = self.variants.iter().map(|variant| {
            let (pattern, names) = variant.pattern("", self.span);
            let shown = match variant.name {
                Some(name) => name.to_string(),
                None => gradient.to_string(),
            };
            let built = match variant.fields {
                Fields::Named(_) => {
                    let labels = variant.parts.iter().map(|part| match &part.field.ident {
                        Some(name) => name.to_string().trim_start_matches("r#").to_owned(),
                        None => String::new(),
                    });
                    quote_spanned!(self.span=> f.debug_struct(#shown)#(.field(#labels, #names))*.finish())
                }
                Fields::Unnamed(_) => quote_spanned!(self.span=> f.debug_tuple(#shown)#(.field(#names))*.finish()),
                Fields::Unit => quote_spanned!(self.span=> f.write_str(#shown)),
            };
            let name = variant.colon_name();
            quote_spanned!(self.span=> #gradient #name #pattern => #built)
        });
        quote_spanned!(self.span=> match self { #(#arms),* })
    }

    pub(super) fn equal(&self) -> TokenStream {
        let gradient = &self.gradient;
        let arms = self.variants.iter().map(|variant| {
            let (left, a) = variant.pattern("left_", self.span);
            let (right, b) = variant.pattern("right_", self.span);
            let name = variant.colon_name();
            quote_spanned! {self.span=>
                (#gradient #name #left, #gradient #name #right) => {
                    true #(&& ::core::cmp::PartialEq::eq(#a, #b))*
                }
            }
        });
        let other = match self.variants.len() {
            0 | 1 => None,
            _ => Some(quote_spanned!(self.span=> _ => false)),
        };
        quote_spanned!(self.span=> match (self, other) { #(#arms),* #other })
    }
}
