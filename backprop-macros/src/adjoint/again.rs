//! Loops whose iterations run again in the reverse half, though nothing asks for it.
//!
//! A loop that calls functions would record what their pullbacks hold, which only rustc
//! knows. Where these functions cost little and the loop carries a few numbers, as the steps
//! of an ordinary differential equation do, recording what it carries and running the
//! iteration again is faster and takes a fraction of the memory:
//!
//! ```text
//! for record in tape, last to first {
//!     state = record
//!     iteration(state), reversed as it runs
//! }
//! ```
//!
//! What a function costs is a constant beside it, and how large a value is only rustc
//! knows. So both forms of the loop are there, in the arms of a branch whose condition
//! is a constant ([`Op::IsLight`]); one of them is never compiled further.
//!
//! The iteration is a loop that runs once ([`Head::Once`]) and is reversed as it runs, so that
//! the record pass sees what it knows; after it, [`flatten`] puts its body in its place.
//! Results of expensive operations (`exp`) are recorded, not computed again.

use super::checkpoint::{Outside, Pass, item_of, rename_arguments};
use super::record::tapes::is_short;
use crate::analyse::{light, repeated};
use crate::ir::{
    Callee, Copies, Function, Head, If, Kind, Let, Loop, Op, Order, Place, Region, RevBranch,
    RevLoop, Stmt, ValueId, for_each_region_of_both_mut,
};
use std::collections::BTreeMap;

/// So many statements has an iteration at most that runs again.
const MOST: usize = 400;

/// What is known of a loop that may run again.
pub(super) struct Plan {
    callees: Vec<syn::Path>,
    outside: Outside,
    /// Top-level values of an iteration that are recorded, not computed again.
    expensive: Vec<ValueId>,
}

