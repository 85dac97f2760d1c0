//! What is assumed of types that only rustc knows, and numbers of such types.

use crate::{Differentiable, Real};

/// An active value of a type that only rustc knows is used as a real number.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as a real number",
    label = "only `f32` and `f64` carry derivatives here",
    note = "annotate an integer (`let n: usize = ..`), exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`",
    note = "a type parameter is taken for a real number if it has the bound `backprop::Real`, `num_traits::Float` or `nalgebra::RealField`"
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

/// What `as` makes a real number of.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is cast to a real number",
    label = "only numbers are cast here",
    note = "exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`"
)]
pub trait Castable: Differentiable {
    /// The adjoint of the value from that of the cast.
    fn cast_back(d: f64) -> Self::Gradient;

    /// The tangent of the cast from that of the value.
    fn cast_on(d: Self::Gradient) -> f64;
}

macro_rules! castable {
    ($([$($ty:ty)*] $d:ident => $back:expr, $on:expr;)*) => {$($(
        impl Castable for $ty {
            #[inline]
            fn cast_back($d: f64) -> Self::Gradient {
                $back
            }
            #[inline]
            fn cast_on($d: Self::Gradient) -> f64 {
                $on
            }
        }
    )*)*};
}

castable! {
    [f32] d => d as f32, f64::from(d);
    [f64] d => d, d;
    [i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char] _d => (), 0.0;
}

impl<T: Castable> Castable for &T {
    #[inline]
    fn cast_back(d: f64) -> T::Gradient {
        T::cast_back(d)
    }

    #[inline]
    fn cast_on(d: T::Gradient) -> f64 {
        T::cast_on(d)
    }
}

/// What companions ask of a type parameter of which `into` makes a real number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number",
    label = "`#[differentiate]` takes the parameters with a bound `Into<f64>` for numbers"
)]
pub trait Convertible: Castable<Gradient: Copy> + Copy {}

impl<T: Castable<Gradient: Copy> + Copy> Convertible for T {}

/// Holds if `T` is a number.
#[inline]
pub fn castable<T: Castable>(_: &T) {}

/// A number of any type in arithmetic whose result is cast to a real number.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as a number",
    label = "only numbers are computed with here",
    note = "exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`"
)]
pub trait Number: Castable {}

/// A number, or the gradient of one, as a real number.
pub trait AsReal {
    /// The number; zero for the gradient of an integer.
    fn as_real(&self) -> f64;
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl Number for $ty {}

        impl AsReal for $ty {
            #[inline]
            fn as_real(&self) -> f64 {
                *self as f64
            }
        }
    )*};
}

numbers! { f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl AsReal for () {
    #[inline]
    fn as_real(&self) -> f64 {
        0.0
    }
}

impl<T: Number> Number for &T {}

impl<T: AsReal> AsReal for &T {
    #[inline]
    fn as_real(&self) -> f64 {
        (**self).as_real()
    }
}

/// Holds if `T` is a number.
#[inline]
pub fn number<T: Number>(_: &T) {}

/// An adjoint in the type of `like`, for casts; nothing for an integer.
#[inline]
pub fn narrow<T: Castable, D: Real>(_: &T, d: D) -> T::Gradient {
    T::cast_back(d.__to_f64())
}

/// The tangent of a cast; none of an integer.
#[inline]
pub fn cast_tangent<T: Castable>(_: &T, d: T::Gradient) -> f64 {
    T::cast_on(d)
}
