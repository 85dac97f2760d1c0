//! From the IR to tokens.
//!
//! Emission is dumb: statements become statements. It decides only what the
//! code looks like: a value without a name that is used once, in the region
//! that defines it, is written where it is used.

mod block;
mod calls;
mod changed;
mod changing;
mod checkpoint;
mod circuit;
mod closure;
mod companions;
mod custom;
mod defaults;
mod doubled;
mod expr;
mod forward;
mod function;
mod generics;
mod indexing;
mod jacobian;
mod lend;
mod lens;
mod loops;
mod member_modes;
mod members;
mod modes;
mod names;
mod object;
mod object_modes;
mod objective;
mod operators;
mod paths;
mod places;
mod public;
mod second;
mod split;
mod tapes;
mod told;
mod types;
mod window;
mod workspace;

pub(crate) use circuit::{circuit, circuit_stub};
pub(crate) use companions::{
    Forms, bare, companions, declaration, has_joint_second, has_mut, has_second, is_boxed,
    may_be_joint, stub,
};
pub(crate) use custom::{custom, rule_has_tangent};
pub(crate) use defaults::{of_defaults, sealed};
pub(crate) use indexing::indexing;
pub(crate) use lens::lens;
pub(crate) use names::{Form, PREFIX, TO_ARRAY, companion_method, plumbing};
pub(crate) use object::{is_for_objects, mentions, needs_size, of_method, of_object, of_trait};
pub(crate) use objective::has_point;

use crate::ir::{Arg, Function, LensCall, Op, PullbackArg, Region, Stmt, StmtId, Tree, ValueId};
pub(crate) use changed::changed_in;
use names::NameTable;
use paths::Facade;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

/// What emission knows of the function.
pub(crate) struct Emitter<'a> {
    f: &'a Function,
    names: NameTable,
    facade: Facade,
    /// Operations that are written where their value is used.
    inline: BTreeMap<ValueId, Op>,
    /// Values that are changed in place: their names are `mut`.
    changed: BTreeSet<ValueId>,
    /// Which arguments of each call are active, one bit each.
    active_args: BTreeMap<StmtId, u64>,
    /// Whether tapes are of a workspace.
    in_workspace: bool,
    /// Calls of constants that give `&mut` references.
    called: BTreeMap<ValueId, LensCall>,
    /// Which run of the reverse half it is.
    run: TokenStream,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(f: &'a Function, krate: &syn::Path) -> Self {
        let counts = Counts {
            all: crate::simplify::use_counts(f),
            forward: crate::simplify::forward_counts(f),
        };
        let mut inline = BTreeMap::new();
        let changed = changed::changed(f);
        plan(f, &f.body, &[], &counts, true, &mut inline);
        if let Some(reverse) = &f.reverse {
            plan(f, &reverse.body, &[], &counts, false, &mut inline);
        }
        inline.retain(|value, _| !changed.contains(value));
        let mut active_args = BTreeMap::new();
        find_active_args(&f.body, &mut active_args);
        if let Some(reverse) = &f.reverse {
            find_active_args(&reverse.body, &mut active_args);
        }
        Emitter {
            f,
            changed,
            active_args,
            names: names::name_values(f, &inline),
            facade: Facade(krate.clone()),
            in_workspace: false,
            called: lens::constants(f),
            run: last_run(krate),
            inline,
        }
    }
}

