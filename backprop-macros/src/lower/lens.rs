//! Calls that give `&mut` references: `m.row_mut(i)[j] = x`, `*pick(p, k) += x`.
//!
//! No caller can see what a call gives. It is taken for a `&mut` reference where the code
//! around it leaves no choice (it is written through, or annotated so), where the name ends
//! in `_mut`, and where the function is in the same block. The reference is then a view of
//! a place, which the companion of the function finds ([`Op::Lens`]); rustc finds no
//! companion of that kind where the guess is wrong.

use super::call::strip;
use super::memory::Base;
use super::{Binding, Lowerer, Lowering};
use crate::emit::plumbing;
use crate::fence::catalogue as no;
use crate::ir::{Callee, Hold, Kind, LensCall, Op, Place, Proj, Receiver, Tree, ValueId};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, Local, Pat, Stmt};

impl Lowerer<'_> {
    /// Whether an expression is a call that gives a `&mut` reference, as its name tells.
    pub(super) fn is_lens(&self, expr: &Expr) -> bool {
        let name = match strip(expr) {
            Expr::MethodCall(call) => match self.sibling(call) {
                Some(sibling) => return sibling.returns_mut && sibling.has_companions,
                None => call.method.to_string(),
            },
            Expr::Call(call) => match strip(&call.func) {
                Expr::Path(path) => match path.path.segments.last() {
                    Some(last) => last.ident.to_string(),
                    None => return false,
                },
                _ => return false,
            },
            _ => return false,
        };
        name.ends_with("_mut") && self.is_call_of_user(expr)
    }

    /// What a statement of its own calls is there for its effects.
    pub(super) fn called_for_effect(&mut self, expr: &Expr) -> Option<Lowering> {
        match strip(expr) {
            _ if !self.is_lens(expr) => None,
            Expr::MethodCall(call) => Some(self.user_method(call, None)),
            Expr::Call(call) => Some(self.call(call, None)),
            _ => None,
        }
    }

    /// The reference that a call gives.
    pub(super) fn lens(&mut self, expr: &Expr) -> Lowering {
        let span = expr.span();
        let (callee, found) = match strip(expr) {
            Expr::MethodCall(call) => {
                let callee = Callee::Method(call.method.clone(), None, Receiver::Any);
                let receiver = self.memory(&call.receiver)?;
                let args = self.other_arguments(call.args.iter())?;
                (callee, Some((0, receiver, args)))
            }
            Expr::Call(call) => {
                let Expr::Path(path) = strip(&call.func) else {
                    return self.refuse(expr, no::CALL_OF_VALUE);
                };
                let callee = match self.is_function(&path.path) && path.qself.is_none() {
                    true => Callee::Function(path.path.clone()),
                    false => Callee::Associated(path.clone()),
                };
                (callee, self.root_argument(call)?)
            }
            _ => return self.refuse(expr, no::CALL_OF_VALUE),
        };
        let Some((index, root, args)) = found else {
            return self.refuse(expr, no::LENS_ROOT);
        };
        let call = LensCall {
            callee,
            root: root.clone(),
            index,
            args,
            is_constant: false,
        };
        let lens = self.push_value(Op::Lens(Box::new(call)), Kind::Constant, span);
        let mutable = !self.only_looks;
        Some(self.view(root.with(Proj::Called(lens)), mutable, span))
    }

    fn other_arguments<'e>(
        &mut self,
        args: impl Iterator<Item = &'e Expr>,
    ) -> Option<Vec<Tree<ValueId>>> {
        args.map(|arg| self.expr(arg)).collect()
    }

    /// The argument that is passed by `&mut`, its number, and the other arguments; nothing
    /// where that is not one.
    #[expect(clippy::type_complexity, reason = "the parts of one call")]
    fn root_argument(
        &mut self,
        call: &syn::ExprCall,
    ) -> Option<Option<(usize, Place, Vec<Tree<ValueId>>)>> {
        let written =
            |arg: &Expr| matches!(strip(arg), Expr::Reference(r) if r.mutability.is_some());
        let is_written = call.args.iter().any(written);
        let (mut roots, mut args) = (Vec::new(), Vec::new());
        for (index, arg) in call.args.iter().enumerate() {
            if let (true, Expr::Reference(reference)) = (written(arg), strip(arg)) {
                let place = match self.base(&reference.expr)? {
                    Base::Tree(Tree::Leaf(leaf)) if self.is_scalar(leaf) => return Some(None),
                    base => self.as_place(base, arg.span())?,
                };
                roots.push((index, place));
                continue;
            }
            let value = self.expr(arg)?;
            match &value {
                Tree::Leaf(leaf) if !is_written && self.leads_on(*leaf) => {
                    roots.push((index, Place::whole(*leaf)));
                }
                _ => args.push(value),
            }
        }
        Some(match (roots.pop(), roots.is_empty()) {
            (Some((index, place)), true) => Some((index, place, args)),
            _ => None,
        })
    }

    /// Whether a value is a reference that another one may be taken from to change what it
    /// refers to.
    fn leads_on(&self, value: ValueId) -> bool {
        let hold = match self.only_looks {
            true => Hold::Shared,
            false => Hold::Mut,
        };
        self.f.info(value).hold == hold
    }

    /// A target that is written to, where a call in it gives the reference: with a name in
    /// place of the call.
    pub(super) fn with_lens(&mut self, target: &Expr) -> Option<Expr> {
        let mut target = target.clone();
        let inner = innermost(&mut target)?;
        if !self.is_call_of_user(inner) {
            return None;
        }
        let value = self.lens(inner)?;
        *inner = self.named_lens(value, inner.span());
        Some(target)
    }

    /// A name for a reference that a call gives.
    pub(super) fn named_lens(&mut self, value: Tree<ValueId>, span: Span) -> Expr {
        let name = plumbing(&format!("reference_{}", self.f.values.len()), span);
        self.bind(&name, Binding::Value(value));
        syn::parse_quote!(#name)
    }

    /// `let r = pick(p, k);`, where `r` is annotated as a `&mut` reference, or written
    /// through in `rest`.
    pub(super) fn is_lens_of(&self, local: &Local, rest: &[Stmt]) -> bool {
        let Some(init) = &local.init else {
            return false;
        };
        let pat = match &local.pat {
            Pat::Type(typed) => match &*typed.ty {
                syn::Type::Reference(reference) => {
                    return reference.mutability.is_some() && self.is_call_of_user(&init.expr);
                }
                _ => return false,
            },
            pat => pat,
        };
        match pat {
            Pat::Ident(name) if name.mutability.is_none() && init.diverge.is_none() => {
                let mut writes = Writes {
                    name: &name.ident,
                    found: false,
                };
                let is_call = self.is_call_of_user(&init.expr);
                if is_call {
                    rest.iter().for_each(|stmt| writes.visit_stmt(stmt));
                }
                writes.found
            }
            _ => false,
        }
    }
}

