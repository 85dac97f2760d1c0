//! Where the tapes of loops stand.
//!
//! The reverse half meets records in the opposite order of the forward half, so those of
//! all loops of a nest lie on one tape, and each run of a loop in reverse takes back its
//! own. What a record of numbers looks like its *site* tells, a value without content whose
//! type rustc infers. Records that hold anything but numbers (pullbacks, containers, values
//! of a type that only rustc knows) have a tape for each loop. Either is declared before
//! the outermost loop, so that a nest allocates a number of times that does not grow with
//! its iterations; how long it gets, `counts.rs` finds out.

use super::{Pass, rename};
use crate::ir::{
    Function, Head, Hold, Kind, Let, Loop, Memory, Nested, Op, Order, Push, Range, RangeAdaptor,
    Region, RevLoop, Run, Stmt, TapeSize, ValueId, for_each_region, for_each_region_of_both_mut,
};
use std::collections::{BTreeMap, BTreeSet};

/// A tape of constant size holds at most so many values: it is on the stack.
const MAX_INLINE: u64 = 512;

/// A tuple of so many numbers is a record.
pub(crate) const MOST_PARTS: usize = 12;

/// A statement around the one at hand.
pub(super) enum Around {
    /// An arm: what is inside need not run.
    Branch,
    /// A loop that is reversed as it runs: its tapes are empty between iterations.
    Fused,
    Loop {
        /// Whether it runs over a range to its end, so that what it records is counted.
        is_counted: bool,
        /// How often it runs, if that is written.
        count: Option<u64>,
    },
}

/// How a loop records, and how its reverse half takes that back.
pub(super) struct Recording {
    /// What goes before the loop.
    pub(super) before: Vec<Stmt>,
    pub(super) run: Run,
    pub(super) nest: Option<Nested>,
}

