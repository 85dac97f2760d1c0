//! Methods of the user's own types.
//!
//! Which method a name means depends on the type of the receiver, which only
//! rustc knows. A method that std does not have under this name is taken for a
//! differentiated one; if it gets nothing active it is called as it is. How it
//! takes its receiver is not known either: what may be changed is lent as `&mut`,
//! and the companion takes what it needs.

use super::{Binding, Lowerer, Lowering};
use crate::ir::{Arg, Callee, Hold, Kind, Op, Receiver, Stmt, Tree, ValueId};
use crate::parse::{Passing, Sibling};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprMethodCall};

impl Lowerer<'_> {
    /// Whether a method may be a differentiated one of the user.
    pub(super) fn is_method_of_user(&self, call: &ExprMethodCall) -> bool {
        let name = call.method.to_string();
        let is_closure = |arg: &Expr| matches!(super::call::strip(arg), Expr::Closure(_));
        if call.args.iter().any(is_closure) {
            return false;
        }
        if let Some(sibling) = self.sibling(call) {
            return sibling.has_companions;
        }
        let is_of_std = METHODS_OF_ALL.contains(&&*name)
            || is_iterator(&call.receiver)
            || self.is_method_of_option(call, &name)
            || (METHODS_OF_STD.contains(&&*name) && self.is_type_of_std(&call.receiver));
        !is_of_std && self.sees_more(call)
    }

    /// The method of the same block that a call of `self` means, whatever std has
    /// under this name.
    pub(super) fn sibling(&self, call: &ExprMethodCall) -> Option<&Sibling> {
        let receiver = match super::call::strip(&call.receiver) {
            // `(*self).read()`
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                super::call::strip(&unary.expr)
            }
            receiver => receiver,
        };
        match receiver {
            Expr::Path(path) if path.path.is_ident(crate::parse::RECEIVER) => {
                let sibling = self.siblings.get(&call.method.to_string());
                sibling.filter(|sibling| sibling.is_sure)
            }
            _ => None,
        }
    }

    /// A call of such a method; `None` if it is none, or if it has no companions
    /// and might need them.
    pub(super) fn sibling_call(
        &mut self,
        call: &ExprMethodCall,
        expected: Option<&Tree<()>>,
    ) -> Option<Lowering> {
        let sibling = self.sibling(call)?;
        let (has_companions, kind) = (sibling.has_companions, super::kind_of(&sibling.result));
        if !has_companions || !self.sees_more(call) {
            return None;
        }
        let value = self.user_method(call, expected);
        // what is no number by spelling carries no derivative
        if let (Some(Tree::Leaf(leaf)), Kind::Int | Kind::Bool) = (&value, kind) {
            self.f.info_mut(*leaf).kind = kind;
        }
        Some(value)
    }

    /// Whether a method is one of an option, or of a result. What a function of the
    /// user returns may be anything: there the name tells.
    fn is_method_of_option(&self, call: &ExprMethodCall, name: &str) -> bool {
        match self.is_call_of_user(&call.receiver) {
            true => METHODS_OF_OPTIONS.contains(&name),
            false => self.is_option_by_name(&call.receiver),
        }
    }

    /// Whether an expression is a call of a differentiated function or method.
    pub(super) fn is_call_of_user(&self, expr: &Expr) -> bool {
        match super::call::strip(expr) {
            Expr::Call(call) => match super::call::strip(&call.func) {
                Expr::Path(path) => self.is_function(&path.path) || self.is_associated(call, path),
                _ => false,
            },
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                let is_known = crate::rules::method(&name).is_some()
                    || is_iterator(expr)
                    || METHODS_OF_SEQUENCES.contains(&&*name)
                    || super::then::is_then(call);
                (self.sibling(call).is_some() || !is_known) && self.is_method_of_user(call)
            }
            _ => false,
        }
    }

    /// Whether a receiver is a number or a container by its spelling.
    fn is_type_of_std(&self, receiver: &Expr) -> bool {
        match receiver {
            Expr::Paren(inner) => self.is_type_of_std(&inner.expr),
            Expr::Group(inner) => self.is_type_of_std(&inner.expr),
            Expr::Reference(inner) => self.is_type_of_std(&inner.expr),
            Expr::Path(path) => {
                let kind = path
                    .path
                    .get_ident()
                    .and_then(|name| self.kind_of_local(name));
                kind.is_some_and(|kind| kind != Kind::Opaque)
            }
            Expr::Lit(_) | Expr::Binary(_) | Expr::Array(_) | Expr::Macro(_) | Expr::Range(_) => {
                true
            }
            _ => false,
        }
    }

    /// Whether code sees anything that may be active, as far as its names tell.
    pub(super) fn sees_more(&self, code: &impl ToTokens) -> bool {
        let (mut names, mut jumps) = (Vec::new(), Vec::new());
        self.scan(code.to_token_stream(), &mut names, &mut jumps);
        let may_be_real = |name: &Ident| match self.kind_of_local(name) {
            Some(kind) => kind.may_be_real() && !self.is_constant(name),
            None => true,
        };
        jumps.is_empty() && names.iter().any(may_be_real)
    }

    /// Text, a map of constants and the like.
    fn is_constant(&self, name: &Ident) -> bool {
        match self.lookup(&name.to_string()) {
            Some(Binding::Value(tree)) => matches!(
                tree.behind_refs(),
                Tree::Leaf(leaf) if self.constants.contains(leaf) || self.maps.contains(leaf)
            ),
            _ => false,
        }
    }

    /// `receiver.method(args)`
    pub(super) fn user_method(
        &mut self,
        call: &ExprMethodCall,
        expected: Option<&Tree<()>>,
    ) -> Lowering {
        let is_copied = self.is_copied_first(call);
        let receiver = match is_copied {
            true => self.copied_receiver(call)?,
            false => self.receiver(call),
        };
        let exprs: Vec<&Expr> = std::iter::once(&receiver).chain(&call.args).collect();
        let known = match self.is_frozen(&call.receiver) {
            true => Receiver::Shared,
            false => Receiver::Any,
        };
        let callee = Callee::Method(call.method.clone(), call.turbofish.clone(), known);
        let span = call.method.span();
        // `p.step(p.x)`: the receiver is borrowed when the arguments are there
        let frozen = self.frozen.len();
        if !is_copied {
            self.frozen.extend(fields(&call.receiver));
        }
        let result = match !is_copied && self.stays_the_same(&call.receiver) {
            true => self.function_call_of(callee, exprs, 1, span, expected),
            false => self.function_call(callee, exprs, span, expected),
        };
        self.frozen.truncate(frozen);
        if is_copied {
            self.scopes.pop();
            return result;
        }
        let is_lent = is_lent_too(&call.receiver, call) || self.is_frozen(&call.receiver);
        if result.is_some() && self.sibling(call).is_none() && !is_lent {
            let mut calls = self.out.iter().rev().filter_map(|stmt| match stmt {
                Stmt::Call(made) => Some(made.args.clone()),
                _ => None,
            });
            if let Some(args) = calls.next() {
                self.lend_receiver(&args);
            }
        }
        result
    }

    /// What a receiver is may only be known when it is there: `(if first { &mut a } else {
    /// &mut b }).step()`. A method may change what is behind a `&mut` reference.
    fn lend_receiver(&mut self, args: &[Arg]) {
        let Some(Arg::In(Tree::Leaf(receiver))) = args.first() else {
            return;
        };
        let shared = self.out.iter_mut().rev().find_map(|stmt| match stmt {
            Stmt::Let(binding) if binding.value == *receiver => Some(&mut binding.op),
            _ => None,
        });
        if let Some(Op::View(place, mutable @ false)) = shared
            && place.path.is_empty()
            && self.f.info(place.base).hold == Hold::Mut
        {
            *mutable = true;
            self.f.info_mut(*receiver).hold = Hold::Mut;
        }
    }

    /// The receiver as an argument: a reference to what it names.
    fn receiver(&self, call: &ExprMethodCall) -> Expr {
        let receiver = super::call::strip(&call.receiver);
        let span = receiver.span();
        let mutable = match self.sibling(call) {
            Some(sibling) => sibling.passing == Passing::Mut,
            None => {
                let is_shared = is_lent_too(receiver, call) || self.is_frozen(receiver);
                !is_shared && self.may_be_changed(receiver)
            }
        };
        match (receiver, mutable) {
            // `(&mut *r).m()` is written by those who know
            (Expr::Reference(_), _) => receiver.clone(),
            (receiver, true) => syn::parse_quote_spanned!(span=> &mut (#receiver)),
            (receiver, false) => syn::parse_quote_spanned!(span=> &(#receiver)),
        }
    }

    /// Whether the place that an expression names can be lent as `&mut`.
    fn may_be_changed(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.may_be_changed(&inner.expr),
            Expr::Group(inner) => self.may_be_changed(&inner.expr),
            Expr::Field(field) => self.may_be_changed(&field.base),
            Expr::Index(index) => self.may_be_changed(&index.expr),
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.may_be_changed(&unary.expr)
            }
            Expr::Path(path) => {
                let name = path.path.get_ident();
                match name.and_then(|name| self.lookup(&name.to_string())) {
                    Some(Binding::Slot(slot)) => self.is_changeable(*slot),
                    Some(Binding::MutRef(_)) => true,
                    Some(Binding::Value(tree)) => self.is_lent_mutably(tree),
                    _ => false,
                }
            }
            // `m.row_mut(0).double()`
            Expr::Call(_) | Expr::MethodCall(_) => self.is_lens(expr),
            _ => false,
        }
    }

    fn is_lent_mutably(&self, tree: &Tree<ValueId>) -> bool {
        matches!(tree, Tree::Leaf(leaf) if self.f.info(*leaf).hold == Hold::Mut)
    }

    /// A variable that is declared `mut` and does not hold a `&` reference.
    fn is_changeable(&self, slot: super::SlotId) -> bool {
        let slot = &self.slots[slot.0];
        let holds = |hold: Hold| match &slot.tree {
            Some(Tree::Leaf(var)) => self.f.vars[var.0 as usize].hold == hold,
            _ => false,
        };
        let is_reference = matches!(&slot.tree, Some(Tree::Ref(_))) || holds(Hold::Shared);
        let is_number = match &slot.tree {
            Some(Tree::Leaf(var)) => {
                let kind = self.f.vars[var.0 as usize].kind;
                matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool)
            }
            _ => false,
        };
        (slot.mutable || holds(Hold::Mut)) && !is_reference && !is_number
    }
}

