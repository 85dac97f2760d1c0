//! `Option`s: a flag and a payload, so that what is inside is differentiated.

use super::{Binding, Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Place, Proj, Region, Stmt, Tree, ValueId};
use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall, Pat};

/// What a pattern asks of an option.
pub(super) enum Asked<'p> {
    /// `Some(p)` or `Ok(p)`
    Some(&'p Pat),
    None,
    /// `Err(p)`
    Err(&'p Pat),
    /// Matches both, and may bind the whole.
    Any,
}

/// Options in options beyond this are refused.
const MAX_OPTIONS: usize = 8;

impl Lowerer<'_> {
    pub(super) fn none(&mut self, span: Span) -> Tree<ValueId> {
        let flag = self.push(Op::Flag(false), Kind::Bool, span);
        Tree::Option(Box::new(flag), Box::new(Tree::unit()))
    }

    pub(super) fn some(&mut self, payload: Tree<ValueId>, span: Span) -> Tree<ValueId> {
        // each operation on it is one on every level
        let inside = |tree: &Tree<ValueId>| match tree {
            Tree::Option(_, payload) => Some((**payload).clone()),
            _ => None,
        };
        let levels = std::iter::successors(Some(payload.clone()), inside);
        if levels.take(MAX_OPTIONS).count() == MAX_OPTIONS {
            self.errors.refuse_at(span, no::TOO_DEEP);
            return self.dummy(span);
        }
        let flag = self.push(Op::Flag(true), Kind::Bool, span);
        Tree::Option(Box::new(flag), Box::new(payload))
    }

    /// An option of code that is passed through, opened.
    pub(super) fn opened(&mut self, value: ValueId, span: Span) -> Tree<ValueId> {
        let flag = self.push(Op::Runtime("is_some", vec![value]), Kind::Bool, span);
        let payload = self.push(Op::Runtime("payload", vec![value]), Kind::Opaque, span);
        Tree::Option(Box::new(flag), Box::new(payload))
    }

    /// A parameter `Option<T>`, opened: numbers in it are known as such by the type.
    pub(super) fn opened_parameter(
        &mut self,
        value: ValueId,
        payload: &syn::Type,
        span: Span,
    ) -> Tree<ValueId> {
        match self.opened(value, span) {
            Tree::Option(some, inner) => {
                let inner = match self.is_of_numbers(payload) {
                    true => self.ascribe(*inner, payload),
                    false => *inner,
                };
                Tree::Option(some, Box::new(inner))
            }
            opened => opened,
        }
    }

    /// A number or a tuple of numbers, by spelling.
    fn is_of_numbers(&self, ty: &syn::Type) -> bool {
        match ty {
            syn::Type::Tuple(tuple) => tuple.elems.iter().all(|ty| self.is_of_numbers(ty)),
            ty => matches!(
                self.kind_of_type(ty),
                Kind::Real(_) | Kind::Int | Kind::Bool
            ),
        }
    }

    /// A parameter `Option<&T>`, opened: it refers to a copy, which is there to the end.
    pub(super) fn opened_reference(
        &mut self,
        value: ValueId,
        to: &syn::Type,
        span: Span,
    ) -> Tree<ValueId> {
        let own = Op::Runtime("owned_option", vec![value]);
        let own = self.push_value(own, Kind::Opaque, span);
        let flag = self.push(Op::Runtime("is_some", vec![own]), Kind::Bool, span);
        let kind = self.kind_of_type(to);
        let payload = self.push_value(Op::Runtime("payload", vec![own]), kind, span);
        let place = Place::whole(payload);
        let payload = match to {
            _ if self.is_scalar(payload) => Tree::Ref(Box::new(Tree::Leaf(payload))),
            syn::Type::Slice(_) => {
                self.view(place.with(Proj::Range(None, None, false)), false, span)
            }
            _ => self.view(place, false, span),
        };
        Tree::Option(Box::new(flag), Box::new(payload))
    }

    /// Whether an expression is an option that is kept as flag and payload, or may
    /// be one for all that is known.
    pub(super) fn is_optional(&self, expr: &Expr) -> bool {
        // `iter::once(x).chain(..)` begins with a call, and is an iterator
        !self.is_chain(expr) && (self.is_option_by_name(expr) || self.is_call_of_user(expr))
    }

    /// Whether its names say that an expression is an option.
    pub(super) fn is_option_by_name(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_optional(&inner.expr),
            Expr::Group(inner) => self.is_optional(&inner.expr),
            Expr::Reference(inner) => self.is_optional(&inner.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) if name == "None" => true,
                Some(name) => match self.lookup(&name.to_string()) {
                    Some(Binding::Value(tree)) => matches!(tree.behind_refs(), Tree::Option(..)),
                    Some(Binding::Slot(slot)) => {
                        matches!(self.slots[slot.0].tree, Some(Tree::Option(..)))
                    }
                    _ => false,
                },
                None => false,
            },
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) if path.path.is_ident("Some") => true,
                name => match self.bound_closure(name) {
                    Some(closure) => {
                        matches!(self.shape_of_closure(&closure.expr), Some(Tree::Option(..)))
                    }
                    None => false,
                },
            },
            Expr::MethodCall(call) if super::then::is_then(call) => true,
            Expr::MethodCall(call) => {
                let name = &*call.method.to_string();
                match (name, call.args.len()) {
                    ("ok", 0) => self.is_result_or_call(&call.receiver),
                    ("first" | "last" | "first_mut" | "last_mut", 0)
                    | ("get" | "get_mut", 1)
                    | (
                        "pop" | "split_first" | "split_last" | "split_first_mut" | "split_last_mut",
                        0,
                    ) => {
                        self.is_chain(&call.receiver)
                            || self.is_element_access(expr)
                            || name == "pop"
                            || self.asks(expr)
                    }
                    (
                        "min_by" | "max_by" | "reduce" | "find" | "find_map" | "position" | "nth"
                        | "rposition",
                        1,
                    )
                    | ("try_fold", 2)
                    | ("next" | "next_back" | "peek", 0) => self.is_chain(&call.receiver),
                    (
                        "map" | "and_then" | "filter" | "or" | "or_else" | "copied" | "cloned"
                        | "as_ref" | "take" | "zip",
                        _,
                    ) => self.is_optional(&call.receiver),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether the body of a closure is an option by its names, on one of its ways.
    pub(super) fn ends_in_option(&self, body: &Expr) -> bool {
        // a closure may only call those before it
        ends_in(body, &|expr| self.is_option_by_name(expr))
    }

    /// The option or the result that a closure gives, if something tells.
    pub(super) fn shape_of_closure(&self, closure: &syn::ExprClosure) -> Option<Tree<()>> {
        let gives_result = || ends_in(&closure.body, &|expr| self.is_result(expr));
        let is_result = match &closure.output {
            syn::ReturnType::Type(_, ty) => crate::parse::Wrapped::of(ty)?.is_result,
            syn::ReturnType::Default if self.ends_in_option(&closure.body) => false,
            syn::ReturnType::Default if gives_result() => true,
            syn::ReturnType::Default => return None,
        };
        Some(match is_result {
            true => super::result::shape(),
            false => option_shape(),
        })
    }

    /// The methods of options.
    pub(super) fn option_method(
        &mut self,
        call: &ExprMethodCall,
        expected: Option<&Tree<()>>,
    ) -> Option<Lowering> {
        if let Some(value) = self.option_in_field(call, expected) {
            return Some(value);
        }
        let unwraps = call.method == "unwrap" || call.method == "expect";
        let of_field = || {
            let is_expected = matches!(expected, Some(Tree::Option(..)));
            (is_expected || tells_option(&call.method))
                && self.gives_option_of_field(&call.receiver)
        };
        if !(self.is_optional(&call.receiver) || of_field())
            // the element is a place: no reference to it has to be kept
            || (unwraps && self.is_element_of_place(&call.receiver))
        {
            return None;
        }
        let span = call.method.span();
        let name = call.method.to_string();
        let known = match call.args.len() {
            0 => &[
                "unwrap",
                "unwrap_or_default",
                "is_some",
                "is_none",
                "copied",
                "cloned",
                "as_ref",
                "take",
            ][..],
            1 => &[
                "expect",
                "unwrap_or",
                "unwrap_or_else",
                "map",
                "and_then",
                "filter",
                "or",
                "or_else",
                "is_some_and",
                "zip",
            ],
            2 => &["map_or", "map_or_else"],
            _ => &[],
        };
        if !known.contains(&&*name) {
            // the function may return anything
            if self.is_call_of_user(&call.receiver) {
                return None;
            }
            return Some(self.refuse(&call.method, no::OPTION_METHOD));
        }
        Some(self.option_call(call, &name, span))
    }

    fn option_call(&mut self, call: &ExprMethodCall, name: &str, span: Span) -> Lowering {
        if let ("copied" | "cloned", Expr::MethodCall(access)) =
            (name, super::call::strip(&call.receiver))
            && self.is_element_of_place(&call.receiver)
        {
            return self.copied_element(access);
        }
        if let ("unwrap" | "expect", true) = (name, self.asks(&call.receiver)) {
            let panics = self.panics_without_value(call.args.first(), span);
            return self.asked_item(call, panics);
        }
        let receiver = self.expr_expecting(&call.receiver, Some(&option_shape()))?;
        let by_reference = matches!(receiver, Tree::Ref(_));
        let Tree::Option(some, payload) = receiver.behind_refs().clone() else {
            return self.refuse(&call.receiver, no::OPTION_SHAPE);
        };
        let flag = self.leaf(&some, span);
        let payload = *payload;
        let arg = call.args.first();
        match name {
            "is_some" => return Some(Tree::Leaf(flag)),
            "is_none" => return Some(self.push(Op::Not(flag), Kind::Bool, span)),
            "unwrap" | "expect" => {
                let panics = self.panics_without_value(arg, span);
                self.push_if(flag, Region::default(), panics);
                return Some(payload);
            }
            "copied" | "cloned" => {
                let payload = self.copied(&payload, span);
                return Some(Tree::Option(some, Box::new(payload)));
            }
            "as_ref" => {
                let payload = match payload {
                    payload if by_reference || payload.is_unit() => payload,
                    payload => Tree::Ref(Box::new(payload)),
                };
                return Some(Tree::Option(some, Box::new(payload)));
            }
            "take" => {
                let Some(place) = self.place(&call.receiver) else {
                    return self.refuse(&call.receiver, no::OPTION_METHOD);
                };
                let none = self.none(span);
                self.write_place(&place, &none, span);
                return Some(Tree::Option(some, Box::new(payload)));
            }
            _ => {}
        }
        let slot = self.slot(None, None, true, span);
        let mut reached = false;
        let mut write = |this: &mut Self, value: Lowering| {
            if let Some(value) = value {
                let value = this.owned(&value, span);
                this.write_slot(slot, &value, span);
                reached = true;
            }
        };
        // `unwrap_or` and its like take their argument before they look
        let early = match (name, arg) {
            ("or" | "zip", Some(arg)) => Some(self.expr_expecting(arg, Some(&option_shape()))?),
            ("unwrap_or" | "map_or", Some(arg)) => Some(self.expr(arg)?),
            _ => None,
        };
        let known = !payload.is_unit();
        let then = self.region(|this| {
            if !known {
                return;
            }
            let value = match (name, arg) {
                ("unwrap_or" | "unwrap_or_else" | "unwrap_or_default", _) => Some(payload),
                ("or" | "or_else", _) => Some(this.some(payload, span)),
                ("map", Some(f)) => {
                    let value = this.apply(f, vec![payload]);
                    value.map(|value| this.some(value, span))
                }
                ("and_then", Some(f)) => {
                    this.expected_of_closure = Some(option_shape());
                    this.apply(f, vec![payload])
                }
                ("is_some_and", Some(f)) => this.apply(f, vec![payload]),
                ("map_or", _) => this.apply(&call.args[1], vec![payload]),
                ("map_or_else", _) => this.apply(&call.args[1], vec![payload]),
                ("zip", _) => match early.clone() {
                    Some(Tree::Option(other, inner)) => {
                        let pair = Tree::Tuple(vec![payload, *inner]);
                        Some(Tree::Option(other, Box::new(pair)))
                    }
                    _ => this.refuse(call, no::OPTION_SHAPE),
                },
                ("filter", Some(f)) => {
                    let shown = Tree::Ref(Box::new(payload.clone()));
                    let keep = this.apply(f, vec![shown]);
                    keep.map(|keep| Tree::Option(Box::new(keep), Box::new(payload)))
                }
                _ => None,
            };
            write(this, value);
        });
        let other = self.region(|this| {
            let value = match (name, arg) {
                ("unwrap_or" | "or" | "map_or", _) => early.clone(),
                ("or_else", Some(f)) => {
                    this.expected_of_closure = Some(option_shape());
                    this.apply(f, Vec::new())
                }
                ("unwrap_or_else" | "map_or_else", Some(f)) => this.apply(f, Vec::new()),
                ("unwrap_or_default", _) => {
                    let tokens = quote_spanned!(span=> ::core::default::Default::default());
                    Some(this.push(Op::Constant(tokens), Kind::Opaque, span))
                }
                ("is_some_and", _) => Some(this.push(Op::Flag(false), Kind::Bool, span)),
                _ => Some(this.none(span)),
            };
            write(this, value);
        });
        match known {
            true => self.push_if(flag, then, other),
            false => self.out.extend(other.stmts),
        }
        reached.then(|| self.read_slot(slot, span))
    }

    /// The generated code panics where the user's does.
    pub(super) fn panics_without_value(&mut self, message: Option<&Expr>, span: Span) -> Region {
        self.region(|this| {
            let tokens = match message {
                Some(message) => quote_spanned!(span=> ::core::panic!("{}", #message)),
                None => quote_spanned! {span=>
                    ::core::panic!("called `Option::unwrap()` on a `None` value")
                },
            };
            let capture = this.capture(tokens);
            this.out.push(Stmt::Diverge(capture));
        })
    }

    /// `value?` in a function that returns an `Option`.
    pub(super) fn question_mark(&mut self, question: &syn::ExprTry) -> Lowering {
        let span = question.question_token.span();
        let (target, slot) = self.ret;
        if matches!(self.slots[slot.0].tree, Some(Tree::Result(..))) {
            return self.result_or_return(question);
        }
        let value = self.expr_expecting(&question.expr, Some(&option_shape()))?;
        let Tree::Option(some, payload) = value else {
            return self.refuse(question, no::QUESTION_MARK);
        };
        let flag = self.leaf(&some, span);
        if !matches!(self.slots[slot.0].tree, Some(Tree::Option(..))) {
            return self.refuse(question, no::QUESTION_MARK);
        }
        let leave = self.region(|this| {
            let none = this.none(span);
            this.write_slot(slot, &none, span);
            this.out.push(Stmt::Exit(target));
        });
        self.push_if(flag, Region::default(), leave);
        Some(*payload)
    }

    // Patterns

    /// What is matched on. A call whose result is matched with `Some` or `None`
    /// returns an option.
    pub(super) fn scrutinee<'p>(
        &mut self,
        expr: &Expr,
        mut pats: impl Iterator<Item = &'p Pat>,
    ) -> Lowering {
        // a call says what it returns by the patterns alone
        if let Expr::Tuple(tuple) = expr {
            let pats: Vec<&Pat> = pats.collect();
            let mut parts = Vec::new();
            for (index, part) in tuple.elems.iter().enumerate() {
                let inner = pats.iter().filter_map(|pat| element_of(pat, index));
                parts.push(self.scrutinee(part, inner.collect::<Vec<_>>().into_iter())?);
            }
            return Some(Tree::Tuple(parts));
        }
        if !self.is_call_of_user(expr) && !self.gives_option_of_field(expr) {
            return self.expr(expr);
        }
        match pats.find_map(case_of) {
            Some(true) => self.expr_expecting(expr, Some(&super::result::shape())),
            Some(false) => self.expr_expecting(expr, Some(&option_shape())),
            None => self.expr(expr),
        }
    }
}

/// Whether one of the ways through a body ends in such an expression.
fn ends_in(body: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    let last = |block: &syn::Block| match block.stmts.last() {
        Some(syn::Stmt::Expr(expr, None)) => ends_in(expr, is),
        _ => false,
    };
    match body {
        Expr::Paren(inner) => ends_in(&inner.expr, is),
        Expr::Group(inner) => ends_in(&inner.expr, is),
        Expr::Block(block) => last(&block.block),
        Expr::If(branch) => {
            let other = branch.else_branch.as_ref();
            last(&branch.then_branch) || other.is_some_and(|(_, other)| ends_in(other, is))
        }
        Expr::Match(choice) => choice.arms.iter().any(|arm| ends_in(&arm.body, is)),
        body => is(body),
    }
}

/// What a pattern asks of an option; nothing if it looks deeper.
pub(super) fn asked(pat: &Pat) -> Option<Asked<'_>> {
    match pat {
        Pat::Paren(inner) => asked(&inner.pat),
        Pat::Reference(inner) => asked(&inner.pat),
        Pat::TupleStruct(tuple) if tuple.elems.len() == 1 => {
            let inner = &tuple.elems[0];
            if tuple.path.is_ident("Err") {
                return Some(Asked::Err(inner));
            }
            let names = tuple.path.is_ident("Some") || tuple.path.is_ident("Ok");
            (names && is_irrefutable(inner)).then_some(Asked::Some(inner))
        }
        Pat::Ident(name) if name.ident == "None" => Some(Asked::None),
        Pat::Path(path) if path.path.is_ident("None") => Some(Asked::None),
        Pat::Wild(_) => Some(Asked::Any),
        Pat::Ident(name) if name.subpat.is_none() => Some(Asked::Any),
        _ => None,
    }
}

/// What a tuple pattern asks of one element.
fn element_of(pat: &Pat, index: usize) -> Option<&Pat> {
    match pat {
        Pat::Paren(inner) => element_of(&inner.pat, index),
        Pat::Guard(guarded) => element_of(&guarded.pat, index),
        Pat::Tuple(tuple) => tuple.elems.get(index),
        _ => None,
    }
}

/// Whether a pattern names a case of a `Result` (or of an `Option`).
fn case_of(pat: &Pat) -> Option<bool> {
    match pat {
        Pat::Paren(inner) => case_of(&inner.pat),
        Pat::Guard(guarded) => case_of(&guarded.pat),
        Pat::Reference(inner) => case_of(&inner.pat),
        Pat::Or(or) => or.cases.iter().find_map(case_of),
        Pat::TupleStruct(tuple) => match () {
            () if tuple.path.is_ident("Ok") || tuple.path.is_ident("Err") => Some(true),
            () if tuple.path.is_ident("Some") => Some(false),
            () => None,
        },
        Pat::Ident(name) if name.ident == "None" => Some(false),
        Pat::Path(path) if path.path.is_ident("None") => Some(false),
        _ => None,
    }
}

pub(super) fn is_irrefutable(pat: &Pat) -> bool {
    match pat {
        Pat::Wild(_) | Pat::Rest(_) => true,
        Pat::Ident(name) => name.subpat.is_none() && !super::pattern::is_constant_name(&name.ident),
        Pat::Paren(inner) => is_irrefutable(&inner.pat),
        Pat::Reference(inner) => is_irrefutable(&inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().all(is_irrefutable),
        _ => false,
    }
}

/// Whether a method is one of options, or results, by its name.
fn tells_option(method: &syn::Ident) -> bool {
    method == "map_or"
        || method == "map_or_else"
        || method.to_string().starts_with("unwrap")
        || method == "expect"
        || method.to_string().starts_with("is_some")
        || method == "is_none"
}

/// The shape of an option of one value.
pub(super) fn option_shape() -> Tree<()> {
    Tree::Option(Box::new(Tree::Leaf(())), Box::new(Tree::Leaf(())))
}

/// What is asked of a value that is returned as a reference.
pub(super) fn reference_shape() -> Tree<()> {
    Tree::Ref(Box::new(Tree::Leaf(())))
}
