//! What the type that is expected tells rustc of an expression.
//!
//! Where branches end in references to arrays and to slices, each is to be a slice: generated
//! code has values in between, and no such type, so `&v` is written `&v[..]`. What `x.into()`
//! gives, only that type tells: it is written `Into::<f64>::into(x)`.

use super::{Reals, Shape};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Pat, ReturnType, Stmt, Type};

/// Writes out the coercions at the ends of a function, and of variables with such a type.
pub(super) fn write(item: &mut syn::ItemFn, reals: &Reals) {
    let result = match &item.sig.output {
        ReturnType::Type(_, ty) => Expected::of(ty, reals),
        ReturnType::Default => None,
    };
    let mut coercions = Coercions {
        result: result.clone(),
        reals,
    };
    coercions.visit_block_mut(&mut item.block);
    if let Some(expected) = &result {
        end_of_block(&mut item.block, false, expected);
    }
}

struct Coercions<'r> {
    /// What the function returns.
    result: Option<Expected>,
    reals: &'r Reals,
}

/// The types that are written out.
#[derive(Clone)]
enum Expected {
    /// A reference to a slice; whether it may be changed.
    Slice(bool),
    /// A real number.
    Real(Box<Type>),
}

impl Expected {
    fn of(ty: &Type, reals: &Reals) -> Option<Self> {
        match slice(ty) {
            Some(mutable) => Some(Expected::Slice(mutable)),
            None => matches!(Shape::of(ty, reals), Shape::Real(_))
                .then(|| Expected::Real(Box::new(ty.clone()))),
        }
    }
}

impl VisitMut for Coercions<'_> {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        let mut inside = Coercions {
            result: match &closure.output {
                ReturnType::Type(_, ty) => Expected::of(ty, self.reals),
                ReturnType::Default => None,
            },
            reals: self.reals,
        };
        if let Some(expected @ Expected::Real(_)) = &inside.result {
            end(&mut closure.body, false, expected);
        }
        visit_mut::visit_expr_closure_mut(&mut inside, closure);
    }

    fn visit_expr_return_mut(&mut self, returned: &mut syn::ExprReturn) {
        visit_mut::visit_expr_return_mut(self, returned);
        if let (Some(expected), Some(expr)) = (&self.result, &mut returned.expr) {
            end(expr, true, expected);
        }
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        visit_mut::visit_local_mut(self, local);
        if let (Pat::Type(typed), Some(init)) = (&local.pat, &mut local.init)
            && let Some(expected) = Expected::of(&typed.ty, self.reals)
        {
            end(&mut init.expr, false, &expected);
        }
    }
}

/// Whether a reference to a slice may be changed through, if a type is one.
fn slice(ty: &Type) -> Option<bool> {
    match ty {
        Type::Reference(reference) if matches!(&*reference.elem, Type::Slice(_)) => {
            Some(reference.mutability.is_some())
        }
        Type::Paren(inner) => slice(&inner.elem),
        Type::Group(inner) => slice(&inner.elem),
        _ => None,
    }
}

fn end_of_block(block: &mut Block, in_branch: bool, expected: &Expected) {
    if let Some(Stmt::Expr(expr, None)) = block.stmts.last_mut() {
        end(expr, in_branch, expected);
    }
}

/// What an expression ends in; alone, without branches, it is coerced as it stands.
fn end(expr: &mut Expr, in_branch: bool, expected: &Expected) {
    match expr {
        Expr::Paren(inner) => end(&mut inner.expr, in_branch, expected),
        Expr::Group(inner) => end(&mut inner.expr, in_branch, expected),
        Expr::Block(inner) => end_of_block(&mut inner.block, in_branch, expected),
        Expr::If(branch) => {
            end_of_block(&mut branch.then_branch, true, expected);
            if let Some((_, other)) = &mut branch.else_branch {
                end(other, true, expected);
            }
        }
        Expr::Match(branch) => {
            for arm in &mut branch.arms {
                end(&mut arm.body, true, expected);
            }
        }
        expr => match expected {
            Expected::Slice(mutable) if in_branch => whole_slice(expr, *mutable),
            Expected::Slice(_) => {}
            Expected::Real(ty) => converted(expr, ty),
        },
    }
}

/// `x.into()`, with what it gives.
fn converted(expr: &mut Expr, ty: &Type) {
    if let Expr::MethodCall(call) = expr
        && call.method == "into"
        && call.args.is_empty()
    {
        let (receiver, span) = (&call.receiver, call.method.span());
        *expr = syn::parse_quote_spanned! {span=>
            ::core::convert::Into::<#ty>::into(#receiver)
        };
    }
}

/// A reference to an array or a vector as one to a slice.
fn whole_slice(expr: &mut Expr, mutable: bool) {
    match expr {
        Expr::Reference(reference) if is_place(&reference.expr) => {
            let place = &reference.expr;
            let span = syn::spanned::Spanned::span(place);
            *reference.expr = syn::parse_quote_spanned!(span=> #place[..]);
        }
        // a reference already
        Expr::Path(path) if is_variable(path) => {
            let span = syn::spanned::Spanned::span(path);
            *expr = match mutable {
                true => syn::parse_quote_spanned!(span=> &mut #path[..]),
                false => syn::parse_quote_spanned!(span=> &#path[..]),
            };
        }
        _ => {}
    }
}

/// Whether an expression names a place, as a whole.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Group(inner) => is_place(&inner.expr),
        Expr::Path(path) => is_variable(path),
        Expr::Field(_) => true,
        Expr::Index(index) => !matches!(&*index.index, Expr::Range(_)),
        _ => false,
    }
}

/// Whether a path is a variable, by its spelling.
fn is_variable(path: &syn::ExprPath) -> bool {
    let name = path.path.get_ident().map(ToString::to_string);
    name.is_some_and(|name| !name.starts_with(char::is_uppercase))
}
