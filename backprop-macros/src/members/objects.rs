//! Marked traits as trait objects: what a trait, its implementations and `dyn Trait` have.

use super::has_companions;
use crate::emit;
use crate::errors::Errors;
use crate::parse::{self, Around, Home, Options};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, ItemFn, ItemTrait, TraitItem, TypeParamBound};

type Marked = (Vec<Attribute>, ItemFn);

/// What a trait asks for once, if a method may be called through objects. Where all of
/// these have bodies, the members have, too.
pub(super) fn of_trait(
    defined: &[Marked],
    declared: &[Marked],
    options: &Options,
    only_marked: bool,
    around: &Around,
) -> TokenStream {
    let any = |list: &[Marked], home| {
        let mut list = list.iter();
        list.any(|function| is_member(function, home, only_marked, around))
    };
    let is_asked = any(declared, Home::Declaration);
    match is_asked || any(defined, Home::Trait) {
        true => emit::of_trait(&options.krate, !is_asked, !is_asked),
        false => TokenStream::new(),
    }
}

/// The same, as a type has it.
pub(super) fn of_impl(
    functions: &[Marked],
    options: &Options,
    only_marked: bool,
    around: &Around,
) -> TokenStream {
    let mut functions = functions.iter();
    match functions.any(|function| is_member(function, Home::TraitImpl, only_marked, around)) {
        true => emit::of_trait(&options.krate, true, false),
        false => TokenStream::new(),
    }
}

/// What `dyn Trait` has, if there can be one.
pub(super) fn of(
    block: &ItemTrait,
    declared: &[Marked],
    options: &Options,
    only_marked: bool,
    around: &Around,
) -> TokenStream {
    let mut methods = TokenStream::new();
    let chosen = declared
        .iter()
        .filter(|function| is_member(function, Home::Declaration, only_marked, around));
    for (marks, function) in chosen.filter(|(_, function)| !emit::needs_size(&function.sig)) {
        let mut found = Errors::default();
        let own = Options::read(super::own_options(marks), &mut found).inside(options);
        let own = own.with_modes_of_block();
        let input = parse::parse(function.clone(), own, Home::Declaration, around, &mut found);
        if !found.any() && input.signature.is_sound {
            methods.extend(emit::of_method(&input, &block.vis, &block.ident));
        }
    }
    match methods.is_empty() || !has_objects(block) {
        true => TokenStream::new(),
        false => emit::of_object(&options.krate, &block.ident, methods),
    }
}

/// Whether a method has a member for objects beside its companion.
fn is_member((marks, function): &Marked, home: Home, only_marked: bool, around: &Around) -> bool {
    let has_companions = has_companions(marks, &function.sig, home, only_marked, around);
    let is_left_out = home != Home::TraitImpl && only_marked && marks.is_empty();
    has_companions && !is_left_out && emit::is_for_objects(&function.sig)
}

/// Whether there can be objects of a trait, as far as its definition tells.
fn has_objects(block: &ItemTrait) -> bool {
    const PLAIN: &[&str] = &["Debug", "Display", "Send", "Sync", "Any"];
    let is_plain = |bound: &TypeParamBound| match bound {
        TypeParamBound::Lifetime(_) => true,
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            last.is_some_and(|last| PLAIN.contains(&&*last.ident.to_string()))
        }
        _ => false,
    };
    let is_dispatched = |item: &TraitItem| match item {
        TraitItem::Fn(method) => {
            let sig = &method.sig;
            let clause = sig.generics.where_clause.to_token_stream();
            let mut inputs = sig.inputs.iter();
            let is_named = inputs.all(|input| match input {
                syn::FnArg::Typed(typed) => !emit::mentions(typed.ty.to_token_stream(), "impl"),
                syn::FnArg::Receiver(_) => true,
            });
            let mut params = sig.generics.params.iter();
            let has_lifetimes = params.all(|p| matches!(p, syn::GenericParam::Lifetime(_)));
            let by_itself = sig.receiver().is_some()
                && has_lifetimes
                && is_named
                && !emit::mentions(sig.output.to_token_stream(), "impl")
                && !emit::needs_size(sig);
            by_itself || emit::mentions(clause, "Sized")
        }
        // the companions that stand there already
        TraitItem::Verbatim(_) => true,
        _ => false,
    };
    block.generics.params.is_empty()
        && block.generics.where_clause.is_none()
        && block.supertraits.iter().all(is_plain)
        && block.items.iter().all(is_dispatched)
}
