//! The records of a nest of loops, in one piece of memory.
//!
//! The reverse half meets records in the opposite order of the forward half, whichever
//! loops they are of. So the records of all loops of a nest lie on one tape of bytes, one
//! behind the other, and are read from its end. What lies there its reader knows: each
//! loop has a [`Site`], whose type is that of its records. So numbers of several types
//! share the tape, none takes more than its own size, and for a nest whose length is
//! known the memory is allocated once. Where it is not, the tape grows as a `Vec` does.

use crate::protocol::Branch;
use crate::workspace::PooledNest;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

/// What a tape of bytes can hold: a number, or several.
pub trait Plain: Sized {
    /// How many bytes it takes.
    const SIZE: usize;
    /// Writes it to the `SIZE` bytes from `at` on.
    fn put(self, to: &mut [u8], at: usize);
    /// Reads it from the `SIZE` bytes from `at` on.
    fn get(from: &[u8], at: usize) -> Self;

    /// Writes it behind the bytes that are there, in a build without optimisation: parts of
    /// slices are several calls each.
    #[cfg(debug_assertions)]
    fn append(self, to: &mut Vec<u8>) {
        let start = to.len();
        to.resize(start + Self::SIZE, 0);
        self.put(to, start);
    }

    /// Reads it from the last `SIZE` bytes, which are taken away; in such a build.
    #[cfg(debug_assertions)]
    fn take(from: &mut &[u8]) -> Self {
        let start = from.len() - Self::SIZE;
        let value = Self::get(from, start);
        *from = &from[..start];
        value
    }
}

macro_rules! plain {
    ($($number:ident($($byte:ident)*))*) => {$(
        impl Plain for $number {
            const SIZE: usize = size_of::<$number>();

            #[inline]
            fn put(self, to: &mut [u8], at: usize) {
                to[at..at + Self::SIZE].copy_from_slice(&self.to_ne_bytes());
            }

            #[inline]
            fn get(from: &[u8], at: usize) -> Self {
                let mut bytes = [0; Self::SIZE];
                bytes.copy_from_slice(&from[at..at + Self::SIZE]);
                $number::from_ne_bytes(bytes)
            }

            #[cfg(debug_assertions)]
            #[inline]
            fn append(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_ne_bytes());
            }

            plain!(take $($byte)*);
        }
    )*};
    // a pattern is no call
    (take) => {};
    (take $($byte:ident)*) => {
        #[cfg(debug_assertions)]
        #[inline(always)]
        fn take(from: &mut &[u8]) -> Self {
            let [rest @ .., $($byte),*] = *from else {
                panic!("a tape has whole records")
            };
            *from = rest;
            Self::from_ne_bytes([$(*$byte),*])
        }
    };
}

plain! {
    f32(a b c d) f64(a b c d e f g h)
    u8(a) u16(a b) u32(a b c d) u64(a b c d e f g h) u128()
    i8(a) i16(a b) i32(a b c d) i64(a b c d e f g h) i128()
}

#[cfg(target_pointer_width = "64")]
plain!(usize(a b c d e f g h) isize(a b c d e f g h));
#[cfg(target_pointer_width = "32")]
plain!(usize(a b c d) isize(a b c d));
#[cfg(target_pointer_width = "16")]
plain!(usize(a b) isize(a b));

impl Plain for bool {
    const SIZE: usize = 1;

    #[inline]
    fn put(self, to: &mut [u8], at: usize) {
        to[at] = u8::from(self);
    }

    #[inline]
    fn get(from: &[u8], at: usize) -> Self {
        from[at] != 0
    }
}

impl Plain for () {
    const SIZE: usize = 0;

    #[inline]
    fn put(self, _: &mut [u8], _: usize) {}

    #[inline]
    fn get(_: &[u8], _: usize) -> Self {}
}

#[cfg(debug_assertions)]
macro_rules! last_first {
    ($from:ident) => {};
    ($from:ident $part:ident $($others:ident)*) => {
        last_first!($from $($others)*);
        let $part = $part::take($from);
    };
}

