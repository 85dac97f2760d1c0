//! Loops, labels, `break`, `continue` and `return`.

use super::{Jump, Lowerer, Lowering, SlotId};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::{Checkpoint, Head, Kind, Loop, Range, Region, Stmt, Target, Tree};
use crate::parse;
use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Expr, Label, Pat};

impl Lowerer<'_> {
    /// A loop, with what `#[checkpoint]` on it says.
    pub(super) fn marked_loop(
        &mut self,
        attrs: &[Attribute],
        lower: impl FnOnce(&mut Self) -> Lowering,
    ) -> Lowering {
        // the fence has reported what is wrong with it
        let checkpoint = parse::checkpoint(attrs, &mut Errors::default());
        let before = self.out.len();
        let lowering = lower(self);
        if let Some(checkpoint) = checkpoint {
            // what a `loop` yields is read after it
            let mut made = self.out[before..].iter_mut().rev();
            let last = made.find(|stmt| matches!(stmt, Stmt::Loop(_) | Stmt::Block(..)));
            last.into_iter().for_each(|stmt| mark(stmt, &checkpoint));
        }
        lowering
    }

    pub(super) fn loop_expr(&mut self, expr: &syn::ExprLoop) -> Lowering {
        let span = expr.loop_token.span;
        let result = self.slot(None, None, true, span);
        let body = |this: &mut Self| {
            this.block_in_scope(&expr.body);
        };
        let exit = self.looped(&expr.label, Head::Forever, Some(result), span, body);
        // a loop that no `break` leaves never ends here
        self.is_exited(exit).then(|| self.read_slot(result, span))
    }

    fn is_exited(&self, target: Target) -> bool {
        fn leaves(stmts: &[Stmt], target: Target) -> bool {
            stmts.iter().any(|stmt| {
                let mut found = matches!(stmt, Stmt::Exit(to) if *to == target);
                crate::ir::for_each_region(stmt, &mut |region, _| {
                    found |= leaves(&region.stmts, target);
                });
                found
            })
        }
        self.out.last().is_some_and(|stmt| {
            let mut found = false;
            crate::ir::for_each_region(stmt, &mut |region, _| {
                found |= leaves(&region.stmts, target);
            });
            found
        })
    }

    pub(super) fn while_expr(&mut self, expr: &syn::ExprWhile) -> Lowering {
        let span = expr.while_token.span;
        let before = self.f.vars.len();
        let mut head = self.region(|_| {});
        // a loop inside would be lowered twice here, one inside that four times
        if !contains_let(&expr.cond) && !contains_while(&expr.cond) {
            let mut cond = None;
            head = self.region(|this| {
                let value = this.expr(&expr.cond);
                cond = value.map(|value| this.leaf(&value, expr.cond.span()));
            });
            let plain = head
                .stmts
                .iter()
                .all(|s| matches!(s, Stmt::Let(_) | Stmt::Read(..)));
            if let (true, Some(cond)) = (plain && before == self.f.vars.len(), cond) {
                head.yields.push(cond);
                self.looped(&expr.label, Head::While(head), None, span, |this| {
                    this.block_in_scope(&expr.body);
                });
                return Some(Tree::unit());
            }
        }
        drop(head);
        // a condition with control flow of its own: `loop { if c { body } else { break } }`
        self.looped(&expr.label, Head::Forever, None, span, |this| {
            let exit = this.jumps.last().map(|jump| jump.exit);
            let then = |this: &mut Self| this.block_in_scope(&expr.body);
            let other = |this: &mut Self| {
                this.out.extend(exit.map(Stmt::Exit));
                None
            };
            this.condition(&expr.cond, &mut { then }, &mut { other }, span);
        });
        Some(Tree::unit())
    }

    pub(super) fn for_expr(&mut self, expr: &syn::ExprForLoop) -> Lowering {
        let chain = match self.is_borrowed(expr) {
            true => self.chain(&borrowed(&expr.expr))?,
            false => self.chain(&expr.expr)?,
        };
        self.drive(chain, &expr.label, &mut |this, item| {
            if let Pat::Ident(pat) = &*expr.pat
                && let Tree::Leaf(leaf) = &item
                && this.f.kind(*leaf) == Kind::Int
            {
                let info = this.f.info_mut(*leaf);
                info.hint = Some(pat.ident.to_string());
            }
            this.scoped(|this| {
                this.bind_pattern(&expr.pat, item, None);
                this.block_in_scope(&expr.body);
            });
        });
        Some(Tree::unit())
    }

    /// Whether a loop goes over what it writes as a value and what is a reference.
    fn is_borrowed(&self, expr: &syn::ExprForLoop) -> bool {
        match super::call::strip(&expr.expr) {
            Expr::MethodCall(call) if !self.is_chain(&expr.expr) => call.method == "as_slice",
            Expr::Lit(lit) => matches!(lit.lit, syn::Lit::ByteStr(_)),
            _ => false,
        }
    }

    pub(super) fn bounds(
        &mut self,
        range: &syn::ExprRange,
        start: &Expr,
        end: &Expr,
    ) -> Option<(Range, Span)> {
        let span = range.span();
        let start_value = self.expr(start)?;
        let end_value = self.expr(end)?;
        let start = self.leaf(&start_value, start.span());
        let end = self.leaf(&end_value, end.span());
        let item = self.f.value(Kind::Int, None, span);
        let range = Range {
            item,
            start,
            end,
            inclusive: matches!(range.limits, syn::RangeLimits::Closed(_)),
            adaptors: Vec::new(),
        };
        Some((range, span))
    }

    pub(super) fn looped(
        &mut self,
        label: &Option<Label>,
        head: Head,
        result: Option<SlotId>,
        span: Span,
        body: impl FnOnce(&mut Self),
    ) -> Target {
        let (exit, next) = (self.f.target(), self.f.target());
        let result = match result {
            Some(result) => Some(result),
            None => {
                // `while` and `for` have the value `()`
                let unit = self.slot(None, None, true, span);
                self.slots[unit.0].tree = Some(Tree::unit());
                Some(unit)
            }
        };
        self.jumps.push(Jump {
            label: label_name(label),
            is_loop: true,
            exit,
            next: Some(next),
            result,
        });
        let iteration = self.region(body);
        self.jumps.pop();
        let id = self.f.stmt_id();
        self.out.push(Stmt::Loop(Loop {
            id,
            head,
            inits: Vec::new(),
            params: Vec::new(),
            results: Vec::new(),
            body: Region {
                stmts: vec![Stmt::Block(next, iteration)],
                yields: Vec::new(),
            },
            stop: None,
            exit: Some(exit),
            tape: None,
            fused: None,
            checkpoint: None,
            span,
        }));
        exit
    }

    /// Loops that are one to what stands in them; see [`Lowerer::in_loop_of`].
    pub(super) fn as_one_loop(
        &mut self,
        label: &Option<Label>,
        span: Span,
        loops: impl FnOnce(&mut Self, usize),
    ) {
        let exit = self.f.target();
        let unit = self.slot(None, None, true, span);
        self.slots[unit.0].tree = Some(Tree::unit());
        let outer = self.jumps.len();
        self.jumps.push(Jump {
            label: label_name(label),
            is_loop: true,
            exit,
            next: None,
            result: Some(unit),
        });
        let region = self.region(|this| loops(this, outer));
        self.jumps.pop();
        self.out.push(Stmt::Block(exit, region));
    }

    /// What stands in a loop inside another one that both are one loop to:
    /// `break` leaves the outer, `continue` goes on with the inner.
    pub(super) fn in_loop_of(&mut self, outer: usize, body: impl FnOnce(&mut Self)) {
        let next = self.jumps.last().and_then(|inner| inner.next);
        let Some(outer) = self.jumps.get(outer) else {
            return;
        };
        self.jumps.push(Jump {
            label: outer.label.clone(),
            next,
            ..*outer
        });
        body(self);
        self.jumps.pop();
    }

    /// `'label: { .. }`
    pub(super) fn labelled_block(&mut self, expr: &syn::ExprBlock) -> Lowering {
        let span = expr.span();
        let result = self.slot(None, None, true, span);
        let exit = self.f.target();
        self.jumps.push(Jump {
            label: label_name(&expr.label),
            is_loop: false,
            exit,
            next: None,
            result: Some(result),
        });
        let mut falls = false;
        let region = self.region(|this| {
            if let Some(value) = this.block_in_scope(&expr.block) {
                this.write_slot(result, &value, span);
                falls = true;
            }
        });
        self.jumps.pop();
        self.out.push(Stmt::Block(exit, region));
        (falls || self.is_exited(exit)).then(|| self.read_slot(result, span))
    }

    pub(super) fn break_expr(&mut self, expr: &syn::ExprBreak) -> Lowering {
        let (exit, result) = match self.jump(&expr.label, expr.label.is_none()) {
            Some(jump) => (jump.exit, jump.result),
            None => return self.unknown_target(expr, &expr.label),
        };
        let value = match &expr.expr {
            Some(value) => self.expr(value)?,
            None => Tree::unit(),
        };
        if let Some(result) = result {
            self.write_slot(result, &value, expr.span());
        }
        self.out.push(Stmt::Exit(exit));
        None
    }

    pub(super) fn continue_expr(&mut self, expr: &syn::ExprContinue) -> Lowering {
        let next = self.jump(&expr.label, true).and_then(|jump| jump.next);
        let Some(next) = next else {
            return self.unknown_target(expr, &expr.label);
        };
        self.out.push(Stmt::Exit(next));
        None
    }

    pub(super) fn return_expr(&mut self, expr: &syn::ExprReturn) -> Lowering {
        let (target, slot) = self.ret;
        let value = match &expr.expr {
            Some(value) => {
                let shape = match self.returns_reference {
                    true => Some(super::option::reference_shape()),
                    false => self.slots[slot.0].tree.as_ref().map(|t| t.map(&mut |_| ())),
                };
                self.expr_expecting(value, shape.as_ref())?
            }
            None => Tree::unit(),
        };
        self.write_slot(slot, &value, expr.span());
        self.out.push(Stmt::Exit(target));
        None
    }

    fn unknown_target(&mut self, node: &impl ToTokens, label: &Option<syn::Lifetime>) -> Lowering {
        match label {
            Some(label) => self.refuse(label, no::UNKNOWN_LABEL),
            None => self.refuse(node, no::OUTSIDE_LOOP),
        }
    }

    fn jump(&self, label: &Option<syn::Lifetime>, loops_only: bool) -> Option<&Jump> {
        let label = label.as_ref().map(|label| label.ident.to_string());
        self.jumps.iter().rev().find(|jump| match &label {
            Some(_) => jump.label == label,
            None => jump.is_loop || !loops_only,
        })
    }
}

