//! Real scalars.

use crate::nest::Plain;
use crate::protocol::{AsReal, ByValue, Number, RealOperand};
#[cfg(feature = "libm")]
use crate::slopes::Power;
use crate::{Differentiable, Numbers};
use core::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A real scalar, `f32` or `f64`: a type that is its own gradient.
///
/// Its methods belong to generated code. They are prefixed so that they never
/// compete with those of `num_traits::Float` and the like.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a real number",
    label = "used as a real number by `#[differentiate]`",
    note = "`f32` and `f64` carry derivatives; annotate integers (`let n: usize = ..`) and exclude constants with `wrt(..)`"
)]
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + RemAssign
    + 'static
    + Differentiable<Gradient = Self>
    + Numbers
    + crate::circuit::build::Shown
    + crate::circuit::build::Drawn
    + sealed::Sealed
{
    /// The number nearest to `value`.
    #[doc(hidden)]
    fn __from_f64(value: f64) -> Self;

    /// The number as `f64`, exactly.
    #[doc(hidden)]
    fn __to_f64(self) -> f64;
}

impl Real for f32 {
    #[inline]
    fn __from_f64(value: f64) -> f32 {
        value as f32
    }

    #[inline]
    fn __to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    #[inline]
    fn __from_f64(value: f64) -> f64 {
        value
    }

    #[inline]
    fn __to_f64(self) -> f64 {
        self
    }
}

/// What companions ask of a type parameter that stands for a real number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a real number",
    label = "`#[differentiate]` takes the parameters with this bound for `f32` or `f64`"
)]
#[cfg(feature = "libm")]
pub trait RealParameter:
    Real + Numbers + RealOperand + Number + ByValue<Value = Self> + Power + AsReal + Plain
{
}

/// What companions ask of a type parameter that stands for a real number.
#[cfg(not(feature = "libm"))]
pub trait RealParameter:
    Real + Numbers + RealOperand + Number + ByValue<Value = Self> + AsReal + Plain
{
}

impl RealParameter for f32 {}
impl RealParameter for f64 {}

/// A literal that generated code writes where its type is a parameter.
#[inline]
pub fn literal<T: Real>(value: f64) -> T {
    T::__from_f64(value)
}
