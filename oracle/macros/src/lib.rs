//! The macro behind `oracle::programs!`.
//!
//! `facts` collects what the items say about types, `width` gives each float
//! literal its suffix, `twin` replaces floats by dual numbers (with `pattern`
//! for float literals in patterns), `driver` writes one check per function.

mod driver;
mod facts;
mod pattern;
mod twin;
mod width;

use proc_macro::TokenStream;
use quote::quote;

use facts::Facts;

/// Emits the items as written, and beside them two modules: `dual` with the
/// same functions on dual numbers, and `checks` for `oracle::check!`.
#[proc_macro]
pub fn programs(input: TokenStream) -> TokenStream {
    let file = syn::parse_macro_input!(input as syn::File);
    let items = &file.items;
    let facts = Facts::of(items);
    let twins = twin::twins(items, &facts).unwrap_or_else(syn::Error::into_compile_error);
    let checks = driver::drivers(items, &facts).unwrap_or_else(syn::Error::into_compile_error);
    quote! {
        #(#items)*

        /// The same items on dual numbers.
        #[allow(unused, private_interfaces, irrefutable_let_patterns, unreachable_pub, missing_docs, clippy::all)]
        pub mod dual {
            use super::*;
            #twins
        }

        /// One check per differentiated function, for `oracle::check!`.
        #[allow(unused, private_interfaces, unreachable_pub, missing_docs, clippy::all)]
        pub mod checks {
            use super::*;
            #checks
        }
    }
    .into()
}

/// A `#[differentiate]` that generates nothing, for the oracle's own tests,
/// whose companions are written by hand.
#[proc_macro_attribute]
pub fn differentiate(_options: TokenStream, item: TokenStream) -> TokenStream {
    item
}
