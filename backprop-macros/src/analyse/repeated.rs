//! Loops with `#[checkpoint]`: their iterations run several times, so that whatever is in
//! them must give the same each time.
//!
//! Printing and assertions stay out of the repetitions. Code that is passed through must
//! consist of operators, literals, names and methods that are known to depend on their
//! operands only.

use super::Activity;
use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::{
    Arg, Callee, Capture, Function, Hold, Loop, Op, Receiver, Region, Stmt, Tree, ValueId, Views,
    for_each_region, for_each_region_mut, free_values,
};
use crate::parse::{Home, Input, Parameter};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Macro, Token};

/// Refuses what a loop with `#[checkpoint]` cannot have in it, and notes the functions
/// that such loops call.
pub(super) fn report(f: &mut Function, views: &Views, errors: &mut Errors) {
    visit_region(f, &f.body, views, errors);
    let mut called = Vec::new();
    find_repeated_calls(&f.body, false, &mut called);
    f.repeated = called;
}

/// Whether a function may run again, as far as its own code tells.
pub(crate) struct Repeatable {
    /// Neither prints nor runs code that may not give the same again.
    pub(crate) is_pure: bool,
    /// Whether it costs little, as far as its own code tells.
    pub(crate) is_light: bool,
    /// The functions that must not either.
    pub(crate) callees: Vec<syn::Path>,
    /// The methods and associated functions of the same block that must not either.
    pub(crate) members: Vec<syn::Ident>,
}

/// What a function does that a loop with `#[checkpoint]` would repeat.
pub(crate) fn repeatable(f: &Function, input: &Input, activity: &Activity) -> Repeatable {
    fn visit(
        region: &Region,
        receivers: &BTreeSet<ValueId>,
        (input, activity): (&Input, &Activity),
        found: &mut Repeatable,
    ) {
        for stmt in &region.stmts {
            match stmt {
                Stmt::Let(binding) => found.is_pure &= is_repeatable(&binding.op),
                Stmt::Effect(capture) => found.is_pure &= is_assertion(&capture.tokens),
                Stmt::Call(call) => match &call.callee {
                    // it may have no companion that could be asked
                    Callee::Function(_) if !super::sees_varied(call, activity) => {
                        found.is_pure = false;
                    }
                    Callee::Function(path) if found.callees.contains(path) => {}
                    Callee::Function(path) => found.callees.push(path.clone()),
                    Callee::Operator(_) => {}
                    callee => match member(callee, &call.args, receivers, input) {
                        Some(name) if found.members.contains(name) => {}
                        Some(name) => found.members.push(name.clone()),
                        None => found.is_pure = false,
                    },
                },
                _ => {}
            }
            for_each_region(stmt, &mut |inner, _| {
                visit(inner, receivers, (input, activity), found)
            });
        }
    }
    let mut receivers = BTreeSet::new();
    let first = input.signature.params.first();
    if first.is_some_and(Parameter::is_receiver)
        && let Some(Tree::Leaf(this)) = f.params.first().map(|param| &param.entry)
    {
        receivers.insert(*this);
        find_receivers(&f.body, *this, &mut receivers);
    }
    let mut found = Repeatable {
        is_pure: true,
        is_light: super::light::is_light(f),
        callees: Vec::new(),
        members: Vec::new(),
    };
    visit(&f.body, &receivers, (input, activity), &mut found);
    found
}

/// References to the whole of `self`.
fn find_receivers(region: &Region, this: ValueId, into: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::View(place, _) = &binding.op
            && place.base == this
            && place.path.is_empty()
        {
            into.insert(binding.value);
        }
        for_each_region(stmt, &mut |inner, _| find_receivers(inner, this, into));
    }
}

/// The method or associated function of the same block that a call is of. In blocks with
/// parameters their constants could not be named in a type.
fn member<'c>(
    callee: &'c Callee,
    args: &[Arg],
    receivers: &BTreeSet<ValueId>,
    input: &Input,
) -> Option<&'c syn::Ident> {
    let is_plain = input
        .outer
        .as_ref()
        .is_some_and(|outer| outer.params.is_empty());
    if input.home != Home::Impl || !is_plain {
        return None;
    }
    match callee {
        Callee::Method(name, _, Receiver::Any | Receiver::Shared) => {
            let sibling = input.siblings.get(&name.to_string());
            let is_own = sibling.is_some_and(|own| own.is_sure && own.has_companions);
            let is_self = match args.first() {
                Some(Arg::In(Tree::Leaf(receiver))) => receivers.contains(receiver),
                _ => false,
            };
            (is_own && is_self).then_some(name)
        }
        Callee::Associated(path) => {
            let parts = &path.path.segments;
            let (owner, name) = (&parts.first()?.ident, &parts.last()?.ident);
            let is_owner = owner == "Self" || input.owner.as_ref() == Some(owner);
            let is_own = input.associated.contains(&name.to_string());
            (path.qself.is_none() && parts.len() == 2 && is_owner && is_own).then_some(name)
        }
        _ => None,
    }
}