/// Whether an argument is a reference to what the receiver is, or to a part of it:
/// a method that takes `&mut self` could not be called so.
fn is_lent_too(receiver: &Expr, call: &ExprMethodCall) -> bool {
    call.args.iter().any(|arg| match super::call::strip(arg) {
        Expr::Reference(reference) if reference.mutability.is_none() => {
            match (fields(receiver), fields(&reference.expr)) {
                (Some(a), Some(b)) => a.iter().zip(&b).all(|(a, b)| a == b),
                _ => false,
            }
        }
        _ => false,
    })
}

/// The name and the fields of a place, up to the first index: all elements are
/// borrowed with one.
pub(super) fn fields(expr: &Expr) -> Option<super::receivers::Fields> {
    match expr {
        Expr::Paren(inner) => fields(&inner.expr),
        Expr::Group(inner) => fields(&inner.expr),
        // `&*self` is what `self` is
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => fields(&unary.expr),
        Expr::Path(path) => Some(vec![path.path.get_ident()?.to_string()]),
        Expr::Index(index) => {
            let mut base = fields(&index.expr)?;
            // what follows is no field of its own
            base.truncate(base.iter().position(String::is_empty).unwrap_or(base.len()));
            base.push(String::new());
            Some(base)
        }
        Expr::Field(field) => {
            let mut base = fields(&field.base)?;
            if !base.last().is_some_and(String::is_empty) {
                base.push(field.member.to_token_stream().to_string());
            }
            Some(base)
        }
        _ => None,
    }
}

