//! Places: reads, writes and adjoints of what is kept in memory.

use super::Emitter;
use super::names::{TO_ARRAY, plumbing};
use crate::ir::{
    AddAt, Aggregate, BinaryOp, Candidates, Claimed, Count, Hold, Kind, Mutate, Op, Owning, Place,
    Proj, Store, ValueId,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// Whether the first step of a path borrows what it starts from, or is `*` of it: a
/// reference in front of it is looked through.
fn is_borrowed_first(path: &[Proj]) -> bool {
    let first = path.first();
    matches!(
        first,
        Some(Proj::Variant(..) | Proj::Deref | Proj::Selected(_) | Proj::Called(_))
    )
}

impl Emitter<'_> {
    /// A name where it is bound.
    pub(super) fn binder(&self, value: ValueId) -> TokenStream {
        if self.inline.contains_key(&value) {
            // a literal that was recorded is written where it is used, and has no name
            return quote!(_);
        }
        let name = self.ident(value);
        if self.f.lent.contains(&value) {
            return quote!(ref #name);
        }
        match self.changed.contains(&value) {
            true => quote!(mut #name),
            false => name.to_token_stream(),
        }
    }

    /// Whether a name is that of a reference.
    pub(super) fn is_behind(&self, value: ValueId) -> bool {
        self.f.is_reference(value) || self.f.lent.contains(&value)
    }

    /// The place itself.
    pub(super) fn place(&self, place: &Place) -> TokenStream {
        let base = self.base(place.base);
        match (&place.path[..], self.is_behind(place.base)) {
            ([], true) => quote!(*#base),
            (path, true) if is_borrowed_first(path) => self.path(quote!((*#base)), &place.path),
            (path, _) => self.path(base, path),
        }
    }

    /// The path behind the buffer of a parameter.
    pub(super) fn buffered(&self, buffer: &Ident, path: &[Proj]) -> TokenStream {
        match path {
            path if is_borrowed_first(path) => self.path(quote!((**#buffer)), path),
            path => self.path(buffer.to_token_stream(), path),
        }
    }

    /// The place in front of a method: references are looked through.
    pub(super) fn receiver(&self, place: &Place) -> TokenStream {
        let base = self.base(place.base);
        match self.is_behind(place.base) && is_borrowed_first(&place.path) {
            true => self.path(quote!((*#base)), &place.path),
            false => self.path(base, &place.path),
        }
    }

    fn base(&self, base: ValueId) -> TokenStream {
        if self.f.lent.contains(&base) {
            return self.ident(base).to_token_stream();
        }
        let tokens = self.value(base);
        match self.inline.contains_key(&base) {
            true => quote!((#tokens)),
            false => tokens,
        }
    }

    /// A place that is only read: it may be behind a shared reference.
    pub(super) fn looked_at(&self, place: &Place) -> TokenStream {
        let base = self.base(place.base);
        match (&place.path[..], self.is_behind(place.base)) {
            ([], true) => quote!(*#base),
            (path, true) if is_borrowed_first(path) => {
                self.steps(quote!((*#base)), &place.path, true)
            }
            (path, _) => self.steps(base, path, true),
        }
    }

    fn path(&self, base: TokenStream, path: &[Proj]) -> TokenStream {
        self.steps(base, path, false)
    }

    /// The place that a path leads to; payloads of enums by `&` if it is only read.
    fn steps(&self, base: TokenStream, path: &[Proj], is_read: bool) -> TokenStream {
        let mut tokens = base;
        for step in path {
            tokens = match step {
                Proj::Index(index) | Proj::Own(index, _) => {
                    let index = self.value(*index);
                    quote!(#tokens[#index])
                }
                Proj::Called(part) if let Some(called) = self.called(*part) => quote!((*#called)),
                Proj::Called(part) => {
                    let (span, part) = (self.span(*part), self.before_dot(*part));
                    match is_read {
                        true => quote_spanned!(span=> (*#part.of(&#tokens))),
                        false => quote_spanned!(span=> (*#part.of_mut(&mut #tokens))),
                    }
                }
                Proj::Selected(part) => {
                    let (span, part) = (self.span(*part), self.before_dot(*part));
                    match is_read {
                        true => quote_spanned!(span=> (*#part.look(&#tokens))),
                        false => quote_spanned!(span=> (*#part.select(&mut #tokens))),
                    }
                }
                Proj::Range(start, end, closed) => {
                    let start = start.map(|v| self.operand(v));
                    let end = end.map(|v| self.operand(v));
                    match closed {
                        true => quote!(#tokens[#start..=#end]),
                        false => quote!(#tokens[#start..#end]),
                    }
                }
                Proj::Field(member) => quote!(#tokens.#member),
                Proj::Deref => quote!((*#tokens)),
                Proj::Variant(name, _) if name == "Some" && is_read => {
                    let some = self.facade.private("some_ref", name.span());
                    quote!((*#some(&#tokens)))
                }
                Proj::Variant(name, member) if is_read => {
                    let span = name.span().resolved_at(Span::mixed_site());
                    let field = crate::derive::accessor_ref(name, member, span);
                    quote!((*#tokens.#field()))
                }
                Proj::Variant(name, _) if name == "Some" => {
                    let some = self.facade.private("some_mut", name.span());
                    quote!((*#some(&mut #tokens)))
                }
                Proj::Variant(name, member) => {
                    let span = name.span().resolved_at(Span::mixed_site());
                    let field = crate::derive::accessor(Some(name), member, span);
                    quote!((*#tokens.#field()))
                }
            };
        }
        tokens
    }

    /// `&mut place` of an adjoint, as an `Option`: the caller may want none.
    pub(super) fn lent(&self, place: &Place, span: Span) -> TokenStream {
        let some = quote!(::core::option::Option::Some);
        if self.f.info(place.base).hold != Hold::Shared {
            let place = self.place(place);
            return quote!(#some(&mut #place));
        }
        let base = self.ident(place.base);
        if place.path.is_empty() {
            return quote!(::core::option::Option::as_deref_mut(&mut #base));
        }
        let inner = plumbing("buffer", span);
        let path = self.buffered(&inner, &place.path);
        quote! {
            match &mut #base {
                #some(#inner) => #some(&mut #path),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        }
    }

    fn is_number(&self, value: ValueId) -> bool {
        matches!(self.f.kind(value), Kind::Real(_))
    }

    pub(super) fn store(&self, store: &Store) -> TokenStream {
        let (place, value) = (self.place(&store.place), self.value(store.value));
        match store.op {
            Some(op) => {
                let op = self.compound(op, store.value);
                quote!(#place #op #value;)
            }
            None => quote!(#place = #value;),
        }
    }

    pub(super) fn mutate(&self, mutate: &Mutate) -> TokenStream {
        let place = self.receiver(&mutate.place);
        if let ("permute" | "unpermute", Some(order)) = (mutate.method, mutate.record) {
            let function = self.facade.private(mutate.method, mutate.span);
            let order = self.reference(order);
            return quote!(#function(&mut #place[..], #order););
        }
        if let (crate::tangent::call::RESTORE, [copy]) = (mutate.method, &mutate.args[..]) {
            let restore = self.facade.private("restore", mutate.span);
            let (place, copy) = (self.place(&mutate.place), self.value(*copy));
            return quote!(#restore(&mut #place, #copy););
        }
        if let ("grow", Some(zeros)) = (mutate.method, mutate.record) {
            let zeros = self.value(zeros);
            return quote!(#place.extend(#zeros););
        }
        let method = Ident::new(mutate.method, mutate.span.resolved_at(Span::mixed_site()));
        let args = mutate.args.iter().map(|arg| self.value(*arg));
        quote!(#place.#method(#(#args),*);)
    }

    /// `place += value;` for several places of one adjoint.
    pub(super) fn add_all(&self, adds: &[&AddAt]) -> TokenStream {
        let Some(first) = adds.first() else {
            return TokenStream::new();
        };
        let base = first.place.base;
        if self.f.info(base).hold != Hold::Shared {
            let each = adds.iter();
            return each
                .map(|add| self.add_to(add, self.place(&add.place)))
                .collect();
        }
        // the caller may not want this adjoint
        let inner = plumbing("buffer", first.span);
        let body = adds.iter().map(|add| match add.place.path.is_empty() {
            true => self.add_to(add, quote!(**#inner)),
            false => self.add_to(add, self.buffered(&inner, &add.place.path)),
        });
        let base = self.ident(base);
        quote!(if let ::core::option::Option::Some(#inner) = &mut #base { #(#body)* })
    }

    fn add_to(&self, add: &AddAt, place: TokenStream) -> TokenStream {
        // a field may be one without a gradient, `#[differentiate(skip)]`
        let last = add.place.path.last();
        let is_field = matches!(last, Some(Proj::Field(syn::Member::Named(_))));
        if self.is_number(add.value) && !is_field {
            let (op, value) = match self.inline.get(&add.value) {
                Some(Op::Neg(inner)) => (BinaryOp::Sub, *inner),
                _ => (BinaryOp::Add, add.value),
            };
            let (op, value) = (self.compound(op, add.value), self.value(value));
            return quote!(#place #op #value;);
        }
        let function = self.facade.private("add_to", add.span);
        let value = self.reference(add.value);
        quote!(#function(#value, &mut #place);)
    }

    pub(super) fn add_each(&self, to: ValueId, from: ValueId, span: Span) -> TokenStream {
        let function = self.facade.private("add_each", span);
        let (to, from) = (self.ident(to), self.value(from));
        quote!(#function(&#from, &mut #to);)
    }

    /// The operations on places and on what is kept in memory.
    pub(super) fn place_op(&self, value: ValueId, op: &Op) -> TokenStream {
        let span = self.span(value);
        let private = |name: &str| self.facade.private(name, span);
        match op {
            Op::Load(place) => self.looked_at(place),
            Op::View(viewed, mutable) => {
                let place = self.place(viewed);
                match mutable {
                    true => quote!(&mut #place),
                    false => {
                        let place = self.looked_at(viewed);
                        quote!(&#place)
                    }
                }
            }
            Op::Traced(reference, _) => {
                let reference = self.value(*reference);
                quote!(&mut *#reference)
            }
            Op::Choose(candidates) => self.choose(candidates),
            Op::Part(place, index, is_mut) => {
                let (place, index) = (self.place(place), self.value(*index));
                let indexed = private("Indexed");
                quote_spanned!(span=> #indexed::<_, _, #is_mut>::new(&#place, #index).part())
            }
            Op::Lens(call) => self.lens(call, span),
            Op::Chosen(lens) => {
                let chosen = private("Chosen");
                match lens {
                    Some(lens) => {
                        let lens = self.value(*lens);
                        quote_spanned!(span=> #chosen::made(#lens))
                    }
                    None => quote_spanned!(span=> #chosen::absent()),
                }
            }
            Op::SplitAt(place, middle) => {
                let (place, middle) = (self.receiver(place), self.value(*middle));
                quote_spanned!(span=> #place.split_at_mut(#middle))
            }
            Op::Half(pair, index, _) => {
                let pair = self.ident(*pair);
                let index = proc_macro2::Literal::u32_unsuffixed(*index);
                quote!(#pair.#index)
            }
            // whatever `len` is in scope, this is that of slices
            Op::Query(place, method) if self.f.kind(value) != Kind::Opaque => {
                let place = self.place(place);
                let mut method = method.clone();
                method.set_span(span);
                quote_spanned!(span=> <[_]>::#method(&#place))
            }
            Op::ArrayLike(place, like) => {
                let (copy, place) = (private("array_like"), self.receiver(place));
                let like = self.value(*like);
                quote_spanned!(span=> #copy(&#like, &#place[..]))
            }
            Op::Duplicate(place, method) if method == TO_ARRAY => {
                let (copy, place) = (private(TO_ARRAY), self.receiver(place));
                quote_spanned!(span=> #copy(&#place[..]))
            }
            Op::Duplicate(place, method) | Op::Query(place, method) => {
                let place = self.receiver(place);
                let mut method = method.clone();
                method.set_span(span);
                quote_spanned!(span=> #place.#method())
            }
            Op::SortOrder(place, compare, by) => {
                let (order, place) = (private(by), self.receiver(place));
                let compare = self.capture(compare);
                quote_spanned!(span=> #order(&#place[..], #compare))
            }
            Op::Length(place) | Op::IsEmpty(place) => {
                let name = match op {
                    Op::Length(_) => "length",
                    _ => "is_empty",
                };
                let (function, place) = (private(name), self.place(place));
                quote_spanned!(span=> #function(&#place))
            }
            Op::Checked(place, claim) => {
                let place = self.place(place);
                let (name, reference) = match claim {
                    Claimed::Sequence => ("sequence", quote!(&#place)),
                    Claimed::SequenceMut => ("sequence_mut", quote!(&mut #place)),
                    Claimed::VectorMut => ("vector_mut", quote!(&mut #place)),
                };
                let function = private(name);
                quote_spanned!(span=> #function(#reference))
            }
            Op::NewVec(n) => {
                let vec = private("Vec");
                match n {
                    Some(n) => {
                        let n = self.value(*n);
                        quote_spanned!(span=> #vec::with_capacity(#n))
                    }
                    None => quote_spanned!(span=> #vec::new()),
                }
            }
            Op::Aggregate(aggregate, parts) => self.aggregate(aggregate, parts, span),
            Op::Repeat(value, count) => {
                let value = self.value(*value);
                match count {
                    Count::Constant(len) => quote!([#value; #len]),
                    Count::Value(len) => {
                        let (repeat, len) = (private("repeat"), self.value(*len));
                        quote_spanned!(span=> #repeat(#value, #len))
                    }
                }
            }
            Op::Take(place) => {
                let place = self.place(place);
                match self.is_number(value) && self.f.type_parameter(value).is_none() {
                    true => quote_spanned!(span=> ::core::mem::replace(&mut #place, 0.0)),
                    false => {
                        let take = private("take_gradient");
                        quote_spanned!(span=> #take(&mut #place))
                    }
                }
            }
            Op::Exchange(place, with) => {
                let (place, with) = (self.place(place), self.value(*with));
                quote_spanned!(span=> ::core::mem::replace(&mut #place, #with))
            }
            Op::ZeroAt(place) => {
                let (zero, place) = (private("zero_gradient"), self.place(place));
                quote_spanned!(span=> #zero(&#place))
            }
            Op::Pop(place) | Op::PopValue(place) => {
                let (pop, place) = (private("pop"), self.place(place));
                quote_spanned!(span=> #pop(&mut #place))
            }
            Op::Begin(zero) => self.value(*zero),
            Op::SumOf(d) => {
                let (sum, d) = (private("sum_of"), self.reference(*d));
                quote_spanned!(span=> #sum(#d))
            }
            Op::CopyGradient(d) => {
                let copy = private("copy_gradient");
                let d = match self.f.is_reference(*d) {
                    true => self.value(*d),
                    false => self.reference(*d),
                };
                quote_spanned!(span=> #copy(#d))
            }
            Op::CopyAt(place) => {
                let (copy, place) = (private("copy_tangent"), self.looked_at(place));
                quote_spanned!(span=> #copy(&#place))
            }
            Op::Spread(d, count) => {
                let (copy, d) = (private("copy_tangent"), self.value(*d));
                match count {
                    Count::Constant(len) => quote_spanned! {span=>
                        ::core::array::from_fn::<_, { #len }, _>(|_| #copy(&#d))
                    },
                    Count::Value(len) => {
                        let (spread, len) = (private("spread_tangent"), self.value(*len));
                        quote_spanned!(span=> #spread(&#d, #len))
                    }
                }
            }
            Op::Owned(borrowed, owning) => {
                let (held, borrowed) = (private("MayBorrow"), self.ident(*borrowed));
                match owning {
                    Owning::Moved => quote_spanned!(span=> #held::new(#borrowed).owned()),
                    Owning::Copied => quote_spanned!(span=> #held::new(&#borrowed).copied()),
                    Owning::Nothing => quote_spanned!(span=> #held::new(&#borrowed).argument()),
                }
            }
            Op::OwnedAlong(borrowed, tangent) => {
                let held = private("MayBorrow");
                let (borrowed, tangent) = (self.ident(*borrowed), self.ident(*tangent));
                quote_spanned!(span=> #held::new(&#borrowed).along(&#tangent))
            }
            Op::Snapshot(place) => {
                let (snapshot, place) = (private("snapshot"), self.looked_at(place));
                quote_spanned!(span=> #snapshot(&#place))
            }
            Op::Keep(place, callee, index) => {
                let (keep, place) = (private("keep"), self.place(place));
                let ty = super::calls::companion_type(callee);
                let bit = proc_macro2::Literal::u32_suffixed(*index);
                quote_spanned!(span=> #keep::<{ (<#ty>::TAKES_MUT >> #bit) & 1u64 == 0u64 }, _>(&#place))
            }
            _ => TokenStream::new(),
        }
    }

    /// `match tag { 0 => &mut a, _ => &mut b }`
    fn choose(&self, candidates: &Candidates) -> TokenStream {
        let places = candidates.places.iter().map(|place| self.place(place));
        let places: Vec<_> = places.collect();
        let (Some(tag), [first @ .., last]) = (candidates.tag, &places[..]) else {
            return TokenStream::new();
        };
        let tag = self.value(tag);
        let numbers = (0..first.len()).map(proc_macro2::Literal::usize_unsuffixed);
        quote!(match #tag { #(#numbers => &mut #first,)* _ => &mut #last })
    }

    fn aggregate(&self, aggregate: &Aggregate, parts: &[ValueId], span: Span) -> TokenStream {
        // with names at other lines than operators, a list of `a * b` or `a - b` looks to
        // clippy as if a comma were missing
        let in_list = matches!(aggregate, Aggregate::Array | Aggregate::Vec);
        let value = |part: &ValueId| match (self.value(*part), self.inline.get(part)) {
            (value, Some(Op::Binary(BinaryOp::Mul | BinaryOp::Sub, ..))) if in_list => {
                quote!((#value))
            }
            (value, _) => value,
        };
        let mut values: Vec<_> = parts.iter().map(value).collect();
        match aggregate {
            Aggregate::Array => quote!([#(#values),*]),
            Aggregate::Vec => {
                let vec = self.facade.private("Vec", span);
                match values.is_empty() {
                    true => quote!(#vec::new()),
                    false => quote!(#vec::from([#(#values),*])),
                }
            }
            Aggregate::Tuple => quote!((#(#values,)*)),
            Aggregate::Closure(form, mode) => self.closure(form, *mode, &values, span),
            Aggregate::Box => {
                let boxed = self.facade.private("Box", span);
                quote!(#boxed::new(#(#values),*))
            }
            Aggregate::Struct {
                path,
                members,
                has_base,
            } => {
                let base = match has_base {
                    true => values.pop().map(|base| quote!(..#base)),
                    false => None,
                };
                quote!(#path { #(#members: #values,)* #base })
            }
        }
    }
}
