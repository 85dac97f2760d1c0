//! Neurons, layers and networks.
//!
//! Everything here is written with [`#[differentiate]`](macro@crate::differentiate),
//! so every function has its reverse half beside it ([`Network::forward`] has
//! [`Network::forward_backprop`]) and may be called in a
//! differentiated function of one's own:
//!
//! ```
//! use backprop::differentiate;
//! use backprop::neural::{Activation, Dense, Network, cross_entropy};
//! use backprop::optimisers::Sgd;
//!
//! #[differentiate(wrt(network))]
//! fn loss(network: &Network, inputs: &[f64], label: usize) -> f64 {
//!     cross_entropy(&network.forward(inputs), label)
//! }
//!
//! // the 2-layer network W₂ max(0, W₁ x): two inputs, two hidden units, two scores
//! let mut network = Network::of(vec![
//!     Dense::new(vec![0.5, -0.5, 0.25, 1.0], vec![0.0, 0.0], Activation::Relu),
//!     Dense::new(vec![1.0, -1.0, 0.5, 0.5], vec![0.0, 0.0], Activation::Identity),
//! ]);
//! let mut optimiser = Sgd::new(0.1);
//! let (before, gradient) = loss_grad(&network, &[1.0, -2.0], 0);
//! optimiser.step(&mut network, &gradient);
//! assert!(loss(&network, &[1.0, -2.0], 0) < before);
//! ```
//!
//! Numbers are `f64`. The free functions have forward mode too, the methods not
//! yet. Matrices are slices of their numbers, row after row; the number of columns is
//! that of the numbers they are multiplied with.

mod activation;
#[cfg(feature = "rand")]
mod initial;
mod layer;
mod linear;
mod losses;
mod network;
mod neuron;

pub use activation::*;
pub use layer::*;
pub use linear::*;
pub use losses::*;
pub use network::*;
pub use neuron::*;