/// An assertion that only looks.
fn is_assertion(tokens: &TokenStream) -> bool {
    let Ok(Expr::Macro(assertion)) = syn::parse2::<Expr>(tokens.clone()) else {
        return false;
    };
    let names = [
        ("assert", 1),
        ("debug_assert", 1),
        ("assert_eq", 2),
        ("assert_ne", 2),
        ("debug_assert_eq", 2),
        ("debug_assert_ne", 2),
    ];
    let is_named = |(name, _): &&(&str, usize)| assertion.mac.path.is_ident(*name);
    let Some((_, looked_at)) = names.iter().find(is_named) else {
        return false;
    };
    let parsed = assertion
        .mac
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    // the rest is the text of a panic
    parsed.is_ok_and(|parts| {
        let mut parts = parts.iter().take(*looked_at);
        parts.all(|part| gives_the_same(&part.to_token_stream()))
    })
}

fn find_repeated_calls(region: &Region, is_repeated: bool, into: &mut Vec<(syn::Path, Span)>) {
    for stmt in &region.stmts {
        let inside = match stmt {
            Stmt::Call(call) => {
                if let (true, Callee::Function(path)) = (is_repeated, &call.callee) {
                    into.push((path.clone(), call.span));
                }
                is_repeated
            }
            Stmt::Loop(looped) => is_repeated || looped.checkpoint.is_some(),
            _ => is_repeated,
        };
        for_each_region(stmt, &mut |inner, _| {
            find_repeated_calls(inner, inside, into)
        });
    }
}

fn visit_region(f: &Function, region: &Region, views: &Views, errors: &mut Errors) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::Loop(looped) if looped.checkpoint.is_some() => {
                report_loop(f, looped, views, errors);
            }
            stmt => for_each_region(stmt, &mut |inner, _| visit_region(f, inner, views, errors)),
        }
    }
}

fn report_loop(f: &Function, looped: &Loop, views: &Views, errors: &mut Errors) {
    let references = looped.params.iter().filter(|value| f.is_reference(**value));
    for value in references {
        errors.refuse_at(f.info(*value).span, no::CHECKPOINT_REFERENCE);
    }
    for value in free_values(&looped.body, &looped.params) {
        let is_chosen = views.candidates(views.root(value)).is_some();
        if is_chosen || views.is_view(value) && f.info(value).hold == Hold::Mut {
            errors.refuse_at(f.info(value).span, no::CHECKPOINT_VIEW);
        }
    }
    inside(f, &looped.body, errors);
}

fn inside(f: &Function, region: &Region, errors: &mut Errors) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::Let(binding) if matches!(binding.op, Op::Lens(_)) => {
                errors.refuse_at(f.info(binding.value).span, no::CHECKPOINT_CALL);
            }
            Stmt::Let(binding) => {
                let span = f.info(binding.value).span;
                operation(&binding.op, span, errors);
            }
            Stmt::Call(call) if !may_be_asked(&call.callee) => {
                errors.refuse_at(call.span, no::CHECKPOINT_CALL);
            }
            Stmt::Loop(looped) => {
                if let Some(checkpoint) = &looped.checkpoint {
                    errors.refuse_at(checkpoint.span, no::CHECKPOINT_NESTED);
                }
            }
            _ => {}
        }
        for_each_region(stmt, &mut |inner, _| inside(f, inner, errors));
    }
}

/// Whether what is called tells if it may run again.
fn may_be_asked(callee: &Callee) -> bool {
    match callee {
        Callee::Function(_) | Callee::Operator(_) | Callee::Associated(_) => true,
        Callee::Method(.., receiver) => *receiver != Receiver::Object,
        Callee::Parameter => false,
    }
}

/// Marks the methods and associated functions that loops with `#[checkpoint]` call.
pub(super) fn mark(region: &mut Region, is_repeated: bool) {
    for stmt in &mut region.stmts {
        let inside = match stmt {
            Stmt::Call(call) => {
                let is_member = matches!(call.callee, Callee::Method(..) | Callee::Associated(_));
                call.is_repeated |= is_repeated && is_member;
                is_repeated
            }
            Stmt::Loop(looped) => is_repeated || looped.checkpoint.is_some(),
            _ => is_repeated,
        };
        for_each_region_mut(stmt, &mut |inner| mark(inner, inside));
    }
}

fn operation(op: &Op, span: Span, errors: &mut Errors) {
    if !is_repeatable(op) {
        errors.refuse_at(span, no::CHECKPOINT_REPEATED);
    }
}

pub(crate) fn is_repeatable(op: &Op) -> bool {
    match op {
        Op::Constant(tokens) => gives_the_same(tokens),
        Op::Verbatim(Capture { tokens, .. }, _)
        | Op::Stop(_, Capture { tokens, .. })
        | Op::SortOrder(_, Capture { tokens, .. }, _) => gives_the_same(tokens),
        // what its body calls is not known
        Op::Lens(_) => false,
        _ => true,
    }
}

