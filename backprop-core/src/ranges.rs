//! Positions in integer ranges, and values of a type that another has.

/// An integer type that ranges are made of.
pub trait Integer: Copy {
    #[doc(hidden)]
    fn offset(self, k: usize) -> Self;
    #[doc(hidden)]
    fn offset_back(self, k: usize) -> Self;
    #[doc(hidden)]
    fn distance(self, end: Self) -> usize;
    #[doc(hidden)]
    fn is_below(self, other: Self) -> bool;
    #[doc(hidden)]
    fn before(self) -> Self;
}

macro_rules! integers {
    ($($int:ident $unsigned:ident)*) => {$(
        // `k` is a distance between two numbers of the type, which need not be
        // one itself: from -100 to 100 it is 200
        impl Integer for $int {
            #[inline]
            fn offset(self, k: usize) -> $int {
                self.wrapping_add(k as $int)
            }

            #[inline]
            fn offset_back(self, k: usize) -> $int {
                self.wrapping_sub(k as $int)
            }

            #[inline(always)]
            fn is_below(self, other: $int) -> bool {
                self < other
            }

            #[inline(always)]
            fn before(self) -> $int {
                self - 1
            }

            #[inline]
            fn distance(self, end: $int) -> usize {
                match end > self {
                    true => usize::try_from(end.wrapping_sub(self) as $unsigned)
                        .unwrap_or(usize::MAX),
                    false => 0,
                }
            }
        }
    )*};
}

integers! {
    i8 u8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize
    u8 u8 u16 u16 u32 u32 u64 u64 u128 u128 usize usize
}

/// The `k`-th number from `start`.
#[inline]
pub fn offset<I: Integer>(start: I, k: usize) -> I {
    start.offset(k)
}

/// The `k`-th number from `start`, of a range without an end.
#[inline]
pub fn offset_open<I: Integer + PartialOrd>(start: I, k: usize) -> I {
    let item = start.offset(k);
    debug_assert!(start.distance(item) == k, "attempt to add with overflow");
    item
}

/// The `k`-th number before `end`, which is excluded.
#[inline]
pub fn offset_back<I: Integer>(end: I, k: usize) -> I {
    end.offset_back(k).offset_back(1)
}

/// The `k`-th number before `end`, which is the first of them.
#[inline]
pub fn offset_back_inclusive<I: Integer>(end: I, k: usize) -> I {
    end.offset_back(k)
}

/// How many numbers are in `start..end`.
#[inline]
pub fn distance<I: Integer>(start: I, end: I) -> usize {
    start.distance(end)
}

/// How many numbers are in `start..=end`.
#[inline]
pub fn distance_inclusive<I: Integer + PartialOrd>(start: I, end: I) -> usize {
    match start <= end {
        true => start.distance(end).saturating_add(1),
        false => 0,
    }
}

/// What `std::mem::take` leaves.
#[inline]
pub fn default_like<T: Default>(_: &T) -> T {
    T::default()
}

/// How many chunks of `n` elements cover `len`.
#[inline]
pub fn chunk_count(len: usize, n: usize) -> usize {
    len.div_ceil(n)
}

/// The index of the last of `len` elements; where there is none, no index.
#[inline]
pub fn last_index(len: usize) -> usize {
    len.wrapping_sub(1)
}

/// How many items there are in a sequence of `len` that begins anew at its end.
#[inline]
pub fn cycle_len(len: usize) -> usize {
    match len {
        0 => 0,
        _ => usize::MAX,
    }
}

/// The number after the last one of a range that includes it.
#[inline]
pub fn after(last: usize) -> usize {
    last.saturating_add(1)
}

/// Whether an option is `Some`.
#[inline]
pub fn is_some<T>(option: &Option<T>) -> bool {
    option.is_some()
}

/// The payload of an option, or a default in its place.
#[inline]
pub fn payload<T: Clone + Default>(option: &Option<T>) -> T {
    option.clone().unwrap_or_default()
}

/// An option of a reference, with a copy of what it refers to.
#[inline]
pub fn owned_option<T: alloc::borrow::ToOwned + ?Sized>(option: Option<&T>) -> Option<T::Owned> {
    option.map(T::to_owned)
}

/// The adjoint of an option from that of its payload.
#[inline]
pub fn some_if<G>(is_some: bool, d: G) -> Option<G> {
    is_some.then_some(d)
}

/// A result from its `ok()` and its `err()`, one of which is there.
#[inline]
#[track_caller]
pub fn result<T, E>(ok: Option<T>, error: Option<E>) -> Result<T, E> {
    match ok {
        Some(value) => Ok(value),
        None => Err(self::error(error)),
    }
}

/// Whether a result is `Ok`, its payload or a default, and its error.
#[inline]
pub fn apart<T: Default, E>(result: Result<T, E>) -> ((bool, T), Option<E>) {
    crate::protocol::take_result_apart(result)
}

/// The error of a result that is known to be `Err`.
#[inline]
#[track_caller]
pub fn error<E>(error: Option<E>) -> E {
    error.expect("a result is `Ok` or `Err`")
}

/// An error as `?` hands it on.
#[inline]
pub fn converted<E: Into<F>, F>(error: Option<E>) -> Option<F> {
    error.map(E::into)
}

/// Whether an order says that the first is greater.
#[inline]
pub fn is_greater(order: core::cmp::Ordering) -> bool {
    order.is_gt()
}

/// Whether an order does not say that the first is greater.
#[inline]
pub fn is_not_greater(order: core::cmp::Ordering) -> bool {
    !order.is_gt()
}
