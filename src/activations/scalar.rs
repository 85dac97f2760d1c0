//! Activation functions of one number.

/// Defines them for one type.
///
/// They are plain differentiated functions. What keeps value and derivative
/// accurate is which exponential they call: one whose argument is at most 0.
macro_rules! define {
    ($float:ident) => {
        #[cfg(not(feature = "std"))]
        use $crate::__private::Float;
        use $crate::activations::scalar::erfc::$float::erfc;
        use $crate::differentiate;

        /// The number itself.
        #[differentiate(jvp)]
        pub fn identity(x: $float) -> $float {
            x
        }

        /// The logistic function `σ(x) = 1 / (1 + e^(−x))`; its derivative is
        /// `σ(x) (1 − σ(x))`.
        #[differentiate(jvp)]
        pub fn sigmoid(x: $float) -> $float {
            if x >= 0.0 {
                1.0 / (1.0 + (-x).exp())
            } else {
                let power = x.exp();
                power / (1.0 + power)
            }
        }

        /// The piecewise linear sigmoid: `x/6 + 1/2` between −3 and 3, 0 below, 1
        /// above.
        #[differentiate(jvp)]
        pub fn hard_sigmoid(x: $float) -> $float {
            x.clamp(-3.0, 3.0) / 6.0 + 0.5
        }

        /// The hyperbolic tangent; its derivative is `1 − tanh² x`.
        #[differentiate(jvp)]
        pub fn tanh(x: $float) -> $float {
            x.tanh()
        }

        /// The rectified linear unit `max(0, x)`, with derivative 0 at 0. Unlike
        /// `x.max(0.0)` it hands a NaN on.
        #[differentiate(jvp)]
        pub fn relu(x: $float) -> $float {
            if x <= 0.0 { 0.0 } else { x }
        }

        /// The leaky rectified linear unit `max(0.1 x, x)`, with derivative 0.1
        /// at 0.
        #[differentiate(jvp)]
        pub fn leaky_relu(x: $float) -> $float {
            leaky_relu_with(x, 0.1)
        }

        /// The leaky rectified linear unit with a slope of one's own: `x` for
        /// `x > 0`, else `slope · x`. The slope may be learned (PReLU).
        #[differentiate(jvp)]
        pub fn leaky_relu_with(x: $float, slope: $float) -> $float {
            if x <= 0.0 { slope * x } else { x }
        }

        /// The exponential linear unit: `x` for `x ≥ 0`, else `α (e^x − 1)`.
        #[differentiate(jvp)]
        pub fn elu(x: $float, alpha: $float) -> $float {
            if x >= 0.0 { x } else { alpha * x.exp_m1() }
        }

        /// The self-normalising exponential linear unit `λ · elu(x, α)`, with
        /// λ = 1.0507… and α = 1.6733…, which keep mean 0 and variance 1 from
        /// layer to layer.
        #[differentiate(jvp)]
        pub fn selu(x: $float) -> $float {
            1.050_700_987_355_480_5 * elu(x, 1.673_263_242_354_377_2)
        }

        /// The smooth rectifier `ln(1 + e^x)`; its derivative is the sigmoid.
        #[differentiate(jvp)]
        pub fn softplus(x: $float) -> $float {
            if x >= 0.0 {
                x + (-x).exp().ln_1p()
            } else {
                x.exp().ln_1p()
            }
        }

        /// The sigmoid linear unit (swish) `x σ(x)`.
        #[differentiate(jvp)]
        pub fn silu(x: $float) -> $float {
            x * sigmoid(x)
        }

        /// The Gaussian error linear unit `x Φ(x)`, exact: Φ is the distribution
        /// function of the standard normal, `erfc(−x/√2) / 2`.
        #[differentiate(jvp)]
        pub fn gelu(x: $float) -> $float {
            0.5 * x * erfc(-core::$float::consts::FRAC_1_SQRT_2 * x)
        }

        /// The Gaussian error linear unit as transformers approximate it:
        /// `x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
        ///
        /// `(1 + tanh u) / 2` is `σ(2u)`, which loses nothing for negative `u`.
        #[differentiate(jvp)]
        pub fn gelu_tanh(x: $float) -> $float {
            // beyond, σ is 0 or 1 whatever the cube overflows to
            let within = x.clamp(-30.0, 30.0);
            let cubic = within + 0.044715 * within * within * within;
            // 2 √(2/π)
            x * sigmoid(1.595_769_121_605_730_7 * cubic)
        }

        /// `x tanh(ln(1 + e^x))`, which is rational in `e^x`.
        #[differentiate(jvp)]
        pub fn mish(x: $float) -> $float {
            if x >= 40.0 {
                // the hyperbolic tangent is 1 to the last digit
                x
            } else if x >= 0.0 {
                let power = (-x).exp();
                let odd = 1.0 + 2.0 * power;
                x * (odd / (odd + 2.0 * (power * power)))
            } else {
                let power = x.exp();
                let even = power * (power + 2.0);
                x * (even / (even + 2.0))
            }
        }
    };
}

pub(crate) use define;

/// The complementary error function, which `std` does not have.
pub(crate) mod erfc {
    macro_rules! define {
        ($float:ident) => {
            pub(crate) mod $float {
                use crate::differentiate;
                #[cfg(not(feature = "std"))]
                use $crate::__private::Float;

                /// `2/√π ∫ e^(−t²) dt` from `x` to ∞; its derivative is
                /// `−2/√π e^(−x²)`.
                #[differentiate(rule = value_and_pullback, jvp)]
                pub(crate) fn erfc(x: $float) -> $float {
                    crate::__private::erfc(x)
                }

                fn value_and_pullback(x: $float) -> ($float, impl FnOnce($float) -> $float) {
                    let slope = -core::$float::consts::FRAC_2_SQRT_PI * (-x * x).exp();
                    (crate::__private::erfc(x), move |upstream| slope * upstream)
                }
            }
        };
    }

    define!(f32);
    define!(f64);
}
