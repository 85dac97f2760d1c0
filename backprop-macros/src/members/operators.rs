//! `#[differentiate] impl Mul for Complex`: operators of the user's own types.

use crate::parse::Operator;
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericArgument, GenericParam, Generics, ImplItem, ItemFn, ItemImpl, PathArguments, Type,
};

/// The operator that a block implements.
pub(super) fn of(block: &ItemImpl) -> Option<Operator> {
    let path = &block.trait_.as_ref()?.0;
    let last = path.segments.last()?;
    let (rule, is_binary) = match last.ident.to_string().as_str() {
        "Add" => ("AddRule", true),
        "Sub" => ("SubRule", true),
        "Mul" => ("MulRule", true),
        "Div" => ("DivRule", true),
        "Neg" => ("NegRule", false),
        "AddAssign" => ("AddAssignRule", true),
        "SubAssign" => ("SubAssignRule", true),
        "MulAssign" => ("MulAssignRule", true),
        "DivAssign" => ("DivAssignRule", true),
        _ => return None,
    };
    let written = match &last.arguments {
        PathArguments::AngleBracketed(args) => args.args.iter().find_map(|arg| match arg {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    };
    let (left, left_is_reference) = behind(&block.self_ty);
    let right = is_binary.then(|| behind(written.unwrap_or(&block.self_ty)).0.clone());
    let output = block.items.iter().find_map(|item| match item {
        ImplItem::Type(ty) if ty.ident == "Output" => Some(ty.ty.clone()),
        _ => None,
    });
    Some(Operator {
        rule,
        left: left.clone(),
        left_is_reference,
        right,
        output,
    })
}

/// The type behind a reference, and whether there is one.
fn behind(ty: &Type) -> (&Type, bool) {
    match ty {
        Type::Reference(reference) => (&reference.elem, true),
        Type::Paren(inner) => behind(&inner.elem),
        Type::Group(inner) => behind(&inner.elem),
        ty => (ty, false),
    }
}

/// Writes out `Self::Output`, which another trait does not know.
pub(super) fn name_output(function: &mut ItemFn, output: &Type) {
    struct Naming<'t>(&'t Type);

    impl VisitMut for Naming<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::Path(path) = ty {
                let mut names = path.path.segments.iter().map(|segment| &segment.ident);
                let is_output = path.qself.is_none()
                    && names.next().is_some_and(|name| name == "Self")
                    && names.next().is_some_and(|name| name == "Output")
                    && names.next().is_none();
                if is_output {
                    *ty = self.0.clone();
                    return;
                }
            }
            visit_mut::visit_type_mut(self, ty);
        }
    }

    Naming(output).visit_item_fn_mut(function);
}

/// The generics of a block without the lifetimes of references to operands.
pub(super) fn kept(generics: &Generics, operator: &Operator) -> Generics {
    let (left, right, output) = (&operator.left, &operator.right, &operator.output);
    let types = quote::quote!(#left #right #output).to_string();
    let is_kept = |param: &GenericParam| match param {
        GenericParam::Lifetime(param) => types.contains(&param.lifetime.to_string()),
        _ => true,
    };
    let mut kept = generics.clone();
    kept.params = kept.params.into_iter().filter(is_kept).collect();
    kept
}