macro_rules! tuples {
    ($(($($part:ident)*))*) => {$(
        impl<$($part: Plain),*> Plain for ($($part,)*) {
            const SIZE: usize = 0 $(+ $part::SIZE)*;

            #[inline]
            #[expect(non_snake_case, reason = "a part is named like its type")]
            fn put(self, to: &mut [u8], at: usize) {
                let ($($part,)*) = self;
                $(
                    $part.put(to, at);
                    let at = at + $part::SIZE;
                )*
                let _ = at;
            }

            #[inline]
            #[expect(non_snake_case, reason = "a part is named like its type")]
            fn get(from: &[u8], at: usize) -> Self {
                $(
                    let ($part, at) = ($part::get(from, at), at + $part::SIZE);
                )*
                let _ = at;
                ($($part,)*)
            }

            #[cfg(debug_assertions)]
            #[inline]
            #[expect(non_snake_case, reason = "a part is named like its type")]
            fn append(self, to: &mut Vec<u8>) {
                let ($($part,)*) = self;
                $($part.append(to);)*
            }

            #[cfg(debug_assertions)]
            #[inline]
            #[expect(non_snake_case, reason = "a part is named like its type")]
            fn take(from: &mut &[u8]) -> Self {
                last_first!(from $($part)*);
                ($($part,)*)
            }
        }
    )*};
}

// a longer record is a tuple of tuples
tuples! {
    (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
    (A B C D E F G H I) (A B C D E F G H I J) (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}

/// As large as its larger arm, so that each record of a loop has one size.
impl<A: Plain, B: Plain> Plain for Branch<A, B> {
    const SIZE: usize = 1 + match A::SIZE < B::SIZE {
        true => B::SIZE,
        false => A::SIZE,
    };

    #[inline]
    fn put(self, to: &mut [u8], at: usize) {
        match self {
            Branch::Then(value) => {
                to[at] = 0;
                value.put(to, at + 1);
            }
            Branch::Else(value) => {
                to[at] = 1;
                value.put(to, at + 1);
            }
        }
    }

    #[inline]
    fn get(from: &[u8], at: usize) -> Self {
        match from[at] {
            0 => Branch::Then(A::get(from, at + 1)),
            _ => Branch::Else(B::get(from, at + 1)),
        }
    }
}

/// A loop of a nest: what its records are.
pub struct Site<R>(PhantomData<fn() -> R>);

impl<R> fmt::Debug for Site<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Site")
    }
}

/// A loop that makes such records. Each tells of an iteration, so none may be without
/// content: such a loop has a counter.
#[inline]
pub const fn site<R: Plain>() -> Site<R> {
    const { assert!(R::SIZE > 0, "a record of a loop has content") };
    Site(PhantomData)
}

/// The tape of a nest of loops.
#[derive(Debug, Default)]
pub struct Nest {
    bytes: Vec<u8>,
    /// What comes from here on was read.
    read: usize,
}

impl Nest {
    /// A tape with nothing on it.
    #[inline]
    pub const fn new() -> Self {
        Nest::in_memory(Vec::new())
    }

    /// The same, in memory that is there.
    #[inline]
    pub(crate) const fn in_memory(bytes: Vec<u8>) -> Self {
        Nest { bytes, read: 0 }
    }

    /// Takes its memory, and leaves none.
    pub(crate) fn take_memory(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.bytes)
    }

    /// How many bytes of records there are.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "generated code never asks")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// How many bytes the records of a loop take.
#[inline]
pub fn bytes<R: Plain>(_: &Site<R>, records: usize) -> usize {
    records.saturating_mul(R::SIZE)
}

/// A tape for the records of several loops, so many bytes each.
#[inline]
pub fn nest_for<const LOOPS: usize>(bytes: [usize; LOOPS]) -> Nest {
    let bytes = bytes.into_iter().fold(0, usize::saturating_add);
    Nest::in_memory(crate::tape::tape_for(bytes))
}

/// Makes room for the records of several loops, so many bytes each.
#[inline]
pub fn make_room<const LOOPS: usize>(nest: &mut Nest, bytes: [usize; LOOPS]) {
    let bytes = bytes.into_iter().fold(0, usize::saturating_add);
    crate::tape::reserve(&mut nest.bytes, bytes);
}

