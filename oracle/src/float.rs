//! Dual numbers where a program has a parameter `T: num_traits::Float`.
//!
//! Every method is the one of the dual number, so that a generic function and
//! its dual twin are one text with two types.

use std::num::FpCategory;

use num_traits::{Float, FromPrimitive, Num, NumCast, One, ToPrimitive, Zero};

use crate::{Dual32, Dual64};

/// Methods with no argument but the number.
macro_rules! alike {
    ($Dual:ident: $($name:ident)*) => {$(
        fn $name(self) -> Self { $Dual::$name(self) }
    )*};
}

/// Methods with a second number.
macro_rules! alike_of_two {
    ($Dual:ident: $($name:ident)*) => {$(
        fn $name(self, other: Self) -> Self { $Dual::$name(self, other) }
    )*};
}

macro_rules! question {
    ($Dual:ident: $($name:ident)*) => {$(
        fn $name(self) -> bool { $Dual::$name(self) }
    )*};
}

/// Numbers that are computed, not written: they have no say at ties.
macro_rules! number {
    ($float:ident: $($name:ident)*) => {$(
        fn $name() -> Self { Self::new($float::$name(), 0.0) }
    )*};
}

macro_rules! float {
    ($Dual:ident, $float:ident) => {
        impl Zero for $Dual {
            fn zero() -> Self {
                Self::new(0.0, 0.0)
            }
            fn is_zero(&self) -> bool {
                self.value() == 0.0
            }
        }

        impl One for $Dual {
            fn one() -> Self {
                Self::new(1.0, 0.0)
            }
        }

        impl Num for $Dual {
            type FromStrRadixErr = <$float as Num>::FromStrRadixErr;
            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                <$float as Num>::from_str_radix(text, radix).map(|value| Self::new(value, 0.0))
            }
        }

        impl ToPrimitive for $Dual {
            fn to_i64(&self) -> Option<i64> {
                self.value().to_i64()
            }
            fn to_u64(&self) -> Option<u64> {
                self.value().to_u64()
            }
            fn to_f64(&self) -> Option<f64> {
                self.value().to_f64()
            }
        }

        impl NumCast for $Dual {
            fn from<N: ToPrimitive>(number: N) -> Option<Self> {
                <$float as NumCast>::from(number).map(|value| Self::new(value, 0.0))
            }
        }

        impl FromPrimitive for $Dual {
            fn from_i64(number: i64) -> Option<Self> {
                $float::from_i64(number).map(|value| Self::new(value, 0.0))
            }
            fn from_u64(number: u64) -> Option<Self> {
                $float::from_u64(number).map(|value| Self::new(value, 0.0))
            }
            fn from_f64(number: f64) -> Option<Self> {
                $float::from_f64(number).map(|value| Self::new(value, 0.0))
            }
        }

        impl Float for $Dual {
            number!($float: nan infinity neg_infinity neg_zero min_value min_positive_value
                max_value epsilon);
            question!($Dual: is_nan is_infinite is_finite is_normal is_subnormal
                is_sign_positive is_sign_negative);
            alike!($Dual: floor ceil round trunc fract abs signum recip sqrt exp exp2 ln log2
                log10 to_degrees to_radians cbrt sin cos tan asin acos atan exp_m1 ln_1p sinh
                cosh tanh asinh acosh atanh);
            alike_of_two!($Dual: powf log max min hypot atan2 copysign);

            fn classify(self) -> FpCategory {
                $Dual::classify(self)
            }
            fn mul_add(self, factor: Self, term: Self) -> Self {
                $Dual::mul_add(self, factor, term)
            }
            fn powi(self, n: i32) -> Self {
                $Dual::powi(self, n)
            }
            fn abs_sub(self, other: Self) -> Self {
                if self <= other { Self::zero() } else { self - other }
            }
            fn clamp(self, low: Self, high: Self) -> Self {
                $Dual::clamp(self, low, high)
            }
            fn sin_cos(self) -> (Self, Self) {
                $Dual::sin_cos(self)
            }
            fn integer_decode(self) -> (u64, i16, i8) {
                self.value().integer_decode()
            }
        }
    };
}
float!(Dual64, f64);
float!(Dual32, f32);
