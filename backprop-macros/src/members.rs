//! `#[differentiate]` on an `impl` block and on a trait: on each of its methods,
//! or on those that are marked inside.

mod indexing;
mod objects;
mod operators;

use crate::emit;
use crate::errors::Errors;
use crate::expand::{companions, with_errors};
use crate::fence::catalogue as no;
use crate::parse;
use crate::parse::{Around, Home, Options};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, ImplItem, ItemFn, ItemImpl, ItemTrait, Meta, TraitItem, Visibility};

/// `#[differentiate(options)] impl .. { .. }`
pub(crate) fn implementation(options: TokenStream, mut block: ItemImpl) -> TokenStream {
    if let Some(indexing) = indexing::of(&block) {
        return indexing::implementation(options, block, indexing);
    }
    let mut errors = Errors::default();
    let options = block_options(options, &mut errors);
    let operator = match options.inherent {
        None => operators::of(&block),
        Some(_) => None,
    };
    let home = match (&block.trait_, &options.inherent) {
        (None, Some(option)) => {
            errors.refuse(option, no::INHERENT_IMPL);
            Home::Impl
        }
        (None, None) | (Some(_), Some(_)) => Home::Impl,
        (Some(_), None) if operator.is_some() => Home::Operator,
        (Some(_), None) => Home::TraitImpl,
    };
    if operator.is_some() {
        let modes = &options.modes;
        for mode in modes.jacobian.iter().chain(&modes.hessian) {
            errors.refuse(mode, no::MODE_OF_AN_OPERATOR);
        }
    }
    let mut functions = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            let marks = take_marks(&mut method.attrs);
            functions.push((marks, function(&method.attrs, &method.sig, &method.block)));
            parse::strip_checkpoints(&mut method.block);
            if let (Some((_, function)), None) = (functions.last_mut(), &block.trait_) {
                function.vis = method.vis.clone();
            }
        }
    }
    let mut around = Around::of(&block.generics);
    if let Some(operator) = operator {
        around.generics = Some(operators::kept(&block.generics, &operator));
        around.operator = Some(operator);
    }
    if let Some(output) = around
        .operator
        .as_ref()
        .and_then(|operator| operator.output.as_ref())
    {
        for (_, function) in &mut functions {
            operators::name_output(function, output);
        }
    }
    if let (None, syn::Type::Path(of)) = (&block.trait_, &*block.self_ty) {
        around.owner = of.path.get_ident().cloned();
    }
    let only_marked = any_marked(&functions);
    for (marks, function) in &functions {
        let has_companions = has_companions(marks, &function.sig, home, only_marked, &around);
        around.add(&function.sig, block.trait_.is_none(), has_companions);
    }
    let members = match home {
        Home::TraitImpl => objects::of_impl(&functions, &options, only_marked, &around),
        _ => TokenStream::new(),
    };
    let seal = match (home, &block.trait_) {
        (Home::TraitImpl, Some(of)) => {
            let without = functions.iter().filter(|(marks, function)| {
                !has_companions(marks, &function.sig, home, only_marked, &around)
            });
            let without: Vec<_> = without.map(|(_, function)| function).collect();
            emit::sealed(&options.krate, &of.0, &without)
        }
        _ => TokenStream::new(),
    };
    let mut beside = of_members(functions, &options, home, &around, &mut errors);
    beside.extend(members);
    beside.extend(seal);
    let outside = options.inherent.as_ref().filter(|_| block.trait_.is_some());
    let outside = outside.map(|_| {
        let (generics, ty) = (&block.generics, &block.self_ty);
        let (params, _, clause) = generics.split_for_impl();
        quote!(impl #params #ty #clause { #beside })
    });
    if home == Home::Operator {
        return with_errors(block.to_token_stream(), beside, errors);
    }
    if outside.is_none() {
        block.items.push(ImplItem::Verbatim(beside));
    }
    with_errors(block.to_token_stream(), outside.unwrap_or_default(), errors)
}

