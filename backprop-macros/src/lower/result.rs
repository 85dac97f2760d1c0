//! `Result`s: an option and an error. The payload is differentiated; an error
//! carries no derivative.

use super::closure::leaves_early;
use super::option::is_irrefutable;
use super::passed::Parts;
use super::{Binding, Lowerer, Lowering};
use crate::fence::catalogue as no;
use crate::ir::{Kind, Op, Region, Stmt, Tree, ValueId};
use proc_macro2::Span;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall, Pat, Type};

impl Lowerer<'_> {
    pub(super) fn ok(&mut self, payload: Tree<ValueId>, span: Span) -> Tree<ValueId> {
        let option = self.some(payload, span);
        Tree::Result(Box::new(option), Box::new(Tree::unit()))
    }

    /// A result of code that is passed through, taken apart; `analyse` refuses it if
    /// it is active.
    pub(super) fn opened_result(&mut self, value: ValueId, span: Span) -> Tree<ValueId> {
        let apart = Op::Runtime(APART, vec![value]);
        let apart = self.push_value(apart, Kind::Opaque, span);
        let option = self.push_value(Op::Project(apart, 0), Kind::Opaque, span);
        let error = self.push(Op::Project(apart, 1), Kind::Constant, span);
        let flag = self.push(Op::Project(option, 0), Kind::Bool, span);
        let payload = self.push(Op::Project(option, 1), Kind::Opaque, span);
        let option = Tree::Option(Box::new(flag), Box::new(payload));
        Tree::Result(Box::new(option), Box::new(error))
    }

    /// `Err(error)`: the argument is the user's code.
    pub(super) fn err(&mut self, error: &Expr, span: Span) -> Lowering {
        let made = self.some_error(error, error.span())?;
        let none = self.none(span);
        Some(Tree::Result(Box::new(none), Box::new(made)))
    }

    /// `Some(error)`, as an error.
    fn some_error(&mut self, error: &Expr, span: Span) -> Lowering {
        let mut capture = self.passed(error, Parts::Integers)?;
        let tokens = capture.tokens;
        capture.tokens = quote_spanned!(span=> ::core::option::Option::Some(#tokens));
        let op = Op::Verbatim(capture, refused_if_active(error));
        Some(self.push(op, Kind::Constant, span))
    }

    /// The error itself, where it is known to be there.
    fn error(&mut self, error: &Tree<ValueId>, span: Span) -> Lowering {
        let Tree::Leaf(leaf) = error else {
            // there is none: control never gets here
            return None;
        };
        Some(self.push(Op::Runtime("error", vec![*leaf]), Kind::Constant, span))
    }

    pub(super) fn bind_error(
        &mut self,
        pat: &Pat,
        error: Option<&Tree<ValueId>>,
        by_reference: bool,
    ) {
        if matches!(pat, Pat::Wild(_) | Pat::Rest(_)) {
            return;
        }
        let plain = matches!(pat, Pat::Ident(_)) && is_irrefutable(pat) && !by_reference;
        let Some(error) = error.filter(|_| plain) else {
            return self.errors.refuse(pat, no::ERROR_PATTERN);
        };
        if let Some(error) = self.error(error, pat.span()) {
            self.bind_pattern(pat, error, None);
        }
    }

    /// Whether an expression is a result that is kept as option and error.
    pub(super) fn is_result(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_result(&inner.expr),
            Expr::Group(inner) => self.is_result(&inner.expr),
            Expr::Reference(inner) => self.is_result(&inner.expr),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => match self.lookup(&name.to_string()) {
                    Some(Binding::Value(tree)) => matches!(tree.behind_refs(), Tree::Result(..)),
                    Some(Binding::Slot(slot)) => {
                        matches!(self.slots[slot.0].tree, Some(Tree::Result(..)))
                    }
                    _ => false,
                },
                None => false,
            },
            Expr::Call(call) => match &*call.func {
                // `Ok::<f64, String>(x)`
                Expr::Path(path) if path.path.segments.len() == 1 => {
                    let name = &path.path.segments[0].ident;
                    let gives = |closure: &super::closure::Closure| {
                        matches!(self.shape_of_closure(&closure.expr), Some(Tree::Result(..)))
                    };
                    name == "Ok"
                        || name == "Err"
                        || self.bound_closure(&call.func).is_some_and(|c| gives(&c))
                }
                _ => false,
            },
            Expr::MethodCall(call) => match (&*call.method.to_string(), call.args.len()) {
                ("ok_or" | "ok_or_else", 1) => self.becomes_result(&call.receiver),
                ("binary_search_by", 1) | ("binary_search_by_key", 2) => self.sees_more(call),
                ("map_err", 1) => self.is_result_or_call(&call.receiver),
                ("map" | "and_then" | "or_else", 1) => {
                    self.is_result(&call.receiver) || self.closure_tells(call)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a closure tells that a method is that of a result: it gives one, or takes the
    /// error.
    fn closure_tells(&self, call: &ExprMethodCall) -> bool {
        let Some(Expr::Closure(closure)) = call.args.first() else {
            return false;
        };
        match &*call.method.to_string() {
            "and_then" => matches!(self.shape_of_closure(closure), Some(Tree::Result(..))),
            "or_else" | "unwrap_or_else" => closure.inputs.len() == 1,
            _ => false,
        }
    }

    /// The same, if a method says that a call returns one.
    pub(super) fn is_result_or_call(&self, expr: &Expr) -> bool {
        let is_call = match super::call::strip(expr) {
            Expr::MethodCall(call) => {
                let keeps = matches!(&*call.method.to_string(), "map" | "and_then" | "or_else");
                keeps && self.is_result_or_call(&call.receiver)
            }
            _ => false,
        };
        is_call || self.is_call_of_user(expr) || self.is_result(expr)
    }

    /// The methods of results, and those of options that make one.
    pub(super) fn result_method(
        &mut self,
        call: &ExprMethodCall,
        is_expected: bool,
    ) -> Option<Lowering> {
        let name = call.method.to_string();
        let names_result = matches!(
            &*name,
            "ok" | "err" | "is_ok" | "is_err" | "map_err" | "is_ok_and" | "is_err_and"
        );
        if let ("ok_or" | "ok_or_else", [error]) =
            (&*name, &call.args.iter().collect::<Vec<_>>()[..])
            && self.becomes_result(&call.receiver)
        {
            return Some(self.ok_or(call, error));
        }
        let keeps = matches!(&*name, "map" | "and_then" | "or_else");
        let tells = names_result || (is_expected && keeps) || self.closure_tells(call);
        let is_result = match tells {
            true => self.is_result_or_call(&call.receiver),
            false => self.is_result(&call.receiver),
        };
        is_result.then(|| self.result_call(call, &name))
    }

    /// `option.ok_or(error)`, `option.ok_or_else(|| error)`
    fn ok_or(&mut self, call: &ExprMethodCall, error: &Expr) -> Lowering {
        let span = call.method.span();
        let shape = super::option::option_shape();
        let option = self.expr_expecting(&call.receiver, Some(&shape))?;
        let Tree::Option(some, payload) = option.behind_refs().clone() else {
            return self.refuse(&call.receiver, no::OPTION_SHAPE);
        };
        let (early, made) = match (call.method == "ok_or", error) {
            (true, error) => (Some(self.some_error(error, error.span())?), error.clone()),
            // its body is not the function's: `?` would leave that
            (false, Expr::Closure(closure)) if !leaves_early(&closure.body) => {
                (None, (*closure.body).clone())
            }
            (false, error) => (None, syn::parse_quote!((#error)())),
        };
        let flag = self.leaf(&some, span);
        let slot = self.slot(None, None, true, span);
        let then = self.region(|this| {
            let none = this.no_error(span);
            this.write_slot(slot, &none, span);
        });
        let other = self.region(|this| {
            if let Some(error) = early.or_else(|| this.some_error(&made, error.span())) {
                this.write_slot(slot, &error, span);
            }
        });
        self.push_if(flag, then, other);
        let error = self.read_slot(slot, span);
        let option = Tree::Option(some, payload);
        Some(Tree::Result(Box::new(option), Box::new(error)))
    }

    fn no_error(&mut self, span: Span) -> Tree<ValueId> {
        let none = quote!(::core::option::Option::None);
        self.push(Op::Constant(none), Kind::Constant, span)
    }

    fn result_call(&mut self, call: &ExprMethodCall, name: &str) -> Lowering {
        let span = call.method.span();
        let receiver = self.expr_expecting(&call.receiver, Some(&shape()))?;
        let Tree::Result(option, error) = receiver.behind_refs().clone() else {
            return self.refuse(&call.receiver, no::RESULT_SHAPE);
        };
        let Tree::Option(some, payload) = (*option).clone() else {
            return self.refuse(&call.receiver, no::RESULT_SHAPE);
        };
        let flag = self.leaf(&some, span);
        match (name, call.args.first()) {
            ("is_ok", None) => Some(Tree::Leaf(flag)),
            ("is_err", None) => Some(self.push(Op::Not(flag), Kind::Bool, span)),
            ("ok", None) => Some(*option),
            ("unwrap" | "expect", _) => {
                // the generated code panics where the user's does
                let panics = self.region(|this| {
                    let tokens = match call.args.first() {
                        Some(message) => quote_spanned!(span=> ::core::panic!("{}", #message)),
                        None => quote_spanned! {span=>
                            ::core::panic!("called `Result::unwrap()` on an `Err` value")
                        },
                    };
                    let capture = this.capture(tokens);
                    this.out.push(Stmt::Diverge(capture));
                });
                self.push_if(flag, Region::default(), panics);
                Some(*payload)
            }
            ("map_err", Some(f)) => {
                let Tree::Leaf(leaf) = *error else {
                    return Some(Tree::Result(option, error));
                };
                let name = crate::emit::plumbing("error", span);
                let capture = self.capture(f.to_token_stream());
                let op = Op::Verbatim(
                    crate::ir::Capture {
                        tokens: quote_spanned!(span=> ::core::option::Option::map(#name, #f)),
                        uses: capture
                            .uses
                            .into_iter()
                            .chain([(name, Tree::Leaf(leaf))])
                            .collect(),
                    },
                    refused_if_active(f),
                );
                let error = self.push(op, Kind::Constant, span);
                Some(Tree::Result(option, Box::new(error)))
            }
            ("unwrap_or", Some(other)) => {
                let other = self.expr(other)?;
                self.either(flag, span, |_| Some(*payload), |_| Some(other))
            }
            ("unwrap_or_default", None) => self.either(
                flag,
                span,
                |_| Some(*payload),
                |this| {
                    let tokens = quote_spanned!(span=> ::core::default::Default::default());
                    Some(this.push(Op::Constant(tokens), Kind::Opaque, span))
                },
            ),
            ("unwrap_or_else", Some(f)) => self.either(
                flag,
                span,
                |_| Some(*payload),
                |this| {
                    let error = this.error(&error, span)?;
                    this.apply(f, vec![error])
                },
            ),
            ("map_or", Some(other)) => {
                let other = self.expr(other)?;
                let f = &call.args[1];
                self.either(
                    flag,
                    span,
                    |this| this.apply(f, vec![*payload]),
                    |_| Some(other),
                )
            }
            ("is_ok_and", Some(f)) => self.either(
                flag,
                span,
                |this| this.apply(f, vec![*payload]),
                |this| Some(this.push(Op::Flag(false), Kind::Bool, span)),
            ),
            ("map", Some(f)) => {
                let failed = error.clone();
                self.either(
                    flag,
                    span,
                    |this| {
                        let value = this.apply(f, vec![*payload])?;
                        let some = this.some(value, span);
                        Some(Tree::Result(Box::new(some), Box::new(Tree::unit())))
                    },
                    |this| Some(this.failed(&failed, span)),
                )
            }
            ("and_then", Some(f)) => {
                let failed = error.clone();
                self.either(
                    flag,
                    span,
                    |this| {
                        this.expected_of_closure = Some(shape());
                        this.apply(f, vec![*payload])
                    },
                    |this| Some(this.failed(&failed, span)),
                )
            }
            ("or_else", Some(f)) => self.either(
                flag,
                span,
                |this| Some(this.ok(*payload, span)),
                |this| {
                    let error = this.error(&error, span)?;
                    this.expected_of_closure = Some(shape());
                    this.apply(f, vec![error])
                },
            ),
            _ => self.refuse(&call.method, no::RESULT_METHOD),
        }
    }

    /// An `Err` with the error of another result.
    fn failed(&mut self, error: &Tree<ValueId>, span: Span) -> Tree<ValueId> {
        let none = self.none(span);
        Tree::Result(Box::new(none), Box::new(error.clone()))
    }

    /// The value of one of two arms.
    fn either(
        &mut self,
        flag: ValueId,
        span: Span,
        then: impl FnOnce(&mut Self) -> Lowering,
        other: impl FnOnce(&mut Self) -> Lowering,
    ) -> Lowering {
        let slot = self.slot(None, None, true, span);
        let mut reached = false;
        let mut arm = |this: &mut Self, value: Lowering| {
            if let Some(value) = value {
                let value = this.owned(&value, span);
                this.write_slot(slot, &value, span);
                reached = true;
            }
        };
        let then = self.region(|this| {
            let value = then(this);
            arm(this, value);
        });
        let other = self.region(|this| {
            let value = other(this);
            arm(this, value);
        });
        self.push_if(flag, then, other);
        reached.then(|| self.read_slot(slot, span))
    }

    /// `value?` in a function that returns a `Result`.
    pub(super) fn result_or_return(&mut self, question: &syn::ExprTry) -> Lowering {
        let span = question.question_token.span();
        let value = self.expr_expecting(&question.expr, Some(&shape()))?;
        let Tree::Result(option, error) = value else {
            return self.refuse(question, no::QUESTION_MARK);
        };
        let Tree::Option(some, payload) = *option else {
            return self.refuse(question, no::QUESTION_MARK);
        };
        let flag = self.leaf(&some, span);
        let (target, slot) = self.ret;
        let leave = self.region(|this| {
            if let Tree::Leaf(leaf) = *error {
                let op = Op::Runtime("converted", vec![leaf]);
                let error = this.push(op, Kind::Constant, span);
                let failed = this.failed(&error, span);
                this.write_slot(slot, &failed, span);
            }
            this.out.push(Stmt::Exit(target));
        });
        self.push_if(flag, Region::default(), leave);
        Some(*payload)
    }

    /// The error of a result whose type is written.
    pub(super) fn ascribe_error(&mut self, error: &Tree<ValueId>, ty: &Type) -> Tree<ValueId> {
        let Some(ty) = crate::parse::Wrapped::of(ty).and_then(|wrapped| wrapped.error) else {
            return error.clone();
        };
        let span = ty.span();
        let option: Type = syn::parse_quote_spanned!(span=> ::core::option::Option<#ty>);
        let leaf = match error {
            Tree::Leaf(leaf) => *leaf,
            _ => match self.no_error(span) {
                Tree::Leaf(leaf) => leaf,
                tree => return tree,
            },
        };
        self.push(Op::Copy(leaf, Some(Box::new(option))), Kind::Constant, span)
    }
}

/// Why an error that sees active values is refused: nothing for a text about them.
fn refused_if_active(error: &Expr) -> &'static str {
    match is_text(error) {
        true => "",
        false => no::ACTIVE_ERROR.message,
    }
}

/// Whether an error is a text by its spelling: `format!(..)`, as `String` or what a `String`
/// becomes by `into()`.
fn is_text(error: &Expr) -> bool {
    match super::call::strip(error) {
        Expr::Macro(text) => text.mac.path.is_ident("format"),
        Expr::Closure(closure) => is_text(&closure.body),
        Expr::MethodCall(call) if call.args.is_empty() => {
            call.method == "into" && is_text(&call.receiver)
        }
        _ => false,
    }
}

/// The function of the runtime that takes a result apart.
pub(crate) const APART: &str = "apart";

/// The shape of a result of one value.
pub(super) fn shape() -> Tree<()> {
    let error = Box::new(Tree::Leaf(()));
    Tree::Result(Box::new(super::option::option_shape()), error)
}
