//! A sigmoid neuron with 2, 8 and 64 inputs: σ(w · x + b).

use crate::task::Task;
use backprop::differentiate;

#[differentiate]
fn two(w0: f64, x0: f64, w1: f64, x1: f64, b: f64) -> f64 {
    1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + b)).exp())
}

#[differentiate]
fn eight(w: &[f64; 8], x: &[f64; 8], b: f64) -> f64 {
    let s = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b;
    1.0 / (1.0 + (-s).exp())
}

#[differentiate]
fn sixty_four(w: &[f64; 64], x: &[f64; 64], b: f64) -> f64 {
    let s = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b;
    1.0 / (1.0 + (-s).exp())
}

/// s = w · x + b, f = σ(s): ∂/∂s = f (1 − f), from the result; then ∂/∂w = ∂/∂s x,
/// ∂/∂x = ∂/∂s w.
#[inline]
fn two_by_hand(w0: f64, x0: f64, w1: f64, x1: f64, b: f64) -> (f64, (f64, f64, f64, f64, f64)) {
    let f = 1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + b)).exp());
    let d_s = f * (1.0 - f);
    (f, (d_s * x0, d_s * w0, d_s * x1, d_s * w1, d_s))
}

/// As with two inputs; adds into the buffers.
#[inline]
fn by_hand<const N: usize>(
    w: &[f64; N],
    x: &[f64; N],
    b: f64,
    d_w: &mut [f64; N],
    d_x: &mut [f64; N],
    d_b: &mut f64,
) -> f64 {
    let s = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b;
    let f = 1.0 / (1.0 + (-s).exp());
    let d_s = f * (1.0 - f);
    for i in 0..N {
        d_w[i] += d_s * x[i];
        d_x[i] += d_s * w[i];
    }
    *d_b += d_s;
    f
}

pub(crate) struct Two;

impl Task for Two {
    type Input = Vec<[f64; 5]>;
    type Work = Vec<(f64, f64, f64, f64, f64)>;

    fn input(size: usize) -> Self::Input {
        let numbers = (0..size).map(|i| 0.001 * i as f64);
        numbers
            .map(|i| [2.0 - i, -1.0, i - 3.0, -2.0, -3.0 + i])
            .collect()
    }

    fn work(input: &Self::Input) -> Self::Work {
        vec![Default::default(); input.len()]
    }

    fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for [w0, x0, w1, x1, b] in input {
            total += two(*w0, *x0, *w1, *x1, *b);
        }
        total
    }

    fn generated(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for ([w0, x0, w1, x1, b], gradient) in input.iter().zip(work) {
            let value;
            (value, *gradient) = two_grad(*w0, *x0, *w1, *x1, *b);
            total += value;
        }
        total
    }

    fn by_hand(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for ([w0, x0, w1, x1, b], gradient) in input.iter().zip(work) {
            let value;
            (value, *gradient) = two_by_hand(*w0, *x0, *w1, *x1, *b);
            total += value;
        }
        total
    }

    fn results(work: &Self::Work) -> Vec<f64> {
        let numbers = work.iter().flat_map(|(a, b, c, d, e)| [*a, *b, *c, *d, *e]);
        numbers.collect()
    }
}

/// Weights and inputs, and their adjoints.
pub(crate) struct Arrays<const N: usize> {
    pub(crate) w: [f64; N],
    pub(crate) x: [f64; N],
    pub(crate) b: f64,
}

macro_rules! task {
    ($name:ident, $n:literal, $primal:ident, $backprop:ident) => {
        pub(crate) struct $name;

        impl Task for $name {
            type Input = Arrays<$n>;
            type Work = Arrays<$n>;

            fn input(_: usize) -> Self::Input {
                Arrays {
                    w: std::array::from_fn(|i| (i as f64).sin() / $n as f64),
                    x: std::array::from_fn(|i| (1.5 * i as f64).cos()),
                    b: -0.3,
                }
            }

            fn work(_: &Self::Input) -> Self::Work {
                Arrays {
                    w: [0.0; $n],
                    x: [0.0; $n],
                    b: 0.0,
                }
            }

            fn primal(i: &Self::Input, _: &mut Self::Work) -> f64 {
                $primal(&i.w, &i.x, i.b)
            }

            fn generated(i: &Self::Input, d: &mut Self::Work) -> f64 {
                $backprop(&i.w, &i.x, i.b, 1.0, &mut d.w, &mut d.x, &mut d.b)
            }

            fn by_hand(i: &Self::Input, d: &mut Self::Work) -> f64 {
                by_hand(&i.w, &i.x, i.b, &mut d.w, &mut d.x, &mut d.b)
            }

            fn results(d: &Self::Work) -> Vec<f64> {
                d.w.iter().chain(&d.x).chain([&d.b]).copied().collect()
            }
        }
    };
}

task!(Eight, 8, eight, eight_backprop);
task!(SixtyFour, 64, sixty_four, sixty_four_backprop);
