//! The functions of `std::mem`.

use super::{Binding, Lowerer, Lowering};
use crate::ir::{Hold, Kind, Op, Tree, ValueId};
use proc_macro2::Span;
use syn::Expr;
use syn::spanned::Spanned;

impl Lowerer<'_> {
    /// `swap(&mut a, &mut b)`, `replace(&mut a, value)`, `take(&mut a)`.
    pub(super) fn mem_function(&mut self, name: &str, call: &syn::ExprCall) -> Option<Lowering> {
        let span = call.span();
        if !matches!(name, "swap" | "replace" | "take") {
            return None;
        }
        let targets: Vec<Option<Expr>> = call.args.iter().map(|arg| self.referred(arg)).collect();
        let target = |index: usize| targets.get(index).and_then(Option::as_ref);
        match (name, call.args.len()) {
            ("swap", 2) => {
                let (a, b) = (target(0)?, target(1)?);
                Some(self.swap(a, b))
            }
            ("replace", 2) => {
                let a = target(0)?;
                Some(self.replace(a, |this| this.expr(&call.args[1])))
            }
            ("take", 1) => {
                let a = target(0)?;
                Some(self.take(a, span))
            }
            _ => None,
        }
    }

    /// What a `&mut` argument refers to: `x` of `&mut x`, `*r` of `r`.
    fn referred(&mut self, arg: &Expr) -> Option<Expr> {
        match arg {
            Expr::Call(_) | Expr::MethodCall(_) if self.is_lens(arg) => {
                let value = self.lens(arg)?;
                let name = self.named_lens(value, arg.span());
                Some(syn::parse_quote_spanned!(arg.span()=> *#name))
            }
            Expr::Reference(reference) if reference.mutability.is_some() => {
                Some((*reference.expr).clone())
            }
            Expr::Path(path) => {
                let refers = match self.lookup(&path.path.get_ident()?.to_string())? {
                    Binding::MutRef(_) => true,
                    Binding::Value(Tree::Leaf(leaf)) => self.f.info(*leaf).hold == Hold::Mut,
                    Binding::Slot(slot) => match &self.slots[slot.0].tree {
                        Some(Tree::Leaf(var)) => self.f.vars[var.0 as usize].hold == Hold::Mut,
                        _ => false,
                    },
                    _ => false,
                };
                refers.then(|| syn::parse_quote_spanned!(path.span()=> *#path))
            }
            _ => None,
        }
    }

    /// The content of a variable or a place, to be overwritten at once.
    fn taken(&mut self, target: &Expr) -> Lowering {
        if let Some(place) = self.place(target) {
            return self.read_place(&place, target.span());
        }
        let place = self.memory(target)?;
        let span = target.span();
        let kind = self.kind_at(&place);
        let is_number = matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool);
        if is_number || (place.path.is_empty() && !self.f.is_reference(place.base)) {
            return Some(self.load(place, span));
        }
        // nothing is moved out of what is borrowed
        let clone = proc_macro2::Ident::new("clone", span);
        Some(self.push(Op::Duplicate(place, clone), kind, span))
    }

    fn swap(&mut self, a: &Expr, b: &Expr) -> Lowering {
        let old_a = self.taken(a)?;
        let old_b = self.taken(b)?;
        self.put(a, &old_b);
        self.put(b, &old_a);
        Some(Tree::unit())
    }

    fn replace(&mut self, target: &Expr, value: impl FnOnce(&mut Self) -> Lowering) -> Lowering {
        let value = value(self)?;
        let old = self.taken(target)?;
        let value = self.owned(&value, target.span());
        self.put(target, &value);
        Some(old)
    }

    fn take(&mut self, target: &Expr, span: Span) -> Lowering {
        let old = self.taken(target)?;
        let value = old.map(&mut |leaf| {
            let op = Op::Runtime("default_like", vec![*leaf]);
            self.push_value(op, self.f.kind(*leaf), span)
        });
        self.put(target, &value);
        Some(old)
    }

    /// Writes a value that is nobody else's.
    fn put(&mut self, target: &Expr, value: &Tree<ValueId>) {
        match self.place(target) {
            Some(place) => self.write_place(&place, value, target.span()),
            None => {
                self.store(target, value);
            }
        }
    }
}

/// A variable, what it refers to, or a field of one: evaluating it has no effect.
pub(super) fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_plain(&inner.expr),
        Expr::Group(inner) => is_plain(&inner.expr),
        Expr::Field(field) => is_plain(&field.base),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => is_plain(&unary.expr),
        Expr::Path(_) => true,
        _ => false,
    }
}
