//! How generated functions call each other: the vocabulary of the split form.
//!
//! The pullback of a call takes the upstream and one *entry* for each
//! parameter, and returns one *slot* for each: the adjoint of what was passed
//! by value, or a marker.

use crate::{Differentiable, Real};
use core::any::TypeId;

/// Which arguments of a call are active, one bit each.
#[derive(Clone, Copy, Debug)]
pub struct Active<const MASK: u64>;

/// Panics unless the companion was found for the very function that is called.
///
/// A name can mean one function among values and another companion among
/// types: a local `fn sq` beside a glob import of a differentiated `sq`.
#[inline]
#[track_caller]
pub fn check_companion<Called: 'static, Own: 'static>(_: &Called, _: &Own) {
    assert!(
        TypeId::of::<Called>() == TypeId::of::<Own>(),
        "companion belongs to another function: the function that is called and the \
         differentiated function of the same name are two; mark the one that is called \
         with `#[differentiate]`, or call the other by its full path",
    );
}

/// Entry for `&T` where the adjoint is added in place.
#[derive(Debug)]
pub struct Shared<'a, T: Differentiable + ?Sized> {
    /// The argument, as in the call.
    pub value: &'a T,
    /// Where its adjoint goes, if the caller wants it.
    pub adjoint: Option<&'a mut T::Gradient>,
}

/// Entry for `&mut T`: goes in with the content after the call and its
/// adjoint, comes out with the content before the call and the adjoint of that.
#[derive(Debug)]
pub struct Mut<'a, T: Differentiable> {
    /// The content.
    pub value: &'a mut T,
    /// Its adjoint.
    pub adjoint: &'a mut T::Gradient,
}

/// Slot of a [`Shared`] entry.
#[derive(Clone, Copy, Debug)]
pub struct InPlace;

/// Slot of a parameter that `wrt(..)` excludes and whose type only rustc knows:
/// an active argument there is a type error.
#[derive(Clone, Copy, Debug)]
pub struct ParameterExcludedByWrt;

/// What a pullback takes for an argument `&value`: the callee decides.
pub trait SharedEntry<'a, T: Differentiable + ?Sized> {
    /// Makes the entry.
    fn entry(value: &'a T, adjoint: Option<&'a mut T::Gradient>) -> Self;
}

impl<'a, T: Differentiable + ?Sized> SharedEntry<'a, T> for () {
    #[inline]
    fn entry(_: &'a T, _: Option<&'a mut T::Gradient>) {}
}

impl<'a, T: Differentiable + ?Sized> SharedEntry<'a, T> for Shared<'a, T> {
    #[inline]
    fn entry(value: &'a T, adjoint: Option<&'a mut T::Gradient>) -> Self {
        Shared { value, adjoint }
    }
}

/// The entry for an active argument `&value`.
#[inline]
pub fn shared_entry<'a, T: Differentiable + ?Sized, E: SharedEntry<'a, T>>(
    value: &'a T,
    adjoint: Option<&'a mut T::Gradient>,
) -> E {
    E::entry(value, adjoint)
}

/// What a pullback takes for a constant argument `&value`.
pub trait ConstantEntry<A> {
    /// Makes the entry.
    fn entry(argument: A) -> Self;
}

impl<A> ConstantEntry<A> for () {
    #[inline]
    fn entry(_: A) {}
}

impl<'a, T: Differentiable + ?Sized> ConstantEntry<&'a T> for Shared<'a, T> {
    #[inline]
    fn entry(value: &'a T) -> Self {
        Shared {
            value,
            adjoint: None,
        }
    }
}

/// The entry for a constant argument `&value`.
#[inline]
pub fn constant_entry<A, E: ConstantEntry<A>>(argument: A) -> E {
    E::entry(argument)
}

/// What comes back for an argument `&value`: its adjoint, or [`InPlace`].
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait Contribution<G> {
    /// The adjoint, given the buffer that was lent.
    fn take(self, buffer: G) -> G;
}

impl<G> Contribution<G> for InPlace {
    #[inline]
    fn take(self, buffer: G) -> G {
        buffer
    }
}

macro_rules! returned {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> Contribution<$ty> for $ty {
            #[inline]
            fn take(self, _: $ty) -> $ty {
                self
            }
        }
    )*};
}

returned! {
    [] f32;
    [] f64;
    [] ();
    [A] (A,);
    [A, B] (A, B);
    [A, B, C] (A, B, C);
    [A, B, C, D] (A, B, C, D);
    [A, B, C, D, E] (A, B, C, D, E);
    [A, B, C, D, E, F] (A, B, C, D, E, F);
    [A, B, C, D, E, F, G] (A, B, C, D, E, F, G);
    [A, B, C, D, E, F, G, H] (A, B, C, D, E, F, G, H);
}