/// `#[differentiate(options)] trait .. { .. }`
pub(crate) fn definition(options: TokenStream, mut block: ItemTrait) -> TokenStream {
    let mut errors = Errors::default();
    let options = block_options(options, &mut errors);
    if let Some(option) = &options.inherent {
        errors.refuse(option, no::INHERENT_IMPL);
    }
    let (mut defined, mut declared) = (Vec::new(), Vec::new());
    for item in &mut block.items {
        if let TraitItem::Fn(method) = item {
            let marks = take_marks(&mut method.attrs);
            match &mut method.default {
                Some(body) => {
                    defined.push((marks, function(&method.attrs, &method.sig, body)));
                    parse::strip_checkpoints(body);
                }
                None => {
                    let body = syn::parse_quote!({});
                    declared.push((marks, function(&method.attrs, &method.sig, &body)));
                }
            }
        }
    }
    let only_marked = any_marked(&defined) || any_marked(&declared);
    let mut around = Around::of(&block.generics);
    around.in_boxes = parse::in_boxes(defined.iter().map(|(_, function)| function));
    for (_, function) in defined.iter().chain(&declared) {
        // what `Self` has, it has of the trait
        around.add(&function.sig, true, true);
    }
    let object = objects::of(
        &block,
        [&defined, &declared],
        &options,
        only_marked,
        &around,
    );
    let members = objects::of_trait(&defined, &declared, &options, only_marked, &around);
    let is_left_out = |marks: &[Attribute]| only_marked && marks.is_empty();
    let with_companions = |(marks, function): &(Vec<Attribute>, ItemFn)| {
        let (sig, home) = (&function.sig, Home::Trait);
        !is_left_out(marks) && has_companions(marks, sig, home, only_marked, &around)
    };
    let methods = defined.iter().map(|pair| (&pair.1, with_companions(pair)));
    let methods = methods.chain(declared.iter().map(|(_, function)| (function, false)));
    let defaults = emit::of_defaults(&options.krate, &methods.collect::<Vec<_>>());
    for (list, home) in [(defined, Home::Trait), (declared, Home::Declaration)] {
        let list = list.into_iter().filter(|(marks, _)| !is_left_out(marks));
        let beside = of_members(list.collect(), &options, home, &around, &mut errors);
        block.items.push(TraitItem::Verbatim(beside));
    }
    block.items.push(TraitItem::Verbatim(members));
    block.items.push(TraitItem::Verbatim(defaults));
    with_errors(block.to_token_stream(), object, errors)
}

/// The options of a block: those that go for all of its methods.
fn block_options(tokens: TokenStream, errors: &mut Errors) -> Options {
    let options = Options::read(tokens, errors);
    for name in options.of_one_function() {
        errors.refuse(&name, no::OPTION_OF_ONE_FUNCTION);
    }
    refuse_block(&options, errors);
    options
}

/// The block is there to be seen: nothing is left to tell of it.
fn refuse_block(options: &Options, errors: &mut Errors) {
    if let Some((option, _)) = &options.block {
        errors.refuse(option, no::BLOCK_IS_SEEN);
    }
}

/// Takes `#[differentiate(..)]` off a method.
fn take_marks(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    let is_mark = |attr: &mut Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|segment| segment.ident == "differentiate")
    };
    attrs.extract_if(.., is_mark).collect()
}

fn function(attrs: &[Attribute], sig: &syn::Signature, body: &syn::Block) -> ItemFn {
    ItemFn {
        attrs: attrs.to_vec(),
        vis: Visibility::Inherited,
        modifiers: syn::FnModifiers::default(),
        sig: sig.clone(),
        block: Box::new(body.clone()),
    }
}

/// The companions of the marked functions, of all if none is marked.
fn of_members(
    functions: Vec<(Vec<Attribute>, ItemFn)>,
    options: &Options,
    home: Home,
    around: &Around,
    errors: &mut Errors,
) -> TokenStream {
    let only_marked = any_marked(&functions);
    let mut beside = TokenStream::new();
    for (marks, function) in functions {
        let is_marked = !marks.is_empty();
        let is_reading = parse::is_reading(&function.sig, home);
        let is_lens = parse::returns_mut(&function.sig);
        if !has_companions(&marks, &function.sig, home, only_marked, around) {
            continue;
        }
        let mut found = Errors::default();
        let own = Options::read(own_options(&marks), &mut found).inside(options);
        refuse_block(&own, &mut found);
        let companions = companions(function, own, home, around, &mut found);
        // nobody asked for the companion of a method that only reads off the type, or that
        // has no gradient of its own
        let is_asked = is_marked || !(is_reading || is_lens);
        let is_extra = !is_asked && home == Home::Impl;
        if !(is_extra && found.any()) {
            beside.extend(companions);
        }
        if !is_extra {
            errors.append(found);
        }
    }
    beside
}

/// The options of one method.
fn own_options(marks: &[Attribute]) -> TokenStream {
    match marks.first().map(|mark| &mark.meta) {
        Some(Meta::List(list)) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

fn any_marked(functions: &[(Vec<Attribute>, ItemFn)]) -> bool {
    functions.iter().any(|(marks, _)| !marks.is_empty())
}

/// Whether a method gets companions.
fn has_companions(
    marks: &[Attribute],
    sig: &syn::Signature,
    home: Home,
    only_marked: bool,
    around: &Around,
) -> bool {
    is_chosen(marks, sig, home, only_marked, around) || parse::is_reading(sig, home)
}

/// Whether a method gets companions for its derivative: if it is marked, or where none is marked, if
/// it has a derivative.
fn is_chosen(
    marks: &[Attribute],
    sig: &syn::Signature,
    home: Home,
    only_marked: bool,
    around: &Around,
) -> bool {
    match only_marked {
        true => !marks.is_empty(),
        false if parse::returns_mut(sig) && home != Home::Impl => false,
        false => around.has_derivative(sig),
    }
}
