//! Numbers that the models compute with, whichever crate differentiates them.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// What `f64`, variables on a tape and dual numbers have in common.
pub(crate) trait Number:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    fn value(self) -> f64;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;
    fn abs(self) -> Self;
    fn recip(self) -> Self;
}

impl Number for reverse::Var<'_> {
    fn value(self) -> f64 {
        self.val()
    }
    fn exp(self) -> Self {
        reverse::Var::exp(&self)
    }
    fn ln(self) -> Self {
        reverse::Var::ln(&self)
    }
    fn sqrt(self) -> Self {
        reverse::Var::sqrt(&self)
    }
    fn tanh(self) -> Self {
        reverse::Var::tanh(&self)
    }
    fn abs(self) -> Self {
        reverse::Var::abs(&self)
    }
    fn recip(self) -> Self {
        reverse::Var::recip(&self)
    }
}

impl<const N: usize> Number for num_dual::DualSVec64<N> {
    fn value(self) -> f64 {
        self.re
    }
    fn exp(self) -> Self {
        num_dual::DualNum::exp(&self)
    }
    fn ln(self) -> Self {
        num_dual::DualNum::ln(&self)
    }
    fn sqrt(self) -> Self {
        num_dual::DualNum::sqrt(&self)
    }
    fn tanh(self) -> Self {
        num_dual::DualNum::tanh(&self)
    }
    fn abs(self) -> Self {
        if self.re < 0.0 { -self } else { self }
    }
    fn recip(self) -> Self {
        num_dual::DualNum::recip(&self)
    }
}
