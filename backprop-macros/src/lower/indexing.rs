//! Indexing of the user's own types: `m[(i, j)]`, and the bodies of `Index`.

use super::{Lowered, Lowerer, exits, pointers, ssa, traced};
use crate::errors::Errors;
use crate::fence::{Refusal, catalogue as no};
use crate::ir::{
    Arg, Claimed, Function, Hold, Kind, Op, Place, Proj, Region, Stmt, ValueId, for_each_region,
    for_each_region_mut,
};
use crate::parse::Input;
use proc_macro2::TokenTree;
use std::collections::BTreeSet;
use syn::Expr;
use syn::spanned::Spanned;

pub(crate) use traced::{Leading, Leads, Step};

impl Lowerer<'_> {
    /// The step of `[index]` into what may be of a type of the user: an index that is a
    /// tuple or an array, or of what has a type by name.
    pub(super) fn own_index(&mut self, place: &Place, index: &Expr) -> Option<Proj> {
        let is_written = is_written(index);
        let is_named = self.is_named_place(place) && self.kind_at(place) == Kind::Opaque;
        if !is_written && !is_named {
            return None;
        }
        let span = index.span();
        let value = self.expr(index)?;
        let value = self.packed(&value, span);
        let part = Op::Part(place.clone(), value, false);
        let part = self.push_value(part, Kind::Constant, span);
        Some(Proj::Own(value, part))
    }
}

/// Whether an index is none of a container, as one sees.
pub(super) fn is_written(index: &Expr) -> bool {
    let index = super::call::strip(index);
    matches!(index, Expr::Tuple(_) | Expr::Array(_) | Expr::Struct(_))
}

/// Marks the parts that something is written to: they are those of `IndexMut`.
pub(super) fn mark_written(f: &mut Function) {
    let mut body = std::mem::take(&mut f.body);
    let mut written = BTreeSet::new();
    find_written(&body, &mut written);
    mark(&mut body, &written);
    f.body = body;
}

fn find_written(region: &Region, into: &mut BTreeSet<ValueId>) {
    let mut add = |place: &Place| {
        let parts = place.path.iter().filter_map(|step| match step {
            Proj::Own(_, part) => Some(*part),
            _ => None,
        });
        into.extend(parts);
    };
    for stmt in &region.stmts {
        match stmt {
            Stmt::Store(store) => add(&store.place),
            Stmt::Mutate(mutate) => add(&mutate.place),
            Stmt::Let(binding) => match &binding.op {
                Op::View(place, true)
                | Op::SplitAt(place, _)
                | Op::PopValue(place)
                | Op::Checked(place, Claimed::SequenceMut | Claimed::VectorMut) => add(place),
                _ => {}
            },
            _ => {}
        }
    }
    for stmt in &region.stmts {
        for_each_region(stmt, &mut |inner, _| find_written(inner, into));
    }
}

fn mark(region: &mut Region, written: &BTreeSet<ValueId>) {
    for stmt in &mut region.stmts {
        if let Stmt::Let(binding) = stmt
            && let Op::Part(_, _, is_mut) = &mut binding.op
        {
            *is_mut |= written.contains(&binding.value);
        }
        for_each_region_mut(stmt, &mut |inner| mark(inner, written));
    }
}

/// Where a function leads that returns a reference: its body, whose result are the
/// numbers that tell.
pub(crate) struct Led {
    pub(crate) function: Function,
    pub(crate) leads: Leads,
}

/// Lowers the body of `index`; nothing if it is refused.
pub(crate) fn index(input: &Input, errors: &mut Errors) -> Option<Led> {
    let refusals = (no::INDEX_BODY, no::INDEX_PLACE);
    let place = lower(input, 0, refusals, errors)?;
    let is_element = |shape: &Leading| {
        let called = |step: &Step| matches!(step, Step::Called(_));
        !shape.is_range && !shape.steps.iter().any(called)
    };
    match place.leads.shapes.iter().all(is_element) {
        true => Some(place),
        false => {
            errors.refuse_at(input.item.sig.ident.span(), no::INDEX_PLACE);
            None
        }
    }
}

/// Lowers the body of a function that returns a `&mut` reference into a parameter.
pub(crate) fn led(input: &Input, root: usize, errors: &mut Errors) -> Option<Led> {
    lower(input, root, (no::LENS_BODY, no::LENS_PLACE), errors)
}

fn lower(
    input: &Input,
    root: usize,
    (body, place): (Refusal, Refusal),
    errors: &mut Errors,
) -> Option<Led> {
    let Lowered {
        mut function,
        items,
    } = super::raw(input, errors);
    if errors.any() {
        return None;
    }
    pointers::replace(&mut function, errors);
    exits::eliminate(&mut function);
    ssa::construct(&mut function);
    let span = input.item.sig.ident.span();
    if !items.is_empty() || !only_looks(&function, &function.body) {
        errors.refuse_at(span, body);
        return None;
    }
    let Some(leads) = traced::result(&mut function, root) else {
        errors.refuse_at(span, place);
        return None;
    };
    if let Some((span, refusal)) = function.unsupported {
        errors.refuse_at(span, refusal);
        return None;
    }
    crate::simplify::simplify(&mut function);
    Some(Led { function, leads })
}

/// Whether a region changes and prints nothing: it runs beside the primal.
fn only_looks(f: &Function, region: &Region) -> bool {
    region.stmts.iter().all(|stmt| {
        let mut looks = match stmt {
            Stmt::Store(_) | Stmt::Mutate(_) => false,
            Stmt::Effect(capture) => match capture.tokens.clone().into_iter().next() {
                Some(TokenTree::Ident(name)) => name.to_string().contains("assert"),
                _ => false,
            },
            Stmt::Call(call) => call.args.iter().all(|arg| match arg {
                Arg::In(tree) => !tree.any(|leaf| f.info(*leaf).hold == Hold::Mut),
                Arg::Mut { .. } => false,
            }),
            _ => true,
        };
        for_each_region(stmt, &mut |inner, _| looks &= only_looks(f, inner));
        looks
    })
}
