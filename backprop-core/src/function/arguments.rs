//! What the arguments of functions are, and how they go into pullbacks and tangents.

use crate::Differentiable;
use crate::protocol::{AddedInPlace, InPlace, Shared};
use crate::tangent::SharedDirection;
use core::marker::PhantomData;

/// One argument of a function that is passed.
///
/// What is passed by value stands for itself: its adjoint is returned by the pullback. For
/// what is passed by reference stands [`Borrowed`].
pub trait Passable: 'static {
    /// The argument itself.
    type Passed<'a>;
    /// Its tangent; zero if there is none.
    type Tangent<'a>;
    /// What the pullback takes for it.
    type Entry<'a>;
    /// What the pullback of second derivatives takes for its tangent.
    type Direction<'a>;
    /// What the pullback returns for it.
    type Slot;
}

impl<T: Differentiable + 'static> Passable for T {
    type Passed<'a> = T;
    type Tangent<'a> = Option<T::Gradient>;
    type Entry<'a> = ();
    type Direction<'a> = ();
    type Slot = T::Gradient;
}

/// An argument `&T` of a function that is passed: `Fn(&[f64]) -> f64` is a
/// [`DifferentiableFn<(Borrowed<[f64]>,), f64>`](super::DifferentiableFn).
#[derive(Debug)]
pub struct Borrowed<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: InPlace + ?Sized + 'static> Passable for Borrowed<T> {
    type Passed<'a> = &'a T;
    type Tangent<'a> = Option<&'a T::Adjoint>;
    type Entry<'a> = Shared<'a, T>;
    type Direction<'a> = SharedDirection<'a, T>;
    type Slot = AddedInPlace;
}

/// The arguments of a function that is passed: a tuple.
pub trait Arguments: 'static {
    /// The arguments themselves.
    type Passed<'a>;
    /// Their tangents.
    type Tangents<'a>;
    /// What the pullback takes for them.
    type Entries<'a>;
    /// What the pullback of second derivatives takes for their tangents.
    type Directions<'a>;
    /// What the pullback returns for them.
    type Slots;
}

macro_rules! arguments {
    ($(($($arg:ident)*))*) => {$(
        impl<$($arg: Passable),*> Arguments for ($($arg,)*) {
            type Passed<'a> = ($($arg::Passed<'a>,)*);
            type Tangents<'a> = ($($arg::Tangent<'a>,)*);
            type Entries<'a> = ($($arg::Entry<'a>,)*);
            type Directions<'a> = ($($arg::Direction<'a>,)*);
            type Slots = ($($arg::Slot,)*);
        }
    )*};
}

arguments! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
}