impl Pass<'_> {
    /// Whether the iterations of a loop may run again, and what for.
    pub(super) fn plan(&mut self, original: &Loop) -> Option<Plan> {
        if cfg!(feature = "record_all")
            || original.fused.is_some()
            || self.is_short(original)
            || !original.params.iter().all(|param| self.is_kept(*param))
        {
            return None;
        }
        let mut found = Found::default();
        self.inspect(&original.body, &mut found)?;
        if !found.has_pullback || found.statements > MOST {
            return None;
        }
        // there must be nothing to copy before the loop
        let mut before = Vec::new();
        let outside = self.outside(original, &mut before);
        let is_simple = |root: &ValueId| {
            self.is_kept(*root)
                && !self.f.restored.contains(root)
                && self.views.candidates(*root).is_none()
        };
        let is_fit = before.is_empty()
            && outside.state.iter().all(is_simple)
            && outside
                .views
                .iter()
                .all(|view| self.views.candidates(self.views.root(*view)).is_none());
        let expensive = original.body.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::Let(Let { value, op }) if is_expensive(op) => Some(*value),
            _ => None,
        });
        is_fit.then(|| Plan {
            callees: found.callees,
            outside,
            expensive: expensive.collect(),
        })
    }

    /// Whether a value is a number, or a container of such, which may be kept as a copy.
    fn is_kept(&self, value: ValueId) -> bool {
        let is_number = |kind: Kind| matches!(kind, Kind::Real(_) | Kind::Int | Kind::Bool);
        let kind = self.f.kind(value);
        !self.f.is_reference(value)
            && match kind {
                // whether it can be copied rustc says
                _ if self.f.is_unknown(value) => self.owned.contains(&value),
                Kind::Container(..) => true,
                kind => is_number(kind),
            }
    }

    /// Whether a copy of a value is kept, not the value.
    fn is_copied(&self, value: ValueId) -> bool {
        self.f.kind(value).is_container() || self.f.is_unknown(value)
    }

    /// Whether a loop runs a few times, as is written.
    fn is_short(&self, looped: &Loop) -> bool {
        matches!(&looped.head, Head::Range(range) if is_short(range, &self.integers))
    }

    fn inspect(&self, region: &Region, found: &mut Found) -> Option<()> {
        for stmt in &region.stmts {
            found.statements += usize::from(!matches!(stmt, Stmt::Check(..) | Stmt::SameType(..)));
            let is_fit = match stmt {
                Stmt::Let(Let { op, .. }) => {
                    repeated::is_repeatable(op)
                        && (light::is_light_op(op)
                            || is_expensive(op)
                            || matches!(
                                op,
                                Op::ZeroGradient(_) | Op::Owned(..) | Op::Snapshot(_) | Op::Kept(_)
                            ))
                }
                Stmt::Call(call) => {
                    found.has_pullback |= call.pullback.is_some();
                    if let Callee::Function(path) = &call.callee
                        && !found.callees.contains(path)
                    {
                        found.callees.push(path.clone());
                    }
                    matches!(call.callee, Callee::Function(_))
                        // others need have no companion that could be asked
                        && (call.pullback.is_some() || call.is_idle)
                        && !call.is_doubled
                        && call.tangents.is_none()
                }
                Stmt::Loop(inner) => {
                    self.is_short(inner)
                        && inner.fused.is_none()
                        && inner.checkpoint.is_none()
                        && inner.stop.is_none()
                }
                Stmt::If(branch) => branch.fused.is_none(),
                Stmt::Store(_) | Stmt::Effect(_) | Stmt::SameType(..) | Stmt::Check(..) => true,
                _ => false,
            };
            if !is_fit {
                return None;
            }
            let mut fits = Some(());
            crate::ir::for_each_region(stmt, &mut |inner, _| {
                fits = fits.and_then(|()| self.inspect(inner, found));
            });
            fits?;
        }
        Some(())
    }

    /// A branch between both forms of a loop, and its reverse half.
    pub(super) fn both(
        &mut self,
        original: &mut Loop,
        reverse: RevLoop,
        plan: Plan,
    ) -> (Vec<Stmt>, Stmt) {
        let cond = self.fresh("light", Kind::Bool, original);
        self.f.info_mut(cond).hint = None;
        let carried = original.params.iter().zip(&original.inits);
        let carried = carried.filter(|(param, _)| self.is_copied(**param));
        let mut kept = plan.outside.state.clone();
        kept.extend(carried.map(|(_, init)| *init));
        let op = Op::IsLight(plan.callees.clone(), kept);
        let condition = Stmt::Let(Let { value: cond, op });
        let (first, first_reversed) = self.again(original, &reverse, plan);
        // the results of the branch are those of the loop
        let results = std::mem::take(&mut original.results);
        original.results = results.iter().map(|result| self.like(*result)).collect();
        let mut recorded = reverse;
        let adjoints = std::mem::take(&mut recorded.results);
        recorded.results = adjoints.iter().map(|result| self.like(*result)).collect();
        let id = self.f.stmt_id();
        let arm = |looped: Loop| Region {
            yields: looped.results.clone(),
            stmts: vec![Stmt::Loop(looped)],
        };
        let reversed = |looped: RevLoop| Region {
            yields: looped.results.clone(),
            stmts: vec![Stmt::RevLoop(looped)],
        };
        let branch = Stmt::If(If {
            id,
            cond,
            then: arm(first),
            other: arm(original.clone()),
            results,
            record: None,
            fused: None,
        });
        let mirror = Stmt::RevBranch(RevBranch {
            of: id,
            cond: Some(cond),
            arms: vec![reversed(first_reversed), reversed(recorded)],
            results: adjoints,
            record: None,
        });
        (vec![condition, branch], mirror)
    }

    /// The loop that records what it carries, and its reverse half.
    fn again(&mut self, original: &Loop, reverse: &RevLoop, plan: Plan) -> (Loop, RevLoop) {
        let mut copies = Copies::default();
        let mut first = self.iteration(original);
        let (params, item) = self.heads(original, &mut copies);
        first.body = copies.region(self.f, &original.body);
        first.head = self.head_of_copy(original, item, &mut copies);
        first.stop = original.stop.map(|stop| copies.of(stop));
        first.results = (original.results.iter())
            .map(|result| self.like(*result))
            .collect();

        // what the iteration begins with, when it runs again
        let mut known = Copies::default();
        let mut kept = Vec::new();
        let mut body = Vec::new();
        for (param, copy) in original.params.iter().zip(&params) {
            match self.is_copied(*param) {
                true => self.keep(*param, *copy, &mut kept, &mut body, &mut known),
                false => known.set(*param, *copy),
            }
        }
        for root in &plan.outside.state {
            self.keep(*root, *root, &mut kept, &mut body, &mut known);
        }
        first.body.stmts.splice(0..0, kept);
        first.params = params;
        if let (Some(own), Some(item)) = (item_of(original), item) {
            known.set(own, item);
        }
        for view in plan.outside.views {
            let mut place = self.views.resolve(&Place::whole(view));
            place.base = known.of(place.base);
            let op = Op::View(place, self.f.info(view).hold == crate::ir::Hold::Mut);
            let value = self.like(view);
            body.push(Stmt::Let(Let { value, op }));
            known.set(view, value);
        }
        let mut iteration = Region {
            stmts: original.body.stmts.clone(),
            yields: Vec::new(),
        };
        super::checkpoint::drop_effects(&mut iteration);
        iteration.stmts.retain(|stmt| match stmt {
            Stmt::Let(Let { value, .. }) if plan.expensive.contains(value) => {
                known.set(*value, copies.of(*value));
                false
            }
            _ => true,
        });

        // the iteration, reversed as it runs
        let mut outer = RevLoop {
            of: first.id,
            params: self.all_like(&reverse.params),
            results: self.all_like(&reverse.results),
            order: Order::Unknown,
            ..reverse.clone()
        };
        let mut pair = known;
        let carried: Vec<ValueId> = (reverse.params.iter())
            .map(|param| pair.add(self.f, *param))
            .collect();
        let (mut iteration, mut reversed) = pair.pair(self.f, &iteration, &reverse.body);
        iteration.stmts.splice(0..0, body);
        rename_arguments(&mut reversed, &pair);
        let next: Vec<ValueId> = reversed.yields.clone();
        let id = self.f.stmt_id();
        let results = self.all_like(&next);
        let once = Loop {
            id,
            head: Head::Once,
            inits: Vec::new(),
            params: Vec::new(),
            results: Vec::new(),
            body: iteration,
            stop: None,
            exit: None,
            tape: None,
            fused: Some(RevLoop {
                of: id,
                inits: outer.params.clone(),
                params: carried,
                results: results.clone(),
                body: reversed,
                order: Order::Unknown,
                span: original.span,
            }),
            checkpoint: None,
            span: original.span,
        };
        outer.body = Region {
            stmts: vec![Stmt::Loop(once)],
            yields: results,
        };
        (first, outer)
    }

    /// Keeps a copy of what a container holds when an iteration begins, which stands for it
    /// when the iteration runs again.
    fn keep(
        &mut self,
        value: ValueId,
        in_first: ValueId,
        kept: &mut Vec<Stmt>,
        body: &mut Vec<Stmt>,
        known: &mut Copies,
    ) {
        let copy = self.owned(value);
        let is_unknown = self.f.is_unknown(value);
        let op = match is_unknown {
            true => Op::Kept(in_first),
            false => Op::Snapshot(Place::whole(in_first)),
        };
        kept.push(Stmt::Let(Let { value: copy, op }));
        let own = self.owned(value);
        let op = match is_unknown {
            true => Op::Kept(copy),
            false => Op::Copy(copy, None),
        };
        body.push(Stmt::Let(Let { value: own, op }));
        let seen = self.seen_as(value, own, body);
        known.set(value, seen);
    }

    fn all_like(&mut self, values: &[ValueId]) -> Vec<ValueId> {
        values.iter().map(|value| self.like(*value)).collect()
    }
}

