//! Nothing of the prelude is there.

#![no_implicit_prelude]

super::functions!();

/// What is imported by name.
pub mod options {
    use ::core::option::Option::{self, None, Some};

    #[::backprop::differentiate(jvp)]
    pub fn root(x: f64) -> Option<f64> {
        if x < 0.0 { None } else { Some(x.sqrt()) }
    }

    #[::backprop::differentiate]
    pub fn sum(x: f64, y: f64) -> f64 {
        match root(x) {
            Some(r) => r * y,
            None => y,
        }
    }

    #[cfg(test)]
    #[::core::prelude::v1::test]
    fn gradients() {
        ::backprop::assert_gradient!(sum(2.0, 3.0));
        ::backprop::assert_gradient!(sum(-2.0, 3.0));
    }
}
