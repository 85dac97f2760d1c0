//! What loops of the reverse half run over.
//!
//! Without optimisation an iterator of std is several calls for each item, and `#[inline]`
//! does nothing. So builds with debug assertions have iterators of ours, whose steps are a few
//! instructions; the others have those of std, which the compiler knows best.

use crate::ranges::Integer;
use core::ops::Range;

/// The numbers of a range, last to first.
#[inline]
pub fn down<I: Integer>(range: Range<I>) -> impl Iterator<Item = I>
where
    Range<I>: DoubleEndedIterator<Item = I>,
{
    #[cfg(debug_assertions)]
    return Down(range);
    #[cfg(not(debug_assertions))]
    range.rev()
}

#[cfg(debug_assertions)]
struct Down<I>(Range<I>);

#[cfg(debug_assertions)]
impl<I: Integer> Iterator for Down<I> {
    type Item = I;

    #[inline(always)]
    fn next(&mut self) -> Option<I> {
        if self.0.start.is_below(self.0.end) {
            self.0.end = self.0.end.before();
            return Some(self.0.end);
        }
        None
    }

    // how many records a run has is asked of its range
    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.0.start.distance(self.0.end);
        (left, Some(left))
    }
}

/// The items of two iterators in pairs, while the first has some; then the second is left alone.
#[inline]
pub fn beside<A: Iterator, B: Iterator>(a: A, b: B) -> impl Iterator<Item = (A::Item, B::Item)> {
    #[cfg(debug_assertions)]
    return Beside(a, b);
    #[cfg(not(debug_assertions))]
    a.zip(b)
}

#[cfg(debug_assertions)]
struct Beside<A, B>(A, B);

#[cfg(debug_assertions)]
impl<A: Iterator, B: Iterator> Iterator for Beside<A, B> {
    type Item = (A::Item, B::Item);

    #[inline(always)]
    fn next(&mut self) -> Option<(A::Item, B::Item)> {
        // what the second takes off a tape, it takes beside an item of the first only
        if let Some(a) = self.0.next()
            && let Some(b) = self.1.next()
        {
            return Some((a, b));
        }
        None
    }
}

/// The elements of a slice, last to first.
#[inline]
pub(crate) fn last_to_first<T>(records: &[T]) -> impl Iterator<Item = &T> {
    #[cfg(debug_assertions)]
    return LastToFirst {
        records,
        left: records.len(),
    };
    #[cfg(not(debug_assertions))]
    records.iter().rev()
}

#[cfg(debug_assertions)]
struct LastToFirst<'r, T> {
    records: &'r [T],
    left: usize,
}

#[cfg(debug_assertions)]
impl<'r, T> Iterator for LastToFirst<'r, T> {
    type Item = &'r T;

    #[inline(always)]
    fn next(&mut self) -> Option<&'r T> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        Some(&self.records[self.left])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_range_runs_down() {
        assert_eq!(down(2_u8..5).collect::<Vec<_>>(), [4, 3, 2]);
        assert_eq!(down(i8::MIN..-126).collect::<Vec<_>>(), [-127, -128]);
        assert_eq!(down(5..5).collect::<Vec<i32>>(), []);
        assert_eq!(down(0_usize..0).next(), None);
        for (range, count) in [(2..5, 3), (0..0, 0), (-4..4, 8)] {
            assert_eq!(crate::tape::trip_count(&down(range)), count);
        }
    }

    #[test]
    fn records_beside_numbers() {
        let pairs: Vec<_> = beside(down(0_usize..3), last_to_first(&['a', 'b', 'c'])).collect();
        assert_eq!(pairs, [(2, &'c'), (1, &'b'), (0, &'a')]);
        let mut tape = Vec::from(['a', 'b', 'c']);
        let popped = core::iter::from_fn(|| tape.pop());
        assert_eq!(beside(down(0_usize..2), popped).count(), 2);
        assert_eq!(tape, ['a']);
    }
}
