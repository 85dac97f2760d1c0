//! The slices that loops look at.

use super::Emitter;
use super::names::plumbing;
use crate::ir::{Access, Hold, Sum, Window};
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

    /// `let sum = sum_of_2(a, b, |x, y| ..);`
    pub(super) fn sum(&self, sum: &Sum) -> TokenStream {
        let name = format!("sum_of_{}", sum.parts.len());
        let function = self.facade.private(&name, sum.span);
        let result = self.binder(sum.result);
        let slices = sum.parts.iter().map(|(slice, _)| {
            let name = self.value(*slice);
            match self.f.info(*slice).hold {
                Hold::Mut => quote!(&*#name),
                _ => name,
            }
        });
        let elements = sum.parts.iter().map(|(_, element)| self.binder(*element));
        let (stmts, term) = (self.stmts(&sum.body), self.group(&sum.body.yields));
        let term = match stmts.is_empty() {
            true => term,
            false => quote!({ #stmts #term }),
        };
        quote_spanned!(sum.span=> let #result = #function(#(#slices,)* |#(#elements),*| #term);)
    }
}
