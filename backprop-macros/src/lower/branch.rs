//! `if`, `match`, `if let`, `let`-`else` and chains of conditions.

use super::{Lowerer, Lowering, SlotId, looped::contains_let};
use super::{looked, nested};
use crate::fence::catalogue as no;
use crate::ir::{Arm, If, Kind, Match, Region, Stmt, Tree, ValueId, VarId};
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::{Expr, Pat};

impl Lowerer<'_> {
    pub(super) fn push_if(&mut self, cond: ValueId, then: Region, other: Region) {
        let id = self.f.stmt_id();
        self.out.push(Stmt::If(If {
            id,
            cond,
            then,
            other,
            results: Vec::new(),
            record: None,
            fused: None,
        }));
    }

    pub(super) fn if_expr(&mut self, expr: &syn::ExprIf, expected: Option<&Tree<()>>) -> Lowering {
        let span = expr.if_token.span;
        let result = self.slot(None, None, true, span);
        let reached = std::cell::Cell::new(false);
        let finish = |this: &mut Self, value: Lowering| {
            if let Some(value) = value {
                this.write_slot(result, &value, span);
                reached.set(true);
            }
            None
        };
        let mut then = |this: &mut Self| {
            let value = this.block_expecting(&expr.then_branch, expected);
            finish(this, value)
        };
        let mut other = |this: &mut Self| {
            let value = match &expr.else_branch {
                Some((_, other)) => this.expr_expecting(other, expected),
                None => Some(Tree::unit()),
            };
            finish(this, value)
        };
        self.condition(&expr.cond, &mut then, &mut other, span);
        reached.get().then(|| self.read_slot(result, span))
    }

    fn block_expecting(&mut self, block: &syn::Block, expected: Option<&Tree<()>>) -> Lowering {
        let fallible = expected.filter(|shape| shape.is_asked());
        let value = self.block_of_shape(block, false, fallible)?;
        Some(match (expected, &value) {
            (Some(like @ Tree::Tuple(_)), Tree::Leaf(_)) => self.coerce(&value, like, block.span()),
            _ => value,
        })
    }

    /// Runs `then` if the condition holds, else `other`. Conditions may be
    /// chains of `let` and `&&`; `then` sees their bindings.
    pub(super) fn condition<'s>(
        &mut self,
        cond: &Expr,
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        other: &mut dyn FnMut(&mut Self) -> Lowering,
        span: Span,
    ) where
        Self: 's,
    {
        if !contains_let(cond) {
            let Some(value) = self.expr(cond) else {
                return;
            };
            let cond = self.leaf(&value, cond.span());
            let then = self.region(|this| {
                then(this);
            });
            let other = self.region(|this| {
                other(this);
            });
            self.push_if(cond, then, other);
            return;
        }
        let mut links = Vec::new();
        flatten(cond, &mut links);
        if let [Expr::Let(only)] = links[..] {
            self.match_let(only, then, Some(other), span);
            return;
        }
        // 'done: { if a { if b { then; break 'done } } other }
        let (done, failed) = (self.f.target(), ());
        let () = failed;
        let body = self.region(|this| {
            this.links(&links, then, done, span);
            other(this);
        });
        self.out.push(Stmt::Block(done, body));
    }

    fn links(
        &mut self,
        links: &[&Expr],
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        done: crate::ir::Target,
        span: Span,
    ) {
        let Some((first, rest)) = links.split_first() else {
            then(self);
            self.out.push(Stmt::Exit(done));
            return;
        };
        match first {
            Expr::Let(link) => {
                let mut inner = |this: &mut Self| {
                    this.links(rest, then, done, span);
                    None
                };
                self.match_let(link, &mut inner, None, span);
            }
            cond => {
                let Some(value) = self.expr(cond) else {
                    return;
                };
                let cond = self.leaf(&value, cond.span());
                let region = self.region(|this| this.links(rest, then, done, span));
                self.push_if(cond, region, Region::default());
            }
        }
    }

    fn match_let(
        &mut self,
        link: &syn::ExprLet,
        then: &mut dyn FnMut(&mut Self) -> Lowering,
        other: Option<&mut dyn FnMut(&mut Self) -> Lowering>,
        span: Span,
    ) {
        let mut other = other;
        let mut no = |this: &mut Self| other.as_mut().and_then(|other| other(this));
        if self.match_element(&link.expr, &link.pat, then, &mut no)
            || self.match_asked(&link.expr, &link.pat, then, &mut no)
            || self.match_payload(&link.expr, &link.pat, then, &mut no, span)
        {
            return;
        }
        let pats = nested::alternatives(&link.pat);
        let looked_at = self.looked_at(&link.expr, pats.iter());
        let copies = looked_at.as_ref().is_some_and(|looked| looked.copies);
        let scrutinee = match looked_at {
            Some(looked) => Some(looked.scrutinee),
            None => self.scrutinee(&link.expr, pats.iter()),
        };
        let Some(scrutinee) = scrutinee else {
            return;
        };
        if self.is_tested(&scrutinee, pats.iter()) {
            self.let_by_tests(&scrutinee, &pats, then, &mut no);
            return;
        }
        let each = pats.iter();
        let mut arms: Vec<Arm> = each
            .map(|pat| {
                self.copies_parts = copies;
                self.arm(pat, None, &scrutinee, then)
            })
            .collect();
        arms.push(self.arm(&wildcard(span), None, &scrutinee, &mut no));
        self.push_match(scrutinee, arms, span);
    }

    pub(super) fn push_match(&mut self, scrutinee: Tree<ValueId>, arms: Vec<Arm>, span: Span) {
        let id = self.f.stmt_id();
        self.out.push(Stmt::Match(Match {
            id,
            scrutinee,
            arms,
            results: Vec::new(),
            record: None,
            fused: None,
            span,
        }));
    }

    pub(super) fn arm(
        &mut self,
        pat: &Pat,
        guard: Option<&Expr>,
        scrutinee: &Tree<ValueId>,
        body: &mut dyn FnMut(&mut Self) -> Lowering,
    ) -> Arm {
        let (pat, modes) = match std::mem::take(&mut self.copies_parts) {
            true => {
                let (pat, modes) = looked::without_modes(pat);
                (pat, Some(modes))
            }
            false => (pat.clone(), None),
        };
        let pat = &pat;
        // a guard sees the names before the body does
        let nested::TakenOut { pattern, parts } = match guard {
            None => nested::take_out(pat, self.f.values.len()),
            Some(_) => nested::TakenOut {
                pattern: pat.clone(),
                parts: Vec::new(),
            },
        };
        self.scoped(|this| {
            let (pattern, bindings) = this.arm_pattern(&pattern, scrutinee);
            let guard = guard.map(|guard| {
                let mut cond = None;
                let mut region = this.region(|this| {
                    this.scoped(|this| {
                        if let Some(modes) = &modes {
                            this.copy_bound(&bindings, modes);
                        }
                        let value = this.expr(guard);
                        cond = value.map(|value| this.leaf(&value, guard.span()));
                    });
                });
                let cond = match cond {
                    Some(cond) => cond,
                    None => this.f.value(Kind::Bool, None, guard.span()),
                };
                if !this.is_pure(&region, &mut BTreeSet::new()) {
                    this.errors.refuse(guard, no::GUARD);
                }
                region.yields.push(cond);
                region
            });
            let body = this.region(|this| {
                if let Some(modes) = &modes {
                    let names = bindings.iter().filter(|(name, _)| {
                        // parts are taken apart behind the reference
                        !parts.iter().any(|(part, _)| part == name)
                    });
                    this.copy_bound(&names.cloned().collect::<Vec<_>>(), modes);
                }
                for (name, inner) in &parts {
                    let path: syn::ExprPath = syn::parse_quote!(#name);
                    if let Some(value) = this.path(&path) {
                        this.bind_pattern(inner, value, None);
                    }
                }
                body(this);
            });
            Arm {
                pattern,
                bindings,
                guard,
                body,
            }
        })
    }

    /// Whether a guard leaves the function's variables alone and does not jump.
    fn is_pure(&self, region: &Region, declared: &mut BTreeSet<VarId>) -> bool {
        region.stmts.iter().all(|stmt| match stmt {
            Stmt::Declare(root) => {
                declared.insert(*root);
                true
            }
            Stmt::Write(var, _) => declared.contains(&self.f.vars[var.0 as usize].root),
            Stmt::Let(_) | Stmt::Read(..) | Stmt::Call(_) => true,
            Stmt::If(branch) => {
                self.is_pure(&branch.then, declared) && self.is_pure(&branch.other, declared)
            }
            _ => false,
        })
    }

    pub(super) fn match_expr(
        &mut self,
        expr: &syn::ExprMatch,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        let span = expr.match_token.span;
        let cases = cases(expr);
        if let Some((pat, then, other)) = some_or_none(&cases) {
            let result = self.slot(None, None, true, span);
            let reached = std::cell::Cell::new(false);
            let finish = |this: &mut Self, body: &Expr| {
                let value = this.expr_expecting(body, expected)?;
                this.write_slot(result, &value, span);
                reached.set(true);
                None
            };
            let mut then = |this: &mut Self| finish(this, then);
            let mut other = |this: &mut Self| finish(this, other);
            if self.match_payload(&expr.expr, pat, &mut then, &mut other, span) {
                return reached.get().then(|| self.read_slot(result, span));
            }
        }
        let looked_at = self.looked_at(&expr.expr, cases.iter().map(|case| &case.pat));
        let copies = looked_at.as_ref().is_some_and(|looked| looked.copies);
        let scrutinee = match looked_at {
            Some(looked) => looked.scrutinee,
            None => self.scrutinee(&expr.expr, cases.iter().map(|case| &case.pat))?,
        };
        if self.is_tested(&scrutinee, cases.iter().map(|case| &case.pat)) {
            return self.match_by_tests(&scrutinee, &cases, expected, span);
        }
        let result = self.slot(None, None, true, span);
        let mut reached = false;
        let mut arms = Vec::new();
        for case in &cases {
            self.copies_parts = copies;
            arms.push(self.arm(&case.pat, case.guard, &scrutinee, &mut |this| {
                if let Some(value) = this.expr_expecting(case.body, expected) {
                    this.write_slot(result, &value, span);
                    reached = true;
                }
                None
            }));
        }
        self.push_match(scrutinee, arms, span);
        reached.then(|| self.read_slot(result, span))
    }

    /// `let pattern = value else { .. };`
    pub(super) fn let_else(
        &mut self,
        pat: &Pat,
        ty: Option<&syn::Type>,
        init: &Expr,
        diverge: &Expr,
    ) -> Option<()> {
        let span = pat.span();
        if ty.is_none() && self.let_asked(pat, init, diverge) {
            return Some(());
        }
        let pats = nested::alternatives(pat);
        let expected = self.expected(pat, ty);
        let looked_at = self.looked_at(init, pats.iter());
        let copies = looked_at.as_ref().is_some_and(|looked| looked.copies);
        let mut scrutinee = match expected.as_ref() {
            _ if let Some(looked) = looked_at => looked.scrutinee,
            Some(expected) => self.expr_expecting(init, Some(expected))?,
            None => self.scrutinee(init, pats.iter())?,
        };
        if let Some(ty) = ty {
            scrutinee = self.ascribe(scrutinee, ty);
        }
        // the bindings outlive the arm: they become variables written in it
        let mut names = Vec::new();
        super::pattern::bound_names(pat, &mut names);
        let slots: Vec<SlotId> = names
            .iter()
            .map(|(name, mutable)| self.slot(Some(name.to_string()), None, *mutable, name.span()))
            .collect();
        if self.is_tested(&scrutinee, pats.iter()) {
            self.let_else_by_tests(&scrutinee, &pats, &names, &slots, diverge);
            for ((name, _), slot) in names.iter().zip(&slots) {
                self.bind(name, super::Binding::Slot(*slot));
            }
            return Some(());
        }
        let is_one_of = pats.len() > 1;
        let mut arms = Vec::new();
        for pat in &pats {
            self.copies_parts = copies;
            arms.push(self.arm(pat, None, &scrutinee, &mut |this| {
                for ((name, _), slot) in names.iter().zip(&slots) {
                    let path: syn::ExprPath = syn::parse_quote!(#name);
                    let Some(mut value) = this.path(&path) else {
                        continue;
                    };
                    if is_one_of {
                        // something has to stand for it where no pattern matches
                        value = Tree::Leaf(this.leaf(&value, name.span()));
                    }
                    this.write_slot(*slot, &value, name.span());
                }
                None
            }));
        }
        let last = self.arm(&wildcard(span), None, &scrutinee, &mut |this| {
            this.expr(diverge)
        });
        arms.push(last);
        self.push_match(scrutinee, arms, span);
        for ((name, _), slot) in names.iter().zip(&slots) {
            self.bind(name, super::Binding::Slot(*slot));
        }
        Some(())
    }
}

pub(super) fn wildcard(span: Span) -> Pat {
    syn::parse_quote_spanned!(span=> _)
}

/// An arm of a `match`, or one alternative of it.
pub(super) struct Case<'e> {
    pub(super) pat: Pat,
    pub(super) guard: Option<&'e Expr>,
    pub(super) body: &'e Expr,
}

