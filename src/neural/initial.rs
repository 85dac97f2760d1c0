//! Layers to start training from.

use super::{Activation, Dense};
use alloc::vec;
use rand::{Rng, RngExt};

/// Random weights; the biases are 0. The generator is the caller's, so that a
/// seeded one makes the same network each time.
impl Dense {
    /// He initialisation, for ReLU and its kin: uniform in ±√(6 / inputs), so
    /// that the variance is 2 / inputs.
    ///
    /// Source: He, Zhang, Ren and Sun, *Delving Deep into Rectifiers* (2015).
    ///
    /// ```
    /// use backprop::neural::{Activation, Dense};
    /// use rand_pcg::Pcg64Mcg;
    ///
    /// let layer = Dense::he(64, 100, Activation::Relu, &mut Pcg64Mcg::new(1));
    /// assert_eq!((layer.inputs(), layer.outputs()), (64, 100));
    /// ```
    ///
    /// # Panics
    ///
    /// If there are no inputs or no outputs.
    pub fn he(
        inputs: usize,
        outputs: usize,
        activation: Activation,
        random: &mut impl Rng,
    ) -> Self {
        Self::uniform(inputs, outputs, 6.0 / inputs as f64, activation, random)
    }

    /// Xavier (Glorot) initialisation, for tanh and sigmoid: uniform in
    /// ±√(6 / (inputs + outputs)), so that the variance is 2 / (inputs + outputs).
    ///
    /// Source: Glorot and Bengio, *Understanding the difficulty of training deep
    /// feedforward neural networks* (2010).
    ///
    /// # Panics
    ///
    /// If there are no inputs or no outputs.
    pub fn xavier(
        inputs: usize,
        outputs: usize,
        activation: Activation,
        random: &mut impl Rng,
    ) -> Self {
        let square = 6.0 / (inputs + outputs) as f64;
        Self::uniform(inputs, outputs, square, activation, random)
    }

    /// Uniform weights whose bound has this square.
    fn uniform(
        inputs: usize,
        outputs: usize,
        square: f64,
        activation: Activation,
        random: &mut impl Rng,
    ) -> Self {
        #[cfg(not(feature = "std"))]
        use crate::__private::Float;

        assert!(
            inputs > 0 && outputs > 0,
            "a layer without inputs or outputs"
        );
        let bound = square.sqrt();
        let mut draw = || random.random_range(-bound..=bound);
        let weights = (0..inputs * outputs).map(|_| draw()).collect();
        Self::new(weights, vec![0.0; outputs], activation)
    }
}
