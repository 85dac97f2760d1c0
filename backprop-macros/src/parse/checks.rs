//! What parameters and results cannot be.

use super::Options;
use super::objects::{arguments, is_object};
use super::signature::{Parameter, Passing, Shape, Wrapped, option_payload};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

/// Reports unknown, repeated and constant names in `wrt`; whether there are none.
pub(super) fn check_wrt(params: &[Parameter], options: &Options, errors: &mut Errors) -> bool {
    let before = errors.count();
    let names = options.wrt.as_deref().unwrap_or_default();
    for (index, name) in names.iter().enumerate() {
        match params.iter().find(|param| param.is_named(name)) {
            None => errors.refuse(name, no::UNKNOWN_WRT),
            Some(_) if names[..index].contains(name) => errors.refuse(name, no::REPEATED_WRT),
            Some(param) if !param.shape.may_be_active() => {
                errors.refuse(name, no::CONSTANT_WRT);
            }
            Some(_) => {}
        }
    }
    errors.count() == before && options.wrt.as_ref().is_none_or(|names| !names.is_empty())
}

pub(super) fn check_parameter(param: &Parameter, errors: &mut Errors) {
    if param.passing == Passing::Mut {
        if param.shape.any(|shape| matches!(shape, Shape::Ref(_))) {
            errors.refuse(&param.ty, no::MUT_OF_REFERENCE);
        } else if is_object(&param.ty) {
            errors.refuse(&param.ty, no::MUT_OBJECT);
        } else if param.shape.any(is_unsupported) || param.shape.any(is_constant) {
            errors.refuse(&param.ty, no::MUT_UNSUPPORTED);
        }
        return;
    }
    if !param.in_wrt {
        return;
    }
    match () {
        () if let Some(Wrapped {
            payload: Type::Reference(to),
            ..
        }) = Wrapped::of(&param.ty)
            && to.mutability.is_some() =>
        {
            errors.refuse(&param.ty, no::MUT_IN_OPTION);
        }
        () if param.shape.any(is_unsupported) => errors.refuse(&param.ty, unsupported(&param.ty)),
        () if matches!(param.shape, Shape::Tuple(_))
            && param.passing == Passing::Value
            && param.shape.any(|shape| matches!(shape, Shape::Ref(_)))
            && param.shape.may_be_active() =>
        {
            errors.refuse(&param.ty, no::REFERENCE_IN_TUPLE);
        }
        () => {}
    }
}

pub(super) fn is_unsupported(shape: &Shape) -> bool {
    matches!(shape, Shape::Unsupported)
}

pub(super) fn is_constant(shape: &Shape) -> bool {
    matches!(shape, Shape::Constant)
}

pub(super) fn unsupported(ty: &Type) -> crate::fence::Refusal {
    match ty {
        Type::TraitObject(_) => no::TRAIT_OBJECT,
        Type::FnPtr(_) => no::FUNCTION_POINTER,
        Type::Ptr(_) => no::RAW_POINTER,
        Type::Reference(reference) => unsupported(&reference.elem),
        Type::Paren(inner) => unsupported(&inner.elem),
        Type::Group(inner) => unsupported(&inner.elem),
        Type::Slice(slice) => unsupported(&slice.elem),
        Type::Array(array) => unsupported(&array.elem),
        Type::Path(path) => match arguments(path).next() {
            Some(inner) => unsupported(inner),
            None => no::UNSUPPORTED_TYPE,
        },
        _ => no::UNSUPPORTED_TYPE,
    }
}

pub(super) fn check_rule(params: &[Parameter], errors: &mut Errors) {
    for param in params {
        if param.passing == Passing::Mut {
            errors.refuse(&param.ty, no::RULE_WITH_MUT);
        }
        if param.function.is_some() {
            errors.refuse(&param.name, no::RULE_WITH_FUNCTION);
        }
    }
}

/// What a result refers to, if it is a `&` reference.
fn behind(result: &Shape) -> &Shape {
    match result {
        Shape::Ref(inner) => inner,
        shape => shape,
    }
}

pub(super) fn check_result(
    sig: &syn::Signature,
    params: &[Parameter],
    result: &Shape,
    wrt_is_sound: bool,
    errors: &mut Errors,
) {
    let listed = |param: &&Parameter| {
        // what a function carries is active in those that pass it
        param.is_active() || param.passing == Passing::Mut || param.function.is_some()
    };
    let has_active = params
        .iter()
        .any(|param| listed(&param) && param.shape.may_be_active());
    if wrt_is_sound && !has_active {
        errors.refuse(&sig.ident, no::NO_ACTIVE_PARAMETER);
    }
    let writes = |param: &Parameter| param.passing == Passing::Mut && param.shape.may_be_active();
    let is_wrapped = match &sig.output {
        ReturnType::Type(_, ty) => option_payload(ty).is_some(),
        ReturnType::Default => false,
    };
    let ty = match &sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => sig.ident.span(),
    };
    if matches!(sig.output, ReturnType::Type(_, ref ty) if matches!(**ty, Type::Never(_))) {
        errors.refuse_at(ty, no::NEVER_RESULT);
    } else if !result.may_be_active() && !params.iter().any(writes) {
        errors.refuse_at(ty, no::CONSTANT_RESULT);
    } else if super::returns_mut(sig) {
        errors.refuse_at(ty, no::MUT_REFERENCE_RESULT);
    } else if behind(result).any(|shape| matches!(shape, Shape::Ref(_)))
        || (matches!(result, Shape::Ref(_)) && is_wrapped)
    {
        errors.refuse_at(ty, no::REFERENCE_RESULT);
    } else if result.any(is_unsupported) {
        errors.refuse_at(ty, no::UNSUPPORTED_RESULT);
    }
}
