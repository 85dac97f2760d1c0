//! References to slices out of references to arrays and vectors.
//!
//! Where branches end in both, the type that is expected tells rustc that each is to be a
//! slice. Generated code has values in between, and no such type: so `&v` is written `&v[..]`.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Pat, ReturnType, Stmt, Type};

/// Writes out the coercions at the ends of a function, and of variables with such a type.
pub(super) fn write(item: &mut syn::ItemFn) {
    let result = match &item.sig.output {
        ReturnType::Type(_, ty) => slice(ty),
        ReturnType::Default => None,
    };
    let mut coercions = Coercions { result };
    coercions.visit_block_mut(&mut item.block);
    if let Some(mutable) = result {
        end_of_block(&mut item.block, false, mutable);
    }
}

struct Coercions {
    /// Whether the function returns a slice, and whether it may be changed.
    result: Option<bool>,
}

impl VisitMut for Coercions {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        let mut inside = Coercions { result: None };
        visit_mut::visit_expr_closure_mut(&mut inside, closure);
    }

    fn visit_expr_return_mut(&mut self, returned: &mut syn::ExprReturn) {
        visit_mut::visit_expr_return_mut(self, returned);
        if let (Some(mutable), Some(expr)) = (self.result, &mut returned.expr) {
            end(expr, true, mutable);
        }
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        visit_mut::visit_local_mut(self, local);
        if let (Pat::Type(typed), Some(init)) = (&local.pat, &mut local.init)
            && let Some(mutable) = slice(&typed.ty)
        {
            end(&mut init.expr, false, mutable);
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

fn end_of_block(block: &mut Block, in_branch: bool, mutable: bool) {
    if let Some(Stmt::Expr(expr, None)) = block.stmts.last_mut() {
        end(expr, in_branch, mutable);
    }
}

/// What an expression ends in; alone, without branches, it is coerced as it stands.
fn end(expr: &mut Expr, in_branch: bool, mutable: bool) {
    match expr {
        Expr::Paren(inner) => end(&mut inner.expr, in_branch, mutable),
        Expr::Group(inner) => end(&mut inner.expr, in_branch, mutable),
        Expr::Block(inner) => end_of_block(&mut inner.block, in_branch, mutable),
        Expr::If(branch) => {
            end_of_block(&mut branch.then_branch, true, mutable);
            if let Some((_, other)) = &mut branch.else_branch {
                end(other, true, mutable);
            }
        }
        Expr::Match(branch) => {
            for arm in &mut branch.arms {
                end(&mut arm.body, true, mutable);
            }
        }
        Expr::Reference(reference) if in_branch && is_place(&reference.expr) => {
            let place = &reference.expr;
            let span = syn::spanned::Spanned::span(place);
            *reference.expr = syn::parse_quote_spanned!(span=> #place[..]);
        }
        // a reference already
        Expr::Path(path) if in_branch && is_variable(path) => {
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
