//! The tasks, from a formula to whole algorithms.

mod black_scholes;
mod brusselator;
mod bundle_adjustment;
mod checkpoints;
mod cholesky;
mod circuit;
mod conjugate_gradients;
mod dormand_prince;
mod fft;
mod lennard_jones;
mod lstm;
mod mixture;
mod mlp;
mod neuron;
mod ode;
mod rosenbrock;

use crate::task::{Case, run, time};

/// All tasks in the order of the document.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    macro_rules! cases {
        ($($name:literal = $task:ty: $($size:literal x $calls:literal $(<= $margin:literal)?),*;)*) => {
            $($(cases.push(Case {
                name: $name,
                size: $size,
                calls: $calls,
                margin: None $(.or(Some($margin)))?,
                versions: 3,
                run: run::<$task>,
                time: time::<$task>,
            });)*)*
        };
    }
    cases! {
        "circuit" = circuit::Circuit: 1 x 100, 1000 x 1 <= 1.0;
        "neuron-2" = neuron::Two: 1 x 100, 1000 x 1 <= 1.0;
        "neuron-8" = neuron::Eight: 1 x 100;
        "neuron-64" = neuron::SixtyFour: 1 x 100 <= 1.06;
        "rosenbrock" = rosenbrock::Rosenbrock: 100 x 100, 1000 x 10 <= 1.1, 100_000 x 1;
        "mlp" = mlp::Single: 1 x 10 <= 1.1;
        "mlp-lanes" = mlp::Lanes: 1 x 10;
        "mlp-batch" = mlp::Batch: 64 x 1;
        "euler" = ode::Euler: 1000 x 1 <= 1.15, 10_000 x 1, 100_000 x 1;
        "runge-kutta" = ode::RungeKutta: 1000 x 1 <= 1.75, 100_000 x 1;
        "euler-root" = checkpoints::EulerRoot: 100_000 x 1;
        "euler-100" = checkpoints::EulerHundred: 100_000 x 1;
        "euler-30" = checkpoints::EulerThirty: 100_000 x 1;
        "euler-10" = checkpoints::EulerTen: 100_000 x 1;
        "runge-kutta-root" = checkpoints::RungeKuttaRoot: 100_000 x 1;
        "runge-kutta-100" = checkpoints::RungeKuttaHundred: 100_000 x 1;
        "runge-kutta-30" = checkpoints::RungeKuttaThirty: 100_000 x 1;
        "runge-kutta-10" = checkpoints::RungeKuttaTen: 100_000 x 1;
        "fft" = fft::InPlace: 64 x 10 <= 2.1, 1024 x 1, 16384 x 1;
        "fft-recursive" = fft::Recursive: 64 x 10 <= 1.9, 1024 x 1, 16384 x 1;
        "cholesky" = cholesky::Cholesky: 16 x 10 <= 2.35, 64 x 1, 128 x 1;
        "black-scholes" = black_scholes::BlackScholes: 10 x 1 <= 1.4, 100 x 1, 1000 x 1;
        "mixture-2-5" = mixture::Mixture<2, 5>: 100 x 1 <= 2.2, 1000 x 1;
        "mixture-10-25" = mixture::Mixture<10, 25>: 1000 x 1;
        "mixture-20-50" = mixture::Mixture<20, 50>: 1000 x 1;
        "mixture-64-25" = mixture::Mixture<64, 25>: 1000 x 1;
        "lstm-2" = lstm::Stack<2>: 64 x 1 <= 1.5, 1024 x 1;
        "lstm-4" = lstm::Stack<4>: 1024 x 1;
        "brusselator" = brusselator::Rate: 1 x 10 <= 1.35;
        "brusselator-euler" = brusselator::Euler: 10 x 1 <= 1.35, 100 x 1, 1000 x 1;
        "conjugate-gradients" = conjugate_gradients::ConjugateGradients: 16 x 1 <= 1.45, 64 x 1, 128 x 1;
        "dormand-prince" = dormand_prince::DormandPrince: 1000 x 1 <= 1.05, 100_000 x 1;
        "bundle-adjustment" = bundle_adjustment::BundleAdjustment: 1000 x 1 <= 1.7, 31_843 x 1, 287_451 x 1;
        "lennard-jones" = lennard_jones::LennardJones: 10 x 10 <= 1.3, 100 x 1, 1000 x 1;
    }
    cases
}
