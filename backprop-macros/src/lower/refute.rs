//! Patterns that are tested piece by piece: options, results, slices, and tuples
//! of these. Each arm is a block that is left where its pattern does not match.

use super::option::{Asked, asked, is_irrefutable};
use super::{Lowerer, Lowering, SlotId};
use crate::fence::catalogue as no;
use crate::ir::{BinaryOp, Kind, Op, Place, Region, Stmt, Target, Tree, ValueId};
use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Pat, PatSlice};

impl Lowerer<'_> {
    /// Whether one of the patterns has to be tested piece by piece.
    pub(super) fn is_tested<'p>(
        &self,
        tree: &Tree<ValueId>,
        mut pats: impl Iterator<Item = &'p Pat>,
    ) -> bool {
        pats.any(|pat| self.needs_tests(tree, pat))
    }

    fn needs_tests(&self, tree: &Tree<ValueId>, pat: &Pat) -> bool {
        match (tree.behind_refs(), pat) {
            (_, Pat::Paren(inner)) => self.needs_tests(tree, &inner.pat),
            (_, Pat::Reference(inner)) => self.needs_tests(tree, &inner.pat),
            (_, Pat::Guard(guarded)) => tree.is_fallible() || self.needs_tests(tree, &guarded.pat),
            (Tree::Option(..) | Tree::Result(..), _) => true,
            (Tree::Tuple(parts), Pat::Tuple(tuple)) if parts.len() == tuple.elems.len() => {
                let pairs = parts.iter().zip(&tuple.elems);
                let mut pairs = pairs.filter(|(_, pat)| !is_irrefutable(pat));
                pairs.any(|(part, pat)| part.is_fallible() || self.needs_tests(part, pat))
            }
            // what a slice pattern fits is a slice or an array, whatever holds it
            (Tree::Leaf(leaf), Pat::Slice(slice)) => {
                let kind = self.f.kind(*leaf);
                kind.is_container() || (kind == Kind::Opaque && slice.elems.iter().all(is_simple))
            }
            _ => false,
        }
    }

    /// `match` by tests.
    pub(super) fn match_by_tests(
        &mut self,
        tree: &Tree<ValueId>,
        cases: &[super::branch::Case],
        expected: Option<&Tree<()>>,
        span: Span,
    ) -> Lowering {
        let result = self.slot(None, None, true, span);
        let done = self.f.target();
        let mut reached = false;
        let arms = self.region(|this| {
            for (index, case) in cases.iter().enumerate() {
                let next = this.f.target();
                // the last one matches: rustc has seen to that
                let is_last = index + 1 == cases.len() && case.guard.is_none();
                let body = this.region(|this| {
                    this.refute(tree, &case.pat, (!is_last).then_some(next));
                    if let Some(guard) = case.guard {
                        let Some(cond) = this.expr(guard) else {
                            return;
                        };
                        let cond = this.leaf(&cond, guard.span());
                        this.leave_unless(cond, next);
                    }
                    if let Some(value) = this.expr_expecting(case.body, expected) {
                        let value = this.owned(&value, span);
                        this.write_slot(result, &value, span);
                        reached = true;
                    }
                    this.out.push(Stmt::Exit(done));
                });
                this.out.push(Stmt::Block(next, body));
            }
        });
        self.out.push(Stmt::Block(done, arms));
        reached.then(|| self.read_slot(result, span))
    }

    /// `if let`, `while let` by tests.
    pub(super) fn let_by_tests(
        &mut self,
        tree: &Tree<ValueId>,
        pats: &[Pat],
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        other: &mut dyn FnMut(&mut Self) -> Lowering,
    ) {
        let done = self.f.target();
        let region = self.region(|this| {
            for pat in pats {
                let failed = this.f.target();
                let matched = this.region(|this| {
                    this.refute(tree, pat, Some(failed));
                    then(this);
                    this.out.push(Stmt::Exit(done));
                });
                this.out.push(Stmt::Block(failed, matched));
            }
            other(this);
        });
        self.out.push(Stmt::Block(done, region));
    }

    /// `let .. else` by tests: what the pattern binds is written to variables.
    pub(super) fn let_else_by_tests(
        &mut self,
        tree: &Tree<ValueId>,
        pats: &[Pat],
        names: &[(syn::Ident, bool)],
        slots: &[SlotId],
        diverge: &Expr,
    ) {
        let mut then = |this: &mut Self| {
            for ((name, _), slot) in names.iter().zip(slots) {
                let path: syn::ExprPath = syn::parse_quote!(#name);
                if let Some(value) = this.path(&path) {
                    this.write_slot(*slot, &value, name.span());
                }
            }
            None
        };
        let mut other = |this: &mut Self| this.expr(diverge);
        self.let_by_tests(tree, pats, &mut then, &mut other);
    }

    fn leave_unless(&mut self, cond: ValueId, target: Target) {
        let leave = Region {
            stmts: vec![Stmt::Exit(target)],
            yields: Vec::new(),
        };
        self.push_if(cond, Region::default(), leave);
    }

    /// Leaves to `fail` unless the pattern matches; binds its names. Without a
    /// target it is known to match.
    fn refute(&mut self, tree: &Tree<ValueId>, pat: &Pat, fail: Option<Target>) {
        let span = pat.span();
        if !matches!(pat, Pat::Ident(name) if name.ident == "None") && is_irrefutable(pat) {
            return self.bind_pattern(pat, tree.clone(), None);
        }
        match (tree, pat) {
            (_, Pat::Paren(inner)) => self.refute(tree, &inner.pat, fail),
            (Tree::Ref(inner), Pat::Reference(reference)) => {
                self.refute(inner, &reference.pat, fail);
            }
            // `&[a, b]` against a reference copies what `[a, b]` refers to
            (Tree::Leaf(leaf), Pat::Reference(reference))
                if self.f.is_reference(*leaf) && matches!(*reference.pat, Pat::Slice(_)) =>
            {
                let mut pat = (*reference.pat).clone();
                if let Pat::Slice(slice) = &mut pat {
                    slice.elems.iter_mut().for_each(copying);
                }
                self.refute(tree, &pat, fail);
            }
            (_, Pat::Or(or)) => self.refute_all(tree, or, fail),
            _ if tree.is_fallible() => self.refute_option(tree, pat, fail),
            (_, Pat::Tuple(tuple)) => {
                let by_reference = matches!(tree, Tree::Ref(_));
                let Tree::Tuple(parts) = tree.behind_refs() else {
                    return self.errors.refuse(pat, no::OPTION_PATTERN);
                };
                if parts.len() != tuple.elems.len() {
                    return self.errors.refuse(pat, no::OPTION_PATTERN);
                }
                for (part, pat) in parts.iter().zip(&tuple.elems) {
                    let part = match by_reference {
                        true => Tree::Ref(Box::new(part.clone())),
                        false => part.clone(),
                    };
                    self.refute(&part, pat, fail);
                }
            }
            (_, Pat::Slice(slice)) => self.refute_slice(tree, slice, fail),
            (_, Pat::Lit(lit)) => {
                let value = self.leaf(tree, span);
                let kind = self.f.kind(value);
                let tokens = lit.to_token_stream();
                let literal = self.push_value(Op::Constant(tokens), kind, span);
                let equal = Op::Binary(BinaryOp::Eq, value, literal);
                let equal = self.push_value(equal, Kind::Bool, span);
                if let Some(fail) = fail {
                    self.leave_unless(equal, fail);
                }
            }
            _ => self.errors.refuse(pat, no::OPTION_PATTERN),
        }
    }

    /// Leaves unless one of the patterns matches; they bind nothing.
    fn refute_all(&mut self, tree: &Tree<ValueId>, or: &syn::PatOr, fail: Option<Target>) {
        let mut names = Vec::new();
        for case in &or.cases {
            super::pattern::bound_names(case, &mut names);
        }
        if !names.is_empty() {
            return self.errors.refuse(or, no::OPTION_PATTERN);
        }
        let Some(fail) = fail else {
            return;
        };
        let matched = self.f.target();
        let cases = self.region(|this| {
            for case in &or.cases {
                let next = this.f.target();
                let tested = this.region(|this| {
                    this.refute(tree, case, Some(next));
                    this.out.push(Stmt::Exit(matched));
                });
                this.out.push(Stmt::Block(next, tested));
            }
            this.out.push(Stmt::Exit(fail));
        });
        self.out.push(Stmt::Block(matched, cases));
    }

    fn refute_option(&mut self, tree: &Tree<ValueId>, pat: &Pat, fail: Option<Target>) {
        let span = pat.span();
        let by_reference = matches!(tree, Tree::Ref(_));
        let (option, error) = match tree.behind_refs() {
            Tree::Result(option, error) => (&**option, Some(&**error)),
            option => (option, None),
        };
        let Tree::Option(some, payload) = option else {
            return;
        };
        let flag = self.leaf(some, span);
        let inner = match (asked(pat), pat) {
            (Some(Asked::None), _) => {
                self.leave_if(flag, fail, span);
                return;
            }
            (Some(Asked::Err(inner)), _) => {
                self.leave_if(flag, fail, span);
                self.bind_error(inner, error, by_reference);
                return;
            }
            (Some(Asked::Some(inner)), _) => inner,
            (None, Pat::TupleStruct(tuple))
                if tuple.elems.len() == 1
                    && (tuple.path.is_ident("Some") || tuple.path.is_ident("Ok")) =>
            {
                &tuple.elems[0]
            }
            _ => return self.errors.refuse(pat, no::OPTION_PATTERN),
        };
        if let Some(fail) = fail {
            self.leave_unless(flag, fail);
        }
        let payload = match by_reference && !payload.is_unit() {
            true => Tree::Ref(payload.clone()),
            false => (**payload).clone(),
        };
        self.refute(&payload, inner, fail);
    }

    fn leave_if(&mut self, flag: ValueId, fail: Option<Target>, span: Span) {
        if let Some(fail) = fail {
            let missing = self.push_value(Op::Not(flag), Kind::Bool, span);
            self.leave_unless(missing, fail);
        }
    }

    /// A slice pattern: its length first.
    fn refute_slice(&mut self, tree: &Tree<ValueId>, slice: &PatSlice, fail: Option<Target>) {
        let span = slice.span();
        let Tree::Leaf(leaf) = tree.behind_refs() else {
            return self.errors.refuse(slice, no::PATTERN);
        };
        let is_rest = |pat: &Pat| super::pattern::is_rest_or_bound(pat);
        let rests = slice.elems.iter().filter(|pat| is_rest(pat)).count();
        if let Some(deep) = slice.elems.iter().find(|pat| !is_simple(pat)) {
            return self.errors.refuse(deep, no::SLICE_PATTERN);
        }
        if let Some(fail) = fail {
            let len = self.len(&Place::whole(*leaf), span);
            let count = (slice.elems.len() - rests) as i64;
            let count = self.push_value(Op::Integer(count), Kind::Int, span);
            let op = match rests {
                0 => BinaryOp::Eq,
                _ => BinaryOp::Ge,
            };
            let fits = self.push_value(Op::Binary(op, len, count), Kind::Bool, span);
            self.leave_unless(fits, fail);
        }
        self.bind_slice(slice, tree);
    }
}

/// Whether a pattern inside a slice pattern fits whatever stands there.
fn is_simple(pat: &Pat) -> bool {
    super::pattern::is_rest_or_bound(pat) || is_irrefutable(pat)
}

/// `a` → `&a`, for names.
fn copying(pat: &mut Pat) {
    if matches!(pat, Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none())
        && is_irrefutable(pat)
    {
        let name = std::mem::replace(pat, super::branch::wildcard(pat.span()));
        *pat = syn::parse_quote_spanned!(pat.span()=> &#name);
    }
}
