//! Methods: `self` becomes a parameter like any other, under a name of its own.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};

/// What `self` is called in generated code: `self` itself cannot be bound.
pub(crate) const RECEIVER: &str = "__self";

/// Whether a name is that of the receiver.
pub(crate) fn is_receiver(name: &Ident) -> bool {
    *name == RECEIVER
}

/// The name of the receiver at a span.
pub(crate) fn receiver_at(span: Span) -> Ident {
    Ident::new(RECEIVER, span)
}

/// Renames `self` in a body. Items inside have a `self` of their own.
pub(crate) fn rename(block: &mut syn::Block) {
    Renaming.visit_block_mut(block);
}

struct Renaming;

impl VisitMut for Renaming {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        // `self::module::f` is a path of modules
        if path.qself.is_none() && path.path.is_ident("self") {
            let name = receiver_at(path.path.segments[0].ident.span());
            path.path = name.into();
        }
        visit_mut::visit_expr_path_mut(self, path);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        mac.tokens = rename_tokens(std::mem::take(&mut mac.tokens));
    }
}

fn rename_tokens(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut renamed = TokenStream::new();
    while let Some(token) = tokens.next() {
        let in_path = |next: Option<&TokenTree>| matches!(next, Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint);
        let token = match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), rename_tokens(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Ident(ident) if ident == "self" && !in_path(tokens.peek()) => {
                TokenTree::Ident(receiver_at(ident.span()))
            }
            token => token,
        };
        renamed.extend([token]);
    }
    renamed
}

/// Whether a function names the type that it belongs to.
pub(super) fn mentions_self_type(item: &syn::ItemFn) -> bool {
    fn mentions(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "Self",
            TokenTree::Group(group) => mentions(group.stream()),
            _ => false,
        })
    }
    let (sig, block) = (&item.sig, &item.block);
    mentions(quote::quote!(#sig #block))
}

/// How a method takes its receiver.
pub(super) fn passing(sig: &syn::Signature) -> Option<super::Passing> {
    let ty = super::signature::receiver_type(sig.receiver()?);
    Some(match ty {
        syn::Type::Reference(reference) => match reference.mutability {
            Some(_) => super::Passing::Mut,
            None => super::Passing::Shared,
        },
        _ => super::Passing::Value,
    })
}
