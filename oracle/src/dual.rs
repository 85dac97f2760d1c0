//! Dual numbers that behave like `f64` and `f32`.
//!
//! The value is always what std computes, bit for bit. Each partial derivative
//! is asked from `num-dual` by seeding one operand with 1; where `num-dual`
//! lacks the function, or its formula is irregular at the point, the derivative
//! of the branch taken is written out here.

use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::num::FpCategory;
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use num_dual::{Dual, DualNum};

use crate::constant::{Constant, Literal};

macro_rules! operator {
    ($Dual:ident, $float:ident, $Trait:ident $method:ident, $Assign:ident $assign:ident) => {
        impl $Trait<&$Dual> for $Dual {
            type Output = $Dual;
            fn $method(self, other: &$Dual) -> $Dual {
                $Trait::$method(self, *other)
            }
        }
        impl $Trait<$Dual> for &$Dual {
            type Output = $Dual;
            fn $method(self, other: $Dual) -> $Dual {
                $Trait::$method(*self, other)
            }
        }
        impl $Trait<&$Dual> for &$Dual {
            type Output = $Dual;
            fn $method(self, other: &$Dual) -> $Dual {
                $Trait::$method(*self, *other)
            }
        }
        impl $Trait<$float> for $Dual {
            type Output = $Dual;
            fn $method(self, other: $float) -> $Dual {
                $Trait::$method(self, $Dual::constant(other))
            }
        }
        impl $Trait<$float> for &$Dual {
            type Output = $Dual;
            fn $method(self, other: $float) -> $Dual {
                $Trait::$method(*self, $Dual::constant(other))
            }
        }
        impl $Trait<&$float> for $Dual {
            type Output = $Dual;
            fn $method(self, other: &$float) -> $Dual {
                $Trait::$method(self, $Dual::constant(*other))
            }
        }
        impl $Trait<&$float> for &$Dual {
            type Output = $Dual;
            fn $method(self, other: &$float) -> $Dual {
                $Trait::$method(*self, $Dual::constant(*other))
            }
        }
        impl $Trait<$Dual> for &$float {
            type Output = $Dual;
            fn $method(self, other: $Dual) -> $Dual {
                $Trait::$method($Dual::constant(*self), other)
            }
        }
        impl $Trait<&$Dual> for &$float {
            type Output = $Dual;
            fn $method(self, other: &$Dual) -> $Dual {
                $Trait::$method($Dual::constant(*self), *other)
            }
        }
        impl $Trait<$Dual> for $float {
            type Output = $Dual;
            fn $method(self, other: $Dual) -> $Dual {
                $Trait::$method($Dual::constant(self), other)
            }
        }
        impl $Trait<&$Dual> for $float {
            type Output = $Dual;
            fn $method(self, other: &$Dual) -> $Dual {
                $Trait::$method($Dual::constant(self), *other)
            }
        }
        impl $Assign for $Dual {
            fn $assign(&mut self, other: $Dual) {
                *self = $Trait::$method(*self, other);
            }
        }
        impl $Assign<&$Dual> for $Dual {
            fn $assign(&mut self, other: &$Dual) {
                *self = $Trait::$method(*self, *other);
            }
        }
        impl $Assign<$float> for $Dual {
            fn $assign(&mut self, other: $float) {
                *self = $Trait::$method(*self, other);
            }
        }
        impl $Assign<&$float> for $Dual {
            fn $assign(&mut self, other: &$float) {
                *self = $Trait::$method(*self, *other);
            }
        }
    };
}

/// Functions of one argument that `num-dual` has and that are regular wherever
/// they are defined.
macro_rules! regular {
    ($float:ident: $($name:ident)*) => {$(
        #[doc = concat!("[`", stringify!($float), "::", stringify!($name), "`].")]
        pub fn $name(self) -> Self {
            self.unary(self.value().$name(), |x| x.$name())
        }
    )*};
}

/// Functions of one argument with a derivative of zero.
macro_rules! flat {
    ($float:ident: $($name:ident)*) => {$(
        #[doc = concat!("[`", stringify!($float), "::", stringify!($name), "`]; its derivative is 0.")]
        pub fn $name(self) -> Self {
            Self::new(self.value().$name(), 0.0)
        }
    )*};
}

/// Questions about the value.
macro_rules! question {
    ($float:ident: $($name:ident)*) => {$(
        #[doc = concat!("[`", stringify!($float), "::", stringify!($name), "`] of the value.")]
        pub fn $name(self) -> bool {
            self.value().$name()
        }
    )*};
}