/// The adjoint of an argument `&value`.
#[inline]
pub fn contribution<G, C: Contribution<G>>(returned: C, buffer: G) -> G {
    returned.take(buffer)
}

/// The arm of a branch that ran, with what its reverse half needs.
#[derive(Clone, Copy, Debug)]
pub enum Branch<A, B> {
    /// The first arm.
    Then(A),
    /// Another arm.
    Else(B),
}

/// An active value of a type that only rustc knows is used as a real number.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as a real number",
    label = "only `f32` and `f64` carry derivatives here",
    note = "annotate an integer (`let n: usize = ..`), exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`"
)]
pub trait RealOperand {}

impl RealOperand for f32 {}
impl RealOperand for f64 {}
impl<T: RealOperand> RealOperand for &T {}

/// Holds if `T` is a real number.
#[inline]
pub fn real<T: RealOperand>(_: &T) {}

/// An active value of a type that only rustc knows meets integers.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as an integer or a flag",
    note = "`#[differentiate]` takes this operation for one of integers; write real literals as `2.0`, or annotate the value"
)]
pub trait DiscreteOperand {}

impl<T: Differentiable<Gradient = ()>> DiscreteOperand for T {}

/// Holds if `T` carries no derivative.
#[inline]
pub fn discrete<T: DiscreteOperand>(_: &T) {}

/// Holds if both arguments have one type, as the versions of a variable do.
#[inline]
pub fn same_type<T: ?Sized>(_: &T, _: &T) {}

/// An adjoint in the type of `like`, for casts between float types.
#[inline]
pub fn narrow<T: Real, D: Real>(_: &T, d: D) -> T {
    T::__from_f64(d.__to_f64())
}

/// The zero of the gradient of a value.
#[inline]
pub fn zero_gradient<T: Differentiable + ?Sized>(value: &T) -> T::Gradient {
    value.zero_gradient()
}

/// Adds one gradient to another.
#[inline]
pub fn accumulate<G: Differentiable<Gradient = G>>(into: &mut G, from: &G) {
    G::accumulate(into, from);
}

/// The seed of a result whose type only rustc knows.
#[inline]
pub fn one<T: Real>() -> T {
    T::__from_f64(1.0)
}

/// The upstream of a result that carries no derivative.
#[inline]
pub fn constant_upstream<G: Default>() -> G {
    G::default()
}

/// Stands in for the body of a function that was refused.
#[track_caller]
pub fn refused<T>() -> T {
    panic!("this function is not differentiated: see the compile error")
}

/// A constant that a pattern found, by value or by reference.
pub trait ByValue {
    /// The number itself.
    type Value;
    /// Reads it.
    fn by_value(self) -> Self::Value;
}

macro_rules! by_value {
    ($($ty:ty)*) => {$(
        impl ByValue for $ty {
            type Value = $ty;
            #[inline]
            fn by_value(self) -> $ty {
                self
            }
        }
    )*};
}

by_value! { f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char }

impl<T: ByValue + Copy> ByValue for &T {
    type Value = T::Value;
    #[inline]
    fn by_value(self) -> T::Value {
        (*self).by_value()
    }
}

pub mod constant {
    //! `constant`, a function and the companion that recognises it.

    /// The value, as a constant: inside a differentiated function no gradient
    /// flows through it. Any Rust is allowed in the argument; it runs once.
    ///
    /// Outside of differentiated functions it is the identity.
    ///
    /// ```
    /// use backprop_core::constant;
    ///
    /// assert_eq!(constant(2.0 + 1.0), 3.0);
    /// ```
    #[inline]
    pub fn constant<T>(value: T) -> T {
        value
    }

    /// Companion of the function [`constant()`]: how generated code makes sure
    /// that a call means that function and not another of its name.
    #[doc(hidden)]
    #[expect(non_camel_case_types, reason = "it has the name of its function")]
    #[derive(Debug)]
    pub enum constant {}

    impl constant {
        #[doc(hidden)]
        #[inline]
        #[track_caller]
        pub fn stop<F: FnOnce(T) -> T, T>(primal: F, value: T) -> T {
            // by name: a `TypeId` would demand that `T` is `'static`
            let called = core::any::type_name::<F>();
            assert!(
                called == core::any::type_name_of_val(&constant::<T>),
                "companion belongs to another function: `{called}` is called beside the \
                 companion of `backprop::constant`; call the latter by its path",
            );
            primal(value)
        }
    }
}
