//! References that functions return.
//!
//! A caller cannot see whether a call gives a reference. Its gradient is a buffer of
//! its own either way; but a record must not borrow, so what the reverse half needs of
//! a reference is a copy of what it refers to. rustc chooses: [`MayBorrow`] has methods
//! for references, and derefs to what has them for everything else.

use super::{Castable, Content, Contribution, Lend, Sequence};
use crate::Differentiable;
use crate::tangent::{CopyTangent, SharedTangent, ValueTangent};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ops::Deref;

/// What a call gave, by value or behind a reference.
pub struct MayBorrow<T>(Given<T>);

/// What is no reference.
pub struct Given<T>(Cell<Option<T>>);

impl<T> MayBorrow<T> {
    /// Around a value, or around a reference to one.
    #[inline]
    pub fn new(value: T) -> Self {
        MayBorrow(Given(Cell::new(Some(value))))
    }
}

impl<T> Deref for MayBorrow<T> {
    type Target = Given<T>;

    #[inline]
    fn deref(&self) -> &Given<T> {
        &self.0
    }
}

impl<T> Given<T> {
    #[inline]
    fn take(&self) -> T {
        self.0.take().expect("it is taken once")
    }

    /// The value itself.
    #[inline]
    pub fn owned(&self) -> T {
        self.take()
    }

    /// The number itself.
    #[inline]
    pub fn number(&self) -> T {
        self.take()
    }
}

impl<T: Copy> MayBorrow<&T> {
    /// The number that the reference refers to.
    #[inline]
    pub fn number(&self) -> T {
        *self.0.take()
    }
}

impl<T: Content> Given<&T> {
    /// A copy of the value.
    #[inline]
    pub fn copied(&self) -> T::Copy {
        self.take().snapshot()
    }
}

impl<T> Given<&T> {
    /// Nothing: what is passed by value is not needed again.
    #[inline]
    pub fn argument(&self) -> PassedByValue {
        PassedByValue
    }

    /// Nothing, for the tangent of such an argument.
    #[inline]
    pub fn along<A>(&self, _: &A) -> PassedByValue {
        PassedByValue
    }

    /// How it is passed, and its tangent with it.
    #[inline]
    pub fn way(&self) -> PassedByValue {
        PassedByValue
    }
}

impl<T: ?Sized> MayBorrow<&&T> {
    /// How it is passed, and its tangent with it.
    #[inline]
    pub fn way(&self) -> PassedByReference {
        PassedByReference
    }

    /// A copy of the tangent of an argument.
    #[inline]
    pub fn along<A: CopyTangent>(&self, tangent: &A) -> OfReference<A::Copy> {
        OfReference(tangent.copy())
    }
}

impl<T: Content + ?Sized> MayBorrow<&T> {
    /// A copy of what the reference refers to.
    #[inline]
    pub fn owned(&self) -> OfReference<T::Copy> {
        OfReference((*self.0.take()).snapshot())
    }
}

impl<T: Content + ?Sized> MayBorrow<&&T> {
    /// The same.
    #[inline]
    pub fn copied(&self) -> OfReference<T::Copy> {
        OfReference((**self.0.take()).snapshot())
    }

    /// The same, of an argument.
    #[inline]
    pub fn argument(&self) -> OfReference<T::Copy> {
        self.copied()
    }
}

/// A copy of what a reference refers to, in place of it.
#[derive(Clone, Debug)]
pub struct OfReference<C>(C);

impl<C> Deref for OfReference<C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C: Differentiable> Differentiable for OfReference<C> {
    type Gradient = C::Gradient;

    #[inline]
    fn zero_gradient(&self) -> C::Gradient {
        self.0.zero_gradient()
    }

    #[inline]
    fn accumulate(into: &mut C::Gradient, from: &C::Gradient) {
        C::accumulate(into, from);
    }

    #[inline]
    fn __fits(&self, gradient: &C::Gradient) -> bool {
        self.0.__fits(gradient)
    }
}

