//! `#[checkpoint]` on a loop: part of `#[differentiate]`, which takes it off.

use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::Checkpoint;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Item, Meta};

/// Whether an attribute is `#[checkpoint]`, with a path before it or without.
pub(crate) fn is_checkpoint(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|segment| segment.ident == "checkpoint")
}

/// The attributes of a loop.
pub(crate) fn attributes_of_loop(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::ForLoop(looped) => &looped.attrs,
        Expr::While(looped) => &looped.attrs,
        Expr::Loop(looped) => &looped.attrs,
        _ => &[],
    }
}

/// What `#[checkpoint]` says, if it is there.
pub(crate) fn checkpoint(attrs: &[Attribute], errors: &mut Errors) -> Option<Checkpoint> {
    let mut marks = attrs.iter().filter(|attr| is_checkpoint(attr));
    let mark = marks.next()?;
    if let Some(again) = marks.next() {
        errors.refuse(again, no::CHECKPOINT_TWICE);
    }
    let mut snapshots = None;
    if !matches!(mark.meta, Meta::Path(_)) {
        let parsed = mark.parse_nested_meta(|meta| {
            let number: Expr = match meta.path.is_ident("snapshots") {
                true => meta.value()?.parse()?,
                false => return Err(meta.error(no::CHECKPOINT_OPTION.message)),
            };
            if !is_constant(&number) {
                errors.refuse(&number, no::CHECKPOINT_SNAPSHOTS);
            }
            snapshots = Some(number.to_token_stream());
            Ok(())
        });
        if parsed.is_err() || snapshots.is_none() {
            errors.refuse(mark, no::CHECKPOINT_OPTION);
        }
    }
    Some(Checkpoint {
        snapshots,
        span: mark.path().span(),
    })
}

/// A number, other than zero, or a constant: its name has no lower case.
fn is_constant(number: &Expr) -> bool {
    match number {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(number) => number.base10_parse::<usize>().is_ok_and(|n| n > 0),
            _ => false,
        },
        Expr::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|name| !name.ident.to_string().chars().any(char::is_lowercase))
        }
        _ => false,
    }
}

/// Takes `#[checkpoint]` off everything in a body, except in items with bodies of
/// their own.
pub(crate) fn strip_checkpoints(body: &mut syn::Block) {
    struct Strip;
    impl VisitMut for Strip {
        fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
            attrs.retain(|attr| !is_checkpoint(attr));
        }

        fn visit_item_mut(&mut self, _: &mut Item) {}
    }
    visit_mut::visit_block_mut(&mut Strip, body);
}
