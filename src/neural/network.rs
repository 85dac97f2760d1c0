//! Layers, one after the other.

use super::layer::Dense;
use crate::{Differentiable, differentiate};
use alloc::vec::Vec;

/// A network of dense layers, of any widths and activations.
#[derive(Debug, Clone, PartialEq, Differentiable)]
pub struct Network {
    /// From the inputs to the outputs.
    pub layers: Vec<Dense>,
}

impl Network {
    /// A network of these layers.
    ///
    /// # Panics
    ///
    /// If a layer has not as many inputs as the one before has outputs.
    pub fn of(layers: Vec<Dense>) -> Self {
        for pair in layers.windows(2) {
            assert_eq!(pair[0].outputs(), pair[1].inputs(), "layers fit together");
        }
        Self { layers }
    }

    /// The outputs for one sample.
    ///
    /// # Panics
    ///
    /// If the numbers of inputs and outputs do not fit.
    #[differentiate]
    pub fn forward(&self, inputs: &[f64]) -> Vec<f64> {
        let mut x = inputs.to_vec();
        for layer in self.layers.iter() {
            x = layer.forward(&x);
        }
        x
    }

    /// The outputs for each sample of a batch.
    ///
    /// # Panics
    ///
    /// If the numbers of inputs and outputs do not fit.
    #[differentiate]
    pub fn forward_batch(&self, batch: &[Vec<f64>]) -> Vec<Vec<f64>> {
        batch.iter().map(|inputs| self.forward(inputs)).collect()
    }
}