/// Whether an expression is an iterator by the names of its methods.
fn is_iterator(expr: &Expr) -> bool {
    const SOURCES: &[&str] = &[
        "iter",
        "iter_mut",
        "into_iter",
        "windows",
        "chunks",
        "chunks_exact",
        "chunks_mut",
        "chunks_exact_mut",
        "rchunks",
        "rchunks_exact",
        "rchunks_mut",
        "rchunks_exact_mut",
        "chars",
        "bytes",
        "lines",
        "keys",
        "values",
        "drain",
    ];
    match super::call::strip(expr) {
        Expr::Range(_) => true,
        Expr::MethodCall(call) => {
            SOURCES.contains(&&*call.method.to_string()) || is_iterator(&call.receiver)
        }
        _ => false,
    }
}

/// Methods of options and results that make something else of them.
const METHODS_OF_OPTIONS: &[&str] = &[
    "and_then",
    "err",
    "expect",
    "is_err",
    "is_none",
    "is_ok",
    "is_some",
    "is_some_and",
    "map_err",
    "map_or",
    "map_or_else",
    "ok",
    "ok_or",
    "ok_or_else",
    "or",
    "or_else",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
];

/// Methods that are lowered as those of sequences wherever they stand.
const METHODS_OF_SEQUENCES: &[&str] = &[
    "as_mut_slice",
    "as_slice",
    "concat",
    "first",
    "first_mut",
    "get",
    "get_mut",
    "is_empty",
    "last",
    "last_mut",
    "len",
    "pop",
    "push",
    "split_at",
    "split_at_mut",
    "split_first",
    "split_last",
    "swap",
    "to_vec",
];

