//! The types of what companions take and give.

use super::companions::Parts;
use crate::parse::{Parameter, Passing, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

impl Parts<'_> {
    /// The gradient type of a type: spelled out where spelling tells it.
    pub(super) fn gradient(&self, ty: &Type) -> TokenStream {
        let span = self.span;
        match (Shape::of(ty, &self.input.reals), ty) {
            (_, Type::Paren(inner)) => self.gradient(&inner.elem),
            (_, Type::Group(inner)) => self.gradient(&inner.elem),
            (_, Type::Reference(inner)) => self.gradient(&inner.elem),
            (Shape::Real(_), ty) => quote!(#ty),
            (Shape::Int | Shape::Bool | Shape::Constant, _) => quote!(()),
            (Shape::Container(_), Type::Array(array)) => {
                let (element, len) = (self.gradient(&array.elem), &array.len);
                quote!([#element; #len])
            }
            (Shape::Container(_), Type::Slice(slice)) => {
                let (element, vec) = (self.gradient(&slice.elem), self.private("Vec"));
                quote!(#vec<#element>)
            }
            (Shape::Container(_), Type::Path(path)) => {
                let (element, vec) = (element_type(path), self.private("Vec"));
                match element {
                    Some(element) => {
                        let element = self.gradient(element);
                        quote!(#vec<#element>)
                    }
                    None => quote!(#vec<()>),
                }
            }
            (Shape::Tuple(_), Type::Tuple(tuple)) => {
                let parts = tuple.elems.iter().map(|ty| self.gradient(ty));
                quote!((#(#parts,)*))
            }
            _ => {
                let krate = self.krate;
                // a gradient is the same for all lifetimes, and owns what it holds
                let ty = with_all_lifetimes(ty, "static");
                quote_spanned!(span=> <#ty as #krate::Differentiable>::Gradient)
            }
        }
    }

    /// The type of the buffer that a public function adds to.
    pub(super) fn buffer(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Paren(inner) => self.buffer(&inner.elem),
            Type::Group(inner) => self.buffer(&inner.elem),
            Type::Reference(reference) => match &*reference.elem {
                Type::Slice(slice) => {
                    let element = self.gradient(&slice.elem);
                    quote!([#element])
                }
                inner => self.gradient(inner),
            },
            ty => self.gradient(ty),
        }
    }

    /// The type of the pullback's entry for a parameter.
    pub(super) fn entry_type(&self, param: &Parameter) -> TokenStream {
        let inner = match &param.ty {
            Type::Reference(reference) => &*reference.elem,
            ty => ty,
        };
        // the pullback may be given other borrows than the call was
        let inner = with_lifetimes(inner, "_");
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

    /// The type of what the joint form takes for the adjoint of a parameter.
    pub(super) fn joint_entry_type(&self, param: &Parameter) -> TokenStream {
        match (&param.ty, self.has_shared_entry(param)) {
            (Type::Reference(reference), true) => {
                let (ty, in_place) = (&reference.elem, self.private("InPlace"));
                quote!(::core::option::Option<&mut <#ty as #in_place>::Adjoint>)
            }
            _ => quote!(()),
        }
    }

    /// The type that the pullback returns for a parameter.
    pub(super) fn slot_type(&self, param: &Parameter) -> TokenStream {
        match param.passing {
            Passing::Mut => self.private("AddedInPlace"),
            _ if self.has_shared_entry(param) => self.private("AddedInPlace"),
            _ if param.has_adjoint() => self.gradient(&param.ty),
            _ => self.absent(param),
        }
    }

    /// The slot of a parameter without an adjoint.
    pub(super) fn absent(&self, param: &Parameter) -> TokenStream {
        match (param.shape.may_be_active(), param.passing) {
            (true, _) => self.private("ParameterExcludedByWrt"),
            (false, Passing::Value) => quote!(()),
            (false, _) => self.private("AddedInPlace"),
        }
    }

    pub(super) fn pullback_type(&self) -> TokenStream {
        let params = &self.input.signature.params;
        let entries = params.iter().map(|param| self.entry_type(param));
        let slots = params.iter().map(|param| self.slot_type(param));
        let (upstream, run) = (&self.upstream, self.private("Run"));
        quote!(::core::ops::Fn(#run, &#upstream, #(#entries),*) -> (#(#slots,)*))
    }
}

/// A type with one lifetime in place of those that are written in it.
pub(super) fn with_lifetimes(ty: &Type, lifetime: &str) -> TokenStream {
    use proc_macro2::{Group, TokenTree};
    fn replaced(tokens: TokenStream, lifetime: &str) -> TokenStream {
        let mut after_quote = false;
        let each = |token: TokenTree| match token {
            TokenTree::Group(group) => {
                let inner = replaced(group.stream(), lifetime);
                let mut group_of = Group::new(group.delimiter(), inner);
                group_of.set_span(group.span());
                group_of.into()
            }
            TokenTree::Punct(punct) => {
                after_quote = punct.as_char() == '\'';
                punct.into()
            }
            // what a trait object holds borrows nothing
            TokenTree::Ident(name) if std::mem::take(&mut after_quote) && name != "static" => {
                Ident::new(lifetime, name.span()).into()
            }
            token => token,
        };
        tokens.into_iter().map(each).collect()
    }
    replaced(quote!(#ty), lifetime)
}

/// The same, and the lifetimes that are not written.
fn with_all_lifetimes(ty: &Type, lifetime: &str) -> TokenStream {
    struct Named<'l>(&'l str);
    impl syn::visit_mut::VisitMut for Named<'_> {
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            let span = reference.and_token.span;
            let named = syn::Lifetime::new(&format!("'{}", self.0), span);
            reference.lifetime.get_or_insert(named);
            syn::visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut Named(lifetime), &mut ty);
    with_lifetimes(&ty, lifetime)
}

/// `T` of `Vec<T>`.
fn element_type(path: &syn::TypePath) -> Option<&Type> {
    match &path.path.segments.last()?.arguments {
        syn::PathArguments::AngleBracketed(args) => args.args.iter().find_map(|arg| match arg {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    }
}
