//! `impl Trait` in parameters, which is a type parameter without a name, and function
//! pointers, which are type parameters of the companions.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, GenericParam, Signature, Type, TypeParam, TypeParamBound};

/// Gives each of them a name, behind the others; how many there are.
pub(super) fn name(sig: &mut Signature) -> usize {
    let mut naming = Naming { found: Vec::new() };
    for input in &mut sig.inputs {
        if let FnArg::Typed(typed) = input {
            naming.visit_type_mut(&mut typed.ty);
        }
    }
    let count = naming.found.len();
    let found = naming.found.into_iter().map(GenericParam::Type);
    sig.generics.params.extend(found);
    count
}

struct Naming {
    found: Vec<TypeParam>,
}

impl VisitMut for Naming {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Type::Paren(paren) = ty
            && is_named_here(&paren.elem, &self.found)
        {
            *ty = (*paren.elem).clone();
        }
        let (span, bounds) = match ty {
            Type::ImplTrait(unnamed) => (unnamed.impl_token.span, unnamed.bounds.clone()),
            Type::FnPtr(pointer) => match super::functions::bound_of_pointer(pointer) {
                Some(bound) => (pointer.fn_token.span, Punctuated::from_iter([bound])),
                None => return,
            },
            _ => return,
        };
        *ty = self.named(span, bounds);
    }
}

impl Naming {
    fn named(&mut self, span: Span, bounds: Punctuated<TypeParamBound, syn::Token![+]>) -> Type {
        let span = span.resolved_at(Span::mixed_site());
        let ident = Ident::new(&format!("__Impl{}", self.found.len()), span);
        let mut param = TypeParam::from(ident.clone());
        param.colon_token = Some(syn::Token![:](span));
        param.bounds = bounds;
        self.found.push(param);
        syn::parse_quote!(#ident)
    }
}

fn is_named_here(ty: &Type, found: &[TypeParam]) -> bool {
    matches!(ty, Type::Path(path) if found.iter().any(|param| path.path.is_ident(&param.ident)))
}
