//! Records of loops: one for each iteration, taken back last to first.

use alloc::vec::Vec;

/// A tape of unknown length.
pub type Tape<T> = Vec<T>;

/// A tape with room for a record of each number of a range.
#[inline]
pub fn tape_for<T, I: Iterator>(range: &I) -> Tape<T> {
    Vec::with_capacity(range.size_hint().0)
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
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        InlineTape {
            records: [const { None }; N],
            len: 0,
        }
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
}

impl<T> Backwards for Tape<T> {
    type Record = T;

    #[inline]
    fn backwards(self) -> impl Iterator<Item = T> {
        self.into_iter().rev()
    }
}

impl<T, const N: usize> Backwards for InlineTape<T, N> {
    type Record = T;

    #[inline]
    fn backwards(mut self) -> impl Iterator<Item = T> {
        core::iter::from_fn(move || self.pop())
    }
}

/// The records of a tape, last to first.
#[inline]
pub fn backwards<B: Backwards>(tape: B) -> impl Iterator<Item = B::Record> {
    tape.backwards()
}
