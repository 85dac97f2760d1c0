//! Types that generated code cannot repeat.

use super::catalogue as no;
use crate::errors::Errors;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{DeriveInput, Item, Token, TypeImplTrait, TypeParamBound, TypeTraitObject};

/// Refuses types that end in `+`, as `&(dyn Shape +)` does: Rust's grammar has them, but not
/// where generated code names a type, in `<T as Differentiable>`.
pub(crate) fn check_types(item: &Item, errors: &mut Errors) {
    Types(errors).visit_item(item);
}

/// The same for the derive.
pub(crate) fn check_fields(input: &DeriveInput, errors: &mut Errors) {
    Types(errors).visit_derive_input(input);
}

struct Types<'a>(&'a mut Errors);

impl Types<'_> {
    fn bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) {
        if bounds.trailing_punct() {
            self.0.refuse(bounds, no::TYPE_ENDS_IN_PLUS);
        }
    }
}

impl<'ast> Visit<'ast> for Types<'_> {
    fn visit_type_trait_object(&mut self, ty: &'ast TypeTraitObject) {
        self.bounds(&ty.bounds);
        visit::visit_type_trait_object(self, ty);
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        self.bounds(&ty.bounds);
        visit::visit_type_impl_trait(self, ty);
    }
}
