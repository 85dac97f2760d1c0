//! Parts of sequences whose bounds are checked once, before a loop.

use crate::Real;

/// The `count` elements from number `first` on, and `more` after them.
///
/// # Panics
///
/// If they are not there: as an index does, that of the last of them.
#[inline(always)]
#[track_caller]
pub fn window<T>(sequence: &[T], first: usize, count: usize, more: usize) -> &[T] {
    let (length, all) = (length(count, more), sequence.len());
    if first > all || length > all - first {
        out_of_bounds(all, first, length);
    }
    &sequence[first..first + length]
}

/// The same, to be changed.
#[inline(always)]
#[track_caller]
pub fn window_mut<T>(sequence: &mut [T], first: usize, count: usize, more: usize) -> &mut [T] {
    let (length, all) = (length(count, more), sequence.len());
    if cfg!(debug_assertions) {
        // fewer calls, which are not inlined
        if first > all || length > all - first {
            out_of_bounds(all, first, length);
        }
        return &mut sequence[first..first + length];
    }
    match sequence
        .get_mut(first..)
        .and_then(|rest| rest.get_mut(..length))
    {
        Some(window) => window,
        None => out_of_bounds(all, first, length),
    }
}

/// The compiler finds that no index in a loop of `count` iterations is out of bounds where it
/// knows that this sum does not overflow.
#[inline(always)]
#[track_caller]
fn length(count: usize, more: usize) -> usize {
    const MOST: usize = usize::MAX / 4;
    assert!(count <= MOST && more <= MOST, "no sequence is so long");
    count + more
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_bounds(len: usize, first: usize, length: usize) -> ! {
    let index = first.saturating_add(length.saturating_sub(1));
    panic!("index out of bounds: the len is {len} but the index is {index}")
}

/// So many sums are kept at once, which do not wait for each other.
const LANES: usize = 4;

macro_rules! sums {
    ($($name:ident($($slice:ident: $element:ident),+);)*) => {$(
        /// The sum of a term for each position of slices of one length, in lanes.
        #[inline]
        pub fn $name<R: Real, $($element: Copy),+>(
            $($slice: &[$element],)+
            term: impl Fn($($element),+) -> R,
        ) -> R {
            let [length, ..] = [$($slice.len()),+];
            let (blocks, left) = (length / LANES, length % LANES);
            let mut lanes = [R::default(); LANES];
            let mut rest = R::default();
            {
                $(let $slice = &$slice.as_chunks::<LANES>().0[..blocks];)+
                for block in 0..blocks {
                    $(let $slice = $slice[block];)+
                    lanes[0] += term($($slice[0]),+);
                    lanes[1] += term($($slice[1]),+);
                    lanes[2] += term($($slice[2]),+);
                    lanes[3] += term($($slice[3]),+);
                }
            }
            $(let $slice = &$slice.as_chunks::<LANES>().1[..left];)+
            for at in 0..left {
                rest += term($($slice[at]),+);
            }
            let [a, b, c, d] = lanes;
            (a + c) + (b + d) + rest
        }
    )*};
}

sums! {
    sum_of_1(a: A);
    sum_of_2(a: A, b: B);
    sum_of_3(a: A, b: B, c: C);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_has_a_term_for_each_position() {
        let x: [f64; 11] = core::array::from_fn(|i| i as f64);
        let y: [i32; 11] = core::array::from_fn(|i| 10 + i as i32);
        let z: [f64; 11] = core::array::from_fn(|i| (i % 3) as f64);
        for n in 0..=11 {
            let by = |term: &dyn Fn(usize) -> f64| (0..n).map(term).sum::<f64>();
            assert_eq!(sum_of_1(&x[..n], |x| x), by(&|i| x[i]));
            let product = |i: usize| x[i] * f64::from(y[i]);
            assert_eq!(
                sum_of_2(&x[..n], &y[..n], |x, y| x * f64::from(y)),
                by(&product)
            );
            let three = sum_of_3(&x[..n], &y[..n], &z[..n], |x, y, z| x * f64::from(y) - z);
            assert_eq!(three, by(&|i| product(i) - z[i]));
        }
    }

    #[test]
    fn a_window_is_a_part() {
        let mut x = [1, 2, 3, 4, 5];
        assert_eq!(window(&x, 1, 2, 1), [2, 3, 4]);
        assert_eq!(window(&x, 5, 0, 0), [0; 0]);
        window_mut(&mut x, 3, 1, 1)[1] = 9;
        assert_eq!(x, [1, 2, 3, 4, 9]);
    }

    #[test]
    #[should_panic(expected = "index out of bounds: the len is 3 but the index is 3")]
    fn no_window_reaches_beyond() {
        window(&[1, 2, 3], 1, 2, 1);
    }
}