/// What a place leads out of: the expression in front of all indices, fields and `*`.
fn innermost(expr: &mut Expr) -> Option<&mut Expr> {
    match expr {
        Expr::Paren(inner) => innermost(&mut inner.expr),
        Expr::Group(inner) => innermost(&mut inner.expr),
        Expr::Index(index) => innermost(&mut index.expr),
        Expr::Field(field) => innermost(&mut field.base),
        Expr::Unary(syn::ExprUnary {
            op: syn::UnOp::Deref(_),
            expr,
            ..
        }) => innermost(expr),
        Expr::Call(_) | Expr::MethodCall(_) => Some(expr),
        _ => None,
    }
}

/// Whether code writes through a name that is not declared `mut`: it is a `&mut` reference
/// then. Where the name is bound again, nothing is lost: the reference is only looked at.
struct Writes<'n> {
    name: &'n Ident,
    found: bool,
}

impl Writes<'_> {
    /// Whether an expression is a part of what the name refers to.
    fn is_part(&self, expr: &Expr, is_itself: bool) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_part(&inner.expr, is_itself),
            Expr::Group(inner) => self.is_part(&inner.expr, is_itself),
            Expr::Index(index) => self.is_part(&index.expr, true),
            Expr::Field(field) => self.is_part(&field.base, true),
            Expr::Unary(unary) => {
                matches!(unary.op, syn::UnOp::Deref(_)) && self.is_part(&unary.expr, true)
            }
            Expr::Path(path) => is_itself && path.path.is_ident(self.name),
            _ => false,
        }
    }
}

impl<'a> Visit<'a> for Writes<'_> {
    fn visit_item(&mut self, _: &'a syn::Item) {}

    fn visit_expr_assign(&mut self, assign: &'a syn::ExprAssign) {
        self.found |= self.is_part(&assign.left, false);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'a syn::ExprBinary) {
        let assigns = crate::lower::expr::operator(&binary.op).is_some_and(|(_, assigns)| assigns);
        self.found |= assigns && self.is_part(&binary.left, false);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'a syn::ExprReference) {
        self.found |= reference.mutability.is_some() && self.is_part(&reference.expr, false);
        visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        const CHANGING: &[&str] = &["iter_mut", "fill", "swap", "copy_from_slice", "push"];
        let name = call.method.to_string();
        let changes = CHANGING.contains(&&*name) || name.ends_with("_mut");
        self.found |= changes && self.is_part(&call.receiver, true);
        visit::visit_expr_method_call(self, call);
    }
}
