//! Snapshots of what loops carry.

use super::Emitter;
use crate::ir::{Kind, Op, Owning, Place, ValueId};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// So many parts has a tuple at most that can be cloned.
const WIDEST: usize = 12;

impl Emitter<'_> {
    pub(super) fn checkpoint_op(&self, op: &Op, span: Span) -> TokenStream {
        let private = |name: &str| self.facade.private(name, span);
        match op {
            Op::NewCheckpoints(known, snapshots) => {
                let checkpoints = private("Checkpoints");
                let count = known.as_ref().map(|range| {
                    let (count, range) = (private("trip_count"), self.range(range));
                    quote!(#count(&(#range)))
                });
                match (count, snapshots) {
                    (Some(count), Some(most)) => {
                        quote_spanned!(span=> #checkpoints::binomial(#count, #most))
                    }
                    (Some(count), None) => quote_spanned!(span=> #checkpoints::sqrt(#count)),
                    (None, Some(most)) => quote_spanned!(span=> #checkpoints::unknown(#most)),
                    (None, None) => quote_spanned!(span=> #checkpoints::unknown_sqrt()),
                }
            }
            Op::NextTurn(of) => {
                let of = self.ident(*of);
                quote_spanned!(span=> #of.next_turn())
            }
            Op::TurnStart(of) => {
                let of = self.ident(*of);
                quote_spanned!(span=> #of.start())
            }
            Op::TurnEnd(of) => {
                let of = self.ident(*of);
                quote_spanned!(span=> #of.turn())
            }
            Op::ItemAt(range, step) => {
                let (item, range) = (private("item_at"), self.range(range));
                let step = self.value(*step);
                quote_spanned!(span=> #item(#range, #step))
            }
            _ => TokenStream::new(),
        }
    }

    pub(super) fn save(&self, checkpoints: ValueId, state: &[ValueId]) -> TokenStream {
        let name = self.ident(checkpoints);
        let parts = state.iter().map(|value| self.kept(*value)).collect();
        let state = nested(parts);
        let span = self.span(checkpoints);
        quote_spanned!(span=> if #name.is_due() { #name.save(#state); })
    }

    pub(super) fn restore(&self, checkpoints: ValueId, state: &[ValueId]) -> TokenStream {
        let name = self.ident(checkpoints);
        let names = state.iter().map(|value| self.binder(*value)).collect();
        let (names, span) = (nested(names), self.span(checkpoints));
        quote_spanned!(span=> let #names = #name.restore();)
    }

    /// A copy that owns what it holds.
    fn kept(&self, value: ValueId) -> TokenStream {
        let is_number = matches!(self.f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool);
        if is_number && !self.f.is_reference(value) {
            return self.value(value);
        }
        let op = match self.f.borrowed.contains(&value) {
            true => Op::Owned(value, Owning::Copied),
            false => Op::Snapshot(Place::whole(value)),
        };
        self.op(value, &op).0
    }
}

/// A tuple of any number of parts, as tuples of tuples where there are many.
fn nested(mut parts: Vec<TokenStream>) -> TokenStream {
    while parts.len() > WIDEST {
        let groups = parts.chunks(WIDEST);
        parts = groups.map(|group| quote!((#(#group,)*))).collect();
    }
    quote!((#(#parts,)*))
}