macro_rules! dual {
    ($Dual:ident, $float:ident, $bits:ident) => {
        #[doc = concat!("`", stringify!($float), "` with a tangent.")]
        #[derive(Clone, Copy)]
        pub struct $Dual {
            dual: Dual<$float>,
            /// Written as a literal, a `const` or an integer cast: such an
            /// operand takes the gradient at a tie of `max` and `min`.
            written: bool,
        }

        impl $Dual {
            #[doc = concat!("A number written in the program text, with the tangent 0.")]
            pub const fn constant(value: $float) -> Self {
                Self { dual: Dual { re: value, eps: 0.0 }, written: true }
            }

            /// A computed number.
            pub const fn new(value: $float, tangent: $float) -> Self {
                Self { dual: Dual { re: value, eps: tangent }, written: false }
            }

            /// The value.
            pub const fn value(self) -> $float {
                self.dual.re
            }

            /// The derivative with respect to the seeded input.
            pub const fn tangent(self) -> $float {
                self.dual.eps
            }

            /// Tangent times slope, where a zero tangent stays zero whatever the slope.
            fn push(self, slope: $float) -> $float {
                if self.tangent() == 0.0 { 0.0 } else { self.tangent() * slope }
            }

            fn seeded(self) -> Dual<$float> {
                Dual { re: self.value(), eps: 1.0 }
            }

            fn fixed(self) -> Dual<$float> {
                Dual { re: self.value(), eps: 0.0 }
            }

            fn unary(self, value: $float, function: impl Fn(Dual<$float>) -> Dual<$float>) -> Self {
                Self::new(value, self.push(function(self.seeded()).eps))
            }

            fn binary(
                self,
                other: Self,
                value: $float,
                function: impl Fn(Dual<$float>, Dual<$float>) -> Dual<$float>,
            ) -> Self {
                let along_self = self.push(function(self.seeded(), other.fixed()).eps);
                let along_other = other.push(function(self.fixed(), other.seeded()).eps);
                Self::new(value, along_self + along_other)
            }

            fn with_slope(self, value: $float, slope: $float) -> Self {
                Self::new(value, self.push(slope))
            }

            regular!($float: recip exp exp2 exp_m1 ln log2 log10 ln_1p sin cos asin acos atan
                sinh cosh asinh acosh atanh);
            flat!($float: signum floor ceil round round_ties_even trunc);
            question!($float: is_nan is_finite is_infinite is_normal is_subnormal
                is_sign_negative is_sign_positive);

            /// Tangent.
            pub fn tan(self) -> Self {
                self.unary(self.value().tan(), |x| x.tan())
            }

            /// Hyperbolic tangent; far out, where `num-dual` divides infinities, 1 − tanh².
            pub fn tanh(self) -> Self {
                let value = self.value().tanh();
                if self.value().abs() > 10.0 {
                    let decay = (-2.0 * self.value().abs()).exp();
                    self.with_slope(value, 4.0 * decay / ((1.0 + decay) * (1.0 + decay)))
                } else {
                    self.unary(value, |x| x.tanh())
                }
            }

            /// Square root; its slope at 0 is +∞.
            pub fn sqrt(self) -> Self {
                let value = self.value().sqrt();
                if self.value() == 0.0 {
                    self.with_slope(value, $float::INFINITY)
                } else {
                    self.unary(value, |x| x.sqrt())
                }
            }

            /// Cube root; its slope at 0 is +∞.
            pub fn cbrt(self) -> Self {
                let value = self.value().cbrt();
                if self.value() == 0.0 {
                    self.with_slope(value, $float::INFINITY)
                } else {
                    self.unary(value, |x| x.cbrt())
                }
            }

            /// Sine and cosine.
            pub fn sin_cos(self) -> (Self, Self) {
                let (sin, cos) = self.value().sin_cos();
                (self.unary(sin, |x| x.sin()), self.unary(cos, |x| x.cos()))
            }

            /// Power with an integer exponent; x⁰ has the slope 0.
            pub fn powi(self, n: i32) -> Self {
                let value = self.value().powi(n);
                let slope = if n < i32::MIN + 3 {
                    $float::NAN
                } else {
                    self.seeded().powi(n).eps
                };
                if slope.is_finite() {
                    self.with_slope(value, slope)
                } else {
                    self.with_slope(value, n as $float * self.value().powi(n.saturating_sub(1)))
                }
            }

            /// Power; the slope along the exponent is 0 at x = 0 with a positive exponent.
            pub fn powf(self, exponent: Self) -> Self {
                let (x, y) = (self.value(), exponent.value());
                let slope = self.seeded().powf(y).eps;
                let slope = if slope.is_finite() { slope } else { y * x.powf(y - 1.0) };
                let along_exponent = if x == 0.0 && y > 0.0 {
                    0.0
                } else {
                    (exponent.seeded() * x.ln()).exp().eps
                };
                Self::new(x.powf(y), self.push(slope) + exponent.push(along_exponent))
            }

            /// Logarithm to any base.
            pub fn log(self, base: Self) -> Self {
                self.binary(base, self.value().log(base.value()), |x, b| x.ln() / b.ln())
            }

            /// The angle of the point (`other`, `self`). `num-dual` divides, so
            /// the quotient that stays finite is the one it is given.
            pub fn atan2(self, other: Self) -> Self {
                let value = self.value().atan2(other.value());
                if other.value().abs() >= self.value().abs() {
                    self.binary(other, value, |y, x| (y / x).atan())
                } else {
                    self.binary(other, value, |y, x| -(x / y).atan())
                }
            }

            /// √(x² + y²); both slopes are 0 at the origin.
            pub fn hypot(self, other: Self) -> Self {
                let value = self.value().hypot(other.value());
                let slope = |side: $float| if value == 0.0 { 0.0 } else { side / value };
                Self::new(
                    value,
                    self.push(slope(self.value())) + other.push(slope(other.value())),
                )
            }

            /// Fused `self * factor + term`.
            pub fn mul_add(self, factor: Self, term: Self) -> Self {
                let value = self.value().mul_add(factor.value(), term.value());
                let product = self * factor;
                Self::new(value, product.tangent() + term.tangent())
            }

            /// Absolute value; its slope at 0 is 0.
            pub fn abs(self) -> Self {
                let x = self.value();
                let slope = if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { 0.0 };
                self.with_slope(x.abs(), slope)
            }

            /// The magnitude with another sign: `self` or `-self`, and so ±1.
            pub fn copysign(self, sign: Self) -> Self {
                let kept = self.is_sign_negative() == sign.is_sign_negative();
                self.with_slope(self.value().copysign(sign.value()), if kept { 1.0 } else { -1.0 })
            }

            /// The fractional part, with the slope 1.
            pub fn fract(self) -> Self {
                self.with_slope(self.value().fract(), 1.0)
            }

            /// The larger number; at a tie the written constant, else `self`.
            pub fn max(self, other: Self) -> Self {
                self.choose(other, self.value().max(other.value()), self.value() > other.value())
            }

            /// The smaller number; at a tie the written constant, else `self`.
            pub fn min(self, other: Self) -> Self {
                self.choose(other, self.value().min(other.value()), self.value() < other.value())
            }

            fn choose(self, other: Self, value: $float, prefers_self: bool) -> Self {
                let takes_self = if self.is_nan() || other.is_nan() {
                    !self.is_nan()
                } else if self.value() == other.value() {
                    self.written || !other.written
                } else {
                    prefers_self
                };
                Self::new(value, if takes_self { self.tangent() } else { other.tangent() })
            }

            /// Restriction to a closed interval; outside it the bound counts.
            pub fn clamp(self, low: Self, high: Self) -> Self {
                let value = self.value().clamp(low.value(), high.value());
                let source = if self.value() < low.value() {
                    low
                } else if self.value() > high.value() {
                    high
                } else {
                    self
                };
                Self::new(value, source.tangent())
            }

            /// The Euclidean remainder: slopes 1 and −div_euclid.
            pub fn rem_euclid(self, modulus: Self) -> Self {
                let (x, m) = (self.value(), modulus.value());
                Self::new(x.rem_euclid(m), self.tangent() + modulus.push(-x.div_euclid(m)))
            }

            /// The Euclidean quotient; its derivative is 0.
            pub fn div_euclid(self, modulus: Self) -> Self {
                Self::new(self.value().div_euclid(modulus.value()), 0.0)
            }

            /// Radians to degrees.
            pub fn to_degrees(self) -> Self {
                self.with_slope(self.value().to_degrees(), (1.0 as $float).to_degrees())
            }

            /// Degrees to radians.
            pub fn to_radians(self) -> Self {
                self.with_slope(self.value().to_radians(), (1.0 as $float).to_radians())
            }

            /// The mean of two numbers.
            pub fn midpoint(self, other: Self) -> Self {
                Self::new(
                    self.value().midpoint(other.value()),
                    0.5 * self.tangent() + 0.5 * other.tangent(),
                )
            }

            /// The total order of the values.
            pub fn total_cmp(&self, other: &Self) -> Ordering {
                self.value().total_cmp(&other.value())
            }

            /// The bits of the value, which carry no tangent.
            pub fn to_bits(self) -> $bits {
                self.value().to_bits()
            }

            /// The number with these bits.
            pub fn from_bits(bits: $bits) -> Self {
                Self::new($float::from_bits(bits), 0.0)
            }

            /// The category of the value.
            pub fn classify(self) -> FpCategory {
                self.value().classify()
            }
        }

        impl Add for $Dual {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                self.binary(other, self.value() + other.value(), |a, b| a + b)
            }
        }
        impl Sub for $Dual {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                self.binary(other, self.value() - other.value(), |a, b| a - b)
            }
        }
        impl Mul for $Dual {
            type Output = Self;
            fn mul(self, other: Self) -> Self {
                self.binary(other, self.value() * other.value(), |a, b| a * b)
            }
        }
        impl Div for $Dual {
            type Output = Self;
            fn div(self, other: Self) -> Self {
                self.binary(other, self.value() / other.value(), |a, b| a / b)
            }
        }
        /// The remainder: slopes 1 and −trunc of the quotient.
        impl Rem for $Dual {
            type Output = Self;
            fn rem(self, other: Self) -> Self {
                let (x, m) = (self.value(), other.value());
                Self::new(x % m, self.tangent() + other.push(-(x / m).trunc()))
            }
        }
        impl Neg for $Dual {
            type Output = Self;
            fn neg(self) -> Self {
                Self { dual: Dual { re: -self.dual.re, eps: -self.dual.eps }, ..self }
            }
        }
        impl Neg for &$Dual {
            type Output = $Dual;
            fn neg(self) -> $Dual { -*self }
        }

        operator!($Dual, $float, Add add, AddAssign add_assign);
        operator!($Dual, $float, Sub sub, SubAssign sub_assign);
        operator!($Dual, $float, Mul mul, MulAssign mul_assign);
        operator!($Dual, $float, Div div, DivAssign div_assign);
        operator!($Dual, $float, Rem rem, RemAssign rem_assign);

        impl PartialEq for $Dual {
            fn eq(&self, other: &Self) -> bool { self.value() == other.value() }
        }
        impl PartialEq<$float> for $Dual {
            fn eq(&self, other: &$float) -> bool { self.value() == *other }
        }
        impl PartialEq<$Dual> for $float {
            fn eq(&self, other: &$Dual) -> bool { *self == other.value() }
        }
        impl PartialOrd for $Dual {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.value().partial_cmp(&other.value())
            }
        }
        impl PartialOrd<$float> for $Dual {
            fn partial_cmp(&self, other: &$float) -> Option<Ordering> {
                self.value().partial_cmp(other)
            }
        }
        impl PartialOrd<$Dual> for $float {
            fn partial_cmp(&self, other: &$Dual) -> Option<Ordering> {
                self.partial_cmp(&other.value())
            }
        }

        impl fmt::Display for $Dual {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.value(), formatter)
            }
        }
        impl fmt::Debug for $Dual {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.value(), formatter)
            }
        }
        impl fmt::LowerExp for $Dual {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::LowerExp::fmt(&self.value(), formatter)
            }
        }
        impl From<$float> for $Dual {
            fn from(value: $float) -> Self { Self::constant(value) }
        }
        impl Default for $Dual {
            fn default() -> Self { Self::new(0.0, 0.0) }
        }
        impl Sum for $Dual {
            fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
                terms.fold(Self::new(-0.0, 0.0), Add::add)
            }
        }
        impl<'a> Sum<&'a $Dual> for $Dual {
            fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self { terms.copied().sum() }
        }
        impl Product for $Dual {
            fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
                factors.fold(Self::new(1.0, 0.0), Mul::mul)
            }
        }
        impl<'a> Product<&'a $Dual> for $Dual {
            fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self { factors.copied().product() }
        }
        impl Literal for $Dual {
            fn literal(value: f64) -> Self { Self::constant(value as $float) }
        }
        impl Constant for $Dual {
            fn constant(self) -> Self { Self::new(self.value(), 0.0) }
        }
    };
}
dual!(Dual64, f64, u64);
dual!(Dual32, f32, u32);

impl From<Dual32> for Dual64 {
    fn from(narrow: Dual32) -> Self {
        Self {
            dual: Dual {
                re: f64::from(narrow.value()),
                eps: f64::from(narrow.tangent()),
            },
            written: narrow.written,
        }
    }
}

/// The integers that std converts without loss.
macro_rules! from_integer {
    ($Dual:ident $float:ident: $($int:ident)*) => {$(
        impl From<$int> for $Dual {
            fn from(integer: $int) -> Self { Self::constant($float::from(integer)) }
        }
    )*};
}
from_integer!(Dual64 f64: bool i8 i16 i32 u8 u16 u32);
from_integer!(Dual32 f32: bool i8 i16 u8 u16);
