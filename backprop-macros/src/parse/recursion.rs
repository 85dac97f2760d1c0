//! Whether a function calls itself.

use super::Input;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;

impl Input {
    /// Whether the body names the function itself: then its pullback is boxed.
    pub(crate) fn calls_itself(&self) -> bool {
        let body = self.item.block.to_token_stream();
        names(body, &self.item.sig.ident, self.home.is_member())
    }
}

/// Those of the default methods of a trait that call themselves, or others that do: what
/// their records hold is in boxes, and so borrows nothing.
pub(crate) fn in_boxes<'a>(
    methods: impl Iterator<Item = &'a syn::ItemFn> + Clone,
) -> BTreeSet<String> {
    let calls = |of: &syn::ItemFn, name: &Ident| names(of.block.to_token_stream(), name, true);
    let own = methods.clone().filter(|of| calls(of, &of.sig.ident));
    let mut found: BTreeSet<Ident> = own.map(|of| of.sig.ident.clone()).collect();
    loop {
        let more = methods.clone().filter(|of| {
            !found.contains(&of.sig.ident) && found.iter().any(|name| calls(of, name))
        });
        let more: Vec<Ident> = more.map(|of| of.sig.ident.clone()).collect();
        if more.is_empty() {
            return found.iter().map(ToString::to_string).collect();
        }
        found.extend(more);
    }
}

/// Whether tokens have a name; only where it is called, as a field may have the
/// name of a method.
fn names(tokens: TokenStream, name: &Ident, calls: bool) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(ident) if ident == *name => match tokens.peek() {
                Some(TokenTree::Group(group)) => {
                    !calls || group.delimiter() == Delimiter::Parenthesis
                }
                Some(TokenTree::Punct(punct)) => !calls || punct.as_char() == ':',
                _ => !calls,
            },
            TokenTree::Group(group) => names(group.stream(), name, calls),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}
