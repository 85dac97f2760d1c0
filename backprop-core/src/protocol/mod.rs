//! How generated functions call each other: the vocabulary of the split form.
//!
//! The pullback of a call takes the upstream and one *entry* for each
//! parameter, and returns one *slot* for each: the adjoint of what was passed
//! by value, or a marker.

mod adjoints;
mod claims;
mod containers;
mod defaults;
mod entries;
mod lens;
mod references;

pub use adjoints::*;
pub use claims::*;
pub use containers::*;
pub use defaults::*;
pub use entries::*;
pub use lens::*;
pub use references::*;

use crate::{Differentiable, Real};
use core::any::TypeId;

/// Which arguments of a call are active, one bit each.
#[derive(Clone, Copy, Debug)]
pub struct Active<const MASK: u64>;

/// Ends what rustc only checks: the block with a companion that is looked for and not run.
///
/// # Panics
/// Always.
#[cold]
pub fn never() -> ! {
    unreachable!()
}

/// Runs what gives no value, in the place of a value: so its type is told.
#[inline]
pub fn diverging<T>(run: impl FnOnce() -> T) -> T {
    run()
}

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

/// Where the adjoint of a reference is added: in the gradient of what it
/// refers to, or in a part of one.
pub trait InPlace {
    /// The gradient, or a slice of gradients for a slice.
    type Adjoint: ?Sized;

    /// Whether an adjoint has the shape of this value.
    fn fits(&self, adjoint: &Self::Adjoint) -> bool;
}

impl<T: Differentiable> InPlace for T {
    type Adjoint = T::Gradient;

    #[inline]
    fn fits(&self, adjoint: &T::Gradient) -> bool {
        self.__fits(adjoint)
    }
}

impl<T: Differentiable> InPlace for [T] {
    type Adjoint = [T::Gradient];

    #[inline]
    fn fits(&self, adjoint: &[T::Gradient]) -> bool {
        all_fit(self, adjoint)
    }
}

/// Whether two sequences have one length, and their elements one shape.
#[inline]
pub fn all_fit<T: Differentiable>(values: &[T], adjoints: &[T::Gradient]) -> bool {
    // on its own, so that the optimiser knows of it whatever the elements are
    if values.len() != adjoints.len() {
        return false;
    }
    T::__all_fit(values, adjoints)
}

/// Entry for `&T` where the adjoint is added in place.
#[derive(Debug)]
pub struct Shared<'a, T: InPlace + ?Sized> {
    /// The argument, as in the call.
    pub value: &'a T,
    /// Where its adjoint goes, if the caller wants it.
    pub adjoint: Option<&'a mut T::Adjoint>,
}

/// Entry for `&mut T`: goes in with the adjoint of the content after the call,
/// comes out with that of the content before the call; and so does the content, if
/// the caller wants that back.
#[derive(Debug)]
pub struct Mut<'a, T: InPlace + ?Sized> {
    /// The content.
    pub value: Option<&'a mut T>,
    /// Its adjoint.
    pub adjoint: &'a mut T::Adjoint,
}

/// Slot of what is passed by reference.
#[derive(Clone, Copy, Debug)]
pub struct AddedInPlace;

/// Slot of a parameter that `wrt(..)` excludes and whose type only rustc knows:
/// an active argument there is a type error.
#[derive(Clone, Copy, Debug)]
pub struct ParameterExcludedByWrt;

/// Panics if a gradient buffer has another shape than what it is for.
#[inline]
#[track_caller]
pub fn check_shape<T: InPlace + ?Sized>(value: &T, adjoint: &T::Adjoint) {
    assert!(
        value.fits(adjoint),
        "a gradient buffer has another shape than the argument",
    );
}

/// The arm of a branch that ran, with what its reverse half needs.
#[derive(Clone, Copy, Debug)]
pub enum Branch<A, B> {
    /// The first arm.
    Then(A),
    /// Another arm.
    Else(B),
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

/// The name of a place in something named.
pub fn joined(name: &str, place: &str) -> alloc::string::String {
    alloc::format!("{name}{place}")
}

/// One, in the type of another number.
#[inline]
pub fn one_like<T: Real>(_: T) -> T {
    one()
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