/// Adds a record.
#[inline]
pub fn push<R: Plain>(nest: &mut Nest, _: &Site<R>, record: R) {
    #[cfg(debug_assertions)]
    return record.append(&mut nest.bytes);
    // a record is written in one piece, and its size is not known to be that of an array
    #[cfg(not(debug_assertions))]
    match R::SIZE {
        ..=16 => write::<R, 16>(nest, record),
        17..=64 => write::<R, 64>(nest, record),
        65..=256 => write::<R, 256>(nest, record),
        _ => {
            let start = nest.bytes.len();
            nest.bytes.resize(start + R::SIZE, 0);
            record.put(&mut nest.bytes, start);
        }
    }
}

#[cfg(not(debug_assertions))]
#[inline]
fn write<R: Plain, const N: usize>(nest: &mut Nest, record: R) {
    let mut bytes = [0; N];
    record.put(&mut bytes, 0);
    nest.bytes.extend_from_slice(&bytes[..R::SIZE]);
}

/// A tape that is read from its end.
pub trait ReadBack {
    /// How many bytes are left.
    fn left(&self) -> usize;
    /// What comes from byte `start` on, which counts as read.
    fn since(&mut self, start: usize) -> &[u8];
    /// Lets go of what was read, so that more can follow.
    fn cut(&mut self);
}

impl ReadBack for Nest {
    #[inline]
    fn left(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    fn since(&mut self, start: usize) -> &[u8] {
        self.read = start;
        &self.bytes[start..]
    }

    #[inline]
    fn cut(&mut self) {
        self.bytes.truncate(self.read);
    }
}

impl ReadBack for PooledNest<'_> {
    #[inline]
    fn left(&self) -> usize {
        self.len()
    }

    #[inline]
    fn since(&mut self, start: usize) -> &[u8] {
        Nest::since(self, start)
    }

    #[inline]
    fn cut(&mut self) {
        Nest::cut(self);
    }
}

/// Reads a tape, and leaves it as it is.
#[derive(Debug)]
pub struct NestCursor<'n>(&'n [u8]);

/// A cursor at the end of a tape.
#[inline]
pub fn nest_cursor(nest: &Nest) -> NestCursor<'_> {
    NestCursor(&nest.bytes)
}

impl ReadBack for NestCursor<'_> {
    #[inline]
    fn left(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn since(&mut self, start: usize) -> &[u8] {
        let (left, read) = self.0.split_at(start);
        self.0 = left;
        read
    }

    #[inline]
    fn cut(&mut self) {}
}

/// Takes the last record.
#[inline]
pub fn take_record<R: Plain>(nest: &mut impl ReadBack, _: &Site<R>) -> R {
    let record = R::get(nest.since(nest.left() - R::SIZE), 0);
    nest.cut();
    record
}

/// Whether there are records that came after the tape had this length.
#[inline]
pub fn is_longer(nest: &impl ReadBack, mark: usize) -> bool {
    nest.left() > mark
}

/// The records of a run of a loop that has no other loop inside, last to first: so many.
/// [`cut`] goes after it where the tape itself is read.
#[inline]
pub fn last_of<R: Plain>(
    nest: &mut impl ReadBack,
    site: &Site<R>,
    records: usize,
) -> impl Iterator<Item = R> {
    let start = nest.left() - records * R::SIZE;
    since(nest, site, start)
}

/// The same: those that came after the tape had this length.
#[inline]
pub fn since<R: Plain>(
    nest: &mut impl ReadBack,
    _: &Site<R>,
    mark: usize,
) -> impl Iterator<Item = R> {
    let bytes = nest.since(mark);
    #[cfg(debug_assertions)]
    return Records {
        bytes,
        of: PhantomData,
    };
    // a slice of one record needs no checks
    #[cfg(not(debug_assertions))]
    bytes
        .chunks_exact(R::SIZE)
        .rev()
        .map(|record| R::get(record, 0))
}

/// Records, last to first, in a build without optimisation.
#[cfg(debug_assertions)]
struct Records<'n, R> {
    bytes: &'n [u8],
    of: PhantomData<fn() -> R>,
}

