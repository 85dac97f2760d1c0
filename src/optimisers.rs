//! Gradient descent over the numbers of any parameters.
//!
//! Parameters are any [`Differentiable`] type with [`Numbers`]: a number, a
//! vector, a struct that derives, a network. An optimiser keeps its own state for
//! each number, made at the first step.
//!
//! ```
//! use backprop::differentiate;
//! use backprop::optimisers::Adam;
//!
//! /// Rosenbrock's valley, with its minimum at (1, 1).
//! #[differentiate]
//! fn valley(p: &[f64; 2]) -> f64 {
//!     (1.0 - p[0]).powi(2) + 100.0 * (p[1] - p[0] * p[0]).powi(2)
//! }
//!
//! let mut p = [-1.0, 2.0];
//! let mut optimiser = Adam::new(0.02);
//! for _ in 0..5000 {
//!     let (_, gradient) = valley_grad(&p);
//!     optimiser.step(&mut p, &gradient);
//! }
//! assert!((p[0] - 1.0).abs() < 1e-3 && (p[1] - 1.0).abs() < 1e-3);
//! ```

use crate::{Differentiable, Numbers};
use alloc::vec::Vec;

/// Gradient descent, with momentum if wanted:
///
/// `v ← μ v + g`, `x ← x − η v` with the rate η and the momentum μ.
///
/// ```
/// use backprop::optimisers::Sgd;
///
/// let mut optimiser = Sgd::new(0.1).with_momentum(0.5);
/// let mut x = 1.0_f64;
/// optimiser.step(&mut x, &1.0); // v = 1
/// optimiser.step(&mut x, &1.0); // v = 1.5
/// assert!((x - (1.0 - 0.1 - 0.15)).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd {
    /// The learning rate η; it may change from step to step.
    pub rate: f64,
    momentum: f64,
    velocity: Vec<f64>,
}

impl Sgd {
    /// Without momentum.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            momentum: 0.0,
            velocity: Vec::new(),
        }
    }

    /// With momentum μ, 0 ≤ μ < 1.
    pub fn with_momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// One step against the gradient.
    ///
    /// # Panics
    ///
    /// If there are not as many numbers as in the gradient or in earlier steps.
    pub fn step<P>(&mut self, parameters: &mut P, gradient: &P::Gradient)
    where
        P: Differentiable<Gradient: Numbers> + Numbers,
    {
        prepare(&mut self.velocity, parameters);
        let (rate, momentum) = (self.rate, self.momentum);
        let mut velocity = self.velocity.iter_mut();
        parameters.update(gradient, |x, d| match velocity.next() {
            Some(v) => {
                *v = momentum * *v + d;
                x - rate * *v
            }
            None => x,
        });
    }
}

/// Adam: steps of about the rate, whatever the scale of the gradient.
///
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `x ← x − η m̂ / (√v̂ + ε)`, where `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)` at
/// step `t` make up for the start at 0.
///
/// Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization* (2015),
/// algorithm 1, with its β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
#[cfg(feature = "libm")]
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    /// The learning rate η; it may change from step to step.
    pub rate: f64,
    /// β₁ᵗ and β₂ᵗ.
    powers: (f64, f64),
    mean: Vec<f64>,
    square: Vec<f64>,
}

#[cfg(feature = "libm")]
impl Adam {
    const BETAS: (f64, f64) = (0.9, 0.999);
    const EPSILON: f64 = 1e-8;

    /// With this learning rate, often 0.001.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            powers: (1.0, 1.0),
            mean: Vec::new(),
            square: Vec::new(),
        }
    }

    /// One step against the gradient.
    ///
    /// # Panics
    ///
    /// If there are not as many numbers as in the gradient or in earlier steps.
    pub fn step<P>(&mut self, parameters: &mut P, gradient: &P::Gradient)
    where
        P: Differentiable<Gradient: Numbers> + Numbers,
    {
        #[cfg(not(feature = "std"))]
        use crate::__private::Float;

        prepare(&mut self.mean, parameters);
        prepare(&mut self.square, parameters);
        let (beta1, beta2) = Self::BETAS;
        self.powers.0 *= beta1;
        self.powers.1 *= beta2;
        let (rate, powers) = (self.rate, self.powers);
        let mut moments = self.mean.iter_mut().zip(&mut self.square);
        parameters.update(gradient, |x, d| match moments.next() {
            Some((m, v)) => {
                *m = beta1 * *m + (1.0 - beta1) * d;
                *v = beta2 * *v + (1.0 - beta2) * d * d;
                let (m_hat, v_hat) = (*m / (1.0 - powers.0), *v / (1.0 - powers.1));
                x - rate * m_hat / (v_hat.sqrt() + Self::EPSILON)
            }
            None => x,
        });
    }
}

/// Makes the state of an optimiser at the first step.
fn prepare(state: &mut Vec<f64>, parameters: &impl Numbers) {
    let count = parameters.count_numbers();
    if state.is_empty() {
        state.resize(count, 0.0);
    }
    assert_eq!(state.len(), count, "as many numbers as in the steps before");
}
