//! `impl Trait` in parameters, which is a type parameter without a name.

use proc_macro2::{Ident, Span};
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, GenericParam, Signature, Type, TypeParam, TypeParamBound};

/// Gives each `impl Trait` a name; whether there is one. Those of functions stay, to
/// be refused: what they capture would have no adjoint.
pub(super) fn name(sig: &mut Signature) -> bool {
    let mut naming = Naming { found: Vec::new() };
    for input in &mut sig.inputs {
        if let FnArg::Typed(typed) = input {
            naming.visit_type_mut(&mut typed.ty);
        }
    }
    let is_any = !naming.found.is_empty();
    let found = naming.found.into_iter().map(GenericParam::Type);
    sig.generics.params.extend(found);
    is_any
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
        let Type::ImplTrait(unnamed) = ty else {
            return;
        };
        if unnamed.bounds.iter().any(is_function) {
            return;
        }
        let span = unnamed.impl_token.span.resolved_at(Span::mixed_site());
        let ident = Ident::new(&format!("__Impl{}", self.found.len()), span);
        let mut param = TypeParam::from(ident.clone());
        param.colon_token = Some(syn::Token![:](span));
        param.bounds = unnamed.bounds.clone();
        self.found.push(param);
        *ty = syn::parse_quote!(#ident);
    }
}

fn is_named_here(ty: &Type, found: &[TypeParam]) -> bool {
    matches!(ty, Type::Path(path) if found.iter().any(|param| path.path.is_ident(&param.ident)))
}

fn is_function(bound: &TypeParamBound) -> bool {
    const NAMES: [&str; 6] = [
        "Fn",
        "FnMut",
        "FnOnce",
        "AsyncFn",
        "AsyncFnMut",
        "AsyncFnOnce",
    ];
    let TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    let last = bound.path.segments.last();
    last.is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
}
