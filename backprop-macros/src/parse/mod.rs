//! The typed view of what the user wrote: the function, its parameters by
//! spelling, and the options of the attribute.

mod options;
mod signature;

pub(crate) use options::Options;
pub(crate) use signature::{Parameter, Passing, Shape, Signature, Wrapped, option_payload};

use crate::errors::Errors;

/// A function to differentiate.
pub(crate) struct Input {
    pub(crate) item: syn::ItemFn,
    pub(crate) options: Options,
    pub(crate) signature: Signature,
}

/// Reads the function and the options; what is wrong goes to `errors`.
pub(crate) fn parse(item: syn::ItemFn, options: Options, errors: &mut Errors) -> Input {
    let signature = Signature::read(&item.sig, &options, errors);
    Input {
        item,
        options,
        signature,
    }
}
