//! The reverse half of branches and loops.

use super::Pass;
use crate::ir::{
    If, Kind, Loop, Match, Op, Order, Place, Region, RevBranch, RevLoop, Stmt, StmtId, Tree,
    ValueId, Width, payload_path,
};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Loops nested deeper than this assume the worst of their adjoints at once.
const MAX_REBUILD_DEPTH: u32 = 3;

impl Pass<'_> {
    pub(super) fn branch(&mut self, stmt: &Stmt, branch: &If) {
        if !self.has_reverse(stmt, &branch.results) {
            return;
        }
        self.ensure_free(stmt);
        let arms = [(&branch.then, Vec::new()), (&branch.other, Vec::new())];
        let span = self.f.info(branch.cond).span;
        self.arms(branch.id, Some(branch.cond), &arms, &branch.results, span);
    }

    /// Whether an adjoint flows into a statement.
    fn has_reverse(&self, stmt: &Stmt, results: &[ValueId]) -> bool {
        let has_adjoint = |value: &ValueId| match self.is_in_place(*value) {
            true => self.memory.contains_key(value),
            false => self.adjoints.contains_key(value),
        };
        results.iter().any(has_adjoint) || self.touches(stmt)
    }

    pub(super) fn choice(&mut self, stmt: &Stmt, choice: &Match) {
        if !self.has_reverse(stmt, &choice.results) {
            return;
        }
        self.ensure_free(stmt);
        let mut arms = Vec::new();
        for arm in &choice.arms {
            // what an arm binds is a part of what is matched on
            let mut payloads = Vec::new();
            for (name, value) in &arm.bindings {
                let Tree::Leaf(whole) = choice.scrutinee.behind_refs() else {
                    continue;
                };
                if let Some(path) = payload_path(&arm.pattern, name)
                    && self.activity.is_active(*value)
                {
                    for root in self.activity.views.roots(*whole) {
                        self.ensure(root);
                    }
                    payloads.push((*value, Place::whole(*whole).along(path)));
                }
            }
            arms.push((&arm.body, payloads));
        }
        self.arms(choice.id, None, &arms, &choice.results, choice.span);
    }

    /// Reverses each arm from the adjoints of the merged results. The arms
    /// hand on the adjoint of every value that one of them contributes to.
    fn arms(
        &mut self,
        of: StmtId,
        cond: Option<ValueId>,
        arms: &[(&Region, Vec<(ValueId, Place)>)],
        results: &[ValueId],
        span: Span,
    ) {
        let upstreams: Vec<Option<ValueId>> = results
            .iter()
            .map(|value| self.take_adjoint(*value))
            .collect();
        let before = self.adjoints.clone();
        let outer = std::mem::take(&mut self.out);
        let mut reversed = Vec::new();
        let mut changed = BTreeSet::new();
        for (arm, payloads) in arms {
            self.adjoints = before.clone();
            for (value, upstream) in arm.yields.iter().zip(&upstreams) {
                if let Some(d) = upstream {
                    self.contribute(*value, *d);
                }
            }
            self.region(arm);
            for (value, place) in payloads {
                if let Some(d) = self.take_adjoint(*value) {
                    self.contribute_at(place, d, span);
                }
            }
            let local = local_values(arm);
            let after = std::mem::take(&mut self.adjoints);
            let after: BTreeMap<_, _> = after
                .into_iter()
                .filter(|(v, _)| !local.contains(v))
                .collect();
            let news = after.iter().filter(|(v, d)| before.get(v) != Some(d));
            changed.extend(news.map(|(v, _)| *v));
            reversed.push((std::mem::take(&mut self.out), after));
        }
        self.out = outer;
        self.adjoints = before.clone();
        let mut regions = Vec::new();
        let mut masked = BTreeSet::new();
        for (stmts, after) in reversed {
            self.adjoints = before.clone();
            let outer = std::mem::replace(&mut self.out, stmts);
            let mut yields = Vec::new();
            for value in &changed {
                let d = match after.get(value).or(before.get(value)) {
                    Some(d) => {
                        if self.masked.contains(d) {
                            masked.insert(*value);
                        }
                        *d
                    }
                    None => {
                        masked.insert(*value);
                        self.zero(*value, span)
                    }
                };
                yields.push(d);
            }
            let stmts = std::mem::replace(&mut self.out, outer);
            regions.push(Region { stmts, yields });
        }
        self.adjoints = before;
        let mut merged = Vec::new();
        for value in &changed {
            let total = self.adjoint_of(*value);
            if masked.contains(value) {
                self.masked.insert(total);
            }
            self.adjoints.insert(*value, total);
            merged.push(total);
        }
        if regions.iter().all(|region| region.stmts.is_empty()) && merged.is_empty() {
            return;
        }
        self.out.push(Stmt::RevBranch(RevBranch {
            of,
            cond,
            arms: regions,
            results: merged,
            record: None,
        }));
    }

    /// A fresh value that is named as the adjoint of `value`.
    pub(super) fn adjoint_of(&mut self, value: ValueId) -> ValueId {
        let info = self.f.info(value).clone();
        let total = self.f.value(info.kind, info.hint, info.span);
        self.f.info_mut(total).adjoint = true;
        total
    }

    pub(super) fn looped(&mut self, stmt: &Stmt, looped: &Loop) {
        if !self.has_reverse(stmt, &looped.results) {
            return;
        }
        self.ensure_free(stmt);
        let upstreams: Vec<Option<ValueId>> = looped
            .results
            .iter()
            .map(|value| self.take_adjoint(*value))
            .collect();
        if looped.body.diverges() {
            // what comes out of it had no iteration
            for (init, upstream) in looped.inits.iter().zip(upstreams) {
                if let Some(d) = upstream {
                    self.contribute(*init, d);
                }
            }
            return;
        }
        let span = looped.span;
        // the adjoints of the carried values, and of what the body uses from
        // outside, go from iteration to iteration
        let carried: Vec<usize> = (0..looped.params.len())
            // an iteration may write a variable without reading it
            .filter(|i| {
                self.activity.is_active(looped.params[*i])
                    || self.activity.is_active(looped.results[*i])
            })
            .collect();
        let outside: Vec<ValueId> = crate::ir::free_values(&looped.body, &looped.params)
            .into_iter()
            .filter(|value| self.activity.is_active(*value))
            .filter(|value| !self.is_in_place(*value) && !self.activity.views.is_view(*value))
            .collect();
        let mut inits = Vec::new();
        for i in &carried {
            inits.push(match upstreams[*i] {
                Some(d) => d,
                None if self.is_in_place(looped.results[*i]) => self.zero(looped.results[*i], span),
                None => self.accumulator(looped.results[*i], span),
            });
        }
        for value in &outside {
            inits.push(match self.adjoints.get(value) {
                Some(d) => *d,
                None => self.accumulator(*value, span),
            });
        }
        let before = std::mem::take(&mut self.adjoints);
        let outer = std::mem::take(&mut self.out);
        // A carried adjoint is masked if it is so before the first or after any
        // iteration; which is known once the body is built, so it is built
        // again if the assumption was wrong.
        let mut masked: Vec<bool> = carried
            .iter()
            .zip(&inits)
            .map(|(i, init)| upstreams[*i].is_none() || self.masked.contains(init))
            .collect();
        if self.depth >= MAX_REBUILD_DEPTH {
            masked.fill(true);
        }
        self.depth += 1;
        let memory = self.memory.clone();
        let (params, yields) = loop {
            self.memory = memory.clone();
            let (params, yields) = self.iteration(looped, &carried, &outside, &masked);
            let late: Vec<bool> = yields.iter().map(|d| self.masked.contains(d)).collect();
            let missed = masked
                .iter()
                .zip(&late)
                .any(|(known, found)| !known && *found);
            if !missed {
                break (params, yields);
            }
            for (known, found) in masked.iter_mut().zip(late) {
                *known |= found;
            }
        };
        self.depth -= 1;
        self.memory = memory;
        let stmts = std::mem::replace(&mut self.out, outer);
        self.adjoints = before;
        let results: Vec<ValueId> = carried
            .iter()
            .map(|i| looped.params[*i])
            .chain(outside.iter().copied())
            .map(|value| self.adjoint_of(value))
            .collect();
        for (index, result) in results.iter().enumerate() {
            // a sum over no iterations is zero
            if masked.get(index).copied().unwrap_or(true) {
                self.masked.insert(*result);
            }
        }
        let (state, totals) = results.split_at(carried.len());
        for (value, total) in outside.iter().zip(totals) {
            self.adjoints.insert(*value, *total);
        }
        let into_inits: Vec<(ValueId, ValueId)> = carried
            .iter()
            .zip(state)
            .map(|(i, d)| (looped.inits[*i], *d))
            .collect();
        self.out.push(Stmt::RevLoop(RevLoop {
            of: looped.id,
            inits,
            params,
            results: results.clone(),
            body: Region { stmts, yields },
            order: Order::Unknown,
            span,
        }));
        for (value, d) in into_inits {
            self.contribute(value, d);
        }
    }

    /// The reverse half of one iteration: its carried adjoints, before and
    /// after. The statements are left in `out`.
    fn iteration(
        &mut self,
        looped: &Loop,
        carried: &[usize],
        outside: &[ValueId],
        masked: &[bool],
    ) -> (Vec<ValueId>, Vec<ValueId>) {
        self.out.clear();
        self.adjoints.clear();
        let state: Vec<ValueId> = carried
            .iter()
            .map(|i| self.adjoint_of(looped.results[*i]))
            .collect();
        let totals: Vec<ValueId> = outside
            .iter()
            .map(|value| self.adjoint_of(*value))
            .collect();
        for (d, masked) in state.iter().zip(masked) {
            if *masked {
                self.masked.insert(*d);
            }
        }
        for (value, total) in outside.iter().zip(&totals) {
            self.adjoints.insert(*value, *total);
        }
        for (i, d) in carried.iter().zip(&state) {
            self.contribute(looped.body.yields[*i], *d);
        }
        self.region(&looped.body);
        let mut yields = Vec::new();
        for i in carried {
            yields.push(match self.take_adjoint(looped.params[*i]) {
                Some(d) => d,
                None => {
                    let zero = self.zero_at_definition(looped.params[*i], looped.span);
                    self.masked.insert(zero);
                    zero
                }
            });
        }
        for (value, total) in outside.iter().zip(&totals) {
            yields.push(self.adjoints.get(value).copied().unwrap_or(*total));
        }
        (state.into_iter().chain(totals).collect(), yields)
    }

    /// The zero that an adjoint starts from before a loop.
    fn accumulator(&mut self, value: ValueId, span: Span) -> ValueId {
        let kind = match self.f.kind(value) {
            Kind::Opaque => Kind::Real(Width::Any),
            kind => kind,
        };
        self.push(Op::Number(0.0), kind, span)
    }
}

/// Every value defined in a region.
fn local_values(region: &Region) -> BTreeSet<ValueId> {
    let mut local = BTreeSet::new();
    crate::ir::collect_definitions(region, &mut local);
    local
}