#[cfg(debug_assertions)]
impl<R: Plain> Iterator for Records<'_, R> {
    type Item = R;

    #[inline(always)]
    fn next(&mut self) -> Option<R> {
        match self.bytes {
            [] => None,
            _ => Some(R::take(&mut self.bytes)),
        }
    }
}

/// Lets go of the records of a run that was read.
#[inline]
pub fn cut(nest: &mut Nest) {
    ReadBack::cut(nest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Workspace, pooled_nest};

    type Inner = (f64, (u8, bool));
    type Outer = Branch<usize, (f32, i128)>;

    /// Two runs of a loop inside another one.
    fn written(nest: &mut Nest) -> (Site<Inner>, Site<Outer>) {
        let (inner, outer) = (site(), site());
        for i in 0..2_u8 {
            for j in 0..3 {
                push(nest, &inner, (f64::from(i), (j, j == 1)));
            }
            let record = match i {
                0 => Branch::Then(7),
                _ => Branch::Else((-0.0, -1)),
            };
            push(nest, &outer, record);
        }
        (inner, outer)
    }

    fn read(nest: &mut impl ReadBack, (inner, outer): &(Site<Inner>, Site<Outer>)) {
        for i in [1.0, 0.0] {
            match take_record(nest, outer) {
                Branch::Then(seven) => assert_eq!((i, seven), (0.0, 7)),
                Branch::Else((zero, minus_one)) => {
                    assert!(i == 1.0 && zero.is_sign_negative() && minus_one == -1);
                }
            }
            let run: Vec<Inner> = match i == 1.0 {
                true => last_of(nest, inner, 3).collect(),
                false => since(nest, inner, 0).collect(),
            };
            nest.cut();
            assert_eq!(run, [(i, (2, false)), (i, (1, true)), (i, (0, false))]);
        }
        assert!(!is_longer(nest, 0));
    }

    #[test]
    fn records_of_several_loops_are_read_last_to_first() {
        let mut nest = Nest::new();
        let sites = written(&mut nest);
        // six times 10 bytes and twice the larger arm with its number
        assert_eq!(nest.len(), 6 * 10 + 2 * 21);
        read(&mut nest_cursor(&nest), &sites);
        read(&mut nest_cursor(&nest), &sites);
        read(&mut nest, &sites);
        assert_eq!(nest.len(), 0);
        let sites = written(&mut nest);
        read(&mut nest, &sites);
    }

    #[test]
    fn nan_keeps_its_bits() {
        let (mut nest, of) = (Nest::new(), site());
        let odd = f64::from_bits(0x7ff4_0000_0000_0001);
        push(&mut nest, &of, odd);
        assert_eq!(take_record(&mut nest, &of).to_bits(), odd.to_bits());
    }

    #[test]
    fn records_of_any_size() {
        type Four<T> = ((T, T), (T, T));
        fn four<T: Copy>(x: T) -> Four<T> {
            ((x, x), (x, x))
        }
        let (mut nest, small, large) = (Nest::new(), site(), site());
        let (bytes, numbers) = (four(four(3_u8)), four(four(four(four(1_u64 << 60)))));
        push(&mut nest, &small, bytes);
        push(&mut nest, &large, numbers);
        assert_eq!(nest.len(), 16 + 2048);
        assert_eq!(take_record(&mut nest, &large), numbers);
        assert_eq!(take_record(&mut nest, &small), bytes);
    }

    #[test]
    fn what_is_known_is_allocated_once_and_to_the_byte() {
        let (mut nest, of) = (Nest::new(), site::<f64>());
        make_room(&mut nest, [bytes(&of, 100), bytes(&of, 1)]);
        let place = nest.bytes.as_ptr();
        (0..101).for_each(|i| push(&mut nest, &of, f64::from(i)));
        assert_eq!((nest.bytes.capacity(), nest.bytes.as_ptr()), (808, place));
    }

    #[test]
    fn a_workspace_keeps_the_memory() {
        let workspace = Workspace::new();
        let mut place = None;
        for _ in 0..2 {
            let mut nest = pooled_nest(&workspace, 0);
            let sites = written(&mut nest);
            let now = nest.bytes.as_ptr();
            assert_eq!(*place.get_or_insert(now), now);
            read(&mut nest_cursor(&nest), &sites);
            read(&mut nest, &sites);
        }
    }
}
