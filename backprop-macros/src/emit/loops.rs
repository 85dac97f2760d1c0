//! Loops of both halves.

use super::Emitter;
use crate::ir::{
    BinaryOp, Head, Kind, Loop, Op, Order, Range, RangeAdaptor, Reach, RevLoop, ValueId, Width,
};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use std::collections::BTreeSet;

impl Emitter<'_> {
    pub(super) fn looped(&self, looped: &Loop) -> TokenStream {
        let mut inits = self.inits(&looped.params, &looped.inits);
        let body = self.stmts(&looped.body);
        let mut next = TokenStream::new();
        if let Some(fused) = &looped.fused {
            inits.extend(self.inits(&fused.params, &fused.inits));
            next.extend(self.stmts(&fused.body));
            next.extend(self.carry(&fused.params, &fused.body.yields));
        }
        let counts = looped
            .tape
            .filter(|tape| self.f.kind(*tape) == crate::ir::Kind::Int);
        if !looped.body.diverges() {
            if let Some(count) = counts {
                let count = self.ident(count);
                next.extend(quote!(#count += 1;));
            }
            next.extend(self.carry(&looped.params, &looped.body.yields));
            if let Some(stop) = looped.stop {
                let stop = self.value(stop);
                next.extend(quote!(if #stop { break; }));
            }
        }
        let head = match &looped.head {
            // gone before emission
            Head::Once | Head::Forever => quote!(loop),
            Head::While(cond) => {
                let stmts = self.stmts(cond);
                let cond = self.group(&cond.yields);
                match stmts.is_empty() {
                    true => quote!(while #cond),
                    false => quote!(while { #stmts #cond }),
                }
            }
            Head::Range(range) => self.for_head(range),
        };
        quote!(#inits #head { #body #next })
    }

    pub(super) fn for_head(&self, range: &Range) -> TokenStream {
        let (item, range) = (self.ident(range.item), self.range(range));
        quote!(for #item in #range)
    }

    pub(super) fn range(&self, range: &Range) -> TokenStream {
        let (start, end) = (self.value(range.start), self.value(range.end));
        let mut tokens = match range.inclusive {
            true => quote!(#start..=#end),
            false => quote!(#start..#end),
        };
        // by path: the user's traits may have methods of these names, or hide ours
        let rev = |tokens: TokenStream| quote!(::core::iter::Iterator::rev(#tokens));
        let mut reversed = false;
        let steps = range
            .adaptors
            .iter()
            .any(|a| matches!(a, RangeAdaptor::StepBy(_)));
        for adaptor in &range.adaptors {
            match adaptor {
                RangeAdaptor::Rev if steps => tokens = rev(tokens),
                // without steps, two reversals are none
                RangeAdaptor::Rev => reversed = !reversed,
                RangeAdaptor::StepBy(step) => {
                    let step = self.value(*step);
                    tokens = quote!(::core::iter::Iterator::step_by(#tokens, #step));
                }
            }
        }
        match (reversed, steps || range.inclusive) {
            (true, false) => {
                let down = self.facade.private("down", self.span(range.item));
                quote!(#down(#tokens))
            }
            (true, true) => rev(tokens),
            (false, _) => tokens,
        }
    }

    /// `if start < end { let _ = &place[end - 1]; }`
    pub(super) fn reach(&self, reach: &Reach) -> TokenStream {
        let start = match reach.start {
            Some(start) => self.operand(start),
            None => Literal::u64_unsuffixed(reach.literal).to_token_stream(),
        };
        let end = self.operand(reach.end);
        let ends = reach.ends.iter().map(|reached| {
            let last = match reached.beyond {
                0 => quote!(#end - 1),
                1 => end.clone(),
                more => {
                    let more = Literal::u64_unsuffixed(more - 1);
                    quote!(#end + #more)
                }
            };
            let base = reached.place.base;
            if reached.is_lent {
                let inner = super::names::plumbing("buffer", self.span(base));
                let sequence = self.buffered(&inner, &reached.place.path);
                let base = self.ident(base);
                return quote! {
                    if let ::core::option::Option::Some(#inner) = &#base {
                        let _ = &#sequence[#last];
                    }
                };
            }
            let sequence = match &reached.place.path[..] {
                [] => self.value(base),
                _ => self.looked_at(&reached.place),
            };
            quote!(let _ = &#sequence[#last];)
        });
        quote!(if #start < #end { #(#ends)* })
    }

    fn inits(&self, params: &[ValueId], inits: &[ValueId]) -> TokenStream {
        let pairs = params.iter().zip(inits);
        pairs
            .map(|(param, init)| {
                let (name, init) = (self.ident(*param), self.value(*init));
                quote!(let mut #name = #init;)
            })
            .collect()
    }

    /// Assigns the next carried values: one by one, or at once where one is
    /// read after it was assigned.
    fn carry(&self, params: &[ValueId], yields: &[ValueId]) -> TokenStream {
        let changed: Vec<(ValueId, ValueId)> = params
            .iter()
            .copied()
            .zip(yields.iter().copied())
            .filter(|(param, next)| param != next)
            .collect();
        let mut assigned: BTreeSet<ValueId> = BTreeSet::new();
        let mut hazard = false;
        for (param, next) in &changed {
            let mut read = BTreeSet::new();
            self.reads(*next, &mut read);
            hazard |= read.intersection(&assigned).next().is_some();
            assigned.insert(*param);
        }
        if hazard {
            let names = changed.iter().map(|(param, _)| self.ident(*param));
            let values = changed.iter().map(|(_, next)| self.value(*next));
            return quote!((#(#names),*) = (#(#values),*););
        }
        let assign = |(param, next): &(ValueId, ValueId)| {
            let name = self.ident(*param);
            match self.inline.get(next) {
                Some(Op::Binary(op, a, b)) if a == param && op.is_arithmetic() => {
                    let (op, b) = (self.compound(*op, *param), self.value(*b));
                    quote!(#name #op #b;)
                }
                // numbers: in either order the product is the same, and clippy wants this one
                Some(Op::Binary(op @ (BinaryOp::Add | BinaryOp::Mul), a, b))
                    if b == param
                        && matches!(
                            self.f.kind(*param),
                            Kind::Real(Width::F32 | Width::F64 | Width::Any)
                        ) =>
                {
                    let (op, a) = (self.compound(*op, *param), self.value(*a));
                    quote!(#name #op #a;)
                }
                _ => {
                    let value = self.value(*next);
                    quote!(#name = #value;)
                }
            }
        };
        changed.iter().map(assign).collect()
    }

    /// The named values that the expression for `value` reads.
    fn reads(&self, value: ValueId, into: &mut BTreeSet<ValueId>) {
        match self.inline.get(&value) {
            Some(op) => op.for_each_use(&mut |used| self.reads(*used, into)),
            None => {
                into.insert(value);
            }
        }
    }

    pub(super) fn reverse_loop(&self, looped: &RevLoop) -> TokenStream {
        let inits = self.inits(&looped.params, &looped.inits);
        let body = self.stmts(&looped.body);
        let next = self.carry(&looped.params, &looped.body.yields);
        let (mut first, mut then) = (TokenStream::new(), None);
        let head = match &looped.order {
            Order::Drain(drain) => {
                let head;
                (head, first) = self.drained(drain, looped);
                then = self.cut(drain);
                head
            }
            Order::Range(range) => self.for_head(range),
            Order::Count(count) => {
                let count = self.value(*count);
                quote!(for _ in 0..#count)
            }
            Order::Unknown => return TokenStream::new(),
        };
        quote!(#inits #head { #first #body #next } #then)
    }
}
