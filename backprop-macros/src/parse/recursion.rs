//! Whether a function calls itself.

use super::Input;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;

impl Input {
    /// Whether the body names the function itself: then its pullback is boxed.
    pub(crate) fn calls_itself(&self) -> bool {
        let body = self.item.block.to_token_stream();
        names(body, &self.item.sig.ident, self.home.is_member())
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
