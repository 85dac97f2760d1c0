//! Marked traits as trait objects: what a trait, its implementations and `dyn Trait` have.

use super::has_companions;
use crate::emit;
use crate::errors::Errors;
use crate::expand::{companions, modes_are_sound};
use crate::parse::{self, Around, Home, Options};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
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
    defined_and_declared: [&[Marked]; 2],
    options: &Options,
    only_marked: bool,
    around: &Around,
) -> TokenStream {
    if !has_objects(block) {
        return TokenStream::new();
    }
    let chosen = |list, home| {
        let list: std::slice::Iter<Marked> = <[Marked]>::iter(list);
        let list = list.filter(move |function| is_member(function, home, only_marked, around));
        list.filter(|(_, function)| !emit::needs_size(&function.sig))
    };
    let [defined, declared] = defined_and_declared;
    let declared: Vec<&Marked> = chosen(declared, Home::Declaration).collect();
    let mut methods = TokenStream::new();
    for (marks, function) in &declared {
        let mut found = Errors::default();
        let own = Options::read(super::own_options(marks), &mut found).inside(options);
        let mut input = parse::parse(function.clone(), own, Home::Declaration, around, &mut found);
        let is_sound = modes_are_sound(&mut input, &mut found);
        if is_sound && !found.any() && input.signature.is_sound {
            methods.extend(emit::of_method(&input, &block.vis, &block.ident, false));
        }
    }
    if methods.is_empty() {
        return TokenStream::new();
    }
    // calls of these go through an object as they stand
    let is_bare = |(marks, function): &&Marked| {
        let sig = &function.sig;
        let has_companions = has_companions(marks, sig, Home::Trait, only_marked, around);
        sig.receiver().is_some() && !has_companions
    };
    let bare = defined_and_declared.into_iter().flatten().filter(is_bare);
    let callable: Vec<&Marked> = declared.iter().copied().chain(bare).collect();
    let defined = chosen(defined, Home::Trait).collect();
    for (marks, function) in through_objects(&callable, defined) {
        methods.extend(default_form(block, marks, function, options, around));
    }
    emit::of_object(&options.krate, &block.ident, methods)
}

/// Those of the default methods that do nothing with the receiver but call methods that
/// objects have: other code may ask for a type with a size.
fn through_objects<'a>(callable: &[&Marked], mut defined: Vec<&'a Marked>) -> Vec<&'a Marked> {
    loop {
        let all = callable.iter().chain(&defined);
        let names: Vec<String> = all.map(|(_, f)| f.sig.ident.to_string()).collect();
        let count = defined.len();
        defined.retain(|(_, function)| only_calls(function.block.to_token_stream(), &names));
        if defined.len() == count {
            return defined;
        }
    }
}

/// Whether `self` stands only in calls of such methods, and the type nowhere.
fn only_calls(tokens: TokenStream, names: &[String]) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_call = |next: &[TokenTree]| match next {
        [
            TokenTree::Punct(dot),
            TokenTree::Ident(name),
            TokenTree::Group(args),
            ..,
        ] => {
            let is_named = names.contains(&name.to_string());
            dot.as_char() == '.' && is_named && args.delimiter() == Delimiter::Parenthesis
        }
        _ => false,
    };
    tokens.iter().enumerate().all(|(index, token)| match token {
        TokenTree::Ident(name) if name == "Self" => false,
        TokenTree::Ident(name) if name == "self" => is_call(&tokens[index + 1..]),
        TokenTree::Group(group) => only_calls(group.stream(), names),
        _ => true,
    })
}

/// A default method, as the trait object has it; nothing if it is refused, which the trait
/// reports.
fn default_form(
    block: &ItemTrait,
    marks: &[Attribute],
    function: &ItemFn,
    options: &Options,
    around: &Around,
) -> TokenStream {
    let mut found = Errors::default();
    let mut around = around.clone();
    around.object = Some(block.ident.clone());
    let mut function = function.clone();
    function.vis = syn::Visibility::Inherited;
    let read = |found: &mut Errors| Options::read(super::own_options(marks), found).inside(options);
    let (own, again) = (read(&mut found), read(&mut found));
    let mut input = parse::parse(function.clone(), own, Home::Object, &around, &mut found);
    let is_sound = modes_are_sound(&mut input, &mut found) && input.signature.is_sound;
    if found.any() || input.options.rule.is_some() || !is_sound {
        return TokenStream::new();
    }
    let form = companions(function, again, Home::Object, &around, &mut found);
    match found.any() {
        true => TokenStream::new(),
        false => {
            let method = emit::of_method(&input, &block.vis, &block.ident, true);
            quote!(#form #method)
        }
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
