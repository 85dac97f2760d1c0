//! Snapshots of what loops carry.

use super::Emitter;
use super::block::respanned;
use super::calls::companion_type;
use super::companions::{Forms, Parts, attributes};
use super::names::{Form, companion_method};
use crate::ir::{Call, Callee, Function, Kind, Op, Place, ValueId};
use crate::parse::{Home, Input};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// So many parts has a tuple at most that can be cloned.
const WIDEST: usize = 12;

/// Whether a loop with `#[checkpoint]` may call a function, and whether it costs so little
/// that any loop may run it again: constant expressions.
pub(super) fn constants(input: &Input, forms: &Forms) -> (TokenStream, TokenStream) {
    // a method that calls a function of its name calls another one
    let is_own =
        |path: &&syn::Path| input.home == Home::Module && path.is_ident(&input.item.sig.ident);
    let callees = forms.repeatable.callees.iter();
    let callees: Vec<_> = callees.filter(|path| !is_own(path)).collect();
    // what the body brings into scope is not there outside, and a constant in a cycle of
    // calls would be one of itself
    let is_known = forms.items.is_empty() && input.options.recursive != Some(true);
    let members = forms.repeatable.members.iter();
    let members = members.filter(|name| **name != input.item.sig.ident);
    let members: Vec<_> = members
        .map(|name| {
            let span = name.span().resolved_at(Span::mixed_site());
            let constant = companion_method(name, Form::Repeatable, span);
            quote_spanned!(span=> Self::#constant)
        })
        .collect();
    if !forms.repeatable.is_pure || !((callees.is_empty() && members.is_empty()) || is_known) {
        return (quote!(false), quote!(false));
    }
    let is_recursive = callees.len() < forms.repeatable.callees.len();
    let callees: Vec<_> = callees.into_iter().map(companion_type).collect();
    let light = match forms.repeatable.is_light && !is_recursive {
        true => quote!(Self::IS_REPEATABLE #(&& <#callees>::IS_LIGHT)*),
        false => quote!(false),
    };
    let repeatable = quote!(true #(&& <#callees>::IS_REPEATABLE)* #(&& #members)*);
    (repeatable, light)
}

/// Asks of the functions that loops with `#[checkpoint]` call that they may run again.
pub(super) fn demands(f: &Function) -> TokenStream {
    let demand = |(path, span): &(syn::Path, Span)| {
        let (companion, span) = (companion_type(path), span.resolved_at(Span::mixed_site()));
        let message = NOT_REPEATABLE;
        respanned(
            quote!(
                const _: () = ::core::assert!(<#companion>::IS_REPEATABLE, #message);
            ),
            span,
        )
    };
    f.repeated.iter().map(demand).collect()
}

/// What rustc says where a function may not run again.
const NOT_REPEATABLE: &str = "an iteration of a loop with `#[checkpoint]` runs several times, \
    but this function prints, has a custom rule, or runs code (a method, `constant(..)`) that \
    is not known to give the same each time";

impl Parts<'_> {
    /// What a method or an associated function of a type says of itself.
    pub(super) fn may_repeat(&self) -> Option<TokenStream> {
        let (input, span) = (self.input, self.span);
        if input.home != Home::Impl {
            return None;
        }
        let name = companion_method(&input.item.sig.ident, Form::Repeat, span);
        let this = self.receiver().map(|receiver| {
            let this = Ident::new("self", receiver.name.span());
            quote!(&#this)
        });
        let (may, repeatable, vis) = (self.private("MayRepeat"), &self.repeatable, &input.item.vis);
        let is_plain = input.outer.iter().all(|outer| outer.params.is_empty());
        let constant = companion_method(&input.item.sig.ident, Form::Repeatable, span);
        let answer = match &*repeatable.to_string() {
            "true" | "false" => repeatable.clone(),
            _ if is_plain && input.outer.is_some() => quote!({ Self::#constant }),
            _ => quote!({ #repeatable }),
        };
        let cfgs = attributes(&input.item.attrs, &["cfg"]);
        // other methods of the block may call this one
        let constant = input.outer.as_ref().filter(|_| is_plain).map(|_| {
            quote_spanned! {span=>
                #(#cfgs)*
                #[doc(hidden)]
                #vis const #constant: bool = #repeatable;
            }
        });
        Some(quote_spanned! {span=>
            #constant
            #(#cfgs)*
            #[doc(hidden)]
            #[inline]
            #vis fn #name(#this) -> #may<#answer> { #may }
        })
    }
}

impl Emitter<'_> {
    /// Asks a method or an associated function whether it may run again: rustc does.
    pub(super) fn asked_to_repeat(&self, call: &Call) -> TokenStream {
        let span = call.span;
        let repeats = self.facade.private("repeats", span);
        let answer = match &call.callee {
            Callee::Associated(path) => {
                let mut path = path.clone();
                if let Some(last) = path.path.segments.last_mut() {
                    last.ident = companion_method(&last.ident, Form::Repeat, last.ident.span());
                    last.arguments = syn::PathArguments::None;
                }
                quote_spanned!(span=> #path())
            }
            callee => {
                let name = callee.name();
                let name = name.map(|name| companion_method(name, Form::Repeat, name.span()));
                let receiver = call.args.first().map(|arg| self.receiver_arg(arg));
                quote_spanned!(span=> #receiver.#name())
            }
        };
        let answer = respanned(answer, span.resolved_at(Span::mixed_site()));
        quote_spanned!(span=> if false { #repeats(#answer); })
    }

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
            Op::IsLight(callees, values) => {
                let callees = callees.iter().map(companion_type);
                let small = private("is_small");
                let may_copy = private("MayCopy");
                let values = values.iter().map(|value| {
                    let kept = self.reference(*value);
                    match self.f.is_unknown(*value) {
                        true => {
                            quote_spanned!(span=> #small(#kept) && #may_copy::new(#kept).can_copy())
                        }
                        false => quote_spanned!(span=> #small(#kept)),
                    }
                });
                quote_spanned!(span=> true #(&& <#callees>::IS_LIGHT)* #(&& #values)*)
            }
            Op::Kept(value) => {
                let (may_copy, value) = (private("MayCopy"), self.reference(*value));
                quote_spanned!(span=> #may_copy::new(#value).copied())
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
        // its type may not be known yet, so that no method is found by it
        self.op(value, &Op::Snapshot(Place::whole(value))).0
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
