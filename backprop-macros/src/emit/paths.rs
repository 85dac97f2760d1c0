//! Paths of generated code: `::core` and the hidden module of the facade.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::Path;

/// The facade, as the user knows it.
#[derive(Clone)]
pub(crate) struct Facade(pub(crate) Path);

impl Facade {
    /// An item of the hidden module.
    pub(crate) fn private(&self, name: &str, span: Span) -> TokenStream {
        let krate = &self.0;
        let name = proc_macro2::Ident::new(name, span.resolved_at(Span::mixed_site()));
        quote_spanned!(span.resolved_at(Span::mixed_site())=> #krate::__private::#name)
    }

    /// A function of the runtime that rules call.
    pub(crate) fn rule(&self, name: &str, span: Span) -> TokenStream {
        let module = self.private("rules", span);
        let name = proc_macro2::Ident::new(name, span.resolved_at(Span::mixed_site()));
        quote_spanned!(span.resolved_at(Span::mixed_site())=> #module::#name)
    }
}

/// Generated code of which messages say where in the user's code it comes from.
pub(super) fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let each = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let inner = located(group.stream(), span);
            token = Group::new(group.delimiter(), inner).into();
        }
        token.set_span(span.resolved_at(Span::mixed_site()));
        token
    });
    each.collect()
}
