//! Facade.

extern crate self as backprop;

pub use backprop_core::{Differentiable, Real, constant};
pub use backprop_macros::{assert_gradient, differentiate};

#[doc(hidden)]
pub mod __private {
    pub use backprop_core::__private::*;
}
