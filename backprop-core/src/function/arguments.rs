//! What the arguments of functions are, and how they go into pullbacks and tangents.

use crate::Differentiable;

/// One argument of a function that is passed.
///
/// What is passed by value stands for itself. Its adjoint is returned by the pullback.
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
