//! `#[differentiate] impl Index<(usize, usize)> for Matrix`: indexing of the user's own
//! types. The companion runs the same body to tell where an index leads.

use super::{block_options, function, take_marks};
use crate::errors::Errors;
use crate::expand::{companions, with_errors};
use crate::parse::{self, Around, Home, Indexing, Options};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, ImplItem, ItemImpl, PathArguments};

/// What a block indexes, if it is one of `Index` or `IndexMut`.
pub(super) fn of(block: &ItemImpl) -> Option<Indexing> {
    let last = block.trait_.as_ref()?.0.segments.last()?;
    let is_mut = match last.ident.to_string().as_str() {
        "Index" => false,
        "IndexMut" => true,
        _ => return None,
    };
    let index = match &last.arguments {
        PathArguments::AngleBracketed(args) => args.args.iter().find_map(|arg| match arg {
            GenericArgument::Type(ty) => Some(ty.clone()),
            _ => None,
        }),
        _ => None,
    };
    Some(Indexing {
        of: (*block.self_ty).clone(),
        index: index?,
        is_mut,
    })
}

/// The block and its companion.
pub(super) fn implementation(
    options: TokenStream,
    mut block: ItemImpl,
    indexing: Indexing,
) -> TokenStream {
    let mut errors = Errors::default();
    // modes are those of the functions that index
    block_options(options, &mut errors);
    let mut around = Around::of(&block.generics);
    let mut beside = TokenStream::new();
    around.indexing = Some(indexing);
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            take_marks(&mut method.attrs);
            let mut function = function(&method.attrs, &method.sig, &method.block);
            parse::lens::look(&mut function, 0);
            let options = Options::read(TokenStream::new(), &mut errors);
            beside.extend(companions(
                function,
                options,
                Home::Impl,
                &around,
                &mut errors,
            ));
        }
    }
    with_errors(block.to_token_stream(), beside, errors)
}
