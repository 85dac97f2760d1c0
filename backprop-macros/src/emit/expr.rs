//! Expressions, with no more parentheses than they need.

use super::Emitter;
use super::names::{local, plumbing};
use crate::ir::{Arg, BinaryOp, Capture, Kind, Op, Tree, ValueId};
use proc_macro2::{Literal, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// How tightly an expression binds; see [`BinaryOp::precedence`].
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Precedence(u8);

/// `if`, casts, code of the user: needs parentheses in any operator.
const LOOSE: Precedence = Precedence(0);
const UNARY: Precedence = Precedence(12);
const ATOM: Precedence = Precedence(14);

impl Emitter<'_> {
    /// The expression that stands for `value`.
    pub(super) fn value(&self, value: ValueId) -> TokenStream {
        self.prec(value).0
    }

    fn prec(&self, value: ValueId) -> (TokenStream, Precedence) {
        match self.inline.get(&value) {
            Some(op) => self.op(value, op),
            None if self.f.lent.contains(&value) => {
                let name = self.ident(value);
                (quote!(*#name), UNARY)
            }
            None => (self.ident(value).to_token_stream(), ATOM),
        }
    }

    pub(super) fn ident(&self, value: ValueId) -> proc_macro2::Ident {
        let name = self.names.get(&value).map_or("value", String::as_str);
        local(name, self.f.info(value).span)
    }

    pub(super) fn span(&self, value: ValueId) -> Span {
        self.f.info(value).span.resolved_at(Span::mixed_site())
    }

    /// `&value`
    pub(super) fn reference(&self, value: ValueId) -> TokenStream {
        let value = self.at_least(value, UNARY);
        quote!(&#value)
    }

    /// An operand of `..`.
    pub(super) fn operand(&self, value: ValueId) -> TokenStream {
        self.at_least(value, UNARY)
    }

    /// A value that stands before a dot.
    pub(super) fn before_dot(&self, value: ValueId) -> TokenStream {
        self.at_least(value, ATOM)
    }

    fn at_least(&self, value: ValueId, needed: Precedence) -> TokenStream {
        let (tokens, precedence) = self.prec(value);
        match precedence < needed {
            true => quote!((#tokens)),
            false => tokens,
        }
    }

    /// The right-hand side of a `let`.
    pub(super) fn op(&self, value: ValueId, op: &Op) -> (TokenStream, Precedence) {
        let span = self.span(value);
        match op {
            Op::Constant(tokens) => {
                let is_atom = syn::parse2::<syn::Lit>(tokens.clone()).is_ok()
                    || syn::parse2::<syn::Path>(tokens.clone()).is_ok();
                (tokens.clone(), if is_atom { ATOM } else { LOOSE })
            }
            Op::Number(number) => {
                let mut literal = Literal::f64_unsuffixed(number.abs());
                literal.set_span(span);
                if !self.f.reals.is_empty() && self.f.kind(value) == Kind::Opaque {
                    // what it meets may be of a type parameter
                    let convert = self.facade.private("literal", span);
                    let sign = number.is_sign_negative().then(|| quote!(-));
                    return (quote_spanned!(span=> #convert(#sign #literal)), ATOM);
                }
                if let Some(ty) = self.f.type_parameter(value) {
                    let convert = self.facade.private("literal", span);
                    let sign = number.is_sign_negative().then(|| quote!(-));
                    return (quote_spanned!(span=> #convert::<#ty>(#sign #literal)), ATOM);
                }
                match number.is_sign_negative() {
                    true => (quote!(-#literal), UNARY),
                    false => (literal.to_token_stream(), ATOM),
                }
            }
            Op::Integer(number) => {
                let literal = Literal::i64_unsuffixed(*number);
                let precedence = if *number < 0 { UNARY } else { ATOM };
                (literal.to_token_stream(), precedence)
            }
            Op::Flag(flag) => (quote!(#flag), ATOM),
            Op::Copy(a, _) => self.prec(*a),
            Op::Neg(a) => {
                let a = self.at_least(*a, UNARY);
                (quote_spanned!(span=> -#a), UNARY)
            }
            Op::Not(a) => {
                let a = self.at_least(*a, UNARY);
                (quote_spanned!(span=> !#a), UNARY)
            }
            Op::Function(path, _) => {
                let (named, companion) = (
                    self.facade.private("named", span),
                    super::calls::companion_type(path),
                );
                (quote_spanned!(span=> #named(#companion {}, #path)), ATOM)
            }
            Op::Deref(a) => {
                let a = self.at_least(*a, UNARY);
                (quote_spanned!(span=> *#a), UNARY)
            }
            Op::Binary(op, a, b) => self.binary(*op, *a, *b, span),
            Op::Method(method, args) => {
                let receiver = self.at_least(args[0], ATOM);
                let name = proc_macro2::Ident::new(method.name(), span);
                let by_reference = method.name().ends_with("_cmp");
                let args = args[1..].iter().map(|arg| match by_reference {
                    true => {
                        let arg = self.at_least(*arg, UNARY);
                        quote!(&#arg)
                    }
                    false => self.value(*arg),
                });
                (quote_spanned!(span=> #receiver.#name(#(#args),*)), ATOM)
            }
            Op::Cast(a, ty) => {
                let a = self.at_least(*a, UNARY);
                (quote_spanned!(span=> #a as #ty), LOOSE)
            }
            Op::Convert(path, a) => {
                let a = self.value(*a);
                (quote_spanned!(span=> #path(#a)), ATOM)
            }
            Op::Project(a, index) => {
                let a = self.at_least(*a, ATOM);
                let index = Literal::u32_unsuffixed(*index);
                (quote_spanned!(span=> #a.#index), ATOM)
            }
            Op::Verbatim(capture, _) => (self.capture(capture), LOOSE),
            Op::Stop(path, capture) => {
                let inner = self.capture(capture);
                (quote_spanned!(span=> <#path>::stop(#path, #inner)), ATOM)
            }
            Op::Runtime("number", args) => {
                let held = self.facade.private("MayBorrow", span);
                let given = self.value(args[0]);
                (quote_spanned!(span=> #held::new(#given).number()), ATOM)
            }
            Op::Runtime(name, args) => {
                let function = self.facade.rule(name, span);
                let args = args.iter().map(|arg| match *name {
                    "is_nonzero" | "default_like" | "is_some" | "payload" | "as_real" => {
                        self.reference(*arg)
                    }
                    // what rustc finds wrong with it is wrong there
                    "upstream_one" => {
                        let arg = self.operand(*arg);
                        quote_spanned!(span=> &#arg)
                    }
                    _ => self.value(*arg),
                });
                (quote_spanned!(span=> #function(#(#args),*)), ATOM)
            }
            Op::Select(cond, a, b) => {
                let (cond, a, b) = (self.value(*cond), self.value(*a), self.value(*b));
                (quote_spanned!(span=> if #cond { #a } else { #b }), LOOSE)
            }
            Op::ZeroGradient(a) => {
                let function = self.facade.private("zero_gradient", span);
                let a = self.at_least(*a, UNARY);
                (quote_spanned!(span=> #function(&#a)), ATOM)
            }
            Op::AddField(a, index, d) => {
                let (a, d) = (self.value(*a), self.at_least(*d, UNARY));
                let index = Literal::u32_unsuffixed(*index);
                let total = plumbing("total", span);
                let add = self.facade.private("accumulate", span);
                let tokens = quote_spanned! {span=> {
                    let mut #total = #a;
                    #add(&mut #total.#index, &#d);
                    #total
                }};
                (tokens, LOOSE)
            }
            Op::Load(place) => {
                let precedence = match place.path.is_empty() && self.is_behind(place.base) {
                    true => UNARY,
                    false => ATOM,
                };
                (self.place_op(value, op), precedence)
            }
            // gone before emission
            Op::Pointer(_) => (TokenStream::new(), ATOM),
            Op::View(..) | Op::Traced(..) => (self.place_op(value, op), UNARY),
            Op::Choose(_) => (self.place_op(value, op), LOOSE),
            Op::Part(..)
            | Op::Lens(_)
            | Op::Chosen(_)
            | Op::SplitAt(..)
            | Op::Half(..)
            | Op::Duplicate(..)
            | Op::ArrayLike(..)
            | Op::Query(..)
            | Op::Length(_)
            | Op::PopValue(_)
            | Op::IsEmpty(_)
            | Op::Checked(..)
            | Op::SortOrder(..)
            | Op::NewVec(_)
            | Op::Repeat(..)
            | Op::Take(_)
            | Op::Exchange(..)
            | Op::ZeroAt(_)
            | Op::Pop(_)
            | Op::Begin(_)
            | Op::SumOf(_)
            | Op::CopyGradient(_)
            | Op::CopyAt(_)
            | Op::Spread(..)
            | Op::Owned(..)
            | Op::OwnedAlong(..)
            | Op::Snapshot(_)
            | Op::Keep(..) => (self.place_op(value, op), ATOM),
            Op::Aggregate(aggregate, _) => {
                let precedence = match aggregate {
                    crate::ir::Aggregate::Struct { .. } => LOOSE,
                    _ => ATOM,
                };
                (self.place_op(value, op), precedence)
            }
            Op::TapeLength(tape) => {
                let tape = self.ident(*tape);
                (quote!(#tape.len()), ATOM)
            }
            Op::Counts(op, a, b) => {
                let function = self.facade.private(
                    match op {
                        BinaryOp::Mul => "times",
                        _ => "plus",
                    },
                    span,
                );
                let (a, b) = (self.value(*a), self.value(*b));
                (quote_spanned!(span=> #function(#a, #b)), ATOM)
            }
            Op::Resume(tape) if self.f.read.contains(tape) || self.f.nests.contains(tape) => {
                (self.cursor(*tape), ATOM)
            }
            Op::Resume(tape) => (self.ident(*tape).to_token_stream(), ATOM),
            Op::Hold(value) => {
                let (hold, value) = (self.facade.private("hold", span), self.value(*value));
                (quote_spanned!(span=> #hold(#value)), ATOM)
            }
            Op::Regain(kept, is_gradient) => {
                let regain = self.facade.private(
                    match is_gradient {
                        true => "regain_gradient",
                        false => "regain",
                    },
                    span,
                );
                let (kept, run) = (self.reference(*kept), &self.run);
                (quote_spanned!(span=> #regain(#kept, #run)), ATOM)
            }
            Op::NewCheckpoints(..)
            | Op::NextTurn(_)
            | Op::TurnStart(_)
            | Op::TurnEnd(_)
            | Op::IsLight(..)
            | Op::Kept(_)
            | Op::ItemAt(..) => (self.checkpoint_op(op, span), ATOM),
            Op::CastTangent(like, d) => {
                let function = self.facade.private("cast_tangent", span);
                let (like, d) = (self.at_least(*like, UNARY), self.value(*d));
                (quote_spanned!(span=> #function(&#like, #d)), ATOM)
            }
            Op::TripCount(range) => {
                let (count, range) = (self.facade.private("trip_count", span), self.range(range));
                (quote_spanned!(span=> #count(&(#range))), ATOM)
            }
            Op::Window(window) => (self.window(window, span), LOOSE),
            Op::Draw(drawing) => (self.draw(drawing, span), ATOM),
            Op::Narrow(like, d) => {
                let function = self.facade.private("narrow", span);
                let like = self.at_least(*like, UNARY);
                let d = self.value(*d);
                (quote_spanned!(span=> #function(&#like, #d)), ATOM)
            }
        }
    }

    fn binary(
        &self,
        op: BinaryOp,
        a: ValueId,
        b: ValueId,
        span: Span,
    ) -> (TokenStream, Precedence) {
        let is_open = |value: &ValueId| {
            let number = matches!(self.inline.get(value), Some(Op::Number(_)));
            number && !self.f.reals.is_empty() && self.f.kind(*value) == Kind::Opaque
        };
        // a number takes its type from what stands before it
        let (a, b) = match (op, is_open(&a)) {
            (BinaryOp::Add | BinaryOp::Mul, true) => (b, a),
            _ => (a, b),
        };
        let own = Precedence(op.precedence());
        let tighter = Precedence(op.precedence() + 1);
        // comparisons do not chain; the rest associates to the left
        let left = match op.precedence() {
            4 => tighter,
            _ => own,
        };
        let (a, b) = (self.at_least(a, left), self.at_least(b, tighter));
        let symbol = symbol(op.symbol(), span);
        (quote!(#a #symbol #b), own)
    }

    /// `+=` and its like.
    pub(super) fn compound(&self, op: BinaryOp, place: ValueId) -> TokenStream {
        symbol(&format!("{}=", op.symbol()), self.span(place))
    }

    /// User code with the locals it names bound again.
    pub(super) fn capture(&self, capture: &Capture) -> TokenStream {
        let tokens = &capture.tokens;
        if capture.uses.is_empty() {
            return tokens.clone();
        }
        let bindings = capture.uses.iter().map(|(name, tree)| {
            let value = match tree {
                // looked at, not moved
                Tree::Leaf(leaf) if self.f.info(*leaf).hold == crate::ir::Hold::Mut => {
                    let value = self.value(*leaf);
                    quote!(&*#value)
                }
                Tree::Leaf(leaf)
                    if self.f.kind(*leaf).is_container() && !self.f.is_reference(*leaf) =>
                {
                    self.reference(*leaf)
                }
                tree => self.tree(tree),
            };
            quote!(let #name = #value;)
        });
        quote!({ #(#bindings)* #tokens })
    }

    /// A tuple of values, references included.
    pub(super) fn tree(&self, tree: &Tree<ValueId>) -> TokenStream {
        match tree {
            Tree::Leaf(leaf) => self.value(*leaf),
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.tree(part));
                quote!((#(#parts,)*))
            }
            Tree::Ref(inner) => {
                let (inner, span) = match &**inner {
                    Tree::Leaf(leaf) => (self.at_least(*leaf, UNARY), self.span(*leaf)),
                    inner => (self.tree(inner), proc_macro2::Span::call_site()),
                };
                quote_spanned!(span=> &#inner)
            }
            Tree::Option(some, payload) => {
                let (some, payload) = (self.tree(some), self.some_of(payload));
                quote!(if #some { #payload } else { ::core::option::Option::None })
            }
            Tree::Result(ok, error) => {
                let result = self.facade.rule("result", proc_macro2::Span::call_site());
                let error = match error.is_unit() {
                    true => quote!(::core::option::Option::None),
                    false => self.tree(error),
                };
                let ok = self.tree(ok);
                quote!(#result(#ok, #error))
            }
        }
    }

    /// `Some(payload)`, or `None` where no payload is known.
    fn some_of(&self, payload: &Tree<ValueId>) -> TokenStream {
        if payload.is_unit() {
            return quote!(::core::option::Option::None);
        }
        let payload = self.tree(payload);
        quote!(::core::option::Option::Some(#payload))
    }

    /// A tuple pattern of names.
    pub(super) fn pattern(&self, tree: &Tree<ValueId>) -> TokenStream {
        match tree {
            Tree::Leaf(leaf) => self.binder(*leaf),
            Tree::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.pattern(part));
                quote!((#(#parts,)*))
            }
            Tree::Ref(inner) => self.pattern(inner),
            Tree::Option(some, payload) => {
                let (some, payload) = (self.pattern(some), self.pattern(payload));
                quote!((#some, #payload))
            }
            Tree::Result(ok, error) => {
                let (ok, error) = (self.pattern(ok), self.pattern(error));
                quote!((#ok, #error))
            }
        }
    }

    pub(super) fn arg(&self, arg: &Arg) -> TokenStream {
        match arg {
            Arg::In(tree) => self.tree(tree),
            Arg::Mut { after, .. } => match after {
                Tree::Leaf(leaf) => {
                    let name = self.ident(*leaf);
                    quote!(&mut #name)
                }
                after => {
                    let name = self.whole(after);
                    quote!(&mut #name)
                }
            },
        }
    }

    /// The variable that holds a whole tuple passed by `&mut`.
    pub(super) fn whole(&self, tree: &Tree<ValueId>) -> proc_macro2::Ident {
        match tree.leaves().first() {
            Some(leaf) => {
                let name = self.ident(*leaf).to_string();
                plumbing(
                    &format!("tuple_{}", name.trim_start_matches('_')),
                    self.span(*leaf),
                )
            }
            None => plumbing("tuple", Span::mixed_site()),
        }
    }
}

pub(super) fn symbol(text: &str, span: Span) -> TokenStream {
    let mut chars = text.chars().peekable();
    let mut tokens = TokenStream::new();
    while let Some(c) = chars.next() {
        let spacing = match chars.peek() {
            Some(_) => Spacing::Joint,
            None => Spacing::Alone,
        };
        let mut punct = Punct::new(c, spacing);
        punct.set_span(span);
        punct.to_tokens(&mut tokens);
    }
    tokens
}
