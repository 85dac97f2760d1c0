//! Adjoints that are added, taken, rearranged, and handed back.

use super::AddedInPlace;
use crate::{Differentiable, Real};
use alloc::vec::Vec;

/// A gradient that is added to one, or to a part of one.
pub trait AddTo<B: ?Sized> {
    /// Adds it.
    fn add_to(&self, into: &mut B);
}

impl<G: Differentiable<Gradient = G>> AddTo<G> for G {
    #[inline]
    fn add_to(&self, into: &mut G) {
        G::accumulate(into, self);
    }
}

/// What has no gradient takes none: a field with `#[differentiate(skip)]`.
impl AddTo<()> for f32 {
    #[inline]
    fn add_to(&self, (): &mut ()) {}
}

impl AddTo<()> for f64 {
    #[inline]
    fn add_to(&self, (): &mut ()) {}
}

macro_rules! add_slices {
    ($([$($generics:tt)*] $from:ty => $into:ty;)*) => {$(
        impl<G: Differentiable<Gradient = G>, $($generics)*> AddTo<$into> for $from {
            #[inline]
            #[track_caller]
            fn add_to(&self, into: &mut $into) {
                add_slice(&self[..], &mut into[..]);
            }
        }
    )*};
}

add_slices! {
    [] [G] => [G];
    [] Vec<G> => [G];
    [const N: usize] [G; N] => [G];
    [const N: usize] Vec<G> => [G; N];
    [const N: usize] [G; N] => Vec<G>;
    [] [G] => Vec<G>;
    [const N: usize] [G] => [G; N];
}

#[inline]
#[track_caller]
fn add_slice<G: Differentiable<Gradient = G>>(from: &[G], into: &mut [G]) {
    assert_eq!(into.len(), from.len(), "gradients of different lengths");
    for (into, from) in into.iter_mut().zip(from) {
        G::accumulate(into, from);
    }
}

/// Adds a gradient to another or to a part of another.
#[inline]
#[track_caller]
pub fn add_to<D: AddTo<B> + ?Sized, B: ?Sized>(from: &D, into: &mut B) {
    from.add_to(into);
}

/// Adds each of several gradients to one.
#[inline]
pub fn add_each<G: Differentiable<Gradient = G>>(from: &[G], into: &mut G) {
    for from in from {
        G::accumulate(into, from);
    }
}

/// The sum of several real numbers.
#[inline]
pub fn sum_of<G: Real>(from: &[G]) -> G {
    let mut sum = G::__from_f64(0.0);
    for from in from {
        G::accumulate(&mut sum, from);
    }
    sum
}

/// Takes a gradient and leaves zero.
#[inline]
pub fn take_gradient<G: Differentiable<Gradient = G>>(place: &mut G) -> G {
    let zero = place.zero_gradient();
    core::mem::replace(place, zero)
}

/// A copy of a gradient.
#[inline]
pub fn copy_gradient<G: Differentiable<Gradient = G>>(gradient: &G) -> G {
    let mut copy = gradient.zero_gradient();
    G::accumulate(&mut copy, gradient);
    copy
}

/// The adjoint of what was pushed.
#[inline]
#[track_caller]
pub fn pop<G>(adjoint: &mut Vec<G>) -> G {
    adjoint
        .pop()
        .expect("an adjoint is shorter than its vector")
}

/// The order in which a stable sort puts the elements.
#[inline]
pub fn sort_order<T>(
    elements: &[T],
    mut compare: impl FnMut(&T, &T) -> core::cmp::Ordering,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..elements.len()).collect();
    order.sort_by(|a, b| compare(&elements[*a], &elements[*b]));
    order
}

/// The order in which `sort_unstable_by` puts numbers: positions are of the size of numbers
/// and as easily moved, so that the algorithm makes the same of equal ones.
#[inline]
pub fn sort_unstable_order<T>(
    elements: &[T],
    mut compare: impl FnMut(&T, &T) -> core::cmp::Ordering,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..elements.len()).collect();
    order.sort_unstable_by(|a, b| compare(&elements[*a], &elements[*b]));
    order
}