/// What tells a pullback that it does not run again.
fn last_run(krate: &syn::Path) -> TokenStream {
    let run = Facade(krate.clone()).private("Run", Span::mixed_site());
    quote!(#run::Last)
}

/// Which arguments of each call have an adjoint, one bit each. By their number, as copies of
/// a value are one to later passes.
fn find_active_args(region: &Region, into: &mut BTreeMap<StmtId, u64>) {
    for stmt in &region.stmts {
        if let Stmt::Pullback(call) = stmt {
            let is_active = |arg: &PullbackArg| match arg {
                PullbackArg::View { adjoint, .. } | PullbackArg::MutView { adjoint, .. } => {
                    adjoint.is_some()
                }
                PullbackArg::In { adjoint, .. } => adjoint.any(Option::is_some),
                PullbackArg::Mut { .. } => true,
            };
            let active = call.args.iter().take(63).enumerate();
            let active = active.filter(|(_, arg)| is_active(arg));
            let mask = active.fold(0, |mask, (index, _)| mask | 1 << index);
            // a copy of a pullback may want less
            *into.entry(call.of).or_default() |= mask;
        }
        crate::ir::for_each_region(stmt, &mut |inner, _| find_active_args(inner, into));
    }
}

/// How often each value is used.
struct Counts {
    all: BTreeMap<ValueId, usize>,
    forward: BTreeMap<ValueId, usize>,
}

/// Finds the values that are written where they are used.
fn plan(
    f: &Function,
    region: &Region,
    params: &[ValueId],
    counts: &Counts,
    forward: bool,
    inline: &mut BTreeMap<ValueId, Op>,
) {
    let nested = crate::simplify::nested_uses(region);
    let mut here = BTreeSet::new();
    for stmt in &region.stmts {
        crate::ir::for_each_direct_use(stmt, &mut |value| {
            here.insert(value);
        });
        let (params, fused) = match stmt {
            Stmt::Loop(looped) => (&looped.params[..], looped.fused.as_ref()),
            Stmt::RevLoop(looped) => (&looped.params[..], None),
            _ => (&[][..], None),
        };
        crate::ir::for_each_region(stmt, &mut |inner, _| match fused {
            Some(fused) if std::ptr::eq(inner, &fused.body) => {
                plan(f, inner, &fused.params, counts, false, inline);
            }
            _ => plan(f, inner, params, counts, forward, inline),
        });
    }
    here.extend(&region.yields);
    let (followed, carried) = (followed(f, region), carried(region));
    for (index, stmt) in region.stmts.iter().enumerate() {
        let Stmt::Let(binding) = stmt else {
            continue;
        };
        let value = binding.value;
        let info = f.info(value);
        if matches!(binding.op, Op::Choose(_)) {
            // it borrows no longer than each use does
            inline.insert(value, binding.op.clone());
            continue;
        }
        let constant = matches!(
            binding.op,
            Op::Number(_) | Op::Integer(_) | Op::Flag(_) | Op::Constant(_)
        );
        let literal = match &binding.op {
            // a literal may be written wherever it is used; a path may be a
            // `static` or a function and is evaluated where the user did
            Op::Constant(tokens) => syn::parse2::<syn::Lit>(tokens.clone()).is_ok(),
            _ => constant,
        };
        let uses = counts.all.get(&value).copied().unwrap_or(0);
        if matches!(binding.op, Op::Flag(_) | Op::Function(..)) {
            inline.insert(value, binding.op.clone());
            continue;
        }
        if literal && info.hint.is_none() {
            // without a suffix its type is that of its only use in the
            // primal; in the reverse half it takes the type it meets
            if !forward || counts.forward.get(&value).copied().unwrap_or(0) <= 1 {
                inline.insert(value, binding.op.clone());
            }
            continue;
        }
        let once = uses == 1 && here.contains(&value) && !nested.contains(&value);
        let pure = match &binding.op {
            Op::Copy(_, Some(_)) | Op::Verbatim(..) | Op::Stop(..) => false,
            // a method takes the reference that it needs, for as long as it needs it
            Op::View(_, true) => is_next_receiver(region, index, value),
            op if crate::simplify::is_pinned(f, op) => false,
            op => !crate::simplify::may_panic(f, op) || followed.contains(&value),
        };
        // `let mut s = 1.0;` names the literal already
        let same_name = |(from, to): (&ValueId, &ValueId)| {
            let (to, adjoint) = (f.info(*to), info.adjoint);
            *from == value && to.hint == info.hint && to.adjoint == adjoint
        };
        let starts_loop = carried.get(&value).into_iter().flatten();
        let starts_loop = starts_loop.copied().any(|to| same_name((&value, &to)));
        // `s = s + x;` names the sum already
        let ends_iteration = region.yields.iter().zip(params).any(same_name);
        if once && pure && (info.hint.is_none() || starts_loop || ends_iteration) {
            inline.insert(value, binding.op.clone());
        }
    }
}

/// The names under which the loops of a region carry what they start from.
fn carried(region: &Region) -> BTreeMap<ValueId, Vec<ValueId>> {
    let mut carried: BTreeMap<ValueId, Vec<ValueId>> = BTreeMap::new();
    let mut add = |inits: &[ValueId], params: &[ValueId]| {
        for (init, param) in inits.iter().zip(params) {
            carried.entry(*init).or_default().push(*param);
        }
    };
    for stmt in &region.stmts {
        match stmt {
            Stmt::Loop(looped) => {
                add(&looped.inits, &looped.params);
                if let Some(fused) = &looped.fused {
                    add(&fused.inits, &fused.params);
                }
            }
            Stmt::RevLoop(looped) => add(&looped.inits, &looped.params),
            _ => {}
        }
    }
    carried
}

/// Whether the next statement is a call of a method of this value, or one that it is the
/// tangent of.
fn is_next_receiver(region: &Region, index: usize, value: ValueId) -> bool {
    let is_view =
        |stmt: &&Stmt| matches!(stmt, Stmt::Let(binding) if matches!(binding.op, Op::View(..)));
    let receiver = match region.stmts[index + 1..].iter().find(|stmt| !is_view(stmt)) {
        Some(Stmt::Call(call)) => call.receiver(),
        _ => &[],
    };
    let mut receiver = receiver.iter();
    receiver.any(|arg| matches!(arg, Arg::In(Tree::Leaf(leaf)) if *leaf == value))
}

/// For each value, whether only harmless operations stand between its definition in a
/// region and its first use there.
fn followed(f: &Function, region: &Region) -> BTreeSet<ValueId> {
    // the values whose definition nothing but harmless operations has come after
    let mut open: BTreeSet<ValueId> = BTreeSet::new();
    let mut found = BTreeSet::new();
    for stmt in &region.stmts {
        crate::ir::for_each_direct_use(stmt, &mut |value| {
            if open.remove(&value) && matches!(stmt, Stmt::Let(_) | Stmt::If(_) | Stmt::Loop(_)) {
                found.insert(value);
            }
        });
        match stmt {
            Stmt::Let(binding) => {
                if crate::simplify::may_panic(f, &binding.op) {
                    open.clear();
                }
                open.insert(binding.value);
            }
            _ => open.clear(),
        }
    }
    found
}
