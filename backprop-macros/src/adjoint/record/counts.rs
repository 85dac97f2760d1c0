//! How many records the loops of a nest will make, counted before it runs.
//!
//! Where each loop runs over a range whose ends are known then, or are cheap to compute from
//! the numbers of the loops around it, the counts are exact: a product where the inner range
//! is the same in each iteration, otherwise a sum that a loop over the outer range adds up.
//! What may run or not (loops in branches, `while`, loops that are left) is not counted; the
//! tape grows for it.

use super::settle::is_cheap;
use super::tapes::has_steps;
use super::{Pass, uses};
use crate::ir::{
    BinaryOp, Copies, Head, Hold, If, Kind, Let, Loop, Op, Range, RangeAdaptor, Region, Reserve,
    Stmt, ValueId, collect_definitions, for_each_region,
};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// For each tape, or site of a nest, how many records there will be.
type Counts = Vec<(ValueId, ValueId)>;

/// What is known inside the loop at hand.
#[derive(Clone)]
struct Known {
    /// What the nest defines: nothing of that is there before it.
    inside: BTreeSet<ValueId>,
    /// Copies of what it defines.
    copies: Copies,
    copied: BTreeSet<ValueId>,
    /// Integers that are cheap to compute.
    recipes: BTreeMap<ValueId, Op>,
    /// Whether what may panic may be computed ahead.
    may_panic: bool,
}