fn cases(expr: &syn::ExprMatch) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for arm in &expr.arms {
        let (pat, guard) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, Some(&*guarded.guard)),
            pat => (pat, None),
        };
        let body = &*arm.body;
        let each = nested::alternatives(pat).into_iter();
        cases.extend(each.map(|pat| Case { pat, guard, body }));
    }
    cases
}

/// The pattern and the bodies of `Some(p) => .., None => ..`, in this order.
fn some_or_none<'c, 'e>(cases: &'c [Case<'e>]) -> Option<(&'c Pat, &'e Expr, &'e Expr)> {
    use super::option::{Asked, asked};
    match cases {
        [some, none] if some.guard.is_none() && none.guard.is_none() => {
            let is_rest =
                matches!(none.pat, Pat::Wild(_)) || matches!(asked(&none.pat), Some(Asked::None));
            let is_some = matches!(asked(&some.pat), Some(Asked::Some(_)));
            (is_some && is_rest).then_some((&some.pat, some.body, none.body))
        }
        _ => None,
    }
}

/// The links of `a && let p = b && c`, in order.
fn flatten<'e>(cond: &'e Expr, links: &mut Vec<&'e Expr>) {
    match cond {
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) && contains_let(cond) => {
            flatten(&binary.left, links);
            flatten(&binary.right, links);
        }
        Expr::Group(inner) => flatten(&inner.expr, links),
        cond => links.push(cond),
    }
}
