//! Local gradients that need more than one expression.

use crate::Real;
#[cfg(not(feature = "std"))]
use crate::math::Float;

/// `y x^(y-1)`, the derivative of `x^y` by `x`; `power` is `x^y`.
///
/// Where `power` is a normal number it is used again instead of another power.
#[inline]
pub fn powf_slope<T: Power>(x: T, y: T, power: T) -> T {
    T::powf_slope(x, y, power)
}

/// `x^y ln x`, the derivative of `x^y` by `y`; 0 at `x = 0` with `y > 0`,
/// where the power is 0 for every exponent nearby.
#[inline]
pub fn powf_exponent_slope<T: Power>(x: T, y: T, power: T) -> T {
    T::powf_exponent_slope(x, y, power)
}

/// `n x^(n-1)`, the derivative of `x^n`; 0 for `n = 0`.
#[inline]
pub fn powi_slope<T: Power>(x: T, n: i32) -> T {
    T::powi_slope(x, n)
}

/// `n (n-1) x^(n-2)`, the second derivative of `x^n`; 0 for `n` of 0 and 1.
#[inline]
pub fn powi_curvature<T: Power>(x: T, n: i32) -> T {
    T::powi_curvature(x, n)
}

/// `1 / (x ln b)`, the derivative of the logarithm of `x` to base `b`.
#[inline]
pub fn log_slope<T: Power>(x: T, base: T) -> T {
    T::log_slope(x, base)
}

/// `x ln 2`
#[inline]
pub fn times_ln_2<T: Power>(x: T) -> T {
    T::times_ln_2(x)
}

/// `x ln 10`
#[inline]
pub fn times_ln_10<T: Power>(x: T) -> T {
    T::times_ln_10(x)
}

/// A number that a pattern found inside a constant.
#[inline]
pub fn by_value<T: crate::protocol::ByValue>(value: T) -> T::Value {
    value.by_value()
}

/// A number of any type, or its gradient, in `f64`.
#[inline]
pub fn as_real<T: crate::protocol::AsReal>(number: &T) -> f64 {
    number.as_real()
}

/// Whether any number of a gradient differs from zero.
#[inline]
pub fn is_nonzero<G: crate::Differentiable<Gradient = G> + PartialEq>(gradient: &G) -> bool {
    *gradient != gradient.zero_gradient()
}

/// Powers of real numbers.
pub trait Power: Real {
    #[doc(hidden)]
    fn powf_slope(x: Self, y: Self, power: Self) -> Self;
    #[doc(hidden)]
    fn powf_exponent_slope(x: Self, y: Self, power: Self) -> Self;
    #[doc(hidden)]
    fn powi_slope(x: Self, n: i32) -> Self;
    #[doc(hidden)]
    fn powi_curvature(x: Self, n: i32) -> Self;
    #[doc(hidden)]
    fn log_slope(x: Self, base: Self) -> Self;
    #[doc(hidden)]
    fn times_ln_2(x: Self) -> Self;
    #[doc(hidden)]
    fn times_ln_10(x: Self) -> Self;
}

macro_rules! powers {
    ($($float:ident)*) => {$(
        impl Power for $float {
            #[inline]
            fn powf_slope(x: $float, y: $float, power: $float) -> $float {
                if y == 0.0 {
                    0.0
                } else if power.is_normal() && x.is_normal() {
                    y * (power / x)
                } else {
                    y * x.powf(y - 1.0)
                }
            }

            #[inline]
            fn powf_exponent_slope(x: $float, y: $float, power: $float) -> $float {
                // also 0 · ∞ at x = ∞ with y < 0
                if (x == 0.0 && y > 0.0) || (power == 0.0 && x > 0.0) {
                    0.0
                } else {
                    power * x.ln()
                }
            }

            #[inline]
            fn log_slope(x: $float, base: $float) -> $float {
                1.0 / (x * base.ln())
            }

            #[inline]
            fn times_ln_2(x: $float) -> $float {
                x * core::$float::consts::LN_2
            }

            #[inline]
            fn times_ln_10(x: $float) -> $float {
                x * core::$float::consts::LN_10
            }

            #[inline]
            fn powi_curvature(x: $float, n: i32) -> $float {
                match n {
                    0 | 1 => 0.0,
                    // the exponent would overflow
                    n if n < i32::MIN + 2 => n as $float * (n as $float - 1.0) * x.powi(n) / x / x,
                    n => n as $float * (n as $float - 1.0) * x.powi(n - 2),
                }
            }

            #[inline]
            fn powi_slope(x: $float, n: i32) -> $float {
                match n {
                    0 => 0.0,
                    // n - 1 would overflow
                    i32::MIN => n as $float * x.powi(n) / x,
                    n => n as $float * x.powi(n - 1),
                }
            }
        }
    )*};
}

powers! { f32 f64 }
