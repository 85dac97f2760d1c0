//! Parts of sequences whose bounds are checked once, before a loop.

/// The `count` elements from number `first` on, and `more` after them.
///
/// # Panics
///
/// If they are not there: as an index does, that of the last of them.
#[inline]
#[track_caller]
pub fn window<T>(sequence: &[T], first: usize, count: usize, more: usize) -> &[T] {
    let (length, all) = (length(count, more), sequence.len());
    if first > all || length > all - first {
        out_of_bounds(all, first, length);
    }
    &sequence[first..first + length]
}

/// The same, to be changed.
#[inline]
#[track_caller]
pub fn window_mut<T>(sequence: &mut [T], first: usize, count: usize, more: usize) -> &mut [T] {
    let (length, all) = (length(count, more), sequence.len());
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
#[inline]
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

#[cfg(test)]
mod tests {
    use super::*;

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
