//! Adjoints in memory, lent to the pullbacks of calls.

use super::Emitter;
use super::names::plumbing;
use crate::ir::{Place, PullbackArg, Tree, ValueId};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

impl Emitter<'_> {
    /// How an argument whose adjoint is in memory goes to the pullback; the others go
    /// by value.
    pub(super) fn lent_argument(
        &self,
        arg: &PullbackArg,
        number: usize,
        span: Span,
    ) -> Option<Lent> {
        match arg {
            PullbackArg::In {
                adjoint,
                owned: Some(owned),
                ..
            } => Some(self.lend_owned(*owned, adjoint, number, span)),
            PullbackArg::View {
                content,
                adjoint,
                detour,
                ..
            } => Some(self.lend(content, adjoint, *detour, number, span)),
            PullbackArg::MutView {
                content,
                adjoint,
                detour,
                is_kept,
                ..
            } => {
                let content = (*content, *is_kept);
                Some(self.lend_mut(content, adjoint, *detour, number, span))
            }
            PullbackArg::In { .. } | PullbackArg::Mut { .. } => None,
        }
    }

    /// The entry of a `&` argument, what to do before, and with what returns.
    fn lend(
        &self,
        content: &Place,
        adjoint: &Option<Place>,
        detour: bool,
        number: usize,
        span: Span,
    ) -> Lent {
        let place = self.place(content);
        let mut lent = Lent::default();
        let Some(adjoint) = adjoint else {
            let entry = self.facade.private("constant_entry", span);
            lent.entry = quote!(#entry(&#place));
            lent.returned = quote!(_);
            return lent;
        };
        let entry = self.facade.private("shared_entry", span);
        let deposit = self.facade.private("deposit", span);
        let slot = plumbing(&format!("slot_{number}"), span);
        let target = match detour {
            true => {
                let buffer = plumbing(&format!("detour_{number}"), span);
                let zero = self.facade.private("zero_gradient", span);
                lent.before = quote!(let mut #buffer = #zero(&#place););
                quote!(::core::option::Option::Some(&mut #buffer))
            }
            false => self.lent(adjoint, span),
        };
        lent.entry = quote!(#entry(&#place, #target));
        lent.after = quote!(#deposit(#slot, #target););
        if detour {
            let buffer = plumbing(&format!("detour_{number}"), span);
            let (add_to, into) = (
                self.facade.private("add_to", span),
                self.lent(adjoint, span),
            );
            let inner = plumbing("into", span);
            lent.after.extend(quote! {
                if let ::core::option::Option::Some(#inner) = #into { #add_to(&#buffer, #inner); }
            });
        }
        lent.returned = slot.to_token_stream();
        lent
    }

    /// The same for an argument that may be a reference: its adjoint has a buffer of
    /// its own.
    fn lend_owned(
        &self,
        content: ValueId,
        adjoint: &Tree<Option<ValueId>>,
        number: usize,
        span: Span,
    ) -> Lent {
        let private = |name: &str| self.facade.private(name, span);
        let (content, mut lent) = (self.reference(content), Lent::default());
        if !adjoint.any(Option::is_some) {
            let entry = private("constant_entry");
            lent.entry = quote!(#entry(#content));
            lent.returned = quote!(_);
            return lent;
        }
        let (entry, zero) = (private("shared_entry"), private("argument_buffer"));
        let (returned, slot) = (
            private("returned"),
            plumbing(&format!("slot_{number}"), span),
        );
        let buffer = plumbing(&format!("buffer_{number}"), span);
        let names = self.adjoint_pattern(adjoint);
        lent.before = quote!(let mut #buffer = #zero(#content););
        lent.entry = quote!(#entry(#content, ::core::option::Option::Some(&mut #buffer)));
        lent.after = quote!(let #names = #returned(#slot, #buffer););
        lent.returned = slot.to_token_stream();
        lent
    }

    /// The same for a `&mut` argument.
    fn lend_mut(
        &self,
        (content, is_kept): (ValueId, bool),
        adjoint: &Option<Place>,
        detour: bool,
        number: usize,
        span: Span,
    ) -> Lent {
        let name = self.ident(content);
        let entry = match is_kept {
            true => self.facade.private("kept_entry", span),
            false => self.facade.private("mut_entry", span),
        };
        let mut lent = Lent::default();
        let (slot, deposit) = (
            plumbing(&format!("slot_{number}"), span),
            self.facade.private("deposit", span),
        );
        let buffer = plumbing(&format!("buffer_{number}"), span);
        let target = match adjoint {
            None => {
                let zero = self.facade.private("zero_gradient", span);
                lent.before = quote!(let mut #buffer = #zero(&#name););
                quote!(&mut #buffer)
            }
            Some(place) if detour => {
                let place = self.place(place);
                let (copy, restore) = (
                    self.facade.private("snapshot", span),
                    self.facade.private("restore", span),
                );
                lent.before = quote!(let mut #buffer = #copy(&#place););
                lent.after = quote!(#restore(&mut #place, #buffer););
                quote!(&mut #buffer)
            }
            Some(place) => {
                let place = self.place(place);
                quote!(&mut #place)
            }
        };
        lent.entry = quote!(#entry(&mut #name, #target));
        lent.after = match detour {
            // into the buffer, before it goes back
            true => {
                let restored = lent.after;
                quote!(#deposit(#slot, ::core::option::Option::Some(#target)); #restored)
            }
            false => quote!(#deposit(#slot, ::core::option::Option::Some(#target));),
        };
        lent.returned = slot.to_token_stream();
        lent
    }
}

/// How an argument goes to a pullback.
#[derive(Default)]
pub(super) struct Lent {
    pub(super) before: TokenStream,
    pub(super) entry: TokenStream,
    pub(super) returned: TokenStream,
    pub(super) after: TokenStream,
}
