//! The compiler behind `#[differentiate]`.
//!
//! This crate is used through `backprop`, which documents the attribute. The
//! pipeline stands on one screen in `expand.rs`; `ARCHITECTURE.md` of the
//! repository tells how the stages fit together.

mod configured;
mod expand;
mod members;

mod parse;

mod fence;

mod ir;

mod lower;

mod rules;

mod analyse;

mod adjoint;

mod tangent;

mod circuit;

mod simplify;

mod emit;

mod check;
mod derive;
mod errors;
mod show;

#[cfg(test)]
mod tests;

/// Generates the gradient of a function; documented in the crate `backprop`.
#[proc_macro_attribute]
pub fn differentiate(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand::differentiate(options.into(), item.into()).into()
}

/// Checks a gradient against differences; documented in the crate `backprop`.
#[proc_macro]
pub fn assert_gradient(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    check::assert_gradient(input.into()).into()
}

/// Generates the gradient type of a struct or an enum; documented in the crate
/// `backprop`.
#[proc_macro_derive(Differentiable, attributes(differentiate))]
pub fn derive(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::derive(input.into()).into()
}
