//! Types that generated code cannot repeat.

use super::catalogue as no;
use crate::errors::Errors;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    DeriveInput, Item, PredicateType, Token, TypeImplTrait, TypeParam, TypeParamBound,
    TypeTraitObject,
};

/// Refuses bounds that end in `+`, as those of `&(dyn Shape +)` do: Rust's grammar has them, but
/// not where generated code names a type, in `<T as Differentiable>`, or has more to ask.
pub(crate) fn check_bounds(item: &Item, errors: &mut Errors) {
    Bounds(errors).visit_item(item);
}

/// The same for the derive.
pub(crate) fn check_bounds_of_fields(input: &DeriveInput, errors: &mut Errors) {
    Bounds(errors).visit_derive_input(input);
}

struct Bounds<'a>(&'a mut Errors);

impl Bounds<'_> {
    fn bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) {
        if bounds.trailing_punct() {
            self.0.refuse(bounds, no::BOUNDS_END_IN_PLUS);
        }
    }
}

impl<'ast> Visit<'ast> for Bounds<'_> {
    fn visit_type_trait_object(&mut self, ty: &'ast TypeTraitObject) {
        self.bounds(&ty.bounds);
        visit::visit_type_trait_object(self, ty);
    }

    fn visit_type_param(&mut self, param: &'ast TypeParam) {
        self.bounds(&param.bounds);
        visit::visit_type_param(self, param);
    }

    fn visit_predicate_type(&mut self, predicate: &'ast PredicateType) {
        self.bounds(&predicate.bounds);
        visit::visit_predicate_type(self, predicate);
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        self.bounds(&ty.bounds);
        visit::visit_type_impl_trait(self, ty);
    }
}
