//! Real scalars.

use crate::Differentiable;

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
    Copy + Default + PartialEq + 'static + Differentiable<Gradient = Self> + sealed::Sealed
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
