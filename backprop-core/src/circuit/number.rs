//! How numbers are written.

use alloc::format;
use alloc::string::{String, ToString};

/// Two decimals, as in a lecture; powers of ten where these would not tell.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        // no sign
        return "0.00".into();
    }
    if !size.is_finite() {
        return value.to_string();
    }
    match (0.005..1e5).contains(&size) {
        true => format!("{value:.2}"),
        false => format!("{value:.1e}"),
    }
}

/// The same with the sign of mathematics: as wide as a `+`.
pub(super) fn typeset(value: f64) -> String {
    short(value).replace('-', "−")
}

/// A constant, as short as it can be told.
pub(super) fn plain_constant(value: f64) -> String {
    let exact = value.to_string();
    match exact.len() <= 5 {
        true => exact,
        false => short(value),
    }
}

/// The same with the sign of mathematics.
pub(super) fn constant(value: f64) -> String {
    plain_constant(value).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0.00"),
            (-0.0, "0.00"),
            (-0.0, "0.00"),
            (-12.0, "-12.00"),
            (0.731, "0.73"),
            (0.001, "1.0e-3"),
            (123_456.0, "1.2e5"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
        assert_eq!(typeset(-0.5), "−0.50");
        assert_eq!(constant(-1.0), "−1");
        assert_eq!(constant(1.0 / 3.0), "0.33");
        assert_eq!(constant(0.125), "0.125");
    }
}
