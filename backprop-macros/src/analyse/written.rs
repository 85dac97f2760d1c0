//! Writes whose place is not known: refused, for they would be lost.

use super::{Activity, argument_leaves};
use crate::errors::Errors;
use crate::fence::catalogue as no;
use crate::ir::{
    Arm, Function, Hold, Kind, Match, Op, Region, Stmt, Tree, ValueId, for_each_region,
};
use std::collections::BTreeSet;

/// Reports writes through references that are not views of a known place.
pub(super) fn report(f: &Function, activity: &Activity, errors: &mut Errors) {
    let mut inside = BTreeSet::new();
    super::close(&mut inside, |inside| spread(f, &f.body, activity, inside));
    visit(f, &f.body, activity, &inside, errors);
}

fn visit(
    f: &Function,
    region: &Region,
    activity: &Activity,
    inside: &BTreeSet<ValueId>,
    errors: &mut Errors,
) {
    let is_param = |value: ValueId| {
        let mut params = f.params.iter();
        params.any(|param| param.entry.any(|leaf| *leaf == value))
    };
    let unknown = |value: ValueId| f.is_reference(value) && !is_param(value);
    for stmt in &region.stmts {
        let written = match stmt {
            Stmt::Store(store) => vec![store.place.base],
            Stmt::Mutate(mutate) => vec![mutate.place.base],
            Stmt::Let(binding) => match &binding.op {
                Op::PopValue(place) | Op::SplitAt(place, _) | Op::View(place, true) => {
                    vec![place.base]
                }
                _ => Vec::new(),
            },
            Stmt::Call(call) => {
                let leaves = argument_leaves(&call.args).into_iter();
                let is_written = |leaf: &ValueId| f.info(*leaf).hold == Hold::Mut;
                // reported below
                let is_inside = |leaf: &ValueId| {
                    let mut roots = activity.views.roots(*leaf).into_iter();
                    roots.any(|root| inside.contains(&root))
                };
                let written = leaves.filter(|leaf| is_written(leaf) && !is_inside(leaf));
                written.collect()
            }
            _ => Vec::new(),
        };
        if let Stmt::Call(call) = stmt {
            for leaf in argument_leaves(&call.args) {
                for root in activity.views.roots(leaf) {
                    let is_shared = f.info(root).hold == Hold::Shared;
                    if inside.contains(&root) && !is_shared && activity.is_active(leaf) {
                        errors.refuse_at(call.span, no::PAYLOAD_PASSED);
                    }
                }
            }
        }
        let roots = |value: ValueId| {
            activity
                .views
                .roots(value)
                .into_iter()
                .map(move |r| (value, r))
        };
        for (value, root) in written.into_iter().flat_map(roots) {
            if inside.contains(&root) {
                errors.refuse_at(f.info(value).span, no::WRITTEN_THROUGH_PATTERN);
            } else if unknown(root) && !matches!(stmt, Stmt::Let(_) if activity.views.is_view(root))
            {
                errors.refuse_at(f.info(value).span, no::MUT_REFERENCE_CHOSEN);
            }
        }
        for_each_region(stmt, &mut |inner, _| {
            visit(f, inner, activity, inside, errors)
        });
    }
}

/// Finds the values that may be references into what an arm was matched on:
/// what its pattern binds, and what that is handed on to.
fn spread(f: &Function, region: &Region, activity: &Activity, inside: &mut BTreeSet<ValueId>) {
    for stmt in &region.stmts {
        match stmt {
            Stmt::Let(binding) => {
                let from = match &binding.op {
                    Op::Copy(a, _) | Op::Deref(a) => Some(*a),
                    // what is behind a known reference is copied
                    Op::Load(place)
                        if place.path.is_empty() && f.info(place.base).hold != Hold::Shared =>
                    {
                        Some(place.base)
                    }
                    _ => None,
                };
                if from.is_some_and(|from| inside.contains(&from)) && !is_number(f, binding.value) {
                    inside.insert(binding.value);
                }
            }
            Stmt::If(branch) => {
                for arm in [&branch.then, &branch.other] {
                    hand_on(f, &arm.yields, &branch.results, inside);
                }
            }
            Stmt::Match(choice) => {
                let is_owned = is_owned(f, choice, activity, inside);
                for arm in &choice.arms {
                    for (name, value) in &arm.bindings {
                        let is_place = activity.views.is_view(*value);
                        if !(is_place || is_owned || is_by_value(arm, name) || is_number(f, *value))
                        {
                            inside.insert(*value);
                        }
                    }
                    hand_on(f, &arm.body.yields, &choice.results, inside);
                }
            }
            Stmt::Loop(looped) => {
                hand_on(f, &looped.inits, &looped.params, inside);
                hand_on(f, &looped.inits, &looped.results, inside);
                hand_on(f, &looped.body.yields, &looped.params, inside);
                hand_on(f, &looped.body.yields, &looped.results, inside);
            }
            _ => {}
        }
        for_each_region(stmt, &mut |inner, _| spread(f, inner, activity, inside));
    }
}

fn hand_on(f: &Function, from: &[ValueId], to: &[ValueId], inside: &mut BTreeSet<ValueId>) {
    for (from, to) in from.iter().zip(to) {
        if inside.contains(from) && !is_number(f, *to) {
            inside.insert(*to);
        }
    }
}

/// Whether a value is known to be no reference.
fn is_number(f: &Function, value: ValueId) -> bool {
    matches!(f.kind(value), Kind::Real(_) | Kind::Int | Kind::Bool) && !f.is_reference(value)
}

/// Whether what is matched on is a value of its own, so that patterns bind
/// values, not references.
fn is_owned(f: &Function, choice: &Match, activity: &Activity, inside: &BTreeSet<ValueId>) -> bool {
    match &choice.scrutinee {
        Tree::Leaf(leaf) => {
            let roots = activity.views.roots(*leaf);
            let is_owned = |root: &ValueId| !f.is_reference(*root) && !inside.contains(root);
            !f.is_reference(*leaf) && roots.iter().all(is_owned)
        }
        Tree::Tuple(parts) => parts.iter().all(|part| match part {
            Tree::Leaf(leaf) => !f.is_reference(*leaf) && !inside.contains(leaf),
            _ => false,
        }),
        _ => false,
    }
}

/// `mut name`: a variable of the arm.
fn is_by_value(arm: &Arm, name: &syn::Ident) -> bool {
    use syn::visit::Visit;
    struct Find<'a>(&'a syn::Ident, bool);
    impl<'ast> Visit<'ast> for Find<'_> {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            if pat.ident == *self.0 {
                self.1 |= pat.mutability.is_some() && pat.by_ref.is_none();
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut find = Find(name, false);
    find.visit_pat(&arm.pattern);
    find.1
}
