//! Records of a pullback that may run again.
//!
//! A Jacobian runs the forward half once and the pullback for each row. So a pullback
//! reads its records and does not take them apart: tapes are read with a [`Cursor`], and
//! what the reverse half changes or hands on is [`Kept`]. It is told whether it runs for
//! the last time, so that what runs once copies nothing.

use crate::Differentiable;
use crate::protocol::copy_gradient;
use crate::tape::Backwards;
use core::cell::Cell;
use core::fmt;

/// Which run of a pullback it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Run {
    /// Another one may come.
    Earlier,
    /// None comes after it.
    Last,
}

/// What the reverse half takes, and needs once more if it runs again.
pub struct Kept<T>(Cell<Option<T>>);

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

impl<T> Kept<T> {
    #[inline]
    fn get(&self, run: Run, copy: impl FnOnce(&T) -> T) -> T {
        let Some(value) = self.0.take() else {
            unreachable!("a pullback runs after its last run")
        };
        if run == Run::Earlier {
            self.0.set(Some(copy(&value)));
        }
        value
    }
}

/// Keeps a value for the reverse half.
#[inline]
pub fn hold<T>(value: T) -> Kept<T> {
    Kept(Cell::new(Some(value)))
}

/// Content that was kept.
#[inline]
pub fn regain<T: Clone>(kept: &Kept<T>, run: Run) -> T {
    kept.get(run, T::clone)
}

/// A gradient that was kept.
#[inline]
pub fn regain_gradient<G: Differentiable<Gradient = G>>(kept: &Kept<G>, run: Run) -> G {
    kept.get(run, copy_gradient)
}

/// The pullback of a rule, which may run once: the rule gives another one.
#[inline]
pub fn regain_rule<P>(kept: &Kept<P>, run: Run, again: impl FnOnce() -> P) -> P {
    kept.get(run, |_| again())
}

/// A tape whose records can be told apart by their number.
pub trait Recorded {
    /// Its records.
    type Record;
    /// The records from `start` to before `end`, last to first.
    fn part(&self, start: usize, end: usize) -> impl Iterator<Item = &Self::Record>;
    /// The number of records.
    fn recorded(&self) -> usize;
}

/// Reads a tape from its end, and leaves it as it is.
#[derive(Debug)]
pub struct Cursor<'t, T> {
    tape: &'t T,
    /// Records from here on are read.
    end: usize,
}

/// A cursor at the end of a tape.
#[inline]
pub fn cursor<T: Recorded>(tape: &T) -> Cursor<'_, T> {
    Cursor {
        end: tape.recorded(),
        tape,
    }
}

impl<'t, T: Recorded> Backwards for Cursor<'t, T> {
    type Record = &'t T::Record;

    #[inline]
    fn backwards(self) -> impl Iterator<Item = &'t T::Record> {
        self.tape.part(0, self.end)
    }

    #[inline]
    fn rest(&mut self, start: usize) -> impl Iterator<Item = &'t T::Record> {
        let end = core::mem::replace(&mut self.end, start);
        self.tape.part(start, end)
    }

    #[inline]
    fn length(&self) -> usize {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tape::{InlineTape, Tape, last, rest};
    use alloc::vec::Vec;

    fn taken<T: Recorded<Record = u8>>(tape: &T) -> [Vec<u8>; 3] {
        let mut cursor = cursor(tape);
        let last: Vec<u8> = last(&mut cursor, 1).copied().collect();
        let since: Vec<u8> = rest(&mut cursor, 1).copied().collect();
        let all = super::cursor(tape).backwards().copied().collect();
        [last, since, all]
    }

    #[test]
    fn a_cursor_reads_backwards_and_takes_nothing() {
        let expected = [Vec::from([4]), Vec::from([3, 2]), Vec::from([4, 3, 2, 1])];
        let mut inline = InlineTape::<u8, 6>::new();
        (1..=4).for_each(|record| inline.push(record));
        let tape: Tape<u8> = Vec::from([1, 2, 3, 4]);
        for _ in 0..2 {
            assert_eq!(taken(&tape), expected);
            assert_eq!(taken(&inline), expected);
        }
    }

    #[test]
    fn what_is_kept_is_copied_but_for_the_last_run() {
        let kept = hold(Vec::from([1.0]));
        let mut first = regain(&kept, Run::Earlier);
        first[0] = 2.0;
        let place = first.as_ptr();
        assert_eq!(regain(&kept, Run::Earlier), [1.0]);
        let last = regain(&kept, Run::Last);
        assert_eq!(last, [1.0]);
        assert_ne!(last.as_ptr(), place);
    }

    #[test]
    #[should_panic(expected = "after its last run")]
    fn after_the_last_run_there_is_none() {
        let kept = hold(1.0);
        let _ = regain_gradient(&kept, Run::Last);
        let _ = regain_gradient(&kept, Run::Earlier);
    }
}