/// Whether code depends on nothing but what it names, and does nothing else.
fn gives_the_same(tokens: &TokenStream) -> bool {
    match syn::parse2::<Expr>(tokens.clone()) {
        Ok(expr) => {
            let mut check = Check(true);
            check.visit_expr(&expr);
            check.0
        }
        Err(_) => false,
    }
}

struct Check(bool);

impl<'ast> Visit<'ast> for Check {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Array(_)
            | Expr::Binary(_)
            | Expr::Block(_)
            | Expr::Cast(_)
            | Expr::Closure(_)
            | Expr::Field(_)
            | Expr::Group(_)
            | Expr::If(_)
            | Expr::Index(_)
            | Expr::Let(_)
            | Expr::Lit(_)
            | Expr::Match(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Range(_)
            | Expr::Reference(_)
            | Expr::Repeat(_)
            | Expr::Struct(_)
            | Expr::Tuple(_)
            | Expr::Unary(_) => {}
            Expr::Macro(_) => {}
            Expr::Call(call) => self.0 &= is_conversion(&call.func),
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                self.0 &= match &*name {
                    // without an argument it looks into a cell
                    "get" | "take" => call.args.len() == 1,
                    name => METHODS.contains(&name) || crate::rules::method(name).is_some(),
                };
            }
            _ => self.0 = false,
        }
        visit::visit_expr(self, expr);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if mac.path.is_ident("cfg") {
            return;
        }
        let list = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match list {
            Ok(parts) if mac.path.is_ident("format") || mac.path.is_ident("vec") => {
                parts.iter().for_each(|part| self.visit_expr(part));
            }
            _ => self.0 = false,
        }
    }
}

/// `usize::from`, `Some`, a struct in brackets.
fn is_conversion(function: &Expr) -> bool {
    let Expr::Path(path) = function else {
        return false;
    };
    let mut names = path.path.segments.iter().rev();
    let (last, owner) = (names.next(), names.next());
    let last = last.map(|segment| segment.ident.to_string());
    let owner = owner.map(|segment| segment.ident.to_string());
    let numbers = [
        "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
        "u128", "usize", "char", "bool",
    ];
    match (&last, &owner) {
        (Some(last), Some(owner)) if ["Default", "Vec", "String"].contains(&&**owner) => {
            ["default", "new", "from", "with_capacity"].contains(&&**last)
        }
        (Some(last), Some(owner)) if numbers.contains(&&**owner) => {
            METHODS.contains(&&**last) || ["from", "try_from"].contains(&&**last)
        }
        (Some(last), _) => last.starts_with(char::is_uppercase),
        _ => false,
    }
}

/// Methods of integers, options, slices, text and iterators without a state of their own.
const METHODS: &[&str] = &[
    "abs",
    "abs_diff",
    "all",
    "any",
    "as_bytes",
    "as_ref",
    "as_slice",
    "as_str",
    "bytes",
    "chars",
    "checked_add",
    "checked_div",
    "checked_mul",
    "checked_rem",
    "checked_sub",
    "chunks",
    "clamp",
    "clone",
    "cloned",
    "cmp",
    "contains",
    "copied",
    "count",
    "count_ones",
    "count_zeros",
    "div_ceil",
    "div_euclid",
    "ends_with",
    "enumerate",
    "eq",
    "expect",
    "filter",
    "first",
    "flatten",
    "fold",
    "ge",
    "gt",
    "ilog",
    "ilog10",
    "ilog2",
    "into",
    "into_iter",
    "is_empty",
    "is_err",
    "is_multiple_of",
    "is_negative",
    "is_none",
    "is_ok",
    "is_positive",
    "is_power_of_two",
    "is_some",
    "isqrt",
    "iter",
    "last",
    "le",
    "leading_zeros",
    "len",
    "lt",
    "map",
    "max",
    "min",
    "ne",
    "next_multiple_of",
    "next_power_of_two",
    "overflowing_add",
    "overflowing_mul",
    "overflowing_sub",
    "partial_cmp",
    "position",
    "pow",
    "product",
    "rem_euclid",
    "rev",
    "reverse",
    "reverse_bits",
    "rotate_left",
    "rotate_right",
    "saturating_add",
    "saturating_mul",
    "saturating_pow",
    "saturating_sub",
    "signum",
    "skip",
    "split_at",
    "starts_with",
    "step_by",
    "sum",
    "swap_bytes",
    "then",
    "then_some",
    "then_with",
    "to_owned",
    "to_vec",
    "total_cmp",
    "trailing_zeros",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "windows",
    "wrapping_add",
    "wrapping_mul",
    "wrapping_neg",
    "wrapping_pow",
    "wrapping_shl",
    "wrapping_shr",
    "wrapping_sub",
    "zip",
];