impl<C: Sequence> Sequence for OfReference<C> {
    #[inline]
    fn length(&self) -> usize {
        self.0.length()
    }
}

impl<C: Castable> Castable for OfReference<C> {
    #[inline]
    fn cast_back(d: f64) -> C::Gradient {
        C::cast_back(d)
    }

    #[inline]
    fn cast_on(d: C::Gradient) -> f64 {
        C::cast_on(d)
    }
}

/// Stands for an argument that is no reference.
#[derive(Clone, Copy, Debug)]
pub struct PassedByValue;

/// Stands for an argument that is a reference.
#[derive(Clone, Copy, Debug)]
pub struct PassedByReference;

impl PassedByValue {
    /// The tangent of the argument, as its callee takes it.
    #[inline]
    pub fn tangent<G, E: ValueTangent<G>>(self, tangent: &mut Option<G>) -> E {
        E::value(tangent.take().expect("it is taken once"))
    }
}

impl PassedByReference {
    /// The tangent of what the argument refers to, as its callee takes it.
    #[inline]
    pub fn tangent<'a, G, E: SharedTangent<'a, G>>(self, tangent: &'a mut Option<G>) -> E {
        E::shared(tangent.as_ref().expect("nobody takes it"))
    }
}

/// The adjoint of what a reference refers to, to be added to.
#[derive(Debug)]
pub struct Buffer<G>(G);

macro_rules! lend_what_is_inside {
    ($([$($generics:tt)*] $from:ty => $to:ty;)*) => {$(
        impl<$($generics)*> Lend<$to> for $from {
            #[inline]
            fn lend(&self) -> &$to {
                &self.0
            }
            #[inline]
            fn lend_mut(&mut self) -> &mut $to {
                &mut self.0
            }
        }
    )*};
}

lend_what_is_inside! {
    [T] OfReference<T> => T;
    [T] OfReference<Vec<T>> => [T];
    [T, const N: usize] OfReference<[T; N]> => [T];
    [T] OfReference<Box<T>> => T;
    [T] Buffer<T> => T;
    [T] Buffer<Vec<T>> => [T];
    [T, const N: usize] Buffer<[T; N]> => [T];
    [T] Buffer<Box<T>> => T;
}

/// What the reverse half has of an argument that may be a reference.
pub trait Argument {
    /// Where its adjoint is added.
    type Buffer;
    /// Zero.
    fn buffer(&self) -> Self::Buffer;
}

impl Argument for PassedByValue {
    type Buffer = PassedByValue;

    #[inline]
    fn buffer(&self) -> PassedByValue {
        PassedByValue
    }
}

impl<C: Differentiable> Argument for OfReference<C> {
    type Buffer = Buffer<C::Gradient>;

    #[inline]
    fn buffer(&self) -> Buffer<C::Gradient> {
        Buffer(self.0.zero_gradient())
    }
}

/// Where the adjoint of an argument that may be a reference is added.
#[inline]
pub fn argument_buffer<A: Argument>(argument: &A) -> A::Buffer {
    argument.buffer()
}

/// The adjoint of such an argument: what came back for it, or what was added.
pub trait Returned<C> {
    /// The adjoint.
    type Adjoint;
    /// Chooses.
    fn returned(self, slot: C) -> Self::Adjoint;
}

impl<C> Returned<C> for PassedByValue {
    type Adjoint = C;

    #[inline]
    fn returned(self, slot: C) -> C {
        slot
    }
}

impl<G, C: Contribution<G>> Returned<C> for Buffer<G> {
    type Adjoint = G;

    #[inline]
    fn returned(self, slot: C) -> G {
        slot.take(self.0)
    }
}

/// The adjoint of an argument that may be a reference.
#[inline]
pub fn returned<C, B: Returned<C>>(slot: C, buffer: B) -> B::Adjoint {
    buffer.returned(slot)
}