#[derive(Default)]
struct Found {
    callees: Vec<syn::Path>,
    has_pullback: bool,
    statements: usize,
}

/// Whether the result of an operation is recorded rather than computed again: a number that
/// takes about as long as many others.
fn is_expensive(op: &Op) -> bool {
    matches!(op, Op::Method(..)) && !light::is_light_op(op)
}

/// Puts the body of each iteration that runs again, and its reverse half, in its place.
pub(super) fn flatten(f: &mut Function) {
    if let Some(mut reverse) = f.reverse.take() {
        let mut renamed = BTreeMap::new();
        flatten_in(&mut f.body, &mut renamed);
        flatten_in(&mut reverse.body, &mut renamed);
        if !renamed.is_empty() {
            let of = |value: &mut ValueId| {
                while let Some(other) = renamed.get(value) {
                    *value = *other;
                }
            };
            // in the joint form, branches that are reversed as they run hold such loops, too
            for body in [&mut f.body, &mut reverse.body] {
                crate::ir::rewrite_region_uses(body, &mut { of });
            }
        }
        f.reverse = Some(reverse);
    }
}

fn flatten_in(region: &mut Region, renamed: &mut BTreeMap<ValueId, ValueId>) {
    for mut stmt in std::mem::take(&mut region.stmts) {
        for_each_region_of_both_mut(&mut stmt, &mut |inner| flatten_in(inner, renamed));
        match stmt {
            Stmt::Loop(Loop {
                head: Head::Once,
                body,
                fused: Some(fused),
                ..
            }) => {
                renamed.extend(fused.params.iter().copied().zip(fused.inits));
                renamed.extend(fused.results.into_iter().zip(fused.body.yields));
                region.stmts.extend(body.stmts);
                region.stmts.extend(fused.body.stmts);
            }
            stmt => region.stmts.push(stmt),
        }
    }
}
