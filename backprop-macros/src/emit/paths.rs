//! Paths of generated code: `::core` and the hidden module of the facade.

use proc_macro2::{Span, TokenStream};
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

    /// The same in what a message is about: all of it is at the user's code.
    pub(crate) fn located(&self, name: &str, span: Span) -> TokenStream {
        let each = self.private(name, span).into_iter().map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        });
        each.collect()
    }

    /// A function of the runtime that rules call.
    pub(crate) fn rule(&self, name: &str, span: Span) -> TokenStream {
        let module = self.private("rules", span);
        let name = proc_macro2::Ident::new(name, span.resolved_at(Span::mixed_site()));
        quote_spanned!(span.resolved_at(Span::mixed_site())=> #module::#name)
    }
}
