//! Comparisons for the guards that stand for float literals in patterns.

use crate::{Dual32, Dual64};

/// A dual number, by value or behind the references of a binding mode.
pub trait Real {
    /// Compares with a literal, rounded to this width.
    fn compare(&self, literal: f64) -> Option<std::cmp::Ordering>;
}

impl Real for Dual64 {
    fn compare(&self, literal: f64) -> Option<std::cmp::Ordering> {
        self.value().partial_cmp(&literal)
    }
}

impl Real for Dual32 {
    fn compare(&self, literal: f64) -> Option<std::cmp::Ordering> {
        self.value().partial_cmp(&(literal as f32))
    }
}

impl<T: Real + ?Sized> Real for &T {
    fn compare(&self, literal: f64) -> Option<std::cmp::Ordering> {
        (**self).compare(literal)
    }
}

impl<T: Real + ?Sized> Real for &mut T {
    fn compare(&self, literal: f64) -> Option<std::cmp::Ordering> {
        (**self).compare(literal)
    }
}

/// The pattern `literal`.
pub fn equals(x: &impl Real, literal: impl Into<f64>) -> bool {
    x.compare(literal.into()).is_some_and(|order| order.is_eq())
}

/// The pattern `literal..`.
pub fn at_least(x: &impl Real, literal: impl Into<f64>) -> bool {
    x.compare(literal.into()).is_some_and(|order| order.is_ge())
}

/// The pattern `..=literal`.
pub fn at_most(x: &impl Real, literal: impl Into<f64>) -> bool {
    x.compare(literal.into()).is_some_and(|order| order.is_le())
}

/// The pattern `..literal`.
pub fn below(x: &impl Real, literal: impl Into<f64>) -> bool {
    x.compare(literal.into()).is_some_and(|order| order.is_lt())
}
