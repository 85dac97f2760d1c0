//! Rejects, in one place and all at once, what no later stage could handle.
//!
//! The fence looks at syntax only. What depends on data flow (an active value
//! inside code that is passed through) is reported by `analyse`, with the
//! messages of the same [`catalogue`].

mod bounds;
pub(crate) mod catalogue;
mod depth;
mod hygiene;

pub(crate) use bounds::{check_bounds, check_bounds_of_fields};
pub(crate) use catalogue::Refusal;
pub(crate) use depth::check_depth;

use crate::errors::Errors;
use crate::parse;
use catalogue as no;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, ItemFn, Stmt};

/// Refuses the syntax that is not differentiated; returns whether companions
/// can be written down for the signature.
pub(crate) fn check(item: &ItemFn, has_rule: bool, errors: &mut Errors) -> bool {
    let before = errors.count();
    check_signature(&item.sig, errors);
    let is_sound = errors.count() == before;
    check_attributes(item, errors);
    if !has_rule {
        hygiene::check(item, errors);
        let marks = Vec::new();
        Fence { errors, marks }.visit_block(&item.block);
    }
    is_sound
}

fn check_signature(sig: &syn::Signature, errors: &mut Errors) {
    if let Some(token) = &sig.asyncness {
        errors.refuse(token, no::ASYNC_FUNCTION);
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        errors.refuse(token, no::UNSAFE_FUNCTION);
    }
    if let Some(abi) = &sig.abi {
        errors.refuse(abi, no::EXTERN_FUNCTION);
    }
    if let Some(variadic) = &sig.variadic {
        errors.refuse(variadic, no::VARIADIC);
    }
    // it would hide the function, which is no method, from the generated ones
    for param in &sig.inputs {
        if sig.receiver().is_none()
            && let syn::FnArg::Typed(param) = param
            && let syn::Pat::Ident(pat) = &*param.pat
            && pat.ident == sig.ident
        {
            errors.refuse(&pat.ident, no::PARAMETER_NAMED_AS_FUNCTION);
        }
    }
}

/// Attributes that would mean something else on the companions.
fn check_attributes(item: &ItemFn, errors: &mut Errors) {
    for attr in &item.attrs {
        if attr.path().is_ident("test") || attr.path().is_ident("no_mangle") {
            errors.refuse(attr.path(), no::ATTRIBUTE_ON_FUNCTION);
        }
    }
}

struct Fence<'a, 'ast> {
    errors: &'a mut Errors,
    /// Each `#[checkpoint]` that stands on a loop.
    marks: Vec<&'ast Attribute>,
}

/// Attributes that change nothing but lints and layout of the source.
fn is_inert(attr: &Attribute) -> bool {
    let path = attr.path();
    ["allow", "expect", "warn", "deny", "forbid", "doc"]
        .iter()
        .any(|name| path.is_ident(name))
        || path
            .segments
            .first()
            .is_some_and(|tool| tool.ident == "rustfmt" || tool.ident == "clippy")
}

impl<'ast> Visit<'ast> for Fence<'_, 'ast> {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        if parse::is_checkpoint(attr) {
            let on_loop = self.marks.iter().any(|mark| std::ptr::eq(*mark, attr));
            if !on_loop {
                self.errors.refuse(attr, no::CHECKPOINT_PLACE);
            }
        } else if !is_inert(attr) {
            self.errors.refuse(attr, no::ATTRIBUTE_IN_BODY);
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        // Items are emitted again as they are; their insides are not ours.
        match item {
            Item::Fn(_)
            | Item::Const(_)
            | Item::Use(_)
            | Item::Enum(_)
            | Item::Struct(_)
            | Item::Type(_) => {}
            Item::Static(_) => self.errors.refuse(item, no::STATIC_IN_BODY),
            Item::Macro(_) => self.errors.refuse(item, no::MACRO_IN_BODY),
            _ => self.errors.refuse(item, no::ITEM_IN_BODY),
        }
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        visit::visit_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let attrs = parse::attributes_of_loop(expr);
        self.marks
            .extend(attrs.iter().filter(|attr| parse::is_checkpoint(attr)));
        parse::checkpoint(attrs, self.errors);
        let refusal = match expr {
            Expr::Async(_) => Some(no::ASYNC_BLOCK),
            Expr::Await(_) => Some(no::AWAIT),
            Expr::Unsafe(_) => Some(no::UNSAFE_BLOCK),
            Expr::TryBlock(_) => Some(no::TRY_BLOCK),
            Expr::Yield(_) => Some(no::YIELD),
            Expr::RawAddr(_) => Some(no::RAW_ADDRESS),
            Expr::Const(_) => Some(no::CONST_BLOCK),
            Expr::Verbatim(_) => Some(no::UNKNOWN_EXPRESSION),
            _ => None,
        };
        match refusal {
            Some(refusal) => self.errors.refuse(expr, refusal),
            None => visit::visit_expr(self, expr),
        }
    }
}
