//! The pipeline, on one screen.
//!
//! `parse → fence → lower → analyse → adjoint → simplify → fuse → record → emit`

use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::parse::{Input, Options};
use crate::{adjoint, analyse, emit, fence, lower, parse, show, simplify};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Item;

/// What `#[differentiate(options)] item` becomes.
pub(crate) fn differentiate(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let function = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) => function,
        Ok(other) => {
            errors.refuse(&other, no::NOT_A_FUNCTION);
            return with_errors(other.into_token_stream(), TokenStream::new(), errors);
        }
        Err(error) => {
            errors.push(error);
            return with_errors(item, TokenStream::new(), errors);
        }
    };
    let primal = function.to_token_stream();
    let options = Options::read(options, &mut errors);
    let input = parse::parse(function, options, &mut errors);
    let is_sound = fence::check(&input.item, input.options.rule.is_some(), &mut errors);
    if !(is_sound && input.signature.is_sound) {
        return with_errors(primal, emit::bare(&input), errors);
    }
    match compile(&input, &mut errors) {
        Some(companions) => {
            let shown = show::note(&input, &companions);
            quote!(#primal #companions #shown)
        }
        None => with_errors(primal, emit::stub(&input), errors),
    }
}

/// From the parsed function to its companions; nothing if it was refused.
fn compile(input: &Input, errors: &mut Errors) -> Option<TokenStream> {
    if let Some(rule) = &input.options.rule {
        return (!errors.any()).then(|| emit::custom(input, rule));
    }
    let lower::Lowered {
        mut function,
        items,
    } = lower::lower(input, errors);
    let activity = analyse::analyse(&mut function, errors);
    if errors.any() {
        return None;
    }
    adjoint::adjoint(&mut function, &activity);
    if let Some((span, refusal)) = function.unsupported {
        errors.refuse_at(span, refusal);
        return None;
    }
    simplify::simplify(&mut function);
    let mut joint = match emit::may_be_joint(input) {
        true => adjoint::fuse::fuse(&function),
        false => None,
    };
    for form in std::iter::once(&mut function).chain(&mut joint) {
        adjoint::record::record(form);
        simplify::simplify(form);
    }
    let forms = emit::Forms {
        split: &function,
        joint: joint.as_ref(),
        items: &items,
    };
    Some(emit::companions(input, &forms))
}

/// The primal stays, so that nothing but the reported errors is broken.
fn with_errors(primal: TokenStream, stub: TokenStream, errors: Errors) -> TokenStream {
    let errors = match errors.finish() {
        Ok(()) => TokenStream::new(),
        Err(error) => error.into_compile_error(),
    };
    quote!(#primal #stub #errors)
}
