//! Functions as parameters: type parameters with a bound `Fn(..) -> ..`.
//!
//! What the companions need of such a function is its derivative, so that there the
//! bound is `DifferentiableFn`, and the function is lent: the pullback gets it again.

use super::{Options, Reals, Shape};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericParam, ParenthesizedGenericArguments, PathArguments, ReturnType, Signature, Type,
    TypeParamBound, WherePredicate,
};

/// The type parameters of a function that stand for functions.
#[derive(Clone, Default)]
pub(crate) struct Functions(Vec<FunctionType>);

/// One of them.
#[derive(Clone)]
pub(crate) struct FunctionType {
    pub(crate) name: Ident,
    pub(crate) inputs: Vec<Type>,
    pub(crate) output: Type,
}

impl FunctionType {
    /// The type of its arguments, as the traits of functions have it.
    pub(crate) fn arguments(&self, krate: &syn::Path) -> TokenStream {
        let span = self.name.span().resolved_at(Span::mixed_site());
        let inputs = self.inputs.iter().map(|ty| passed(ty, krate, span));
        quote_spanned!(span=> (#(#inputs,)*))
    }
}

/// The type that stands for that of an argument.
pub(crate) fn passed(ty: &Type, krate: &syn::Path, span: Span) -> TokenStream {
    match ty {
        Type::Reference(reference) => {
            let elem = &reference.elem;
            quote_spanned!(span=> #krate::Borrowed<#elem>)
        }
        ty => quote!(#ty),
    }
}

impl Functions {
    /// Finds them, and writes the bounds of the companions in place of theirs.
    pub(super) fn read(
        sig: &mut Signature,
        options: &Options,
        reals: &Reals,
        errors: &mut Errors,
    ) -> Self {
        let mut found = Vec::new();
        let generics = sig.generics.clone();
        for param in &mut sig.generics.params {
            let GenericParam::Type(param) = param else {
                continue;
            };
            let mut bounds: Vec<TypeParamBound> = param.bounds.iter().cloned().collect();
            for predicate in sig
                .generics
                .where_clause
                .iter_mut()
                .flat_map(|c| &mut c.predicates)
            {
                if let WherePredicate::Type(predicate) = predicate
                    && is_path(&predicate.bounded_ty, &param.ident)
                    && predicate.bounds.iter().any(is_function)
                {
                    bounds.extend(std::mem::take(&mut predicate.bounds));
                }
            }
            let Some(function) = bounds.iter().find_map(arguments) else {
                continue;
            };
            let output = match &function.output {
                ReturnType::Type(_, ty) => (**ty).clone(),
                ReturnType::Default => {
                    let span = function.span();
                    syn::parse_quote_spanned!(span=> ())
                }
            };
            let inputs: Vec<Type> = function.inputs.iter().map(|arg| arg.ty.clone()).collect();
            let is_plain = |ty: &Type| is_plain(ty, reals, &generics);
            for ty in &inputs {
                let is_passed = match ty {
                    Type::Reference(to) if to.mutability.is_none() && to.lifetime.is_none() => {
                        is_plain(&to.elem) && !Shape::of(&to.elem, reals).is_scalar()
                    }
                    Type::Slice(_) => false,
                    ty => is_plain(ty),
                };
                if inputs.len() > 6 || !is_passed {
                    errors.refuse(ty, no::FUNCTION_ARGUMENT);
                }
            }
            if !is_plain(&output) || !Shape::of(&output, reals).may_be_active() {
                errors.refuse(function, no::FUNCTION_RESULT);
            }
            let krate = &options.krate;
            let span = param.ident.span().resolved_at(Span::mixed_site());
            let function = FunctionType {
                name: param.ident.clone(),
                inputs,
                output,
            };
            let (args, output) = (function.arguments(krate), &function.output);
            let bound: TypeParamBound = syn::parse_quote_spanned! {span=>
                #krate::DifferentiableFn<#args, #output>
            };
            // what is lent need not be copied or sent
            let rest = bounds.into_iter().filter(|bound| !is_dropped(bound));
            param.colon_token = Some(syn::Token![:](span));
            param.bounds = std::iter::once(bound).chain(rest).collect();
            found.push(function);
        }
        let functions = Functions(found);
        functions.check(sig, errors);
        functions
    }

    /// Refuses functions that are no parameters themselves.
    fn check(&self, sig: &mut Signature, errors: &mut Errors) {
        if let Some(clause) = &mut sig.generics.where_clause {
            let predicates = std::mem::take(&mut clause.predicates).into_iter();
            let kept = |predicate: &WherePredicate| match predicate {
                WherePredicate::Type(predicate) => !predicate.bounds.is_empty(),
                _ => true,
            };
            clause.predicates = predicates.filter(kept).collect();
        }
        for input in &sig.inputs {
            if let syn::FnArg::Typed(typed) = input
                && self.of(&typed.ty).is_none()
                && self.is_mentioned(&typed.ty)
            {
                errors.refuse(&typed.ty, no::FUNCTION_INSIDE);
            }
        }
        if let ReturnType::Type(_, ty) = &sig.output
            && self.is_mentioned(ty)
        {
            errors.refuse(ty, no::FUNCTION_INSIDE);
        }
    }

    /// Whether there are any.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, FunctionType> {
        self.0.iter()
    }

    /// Whether a type parameter is one.
    pub(crate) fn is_one(&self, name: &Ident) -> bool {
        self.0.iter().any(|function| function.name == *name)
    }

    /// The function that a parameter of this type is, by value or behind `&`.
    pub(super) fn of(&self, ty: &Type) -> Option<&FunctionType> {
        match ty {
            Type::Paren(inner) => self.of(&inner.elem),
            Type::Group(inner) => self.of(&inner.elem),
            Type::Reference(reference) if reference.mutability.is_none() => {
                self.by_value(&reference.elem)
            }
            ty => self.by_value(ty),
        }
    }

    /// The same, by value.
    pub(super) fn by_value(&self, ty: &Type) -> Option<&FunctionType> {
        match ty {
            Type::Paren(inner) => self.by_value(&inner.elem),
            Type::Group(inner) => self.by_value(&inner.elem),
            ty => self.0.iter().find(|function| is_path(ty, &function.name)),
        }
    }

    fn is_mentioned(&self, ty: &Type) -> bool {
        struct Find<'f>(&'f Functions, bool);
        impl<'ast> Visit<'ast> for Find<'_> {
            fn visit_type(&mut self, ty: &'ast Type) {
                self.1 |= self.0.by_value(ty).is_some();
                visit::visit_type(self, ty);
            }
        }
        let mut find = Find(self, false);
        find.visit_type(ty);
        find.1
    }

    /// A type with function pointers in place of functions: the instance of the primal
    /// by which it is told from others.
    pub(crate) fn pointers(&self, ty: &Type) -> Type {
        struct Replace<'f>(&'f Functions);
        impl VisitMut for Replace<'_> {
            fn visit_type_mut(&mut self, ty: &mut Type) {
                visit_mut::visit_type_mut(self, ty);
                if let Some(FunctionType { inputs, output, .. }) = self.0.by_value(ty) {
                    let span = ty.span().resolved_at(Span::mixed_site());
                    let pointer = quote_spanned!(span=> fn(#(#inputs),*) -> #output);
                    *ty = syn::parse_quote!(#pointer);
                }
            }
        }
        let mut ty = ty.clone();
        Replace(self).visit_type_mut(&mut ty);
        ty
    }
}

/// A bound of a function pointer that is a parameter.
pub(super) fn bound_of_pointer(pointer: &syn::TypeFnPtr) -> Option<TypeParamBound> {
    let is_plain = pointer.unsafety.is_none()
        && pointer.abi.is_none()
        && pointer.variadic.is_none()
        && pointer.lifetimes.is_none();
    is_plain.then_some(())?;
    let inputs = pointer.inputs.iter().map(|input| &input.ty);
    let output = &pointer.output;
    let bound = quote!(::core::ops::Fn(#(#inputs),*) #output);
    syn::parse2(bound).ok()
}

/// What is made of numbers and of types of the user's own, by spelling, and holds nothing
/// borrowed.
pub(crate) fn is_plain(ty: &Type, reals: &Reals, generics: &syn::Generics) -> bool {
    let of = |ty: &Type| is_plain(ty, reals, generics);
    match ty {
        Type::Paren(inner) => of(&inner.elem),
        Type::Group(inner) => of(&inner.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(of),
        Type::Array(array) => of(&array.elem),
        Type::Slice(slice) => of(&slice.elem),
        Type::Path(path) => {
            let arguments = path.path.segments.iter().map(|segment| &segment.arguments);
            match Shape::of(ty, reals) {
                Shape::Real(_) | Shape::Int | Shape::Bool => true,
                Shape::Container(_) => arguments.into_iter().all(|arguments| match arguments {
                    PathArguments::AngleBracketed(args) => args.args.iter().all(|arg| match arg {
                        syn::GenericArgument::Type(ty) => of(ty),
                        _ => false,
                    }),
                    _ => true,
                }),
                // not more is known of a type parameter than its bounds say
                Shape::Opaque => {
                    let mut own = generics.type_params();
                    path.qself.is_none()
                        && arguments.into_iter().all(PathArguments::is_none)
                        && !own.any(|param| path.path.is_ident(&param.ident))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_path(ty: &Type, name: &Ident) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none() && path.path.is_ident(name))
}

/// What a bound says of the arguments and the result of a function, if it is one.
fn arguments(bound: &TypeParamBound) -> Option<&ParenthesizedGenericArguments> {
    const NAMES: [&str; 3] = ["Fn", "FnMut", "FnOnce"];
    let TypeParamBound::Trait(bound) = bound else {
        return None;
    };
    let last = bound.path.segments.last()?;
    match &last.arguments {
        PathArguments::Parenthesized(arguments) if NAMES.iter().any(|name| last.ident == name) => {
            Some(arguments)
        }
        _ => None,
    }
}

fn is_function(bound: &TypeParamBound) -> bool {
    arguments(bound).is_some()
}

/// What companions do not ask of a function.
fn is_dropped(bound: &TypeParamBound) -> bool {
    const NAMES: [&str; 6] = ["Copy", "Clone", "Send", "Sync", "Sized", "Unpin"];
    let is_general = match bound {
        TypeParamBound::Lifetime(_) => true,
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            last.is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
        }
        _ => false,
    };
    is_general || is_function(bound)
}
