//! Where the tapes of loops stand, and how long they get.
//!
//! A loop has one tape. Inside other loops it is declared before the outermost
//! one, and each run of the loop in reverse takes back its own records: so a nest
//! of loops allocates a number of times that does not grow with its iterations.

use super::{Pass, rename};
use crate::ir::{
    Function, Head, Kind, Let, Loop, Op, Order, Range, RangeAdaptor, Region, RevLoop, Run, Stmt,
    TapeSize, ValueId, for_each_region,
};
use std::collections::BTreeMap;

/// A tape of constant size holds at most so many values: it is on the stack.
const MAX_INLINE: u64 = 512;

/// A statement around the one at hand.
pub(super) enum Around {
    /// An arm: what is inside need not run.
    Branch,
    /// A loop that is reversed as it runs: its tapes are empty between iterations.
    Fused,
    Loop {
        /// What it runs over, if it runs to its end.
        range: Option<Range>,
        /// How often it runs, if that is written.
        count: Option<u64>,
    },
}

impl Pass<'_> {
    pub(super) fn in_loop(&self) -> bool {
        let mut around = self.around.iter();
        around.any(|around| !matches!(around, Around::Branch))
    }

    /// A loop, as its body sees it.
    pub(super) fn around(&self, looped: &Loop) -> Around {
        match &looped.head {
            Head::Range(range) => Around::Loop {
                range: (looped.stop.is_none() && !has_steps(range)).then(|| range.clone()),
                count: constant_count(range, &self.integers),
            },
            _ => Around::Loop {
                range: None,
                count: None,
            },
        }
    }

    /// Declares the tape of a loop: returns what goes before the loop, and how
    /// the reverse half finds the records of a run. `range` is what the loop
    /// runs over if its reverse half does so backwards.
    pub(super) fn tape(
        &mut self,
        forward: &Loop,
        tape: ValueId,
        width: usize,
        range: Option<&Range>,
    ) -> (Vec<Stmt>, Run) {
        let own = match &forward.head {
            Head::Range(range) => constant_count(range, &self.integers),
            _ => None,
        };
        let around = self.within_fused().iter().map(|around| match around {
            Around::Branch | Around::Fused => Some(1),
            Around::Loop { count, .. } => *count,
        });
        let nest: Option<u64> = match self.in_loop() {
            true => around.chain([own]).try_fold(1u64, |product, count| {
                count.map(|count| product.saturating_mul(count))
            }),
            false => own,
        };
        let constant = nest.filter(|n| n.saturating_mul(width as u64) <= MAX_INLINE);
        if !self.in_loop() {
            let size = match (constant, &forward.head) {
                (Some(n), _) => TapeSize::Constant(n),
                (None, Head::Range(range)) if forward.stop.is_none() => {
                    TapeSize::Range(range.clone())
                }
                _ => TapeSize::Unknown,
            };
            return (vec![Stmt::NewTape(tape, size)], Run::All);
        }
        let size = constant.map_or(TapeSize::Unknown, TapeSize::Constant);
        self.hoisted.push(Stmt::NewTape(tape, size));
        let mut before = Vec::new();
        if let (None, Some(range)) = (constant, range) {
            before.push(Stmt::Reserve(tape, range.clone(), self.remaining()));
        }
        let is_outer = |around: &Around| matches!(around, Around::Loop { .. });
        let run = match range {
            // everything on the tape is of this run
            _ if !self.within_fused().iter().any(is_outer) => Run::Rest,
            Some(range) => Run::Range(range.clone()),
            None => {
                let name = Some("mark".to_owned());
                let mark = self.f.value(Kind::Int, name, forward.span);
                let op = Op::TapeLength(tape);
                before.push(Stmt::Let(Let { value: mark, op }));
                Run::Since(mark)
            }
        };
        (before, run)
    }

    /// The statements around, inside the innermost fused loop.
    fn within_fused(&self) -> &[Around] {
        let fused = |around: &Around| matches!(around, Around::Fused);
        let start = self.around.iter().rposition(fused);
        &self.around[start.map_or(0, |at| at + 1)..]
    }

    /// What is left of each loop around that is certain to run the statement at
    /// hand in every iteration.
    fn remaining(&self) -> Vec<Range> {
        let mut left = Vec::new();
        for around in self.around.iter().rev() {
            let Around::Loop {
                range: Some(range), ..
            } = around
            else {
                break;
            };
            let mut range = range.clone();
            let reversed = range.adaptors.len() % 2 == 1;
            range.adaptors.clear();
            match reversed {
                true => (range.end, range.inclusive) = (range.item, true),
                false => range.start = range.item,
            }
            left.push(range);
        }
        left
    }

    /// Before a loop in reverse: the tapes of the loops inside it, which are
    /// taken back run by run.
    pub(super) fn resume(&mut self, looped: &mut RevLoop) -> Vec<Stmt> {
        let mut tapes = Vec::new();
        find_tapes(&looped.body, &mut tapes);
        let mut resumed = Vec::new();
        for tape in tapes {
            let value = resumed_as(self.f, tape);
            rename(&mut looped.body, tape, value);
            let op = Op::Resume(tape);
            resumed.push(Stmt::Let(Let { value, op }));
        }
        resumed
    }
}

/// How many numbers a range has at most, if that is written.
pub(in crate::adjoint) fn constant_count(
    range: &Range,
    integers: &BTreeMap<ValueId, i64>,
) -> Option<u64> {
    let (start, end) = (integers.get(&range.start)?, integers.get(&range.end)?);
    Some(end.saturating_sub(*start).max(0) as u64 + u64::from(range.inclusive))
}

/// Whether a range has so few numbers, as is written, that the compiler writes its loop out.
pub(in crate::adjoint) fn is_short(range: &Range, integers: &BTreeMap<ValueId, i64>) -> bool {
    const MOST: u64 = 8;
    constant_count(range, integers).is_some_and(|count| count <= MOST)
}

fn has_steps(range: &Range) -> bool {
    let steps = |a: &RangeAdaptor| matches!(a, RangeAdaptor::StepBy(_));
    range.adaptors.iter().any(steps)
}

fn resumed_as(f: &mut Function, tape: ValueId) -> ValueId {
    let info = f.info(tape).clone();
    f.value(info.kind, info.hint, info.span)
}

/// The tapes that loops in a reverse region take back.
fn find_tapes(region: &Region, into: &mut Vec<ValueId>) {
    for stmt in &region.stmts {
        // an iteration that runs again has tapes of its own
        if matches!(stmt, Stmt::Loop(_)) {
            continue;
        }
        if let Stmt::RevLoop(RevLoop {
            order: Order::Drain(drain),
            ..
        }) = stmt
        {
            into.push(drain.tape);
        }
        for_each_region(stmt, &mut |inner, _| find_tapes(inner, into));
    }
}
