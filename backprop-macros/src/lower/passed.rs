//! The parts of passed-through code that are computed before it.
//!
//! Code that has no meaning for the derivative is emitted as it was written.
//! Two kinds of its parts cannot be: calls of local closures, which generated
//! code does not define, and integers that are read off what is active
//! (`x.len()`, `x[0] as usize`). An integer carries no derivative, so that it may
//! enter any code, but what it is read from may not. Such parts are lowered where
//! they stand and go by a name in the code. Only what runs whenever the code
//! runs is taken out.

use super::{Binding, Lowerer};
use crate::fence::catalogue as no;
use crate::ir::{Arg, Capture, Hold, Kind, Op, Stmt, Tree, ValueId, VarId, for_each_region};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Macro, Token, UnOp};

/// Which parts of passed-through code are taken out.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Parts {
    /// Of code that must not see what is active.
    Integers,
    /// Of code that may see anything: only calls of closures.
    Calls,
}

/// The parts that were taken out.
#[derive(Default)]
struct Taken {
    /// Under their names in the code.
    parts: Vec<(Ident, Tree<ValueId>)>,
    /// Where one of them changes what the rest of the code might read.
    changes: Option<Span>,
}

impl Lowerer<'_> {
    /// `expr` as it is emitted; nothing if control never gets there.
    pub(super) fn passed(&mut self, expr: &Expr, which: Parts) -> Option<Capture> {
        let mut expr = expr.clone();
        let mut taken = Taken::default();
        self.take_parts(&mut expr, which, &mut taken)?;
        Some(self.captured(expr.to_token_stream(), taken))
    }

    /// The arguments of a call, as one passes them on.
    pub(super) fn passed_arguments(
        &mut self,
        args: &Punctuated<Expr, Token![,]>,
        which: Parts,
    ) -> Option<Capture> {
        let mut args = args.clone();
        let mut taken = Taken::default();
        for arg in &mut args {
            self.take_parts(arg, which, &mut taken)?;
        }
        Some(self.captured(args.to_token_stream(), taken))
    }

    /// A macro whose arguments may see anything. The first `always` of them are
    /// evaluated whenever it runs.
    pub(super) fn passed_macro(&mut self, mac: &Macro, always: usize) -> Option<Capture> {
        let mut mac = mac.clone();
        let mut taken = Taken::default();
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(mut args) = parser.parse2(mac.tokens.clone()) {
            for arg in args.iter_mut().take(always) {
                self.take_parts(arg, Parts::Calls, &mut taken)?;
            }
            // what nothing was taken out of stays as it was written
            if !taken.parts.is_empty() {
                mac.tokens = args.to_token_stream();
            }
        }
        Some(self.captured(mac.to_token_stream(), taken))
    }

    fn captured(&mut self, tokens: TokenStream, taken: Taken) -> Capture {
        let (mut names, mut jumps) = (Vec::new(), Vec::new());
        self.scan(tokens.clone(), &mut names, &mut jumps);
        // what stands before such a part would be read after it
        if let (Some(span), false) = (taken.changes, names.is_empty()) {
            self.errors.refuse_at(span, no::CHANGE_IN_OPAQUE_CODE);
        }
        let mut capture = self.capture(tokens);
        capture.uses.extend(taken.parts);
        capture
    }

    fn take_parts(&mut self, expr: &mut Expr, which: Parts, taken: &mut Taken) -> Option<()> {
        let is_part = self.is_closure_call(expr)
            || (which == Parts::Integers && self.is_integer(expr) && self.reads_more(expr));
        if is_part {
            let before = std::mem::take(&mut self.out);
            let value = self.expr(expr);
            let mut stmts = std::mem::replace(&mut self.out, before);
            if self.changes(&stmts, &mut BTreeSet::new()) {
                taken.changes.get_or_insert(expr.span());
            }
            self.out.append(&mut stmts);
            let value = value?;
            let name = format!("part_{}", taken.parts.len());
            let name = crate::emit::plumbing(&name, expr.span());
            *expr = syn::parse_quote!(#name);
            taken.parts.push((name, value));
            return Some(());
        }
        let inner: Vec<&mut Expr> = match expr {
            Expr::Paren(inner) => vec![&mut inner.expr],
            Expr::Group(inner) => vec![&mut inner.expr],
            Expr::Unary(inner) => vec![&mut inner.expr],
            Expr::Cast(inner) => vec![&mut inner.expr],
            Expr::Field(inner) => vec![&mut inner.base],
            Expr::Reference(inner) if inner.mutability.is_none() => vec![&mut inner.expr],
            Expr::Index(index) => vec![&mut index.expr, &mut index.index],
            Expr::Binary(binary) => match binary.op {
                BinOp::And(_) | BinOp::Or(_) => vec![&mut binary.left],
                _ => vec![&mut binary.left, &mut binary.right],
            },
            Expr::MethodCall(call) => {
                let receiver = std::iter::once(&mut *call.receiver);
                receiver.chain(&mut call.args).collect()
            }
            Expr::Call(call) => call.args.iter_mut().collect(),
            Expr::Tuple(tuple) => tuple.elems.iter_mut().collect(),
            Expr::Array(array) => array.elems.iter_mut().collect(),
            Expr::Range(range) => {
                let ends = [range.start.as_deref_mut(), range.end.as_deref_mut()];
                ends.into_iter().flatten().collect()
            }
            Expr::Struct(literal) => {
                let fields = literal.fields.iter_mut();
                fields.map(|field| &mut field.expr).collect()
            }
            // the rest may not run, or run more than once
            _ => Vec::new(),
        };
        for part in inner {
            self.take_parts(part, which, taken)?;
        }
        Some(())
    }

    /// Whether statements change what was there before them.
    fn changes(&self, stmts: &[Stmt], declared: &mut BTreeSet<VarId>) -> bool {
        stmts.iter().any(|stmt| {
            let is_mut = |leaf: &ValueId| self.f.info(*leaf).hold == Hold::Mut;
            let mut changes = match stmt {
                Stmt::Declare(root) => {
                    declared.insert(*root);
                    false
                }
                Stmt::Write(var, _) => !declared.contains(&self.f.vars[var.0 as usize].root),
                Stmt::Store(_) | Stmt::Mutate(_) => true,
                Stmt::Let(binding) => matches!(binding.op, Op::PopValue(_)),
                Stmt::Call(call) => call.args.iter().any(|arg| match arg {
                    Arg::In(tree) => tree.any(is_mut),
                    Arg::Mut { .. } => true,
                }),
                _ => false,
            };
            for_each_region(stmt, &mut |region, _| {
                changes |= self.changes(&region.stmts, declared);
            });
            changes
        })
    }

    pub(super) fn is_closure_call(&self, expr: &Expr) -> bool {
        let Expr::Call(call) = expr else {
            return false;
        };
        let Expr::Path(path) = super::call::strip(&call.func) else {
            return false;
        };
        let name = path.path.get_ident().map(ToString::to_string);
        let binding = name.and_then(|name| self.lookup(&name));
        matches!(binding, Some(Binding::Closure(_) | Binding::Function(_)))
    }

    /// Whether an expression is an integer or a `bool` by its spelling and what
    /// is known of the locals in it.
    fn is_integer(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_integer(&inner.expr),
            Expr::Group(inner) => self.is_integer(&inner.expr),
            Expr::Lit(lit) => match &lit.lit {
                syn::Lit::Int(lit) => !lit.suffix().starts_with('f'),
                lit => matches!(lit, syn::Lit::Bool(_)),
            },
            Expr::Path(path) => path
                .path
                .get_ident()
                .and_then(|name| self.kind_of_local(name))
                .is_some_and(|kind| matches!(kind, Kind::Int | Kind::Bool)),
            Expr::Cast(cast) => matches!(self.kind_of_type(&cast.ty), Kind::Int | Kind::Bool),
            Expr::Unary(unary) => {
                matches!(unary.op, UnOp::Neg(_) | UnOp::Not(_)) && self.is_integer(&unary.expr)
            }
            Expr::Binary(binary) => match binary.op {
                BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => {
                    self.names_numbers(expr)
                }
                BinOp::Add(_)
                | BinOp::Sub(_)
                | BinOp::Mul(_)
                | BinOp::Div(_)
                | BinOp::Rem(_)
                | BinOp::BitAnd(_)
                | BinOp::BitOr(_)
                | BinOp::BitXor(_)
                | BinOp::Shl(_)
                | BinOp::Shr(_) => self.is_integer(&binary.left) && self.is_integer(&binary.right),
                _ => false,
            },
            Expr::MethodCall(call) => match (&*call.method.to_string(), call.args.len()) {
                ("len" | "is_empty", 0) => self.is_memory_expr(&call.receiver),
                ("count", 0) | ("all" | "any", 1) => {
                    self.is_chain(&call.receiver) && self.names_numbers(expr)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The locals that an expression names.
    fn locals_of(&self, expr: &Expr) -> Vec<Ident> {
        let (mut names, mut jumps) = (Vec::new(), Vec::new());
        self.scan(expr.to_token_stream(), &mut names, &mut jumps);
        names
    }

    /// Whether an expression reads what may be active, and is lowered without
    /// asking more of its locals than their kinds tell.
    fn reads_more(&self, expr: &Expr) -> bool {
        let mut more = false;
        for name in self.locals_of(expr) {
            match self.kind_of_local(&name) {
                Some(kind) => more |= !matches!(kind, Kind::Int | Kind::Bool),
                None if matches!(
                    self.lookup(&name.to_string()),
                    Some(Binding::Closure(_) | Binding::Function(_))
                ) =>
                {
                    more = true;
                }
                None => return false,
            }
        }
        more
    }

    /// Whether an expression names numbers, `bool`s and containers of them only.
    fn names_numbers(&self, expr: &Expr) -> bool {
        let mut names = self.locals_of(expr).into_iter();
        names.all(|name| {
            let kind = self.kind_of_local(&name);
            kind.is_some_and(|kind| kind != Kind::Opaque)
        })
    }

    /// The kind of a local that is no tuple, option or closure.
    pub(super) fn kind_of_local(&self, name: &Ident) -> Option<Kind> {
        match self.lookup(&name.to_string())? {
            Binding::Value(tree) => match tree.behind_refs() {
                Tree::Leaf(leaf) => Some(self.f.kind(*leaf)),
                _ => None,
            },
            Binding::Slot(slot) => match self.slots[slot.0].tree.as_ref()?.behind_refs() {
                Tree::Leaf(var) => Some(self.f.vars[var.0 as usize].kind),
                _ => None,
            },
            Binding::MutRef(place) => match self.place_vars(place)?.behind_refs() {
                Tree::Leaf(var) => Some(self.f.vars[var.0 as usize].kind),
                _ => None,
            },
            Binding::Closure(_)
            | Binding::Function(_)
            | Binding::Range(_)
            | Binding::Iterator(_) => None,
        }
    }
}