impl Pass<'_> {
    pub(super) fn in_loop(&self) -> bool {
        let mut around = self.around.iter();
        around.any(|around| !matches!(around, Around::Branch))
    }

    /// Whether no loop around counts the records of the loop at hand: there is none, how
    /// often it runs is not known, or it need not run this one.
    pub(super) fn is_counted_alone(&self) -> bool {
        !matches!(
            self.around.last(),
            Some(Around::Loop {
                is_counted: true,
                ..
            })
        )
    }

    /// A loop, as its body sees it.
    pub(super) fn around(&self, looped: &Loop) -> Around {
        match &looped.head {
            Head::Range(range) => Around::Loop {
                is_counted: looped.stop.is_none(),
                count: constant_count(range, &self.integers),
            },
            _ => Around::Loop {
                is_counted: false,
                count: None,
            },
        }
    }

    /// Adds the record of an iteration to a loop. `range` is what the loop runs over if
    /// its reverse half does so backwards.
    pub(super) fn tape(
        &mut self,
        forward: &mut Loop,
        record: &[ValueId],
        range: Option<&Range>,
    ) -> Recording {
        let tape = self
            .f
            .value(Kind::Opaque, Some("tape".to_owned()), forward.span);
        forward.tape = Some(tape);
        let size = match self.constant_size(forward, record.len()) {
            Some(n) => TapeSize::Constant(n),
            None if record.iter().all(|value| self.is_plain(*value)) => TapeSize::Site,
            None => TapeSize::Unknown,
        };
        let (nest, to) = match size {
            TapeSize::Site => {
                let nested = self.nested(forward);
                self.sites.insert(tape, nested.nest);
                (Some(nested), Memory::Nest(nested.nest))
            }
            _ => (None, Memory::Own),
        };
        if !matches!(size, TapeSize::Constant(_)) {
            self.counted.insert(tape);
        }
        forward.body.stmts.push(Stmt::Push(Push {
            tape,
            to,
            values: record.to_vec(),
        }));
        let mut before = Vec::new();
        if !self.in_loop() {
            before.push(Stmt::NewTape(tape, size));
            let run = Run::All;
            return Recording { before, run, nest };
        }
        self.hoisted.push(Stmt::NewTape(tape, size));
        let is_outer = |around: &Around| matches!(around, Around::Loop { .. });
        let is_run = !self.within_fused().iter().any(is_outer);
        if is_run {
            self.runs.insert(tape);
        }
        let run = match range {
            _ if nest.is_none() && is_run => Run::Rest,
            Some(range) => Run::Range(range.clone()),
            None => {
                let name = Some("mark".to_owned());
                let mark = self.f.value(Kind::Int, name, forward.span);
                let op = Op::TapeLength(nest.map_or(tape, |nested| nested.nest));
                before.push(Stmt::Let(Let { value: mark, op }));
                Run::Since(mark)
            }
        };
        Recording { before, run, nest }
    }

    /// How many records there are at most, if that is written and few.
    fn constant_size(&self, forward: &Loop, width: usize) -> Option<u64> {
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
        nest.filter(|n| n.saturating_mul(width as u64) <= MAX_INLINE)
    }

    /// Whether a part of a record is a number, or a branch that records numbers.
    fn is_plain(&self, value: ValueId) -> bool {
        let info = self.f.info(value);
        let is_number = matches!(info.kind, Kind::Real(_) | Kind::Int | Kind::Bool);
        let is_owned = info.hold == Hold::Value && !self.f.borrowed.contains(&value);
        is_number && is_owned || self.plain_branches.contains(&value)
    }

    /// Notes whether the record of a branch holds nothing but numbers.
    pub(super) fn note_branch(&mut self, value: ValueId, arms: &[Vec<ValueId>]) {
        let fits = |parts: &Vec<ValueId>| {
            parts.len() <= MOST_PARTS && parts.iter().all(|part| self.is_plain(*part))
        };
        if arms.iter().all(fits) {
            self.plain_branches.insert(value);
        }
    }

    /// Puts the records of a loop on the tape of the nest.
    fn nested(&mut self, forward: &Loop) -> Nested {
        let span = forward.span;
        let nest = match self.nest {
            Some(nest) => nest,
            None => {
                let nest = self.f.value(Kind::Opaque, Some("nest".to_owned()), span);
                self.f.nests.insert(nest);
                self.hoisted.push(Stmt::NewTape(nest, TapeSize::Nest));
                *self.nest.insert(nest)
            }
        };
        let is_innermost = !uses_nest(&forward.body);
        Nested { nest, is_innermost }
    }

    /// The statements around, inside the innermost fused loop.
    fn within_fused(&self) -> &[Around] {
        let fused = |around: &Around| matches!(around, Around::Fused);
        let start = self.around.iter().rposition(fused);
        &self.around[start.map_or(0, |at| at + 1)..]
    }

    /// Before a loop in reverse: the tapes that are taken back run by run, of the loops
    /// inside it and of the nest.
    pub(super) fn resume(&mut self, looped: &mut RevLoop) -> Vec<Stmt> {
        let mut tapes = BTreeSet::new();
        find_tapes(&looped.body, &mut tapes);
        let mut nest = match &mut looped.order {
            Order::Drain(drain) => drain.nest.as_mut().map(|nested| &mut nested.nest),
            _ => None,
        };
        tapes.extend(nest.as_deref());
        let mut resumed = Vec::new();
        for tape in tapes {
            let value = resumed_as(self.f, tape);
            rename(&mut looped.body, tape, value);
            if let Some(nest) = &mut nest
                && **nest == tape
            {
                **nest = value;
            }
            let op = Op::Resume(tape);
            resumed.push(Stmt::Let(Let { value, op }));
        }
        resumed
    }
}

/// Where one loop alone records in a nest, it keeps a tape of its own: there rustc knows
/// the type of the records.
pub(super) struct Alone {
    nest: ValueId,
    site: ValueId,
    /// Whether all that is on the tape is of one run.
    is_run: bool,
}

