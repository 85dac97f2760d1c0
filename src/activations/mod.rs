//! Activation functions, for use inside differentiated functions and on their
//! own.
//!
//! Each is an ordinary differentiated function, so that `sigmoid` comes with
//! [`sigmoid_grad`], [`sigmoid_backprop`] and [`sigmoid_jvp`]; those of this module are of `f64`,
//! those of [`single`] of `f32`. With `_all` at the end of its name it is of a
//! slice, element by element.
//!
//! | function | formula |
//! |---|---|
//! | [`identity`] | x |
//! | [`sigmoid`] | 1 / (1 + e⁻ˣ) |
//! | [`hard_sigmoid`] | x/6 + 1/2, clamped to 0 … 1 |
//! | [`tanh`] | tanh x |
//! | [`relu`] | max(0, x) |
//! | [`leaky_relu`], [`leaky_relu_with`] | x for x > 0, else slope · x; the slope is 0.1, or a parameter |
//! | [`elu`] | x for x ≥ 0, else α (eˣ − 1) |
//! | [`selu`] | λ · elu(x, α), with the λ and α that keep mean 0 and variance 1 |
//! | [`softplus`] | ln(1 + eˣ) |
//! | [`silu`] | x · sigmoid(x) |
//! | [`gelu`] | x · Φ(x), with the distribution function Φ of the standard normal |
//! | [`gelu_tanh`] | x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) |
//! | [`mish`] | x · tanh(softplus(x)) |
//! | [`maxout`] | the largest of several affine pieces wᵀx + b |
//! | [`softmax`], [`log_softmax`] | eˣⁱ / Σ eˣʲ and its logarithm |
//! | [`log_sum_exp`] | ln Σ eˣʲ |
//!
//! Values and derivatives are accurate for every finite `x`: nothing overflows
//! on the way, and what is tiny is not lost to cancellation, except that the
//! derivative of `tanh` comes from its value and is accurate to 10⁻¹⁶ (10⁻⁷
//! with `f32`) absolutely. NaN stays NaN. At kinks the derivative is that of the
//! branch that is taken: at 0 it is 0 for `relu`, the slope for `leaky_relu`, 1
//! for `elu`, λ for `selu`; at ±3 it is 1/6 for `hard_sigmoid`.
//!
//! ```
//! use backprop::activations::{self, elu, sigmoid, sigmoid_grad};
//! use backprop::differentiate;
//!
//! /// The firing rate of a neuron with two inputs.
//! #[differentiate(wrt(w, b))]
//! fn neuron(x: [f64; 2], w: [f64; 2], b: f64) -> f64 {
//!     sigmoid(w[0] * x[0] + w[1] * x[1] + b)
//! }
//!
//! assert_eq!(sigmoid_grad(0.0), (0.5, 0.25));
//! let (rate, (d_w, d_b)) = neuron_grad([-1.0, -2.0], [2.0, -3.0], -4.0);
//! assert_eq!((rate, d_w, d_b), (0.5, [-0.25, -0.5], 0.25));
//!
//! // with respect to x and to α
//! let (value, (d_x, d_alpha)) = activations::elu_grad(-1.0, 2.0);
//! assert_eq!(value, elu(-1.0, 2.0));
//! assert_eq!((d_x, d_alpha), (2.0 * (-1.0_f64).exp(), (-1.0_f64).exp_m1()));
//!
//! assert_eq!(activations::relu_all(&[-1.0, 2.0]), [0.0, 2.0]);
//! let mut d_x = [0.0; 2];
//! activations::relu_all_backprop(&[-1.0, 2.0], &vec![1.0, 1.0], &mut d_x);
//! assert_eq!(d_x, [0.0, 1.0]);
//! ```
//!
//! # Sources
//!
//! Clevert, Unterthiner and Hochreiter, *ELU* (2016); Klambauer et al.,
//! *Self-Normalizing Neural Networks* (2017); Hendrycks and Gimpel, *Gaussian
//! Error Linear Units* (2016); Ramachandran, Zoph and Le, *Searching for
//! Activation Functions* (2017, SiLU); Misra, *Mish* (2019); Goodfellow et al.,
//! *Maxout Networks* (2013).

mod scalar;
mod several;

scalar::define!(f64);
several::define!(f64);

/// The activation functions of `f32`.
///
/// ```
/// use backprop::activations::single::relu_grad;
///
/// assert_eq!(relu_grad(2.0_f32), (2.0, 1.0));
/// ```
#[expect(
    clippy::excessive_precision,
    reason = "constants are written for `f64`"
)]
pub mod single {
    super::scalar::define!(f32);
    super::several::define!(f32);
}