/// Methods that many types have, none of them with a derivative of its own.
const METHODS_OF_ALL: &[&str] = &[
    "as_mut",
    "as_ref",
    "borrow",
    "borrow_mut",
    "clone",
    "clone_from",
    "cmp",
    "eq",
    "fmt",
    "ge",
    "gt",
    "hash",
    "into",
    "le",
    "lock",
    "lt",
    "ne",
    "partial_cmp",
    "to_owned",
    "to_string",
    "total_cmp",
    "try_into",
];

/// Methods of numbers and sequences: a message tells more than a method that is
/// looked for and not there.
const METHODS_OF_STD: &[&str] = &[
    "append",
    "array_chunks",
    "array_windows",
    "binary_search",
    "binary_search_by",
    "capacity",
    "chunk_by",
    "chunks_exact_mut",
    "chunks_mut",
    "contains",
    "copy_within",
    "dedup",
    "dedup_by",
    "dedup_by_key",
    "drain",
    "ends_with",
    "extract_if",
    "fill_with",
    "from_bits",
    "insert",
    "is_sorted",
    "is_sorted_by",
    "iter",
    "iter_mut",
    "join",
    "pop_if",
    "rchunks",
    "remove",
    "repeat",
    "reserve",
    "resize_with",
    "retain",
    "retain_mut",
    "select_nth_unstable",
    "shrink_to_fit",
    "sort",
    "sort_by_cached_key",
    "sort_by_key",
    "sort_unstable",
    "sort_unstable_by",
    "sort_unstable_by_key",
    "splice",
    "split",
    "split_off",
    "starts_with",
    "swap_remove",
    "swap_with_slice",
    "to_be_bytes",
    "to_bits",
    "to_int_unchecked",
    "to_le_bytes",
    "to_ne_bytes",
];
