//! Functions that return `&mut` references: their companions only tell where these lead.

use super::{Reals, Shape};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, ItemFn, ReturnType, Type};

/// A function that returns a `&mut` reference.
#[derive(Clone)]
pub(crate) struct Lens {
    /// The number of the parameter that the reference leads into.
    pub(crate) root: usize,
    /// The signature of the primal.
    pub(crate) primal: syn::Signature,
}

/// Whether a function returns a `&mut` reference.
pub(crate) fn returns_mut(sig: &syn::Signature) -> bool {
    matches!(&sig.output, ReturnType::Type(_, ty) if is_mut(ty))
}

fn is_mut(ty: &Type) -> bool {
    match ty {
        Type::Paren(inner) => is_mut(&inner.elem),
        Type::Group(inner) => is_mut(&inner.elem),
        ty => matches!(ty, Type::Reference(reference) if reference.mutability.is_some()),
    }
}

/// The parameter that the result leads into: the only one that is a `&mut` reference, to
/// what may carry a derivative and is kept in memory.
pub(super) fn root(sig: &syn::Signature, reals: &Reals) -> Option<usize> {
    let by_mut = |input: &FnArg| match input {
        FnArg::Receiver(receiver) => is_mut(&super::signature::receiver_type(receiver)),
        FnArg::Typed(typed) => is_mut(&typed.ty),
    };
    let mut found = sig.inputs.iter().enumerate();
    let mut found = found.by_ref().filter(|(_, input)| by_mut(input));
    let (index, input) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let is_part = match input {
        FnArg::Receiver(_) => true,
        FnArg::Typed(typed) => match &*typed.ty {
            Type::Reference(reference) => {
                let shape = Shape::of(&reference.elem, reals);
                shape.may_be_active() && !shape.is_scalar()
            }
            _ => false,
        },
    };
    is_part.then_some(index)
}

/// Reads such a function, which then only looks; reports what it must not be.
pub(crate) fn read(function: &mut ItemFn, reals: &Reals, errors: &mut Errors) -> Option<Lens> {
    let span = result_span(&function.sig);
    let Some(root) = root(&function.sig, reals) else {
        errors.refuse_at(span, no::MUT_REFERENCE_RESULT);
        return None;
    };
    let primal = function.sig.clone();
    look(function, root);
    Some(Lens { root, primal })
}

/// Where the type of the result stands.
pub(crate) fn result_span(sig: &syn::Signature) -> proc_macro2::Span {
    match &sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => sig.ident.span(),
    }
}

/// Lets a function look where it would change: the place is the same.
pub(crate) fn look(function: &mut ItemFn, root: usize) {
    match function.sig.inputs.iter_mut().nth(root) {
        Some(FnArg::Receiver(receiver)) => {
            if let syn::ReceiverKind::Reference(_, _, mutability) = &mut receiver.kind {
                *mutability = None;
            }
        }
        Some(FnArg::Typed(typed)) => share(&mut typed.ty),
        None => {}
    }
    if let ReturnType::Type(_, ty) = &mut function.sig.output {
        share(ty);
    }
    drop_lifetimes(&mut function.sig);
    Looking.visit_block_mut(&mut function.block);
}

fn share(ty: &mut Type) {
    match ty {
        Type::Paren(inner) => share(&mut inner.elem),
        Type::Group(inner) => share(&mut inner.elem),
        Type::Reference(reference) => reference.mutability = None,
        _ => {}
    }
}

/// Drops the lifetimes that only tie the result to its parameter: the companion gives no
/// reference.
fn drop_lifetimes(sig: &mut syn::Signature) {
    let mut behind = TokenStream::new();
    let types = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&mut *typed.ty),
        FnArg::Receiver(receiver) => {
            if let syn::ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind {
                *lifetime = None;
            }
            None
        }
    });
    let result = match &mut sig.output {
        ReturnType::Type(_, ty) => Some(&mut **ty),
        ReturnType::Default => None,
    };
    for ty in types.chain(result) {
        if let Type::Reference(reference) = ty {
            reference.lifetime = None;
        }
        ty.to_tokens(&mut behind);
    }
    sig.generics.where_clause.to_tokens(&mut behind);
    for param in sig.generics.type_params() {
        param.to_tokens(&mut behind);
    }
    let params = std::mem::take(&mut sig.generics.params);
    let is_used = |param: &syn::GenericParam| match param {
        syn::GenericParam::Lifetime(param) => names(behind.clone(), &param.lifetime.ident),
        _ => true,
    };
    sig.generics.params = params.into_iter().filter(is_used).collect();
}

/// Whether tokens name something.
fn names(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => names(group.stream(), name),
        _ => false,
    })
}

struct Looking;

impl VisitMut for Looking {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_expr_reference_mut(&mut self, reference: &mut syn::ExprReference) {
        reference.mutability = None;
        visit_mut::visit_expr_reference_mut(self, reference);
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        if let syn::Pat::Type(typed) = &mut local.pat {
            share(&mut typed.ty);
        }
        visit_mut::visit_local_mut(self, local);
    }

    /// `&mut` is what tells which argument of a function its result leads into.
    fn visit_expr_call_mut(&mut self, call: &mut syn::ExprCall) {
        for arg in &mut call.args {
            match arg {
                syn::Expr::Reference(reference) if reference.mutability.is_some() => {
                    self.visit_expr_mut(&mut reference.expr);
                }
                arg => self.visit_expr_mut(arg),
            }
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        let shared = match (&*call.method.to_string(), call.args.len()) {
            ("as_mut", 0) => "as_ref",
            ("as_mut_slice", 0) => "as_slice",
            ("chunks_exact_mut", 1) => "chunks_exact",
            ("chunks_mut", 1) => "chunks",
            ("first_mut", 0) => "first",
            ("get_mut", 1) => "get",
            ("iter_mut", 0) => "iter",
            ("last_mut", 0) => "last",
            ("split_at_mut", 1) => "split_at",
            _ => "",
        };
        if !shared.is_empty() {
            call.method = syn::Ident::new(shared, call.method.span());
        }
        visit_mut::visit_expr_method_call_mut(self, call);
    }
}