/// Marks a loop, or those that a chain became.
fn mark(stmt: &mut Stmt, checkpoint: &Checkpoint) {
    match stmt {
        Stmt::Loop(looped) => looped.checkpoint = Some(Box::new(checkpoint.clone())),
        Stmt::Block(_, region) => {
            let loops = region.stmts.iter_mut();
            loops.for_each(|stmt| mark(stmt, checkpoint));
        }
        _ => {}
    }
}

fn label_name(label: &Option<Label>) -> Option<String> {
    label.as_ref().map(|label| label.name.ident.to_string())
}

/// Whether a condition is or contains `let pattern = value`.
pub(super) fn contains_let(cond: &Expr) -> bool {
    match cond {
        Expr::Let(_) => true,
        Expr::Paren(inner) => contains_let(&inner.expr),
        Expr::Group(inner) => contains_let(&inner.expr),
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            contains_let(&binary.left) || contains_let(&binary.right)
        }
        _ => false,
    }
}

/// Whether there is a `while` anywhere in a condition.
fn contains_while(cond: &Expr) -> bool {
    struct Found(bool);
    impl<'ast> Visit<'ast> for Found {
        fn visit_expr_while(&mut self, _: &'ast syn::ExprWhile) {
            self.0 = true;
        }
    }
    let mut found = Found(false);
    found.visit_expr(cond);
    found.0
}

fn borrowed(expr: &Expr) -> Expr {
    syn::parse_quote!(&#expr)
}
