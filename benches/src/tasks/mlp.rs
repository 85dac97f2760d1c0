//! A network of 64 inputs, 32 hidden tanh units and one output, squared error:
//! the gradient for all 2,113 parameters.

use crate::task::Task;
use backprop::{Differentiable, differentiate};

pub(crate) const INPUTS: usize = 64;
pub(crate) const HIDDEN: usize = 32;

#[derive(Clone, Differentiable)]
pub(crate) struct Mlp {
    pub(crate) w1: [[f64; INPUTS]; HIDDEN],
    pub(crate) b1: [f64; HIDDEN],
    pub(crate) w2: [f64; HIDDEN],
    pub(crate) b2: f64,
}

#[differentiate(wrt(net))]
fn loss(net: &Mlp, x: &[f64; INPUTS], y: f64) -> f64 {
    let mut out = net.b2;
    for j in 0..HIDDEN {
        let mut s = net.b1[j];
        for i in 0..INPUTS {
            s += net.w1[j][i] * x[i];
        }
        out += net.w2[j] * s.tanh();
    }
    (out - y) * (out - y)
}

#[differentiate(wrt(net))]
fn batch_loss(net: &Mlp, xs: &[[f64; INPUTS]], ys: &[f64]) -> f64 {
    let mut total = 0.0;
    for (x, y) in xs.iter().zip(ys) {
        total += loss(net, x, *y);
    }
    total / ys.len() as f64
}

/// Adds `scale` times the gradient of the loss; the loss.
///
/// With h = tanh(W₁ x + b₁), o = w₂ · h + b₂ and δ = 2 (o − y): ∂/∂b₂ = δ, ∂/∂w₂ =
/// δ h, ∂/∂b₁ = δ w₂ (1 − h²), ∂/∂W₁ = ∂/∂b₁ xᵀ. With one lane the dot products run
/// in the primal's order, so that the loss has its bits; with more they do not, but
/// the additions are vectorised.
fn by_hand<const LANES: usize>(
    net: &Mlp,
    x: &[f64; INPUTS],
    y: f64,
    scale: f64,
    d: &mut MlpGradient,
) -> f64 {
    let mut h = [0.0; HIDDEN];
    let mut out = net.b2;
    for j in 0..HIDDEN {
        let mut sums = [0.0; LANES];
        sums[0] = net.b1[j];
        let (rows, xs) = (net.w1[j].as_chunks::<LANES>().0, x.as_chunks::<LANES>().0);
        for (row, x) in rows.iter().zip(xs) {
            for lane in 0..LANES {
                sums[lane] += row[lane] * x[lane];
            }
        }
        h[j] = sums.iter().sum::<f64>().tanh();
        out += net.w2[j] * h[j];
    }
    let error = out - y;
    let d_out = scale * (error + error);
    d.b2 += d_out;
    for j in 0..HIDDEN {
        d.w2[j] += d_out * h[j];
        let d_s = d_out * net.w2[j] * (1.0 - h[j] * h[j]);
        d.b1[j] += d_s;
        for i in 0..INPUTS {
            d.w1[j][i] += d_s * x[i];
        }
    }
    error * error
}

pub(crate) struct Input {
    pub(crate) net: Mlp,
    pub(crate) xs: Vec<[f64; INPUTS]>,
    pub(crate) ys: Vec<f64>,
}

fn input(size: usize) -> Input {
    let number = |i: usize| (0.37 * i as f64).sin() / 8.0;
    Input {
        net: Mlp {
            w1: std::array::from_fn(|j| std::array::from_fn(|i| number(j * INPUTS + i))),
            b1: std::array::from_fn(|j| number(j + 11)),
            w2: std::array::from_fn(|j| number(3 * j)),
            b2: 0.1,
        },
        xs: (0..size)
            .map(|k| std::array::from_fn(|i| 8.0 * number(k + 7 * i)))
            .collect(),
        ys: (0..size).map(|k| (k % 3) as f64 - 1.0).collect(),
    }
}

macro_rules! task {
    ($name:ident, $primal:expr, $generated:expr, $by_hand:expr) => {
        pub(crate) struct $name;

        impl Task for $name {
            type Input = Input;
            type Work = MlpGradient;

            fn input(size: usize) -> Self::Input {
                input(size)
            }

            fn work(input: &Self::Input) -> Self::Work {
                input.net.zero_gradient()
            }

            fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
                $primal(input)
            }

            fn generated(input: &Self::Input, d: &mut Self::Work) -> f64 {
                $generated(input, d)
            }

            fn by_hand(input: &Self::Input, d: &mut Self::Work) -> f64 {
                $by_hand(input, d)
            }

            fn results(d: &Self::Work) -> Vec<f64> {
                let parts = d.w1.iter().flatten().chain(&d.b1);
                parts.chain(&d.w2).chain([&d.b2]).copied().collect()
            }
        }
    };
}

task!(
    Single,
    |i: &Input| loss(&i.net, &i.xs[0], i.ys[0]),
    |i: &Input, d: &mut MlpGradient| loss_backprop(&i.net, &i.xs[0], i.ys[0], 1.0, d),
    |i: &Input, d: &mut MlpGradient| by_hand::<1>(&i.net, &i.xs[0], i.ys[0], 1.0, d)
);
task!(
    Lanes,
    |i: &Input| loss(&i.net, &i.xs[0], i.ys[0]),
    |i: &Input, d: &mut MlpGradient| loss_backprop(&i.net, &i.xs[0], i.ys[0], 1.0, d),
    |i: &Input, d: &mut MlpGradient| by_hand::<8>(&i.net, &i.xs[0], i.ys[0], 1.0, d)
);
task!(
    Batch,
    |i: &Input| batch_loss(&i.net, &i.xs, &i.ys),
    |i: &Input, d: &mut MlpGradient| batch_loss_backprop(&i.net, &i.xs, &i.ys, 1.0, d),
    |i: &Input, d: &mut MlpGradient| {
        let count = i.ys.len() as f64;
        let samples = i.xs.iter().zip(&i.ys);
        let losses = samples.map(|(x, y)| by_hand::<1>(&i.net, x, *y, 1.0 / count, d));
        losses.sum::<f64>() / count
    }
);
