//! The macro behind `oracle::programs!`.
//!
//! `alias` writes type aliases out, `facts` collects what the items say about
//! types, `width` gives each float literal its suffix, `twin` replaces floats by
//! dual numbers (with `pattern` for float literals in patterns), `driver` writes
//! one check per function, `value` what structs and enums need for it.

mod alias;
mod driver;
mod facts;
mod lift;
mod modes;
mod pattern;
mod twin;
mod value;
mod width;

use proc_macro::TokenStream;
use quote::quote;

use syn::Item;
use syn::visit_mut::VisitMut;

use driver::Mode;
use facts::Facts;
use twin::Undifferentiated;

/// Emits the items as written, and beside them two modules: `dual` with the
/// same functions on dual numbers, and `checks` for `oracle::check!`.
#[proc_macro]
pub fn programs(input: TokenStream) -> TokenStream {
    let mut file = syn::parse_macro_input!(input as syn::File);
    let says = |name: &str| {
        let mut attributes = file.attrs.iter();
        attributes.any(|attribute| attribute.path().is_ident(name))
    };
    let (reverse_only, first_order_only) = (says("reverse_only"), says("first_order_only"));
    modes::ask_for_modes(&mut file.items, reverse_only, !first_order_only);
    expand(file.items, Mode::Companions)
}

/// As [`programs!`], for programs that nothing differentiates (yet): the
/// attribute and the derive are dropped, and `check!` compares the dual twin
/// with the values of the program and with central differences.
#[proc_macro]
pub fn twins(input: TokenStream) -> TokenStream {
    let mut file = syn::parse_macro_input!(input as syn::File);
    file.items
        .iter_mut()
        .for_each(|item| Undifferentiated.visit_item_mut(item));
    expand(file.items, Mode::Twins)
}

fn expand(items: Vec<Item>, mode: Mode) -> TokenStream {
    let mut expanded = items.clone();
    alias::expand(&mut expanded);
    let facts = Facts::of(&expanded);
    let twins = twin::twins(&expanded, &facts).unwrap_or_else(syn::Error::into_compile_error);
    let checks =
        driver::drivers(&expanded, &facts, mode).unwrap_or_else(syn::Error::into_compile_error);
    quote! {
        #(#items)*

        /// The same items on dual numbers.
        #[allow(unused, private_interfaces, irrefutable_let_patterns, unreachable_pub, missing_docs, clippy::all, reason = "the programs are test data, and so are their twins")]
        pub mod dual {
            use super::*;
            #twins
        }

        /// One check per function, for `oracle::check!`.
        #[allow(unused, private_interfaces, unreachable_pub, missing_docs, clippy::all, reason = "generated from test data")]
        pub mod checks {
            use super::*;
            #checks
        }
    }
    .into()
}

/// A `derive(Differentiable)` that generates nothing, likewise.
#[proc_macro_derive(Differentiable)]
pub fn derive_differentiable(_item: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// A `#[differentiate]` that generates nothing, for the oracle's own tests,
/// whose companions are written by hand.
#[proc_macro_attribute]
pub fn differentiate(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}
