//! Closures that are passed to differentiated functions: their environment, and the
//! split form of what they compute.

use super::Emitter;
use super::calls::companion_type;
use super::names::plumbing;
use crate::ir::{ClosureForm, Kind, Tree, ValueId};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

impl Emitter<'_> {
    /// The closure around the values that it captures. It is emitted as one that
    /// captures nothing: rustc checks that.
    pub(super) fn closure(
        &self,
        form: &ClosureForm,
        values: &[TokenStream],
        span: Span,
    ) -> TokenStream {
        let f = &form.function;
        let Some(reverse) = &f.reverse else {
            return TokenStream::new();
        };
        let mut inner = Emitter::new(f, &self.facade.0);
        let run = plumbing("run", span);
        inner.run = run.to_token_stream();
        let (ty, name) = (companion_type(&form.of.0), constructor(form.of.1, span));
        let make = quote_spanned!(span=> <#ty>::#name);
        let (environment, adjoint) = (plumbing("environment", span), plumbing("adjoint", span));
        let (captured, args) = f.params.split_at(form.captured.len());
        let fixed = self.facade.private("Fixed", span);
        let values = values.iter().zip(&form.captured);
        let values = values.map(|(value, is_constant)| match is_constant {
            true => quote!(#fixed(#value)),
            false => value.clone(),
        });
        let values: Vec<TokenStream> = values.collect();
        let mut load = TokenStream::new();
        let mut again = TokenStream::new();
        let mut finish = TokenStream::new();
        let parts: Vec<Ident> = (0..captured.len())
            .map(|index| plumbing(&format!("adjoint_{index}"), span))
            .collect();
        for (index, param) in captured.iter().enumerate() {
            let (number, name) = (
                Literal::usize_unsuffixed(index),
                inner.pattern(&param.entry),
            );
            let inside = form.captured[index].then(|| quote!(.0));
            if !param.in_place {
                let copied = match param.entry.any(|leaf| is_scalar(f.kind(*leaf))) {
                    true => quote!(#environment.#number #inside),
                    false => quote!(::core::clone::Clone::clone(&#environment.#number #inside)),
                };
                load.extend(quote!(let #name = #copied;));
                if let Tree::Leaf(Some(share)) = &reverse.adjoints[index] {
                    let (share, part) = (inner.value(*share), &parts[index]);
                    let deposit = self.facade.private("deposit", span);
                    finish.extend(quote!(#deposit(#share, #part);));
                }
                continue;
            }
            let reference = quote!(let #name = &#environment.#number #inside;);
            load.extend(reference.clone());
            again.extend(reference);
            if let Some(buffer) = reverse.buffers[index] {
                let (buffer, part) = (inner.binder(buffer), &parts[index]);
                again.extend(quote!(let #buffer = #part;));
            }
        }
        let some = quote!(::core::option::Option::Some);
        let none = quote!(::core::option::Option::None);
        let split = (!parts.is_empty()).then(|| {
            let nones = parts.iter().map(|_| &none);
            quote! {
                let (#(#parts,)*) = match #adjoint {
                    #some((#(#parts,)*)) => (#(#some(#parts),)*),
                    #none => (#(#nones,)*),
                };
            }
        });
        let patterns = args.iter().map(|param| inner.pattern(&param.entry));
        let slots = args.iter().enumerate().map(|(index, param)| {
            let adjoint = &reverse.adjoints[captured.len() + index];
            inner.adjoint_of(adjoint, &param.entry)
        });
        let slots: Vec<TokenStream> = slots.collect();
        let (forward, result) = (inner.stmts(&f.body), inner.tree(&f.result));
        if f.body.diverges() {
            return quote_spanned! {span=>
                #make((#(#values,)*), |#environment, (#(#patterns,)*)| { #load #forward })
            };
        }
        let upstream = match &reverse.upstream {
            tree if tree.is_unit() => quote!(_),
            Tree::Leaf(leaf) if f.is_reference(*leaf) => inner.pattern(&reverse.upstream),
            tree => {
                let name = super::split::upstream_pattern(&inner, f, tree);
                quote!(&#name)
            }
        };
        let backward = inner.stmts(&reverse.body);
        quote_spanned! {span=>
            #make((#(#values,)*), |#environment, (#(#patterns,)*)| {
                #load #forward
                (#result, move |
                    #run,
                    #upstream: &_,
                    #environment: &_,
                    #adjoint: ::core::option::Option<&mut _>,
                | {
                    #split #again #backward #finish
                    (#(#slots,)*)
                })
            })
        }
    }

    /// The adjoint of an argument, zeros where nothing arrives.
    fn adjoint_of(&self, adjoint: &Tree<Option<ValueId>>, entry: &Tree<ValueId>) -> TokenStream {
        match (adjoint, entry) {
            (Tree::Leaf(Some(value)), _) => self.value(*value),
            (Tree::Tuple(adjoints), Tree::Tuple(entries)) => {
                let each = adjoints.iter().zip(entries);
                let each = each.map(|(adjoint, entry)| self.adjoint_of(adjoint, entry));
                quote!((#(#each,)*))
            }
            (_, Tree::Leaf(leaf)) if matches!(self.f.kind(*leaf), Kind::Int | Kind::Bool) => {
                quote!(())
            }
            (_, entry) => {
                let zero = self.facade.private("zero_gradient", Span::mixed_site());
                let entry = self.tree(entry);
                quote!(#zero(&#entry))
            }
        }
    }
}

fn is_scalar(kind: Kind) -> bool {
    matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool)
}

/// The name of what makes a closure for a parameter.
pub(super) fn constructor(index: usize, span: Span) -> Ident {
    format_ident!(
        "function_{index}",
        span = span.resolved_at(Span::mixed_site())
    )
}
