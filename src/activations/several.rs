//! Activation functions of several numbers: element by element, and of all.

/// Defines them for one type.
macro_rules! define {
    ($float:ident) => {
        use alloc::vec::Vec;

        $crate::activations::several::define_all! { $float;
            identity_all: identity,
            sigmoid_all: sigmoid,
            hard_sigmoid_all: hard_sigmoid,
            tanh_all: tanh,
            relu_all: relu,
            leaky_relu_all: leaky_relu,
            selu_all: selu,
            softplus_all: softplus,
            silu_all: silu,
            gelu_all: gelu,
            gelu_tanh_all: gelu_tanh,
            mish_all: mish,
        }

        /// [`leaky_relu_with`] of each number, with one slope.
        #[differentiate(jvp)]
        pub fn leaky_relu_with_all(x: &[$float], slope: $float) -> Vec<$float> {
            x.iter().map(|x| leaky_relu_with(*x, slope)).collect()
        }

        /// [`elu`] of each number, with one α.
        #[differentiate(jvp)]
        pub fn elu_all(x: &[$float], alpha: $float) -> Vec<$float> {
            x.iter().map(|x| elu(*x, alpha)).collect()
        }

        /// The largest of K affine pieces: `max(w₁ᵀx + b₁, …, wₖᵀx + bₖ)`.
        ///
        /// `weights` has one row of `x.len()` numbers for each of `biases`, row
        /// after row. At a tie the first of the largest gets the gradient.
        ///
        /// # Panics
        ///
        /// If `biases` is empty or `weights` has another length.
        #[differentiate(jvp)]
        pub fn maxout(x: &[$float], weights: &[$float], biases: &[$float]) -> $float {
            assert!(!biases.is_empty(), "maxout of no pieces");
            assert_eq!(
                weights.len(),
                x.len() * biases.len(),
                "a weight for each input and piece"
            );
            let n = x.len();
            let mut largest = $float::NEG_INFINITY;
            for (k, bias) in biases.iter().enumerate() {
                let row = &weights[k * n..(k + 1) * n];
                let piece = row.iter().zip(x).map(|(w, x)| w * x).sum::<$float>() + bias;
                // nothing is greater than a NaN, so it stays
                if k == 0 || piece > largest || piece.is_nan() {
                    largest = piece;
                }
            }
            largest
        }

        /// `ln Σ e^x`, the smooth maximum; its gradient is the [`softmax`].
        ///
        /// Of no numbers it is −∞.
        #[differentiate(jvp)]
        pub fn log_sum_exp(x: &[$float]) -> $float {
            let shift = $crate::constant(finite_max(x));
            let total: $float = x.iter().map(|x| (x - shift).exp()).sum();
            shift + total.ln()
        }

        /// `e^xᵢ / Σ e^xⱼ`: positive numbers with sum 1.
        ///
        /// A number that is −∞ gets 0.
        #[differentiate(jvp)]
        pub fn softmax(x: &[$float]) -> Vec<$float> {
            let shift = $crate::constant(finite_max(x));
            let powers: Vec<$float> = x.iter().map(|x| (x - shift).exp()).collect();
            let total: $float = powers.iter().sum();
            powers.iter().map(|power| power / total).collect()
        }

        /// `xᵢ − ln Σ e^xⱼ`, the logarithm of the [`softmax`].
        #[differentiate(jvp)]
        pub fn log_softmax(x: &[$float]) -> Vec<$float> {
            let shift = $crate::constant(finite_max(x));
            let total: $float = x.iter().map(|x| (x - shift).exp()).sum();
            let log_total = total.ln();
            x.iter().map(|x| (x - shift) - log_total).collect()
        }

        /// What is subtracted from each number before its exponential is taken,
        /// so that none overflows. It cancels, in the value and in the gradient.
        fn finite_max(x: &[$float]) -> $float {
            let max = x.iter().copied().fold($float::NEG_INFINITY, $float::max);
            if max.is_finite() { max } else { 0.0 }
        }
    };
}

/// Defines functions that apply another to each number.
macro_rules! define_all {
    ($float:ident; $($name:ident: $scalar:ident,)*) => {$(
        #[doc = concat!("[`", stringify!($scalar), "`] of each number.")]
        #[differentiate(jvp)]
        pub fn $name(x: &[$float]) -> Vec<$float> {
            x.iter().map(|x| $scalar(*x)).collect()
        }
    )*};
}

pub(crate) use {define, define_all};