/// The order in which a stable sort by a key puts the elements.
#[inline]
pub fn sort_key_order<T, K: Ord>(elements: &[T], mut key: impl FnMut(&T) -> K) -> Vec<usize> {
    sort_order(elements, |a, b| key(a).cmp(&key(b)))
}

/// The order in which `sort_unstable_by_key` puts numbers.
#[inline]
pub fn sort_unstable_key_order<T, K: Ord>(
    elements: &[T],
    mut key: impl FnMut(&T) -> K,
) -> Vec<usize> {
    sort_unstable_order(elements, |a, b| key(a).cmp(&key(b)))
}

/// The order in which a stable sort puts the elements that asks for each key once.
#[inline]
pub fn sort_cached_key_order<T, K: Ord>(
    elements: &[T],
    mut key: impl FnMut(&T) -> K,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..elements.len()).collect();
    order.sort_by_cached_key(|i| key(&elements[*i]));
    order
}

/// The same, of as many elements as another array has.
#[inline]
#[track_caller]
pub fn array_like<T, G: Clone, const N: usize>(_: &[T; N], elements: &[G]) -> [G; N] {
    to_array(elements)
}

/// A copy of a slice as an array.
#[inline]
#[track_caller]
pub fn to_array<T: Clone, const N: usize>(elements: &[T]) -> [T; N] {
    assert_eq!(
        elements.len(),
        N,
        "the slice has another length than the array"
    );
    core::array::from_fn(|i| elements[i].clone())
}

/// Puts the elements into an order.
#[inline]
pub fn permute<T: Clone>(elements: &mut [T], order: &[usize]) {
    let sorted: Vec<T> = order.iter().map(|i| elements[*i].clone()).collect();
    elements.clone_from_slice(&sorted);
}

/// Puts elements back that were put into an order.
#[inline]
pub fn unpermute<G: Differentiable<Gradient = G>>(elements: &mut [G], order: &[usize]) {
    let mut before: Vec<G> = elements.iter().map(G::zero_gradient).collect();
    for (from, to) in elements.iter_mut().zip(order) {
        core::mem::swap(from, &mut before[*to]);
    }
    for (to, from) in elements.iter_mut().zip(before) {
        *to = from;
    }
}

/// What comes back for an argument that is lent: nothing, or its adjoint.
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait Deposit<B: ?Sized> {
    /// Adds it to the adjoint.
    fn deposit(self, into: Option<&mut B>);
}

impl<B: ?Sized> Deposit<B> for AddedInPlace {
    #[inline]
    fn deposit(self, _: Option<&mut B>) {}
}

impl<G: Differentiable<Gradient = G>> Deposit<G> for G {
    #[inline]
    fn deposit(self, into: Option<&mut G>) {
        if let Some(into) = into {
            G::accumulate(into, &self);
        }
    }
}

/// Adds what came back for an argument that was lent.
#[inline]
pub fn deposit<D: Deposit<B>, B: ?Sized>(returned: D, into: Option<&mut B>) {
    returned.deposit(into);
}

/// What comes back for an argument `&value`: its adjoint, or [`AddedInPlace`].
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait Contribution<G> {
    /// The adjoint, given the buffer that was lent.
    fn take(self, buffer: G) -> G;
}

impl<G> Contribution<G> for AddedInPlace {
    #[inline]
    fn take(self, buffer: G) -> G {
        buffer
    }
}

impl<G: Differentiable<Gradient = G>> Contribution<G> for G {
    #[inline]
    fn take(self, _: G) -> G {
        self
    }
}

/// The adjoint of an argument `&value`.
#[inline]
pub fn contribution<G, C: Contribution<G>>(returned: C, buffer: G) -> G {
    returned.take(buffer)
}
