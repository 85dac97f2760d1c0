//! The slices that loops look at.

use super::Emitter;
use super::names::plumbing;
use crate::ir::{Access, Window};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

impl Emitter<'_> {
    /// The slice that a loop looks at.
    pub(super) fn window(&self, window: &Window, span: Span) -> TokenStream {
        let (first, count) = (self.value(window.first), self.value(window.count));
        let more = Literal::u64_unsuffixed(window.more);
        let mutable = self.facade.private("window_mut", span);
        match window.access {
            Access::Shared => {
                let function = self.facade.private("window", span);
                let place = self.receiver(&window.of);
                quote_spanned!(span=> #function(&#place[..], #first, #count, #more))
            }
            Access::Mut => {
                let place = self.receiver(&window.of);
                quote_spanned!(span=> #mutable(&mut #place[..], #first, #count, #more))
            }
            Access::Buffer => {
                let (base, inner) = (self.ident(window.of.base), plumbing("buffer", span));
                let path = self.buffered(&inner, &window.of.path);
                let some = quote!(::core::option::Option::Some);
                quote_spanned! {span=>
                    match &mut #base {
                        #some(#inner) => #some(#mutable(&mut #path[..], #first, #count, #more)),
                        ::core::option::Option::None => ::core::option::Option::None,
                    }
                }
            }
        }
    }
}