impl Pass<'_> {
    /// The one loop of the nest at hand that is on its tape, if there is only one. The nest
    /// ends.
    pub(super) fn end_nest(&mut self) -> Option<Alone> {
        let nest = self.nest.take()?;
        let mut sites = self.sites.iter().filter(|(_, of)| **of == nest);
        let site = *sites.next()?.0;
        if sites.next().is_some() {
            return None;
        }
        self.sites.remove(&site);
        let is_run = self.runs.contains(&site);
        Some(Alone { nest, site, is_run })
    }
}

impl Alone {
    pub(super) fn declared(&self, stmts: &mut Vec<Stmt>) {
        stmts.retain_mut(|stmt| match stmt {
            Stmt::NewTape(tape, _) if *tape == self.nest => false,
            Stmt::NewTape(tape, size) if *tape == self.site => {
                *size = TapeSize::Unknown;
                true
            }
            _ => true,
        });
    }

    pub(super) fn stmt(&self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Push(push) if push.tape == self.site => push.to = Memory::Own,
            Stmt::Reserve(reserve) if reserve.tape == self.nest => {
                reserve.tape = self.site;
                reserve.counts.iter_mut().for_each(|(site, _)| *site = None);
            }
            Stmt::Let(Let {
                op: Op::TapeLength(tape),
                ..
            }) if *tape == self.nest => *tape = self.site,
            Stmt::Loop(looped) => self.forward(looped),
            Stmt::RevLoop(looped) => self.reverse(looped),
            stmt => for_each_region_of_both_mut(stmt, &mut |inner| self.region(inner)),
        }
    }

    fn region(&self, region: &mut Region) {
        region.stmts.iter_mut().for_each(|stmt| self.stmt(stmt));
    }

    pub(super) fn forward(&self, looped: &mut Loop) {
        self.region(&mut looped.body);
        if let Some(fused) = &mut looped.fused {
            self.reverse(fused);
        }
    }

    pub(super) fn reverse(&self, looped: &mut RevLoop) {
        if let Order::Drain(drain) = &mut looped.order
            && drain.tape == self.site
        {
            drain.nest = None;
            if self.is_run {
                drain.run = Run::Rest;
            }
        }
        self.region(&mut looped.body);
    }
}

/// Tapes that get room right after they are declared are declared with it.
pub(super) fn made_with_room(declared: &mut Vec<Stmt>, room: &mut [Stmt]) {
    for stmt in room {
        let Stmt::Reserve(reserve) = stmt else {
            continue;
        };
        let before = declared.len();
        declared.retain(|stmt| !matches!(stmt, Stmt::NewTape(tape, _) if *tape == reserve.tape));
        if declared.len() < before {
            let counts = std::mem::take(&mut reserve.counts);
            *stmt = Stmt::NewTape(reserve.tape, TapeSize::Counted(counts));
        }
    }
}

/// Whether there are records of a nest inside.
fn uses_nest(region: &Region) -> bool {
    region.stmts.iter().any(|stmt| {
        let mut found = match stmt {
            Stmt::Push(push) => !matches!(push.to, Memory::Own),
            _ => false,
        };
        for_each_region(stmt, &mut |inner, _| found |= uses_nest(inner));
        found
    })
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

pub(super) fn has_steps(range: &Range) -> bool {
    let steps = |a: &RangeAdaptor| matches!(a, RangeAdaptor::StepBy(_));
    range.adaptors.iter().any(steps)
}

fn resumed_as(f: &mut Function, tape: ValueId) -> ValueId {
    let info = f.info(tape).clone();
    f.value(info.kind, info.hint, info.span)
}

/// The tapes that loops in a reverse region take back.
fn find_tapes(region: &Region, into: &mut BTreeSet<ValueId>) {
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
            into.insert(drain.nest.map_or(drain.tape, |nested| nested.nest));
        }
        for_each_region(stmt, &mut |inner, _| find_tapes(inner, into));
    }
}
