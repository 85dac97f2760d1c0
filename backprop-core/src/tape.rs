//! Records of loops: one for each iteration, taken back last to first.
//!
//! A loop has one tape, however often it runs: the records of its runs lie on it
//! one behind the other, and each run in reverse takes back its own.

use crate::records::Recorded;
use crate::steps::last_to_first;
use alloc::vec::Vec;

/// A tape of unknown length.
pub type Tape<T> = Vec<T>;

/// How many numbers a range has.
#[inline]
pub fn trip_count<I: Iterator>(range: &I) -> usize {
    range.size_hint().0
}

/// The product of two counts.
#[inline]
pub fn times(a: usize, b: usize) -> usize {
    a.saturating_mul(b)
}

/// The sum of two counts.
#[inline]
pub fn plus(a: usize, b: usize) -> usize {
    a.saturating_add(b)
}

/// More bytes than a tape can have: a nest that long does not come to its end.
const TOO_MANY: usize = match 1_usize.checked_shl(40) {
    Some(bytes) => bytes,
    None => isize::MAX as usize / 4,
};

/// A tape for so many records.
#[inline]
pub fn tape_for<T>(records: usize) -> Tape<T> {
    match records.saturating_mul(size_of::<T>()) < TOO_MANY {
        true => Vec::with_capacity(records),
        false => Vec::new(),
    }
}

/// Makes room for so many records. A tape that is not empty grows by no less than its
/// length, as a `Vec` does, so that many short runs do not copy it each time.
#[inline]
pub fn reserve<T>(tape: &mut Tape<T>, records: usize) {
    if tape.capacity() - tape.len() < records {
        match tape.capacity() {
            0 => *tape = tape_for(records),
            _ if records.saturating_mul(size_of::<T>()) < TOO_MANY => tape.reserve(records),
            _ => {}
        }
    }
}

/// A tape of at most `N` records, without an allocation.
#[derive(Clone, Debug)]
pub struct InlineTape<T, const N: usize> {
    records: [Option<T>; N],
    len: usize,
}

impl<T, const N: usize> InlineTape<T, N> {
    /// A tape with nothing on it.
    #[inline]
    #[expect(
        clippy::new_without_default,
        reason = "generated code is its only user"
    )]
    pub fn new() -> Self {
        InlineTape {
            records: [const { None }; N],
            len: 0,
        }
    }

    /// The number of records.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "generated code never asks")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds a record.
    ///
    /// # Panics
    ///
    /// If there are `N` already.
    #[inline]
    pub fn push(&mut self, record: T) {
        self.records[self.len] = Some(record);
        self.len += 1;
    }

    /// Takes the last record.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        self.records[self.len].take()
    }
}

/// A tape that is read from its end.
pub trait Backwards {
    /// Its records.
    type Record;
    /// The records, last to first.
    fn backwards(self) -> impl Iterator<Item = Self::Record>;
    /// The records from number `start` on, last to first; they are taken away.
    fn rest(&mut self, start: usize) -> impl Iterator<Item = Self::Record>;
    /// The number of records.
    fn length(&self) -> usize;
}

impl<T> Backwards for Tape<T> {
    type Record = T;

    #[inline]
    fn backwards(self) -> impl Iterator<Item = T> {
        self.into_iter().rev()
    }

    #[inline]
    fn rest(&mut self, start: usize) -> impl Iterator<Item = T> {
        self.drain(start..).rev()
    }

    #[inline]
    fn length(&self) -> usize {
        self.len()
    }
}

impl<T, const N: usize> Backwards for InlineTape<T, N> {
    type Record = T;

    #[inline]
    fn backwards(mut self) -> impl Iterator<Item = T> {
        core::iter::from_fn(move || self.pop())
    }

    #[inline]
    fn rest(&mut self, start: usize) -> impl Iterator<Item = T> {
        (start..self.len).map_while(|_| self.pop())
    }

    #[inline]
    fn length(&self) -> usize {
        self.len
    }
}

impl<T> Recorded for Tape<T> {
    type Record = T;

    #[inline]
    fn part(&self, start: usize, end: usize) -> impl Iterator<Item = &T> {
        last_to_first(&self[start..end])
    }

    #[inline]
    fn recorded(&self) -> usize {
        self.len()
    }
}

impl<T, const N: usize> Recorded for InlineTape<T, N> {
    type Record = T;

    #[inline]
    fn part(&self, start: usize, end: usize) -> impl Iterator<Item = &T> {
        self.records[start..end].iter().rev().flatten()
    }

    #[inline]
    fn recorded(&self) -> usize {
        self.len
    }
}

/// All records of a tape, last to first.
#[inline]
pub fn backwards<T: Backwards>(tape: T) -> impl Iterator<Item = T::Record> {
    tape.backwards()
}

/// The records of a tape from number `start` on, last to first.
#[inline]
pub fn rest<T: Backwards>(tape: &mut T, start: usize) -> impl Iterator<Item = T::Record> {
    tape.rest(start)
}

/// The last `count` records of a tape, last to first.
#[inline]
pub fn last<T: Backwards>(tape: &mut T, count: usize) -> impl Iterator<Item = T::Record> {
    let start = tape.length() - count;
    tape.rest(start)
}