impl Pass<'_> {
    /// Makes room for the records of a loop and of those inside it.
    pub(super) fn room(&mut self, looped: &Loop) -> Vec<Stmt> {
        let mut inside = BTreeSet::new();
        let nest = Region {
            stmts: vec![Stmt::Loop(looped.clone())],
            yields: Vec::new(),
        };
        collect_definitions(&nest, &mut inside);
        let known = Known {
            inside,
            copies: Copies::default(),
            copied: BTreeSet::new(),
            recipes: BTreeMap::new(),
            may_panic: self.runs_through(&looped.body),
        };
        let mut stmts = Vec::new();
        let counts = self.counts(looped, &known, &mut stmts).unwrap_or_default();
        let (mut of_nest, mut of_tapes) = (Vec::new(), Vec::new());
        for (tape, count) in counts {
            match self.sites.get(&tape) {
                Some(nest) => of_nest.push((*nest, (Some(tape), count))),
                None => of_tapes.push((tape, vec![(None, count)])),
            }
        }
        if let Some((tape, _)) = of_nest.first() {
            let counts = of_nest.iter().map(|(_, count)| *count).collect();
            of_tapes.push((*tape, counts));
        }
        let reserve = |(tape, counts)| Stmt::Reserve(Reserve { tape, counts });
        stmts.extend(of_tapes.into_iter().map(reserve));
        stmts
    }

    /// The records of a loop and of those inside it, with what is computed for that.
    fn counts(&mut self, looped: &Loop, known: &Known, into: &mut Vec<Stmt>) -> Option<Counts> {
        let Head::Range(range) = &looped.head else {
            return None;
        };
        if looped.stop.is_some() || looped.fused.is_some() {
            return None;
        }
        let mut known = known.clone();
        let mut ends = vec![range.start, range.end];
        ends.extend(range.adaptors.iter().filter_map(|adaptor| match adaptor {
            RangeAdaptor::StepBy(step) => Some(*step),
            RangeAdaptor::Rev => None,
        }));
        // a step of zero panics
        if has_steps(range) && !known.may_panic {
            return None;
        }
        for end in ends {
            self.know(end, &mut known, into)?;
        }
        let item = known.copies.add(self.f, range.item);
        known.copied.insert(range.item);
        let range = copied(range, &known.copies, item);
        let span = looped.span;
        let trips = self.count(Op::TripCount(Box::new(range.clone())), span, into);
        let own = looped.tape.filter(|tape| self.counted.contains(tape));
        let mut counts: Counts = own.map(|tape| (tape, trips)).into_iter().collect();

        known.recipes.extend(self.cheap_integers(&looped.body));
        let mut iteration = Region::default();
        let mut inner = Vec::new();
        for stmt in &looped.body.stmts {
            if let Stmt::Loop(nested) = stmt {
                let found = self.counts(nested, &known, &mut iteration.stmts);
                inner.extend(found.into_iter().flatten());
            }
        }
        if !inner.is_empty() {
            let (tapes, values): (Vec<_>, Vec<_>) = inner.into_iter().unzip();
            iteration.yields = values;
            let totals = match uses(&iteration).contains(&item) {
                true => self.summed(range, iteration, span, into),
                false => self.multiplied(trips, iteration, span, into),
            };
            counts.extend(tapes.into_iter().zip(totals));
        }
        Some(counts)
    }

    /// Computes an integer before the nest, if that is cheap.
    fn know(&mut self, value: ValueId, known: &mut Known, into: &mut Vec<Stmt>) -> Option<()> {
        if !known.inside.contains(&value) || known.copied.contains(&value) {
            return Some(());
        }
        let op = known.recipes.get(&value)?.clone();
        if op_can_panic(&op) && !known.may_panic {
            return None;
        }
        let mut needs = Vec::new();
        op.for_each_use(&mut |used| needs.push(*used));
        for used in needs {
            self.know(used, known, into)?;
        }
        let region = Region {
            stmts: vec![Stmt::Let(Let { value, op })],
            yields: Vec::new(),
        };
        into.extend(known.copies.region(self.f, &region).stmts);
        known.copied.insert(value);
        Some(())
    }

    /// The integers that a region defines and that are cheap to compute.
    fn cheap_integers(&self, region: &Region) -> BTreeMap<ValueId, Op> {
        let lets = region.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::Let(binding) => Some(binding),
            _ => None,
        });
        lets.map(|binding| (binding.value, self.seen_from_root(&binding.op)))
            .filter(|(value, op)| self.f.kind(*value) == Kind::Int && self.can_count(*value, op))
            .collect()
    }

    /// Whether an integer may be computed ahead of the nest. What it is taken from must be
    /// there, and the same as later: the reverse half is of no interest.
    fn can_count(&self, value: ValueId, op: &Op) -> bool {
        match op {
            Op::Load(place) | Op::Query(place, _) | Op::Length(place)
                if self.f.info(self.views.root(place.base)).hold == Hold::Shared =>
            {
                true
            }
            Op::Binary(BinaryOp::Div | BinaryOp::Rem, _, by) => {
                self.integers.get(by).is_some_and(|by| *by > 0)
            }
            op => is_cheap(self.f, value, op),
        }
    }

    /// Whether a region calls and prints nothing, and is not left: then what it computes
    /// first may be computed before it.
    fn runs_through(&self, region: &Region) -> bool {
        let mut never = BTreeSet::new();
        region.stmts.iter().all(|stmt| {
            let mut runs = match stmt {
                Stmt::Effect(_) | Stmt::Diverge(_) | Stmt::Call(_) => false,
                Stmt::Loop(looped) => looped.stop.is_none(),
                // `assert!(2 != 0)` of a step
                Stmt::If(branch) if never.contains(&branch.cond) => {
                    return self.runs_through(&branch.other);
                }
                Stmt::Let(Let {
                    value,
                    op: Op::Binary(BinaryOp::Eq, a, b),
                }) => {
                    let literals = self.integers.get(a).zip(self.integers.get(b));
                    if literals.is_some_and(|(a, b)| a != b) {
                        never.insert(*value);
                    }
                    true
                }
                _ => true,
            };
            for_each_region(stmt, &mut |inner, _| runs &= self.runs_through(inner));
            runs
        })
    }

    fn count(&mut self, op: Op, span: Span, into: &mut Vec<Stmt>) -> ValueId {
        let value = self.f.value(Kind::Int, Some("count".to_owned()), span);
        into.push(Stmt::Let(Let { value, op }));
        value
    }

    /// Each iteration makes as many: what may panic is computed if there is one.
    fn multiplied(
        &mut self,
        trips: ValueId,
        iteration: Region,
        span: Span,
        into: &mut Vec<Stmt>,
    ) -> Vec<ValueId> {
        let each = match can_panic(&iteration) {
            true => self.if_any(trips, iteration, span, into),
            false => {
                into.extend(iteration.stmts);
                iteration.yields
            }
        };
        let product = |each| Op::Counts(BinaryOp::Mul, trips, each);
        let products = each.into_iter().map(product);
        products.map(|op| self.count(op, span, into)).collect()
    }

    fn if_any(
        &mut self,
        trips: ValueId,
        iteration: Region,
        span: Span,
        into: &mut Vec<Stmt>,
    ) -> Vec<ValueId> {
        let zero = self.count(Op::Integer(0), span, into);
        let cond = self.f.value(Kind::Bool, Some("any".to_owned()), span);
        let op = Op::Binary(BinaryOp::Gt, trips, zero);
        into.push(Stmt::Let(Let { value: cond, op }));
        let mut other = Region::default();
        let mut results = Vec::new();
        for _ in &iteration.yields {
            let none = self.count(Op::Integer(0), span, &mut other.stmts);
            other.yields.push(none);
            let name = Some("count".to_owned());
            results.push(self.f.value(Kind::Int, name, span));
        }
        into.push(Stmt::If(If {
            id: self.f.stmt_id(),
            cond,
            then: iteration,
            other,
            results: results.clone(),
            record: None,
            fused: None,
        }));
        results
    }

    /// The sum over the iterations of a loop.
    fn summed(
        &mut self,
        range: Range,
        mut iteration: Region,
        span: Span,
        into: &mut Vec<Stmt>,
    ) -> Vec<ValueId> {
        let (mut inits, mut params, mut results) = (Vec::new(), Vec::new(), Vec::new());
        for each in std::mem::take(&mut iteration.yields) {
            inits.push(self.count(Op::Integer(0), span, into));
            let name = Some("count".to_owned());
            let param = self.f.value(Kind::Int, name.clone(), span);
            let op = Op::Counts(BinaryOp::Add, param, each);
            let sum = self.count(op, span, &mut iteration.stmts);
            params.push(param);
            iteration.yields.push(sum);
            results.push(self.f.value(Kind::Int, name, span));
        }
        into.push(Stmt::Loop(Loop {
            id: self.f.stmt_id(),
            head: Head::Range(range),
            inits,
            params,
            results: results.clone(),
            body: iteration,
            stop: None,
            exit: None,
            tape: None,
            fused: None,
            checkpoint: None,
            span,
        }));
        results
    }
}

fn op_can_panic(op: &Op) -> bool {
    matches!(
        op,
        Op::Binary(..) | Op::Load(_) | Op::Query(..) | Op::Verbatim(..)
    )
}

fn can_panic(region: &Region) -> bool {
    region.stmts.iter().any(|stmt| {
        let mut found = match stmt {
            Stmt::Let(binding) => op_can_panic(&binding.op),
            // a step of zero
            Stmt::Loop(_) => true,
            _ => false,
        };
        for_each_region(stmt, &mut |inner, _| found |= can_panic(inner));
        found
    })
}

fn copied(range: &Range, copies: &Copies, item: ValueId) -> Range {
    let mut range = range.clone();
    range.item = item;
    range.start = copies.of(range.start);
    range.end = copies.of(range.end);
    for adaptor in &mut range.adaptors {
        if let RangeAdaptor::StepBy(step) = adaptor {
            *step = copies.of(*step);
        }
    }
    range
}
