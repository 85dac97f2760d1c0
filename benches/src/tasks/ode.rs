//! Lotka and Volterra's predators and prey, by explicit Euler and by the
//! classical Runge-Kutta method: the gradient for the initial state and the four
//! rates.

use crate::task::Task;
use backprop::differentiate;

#[differentiate(wrt(start, k))]
fn euler(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
    let [mut u, mut v] = start;
    for _ in 0..steps {
        let d_u = u * (k[0] - k[1] * v);
        let d_v = v * (k[2] * u - k[3]);
        u += h * d_u;
        v += h * d_v;
    }
    u
}

/// The states are recorded, 16 bytes a step; everything else is computed again.
fn euler_by_hand(
    start: [f64; 2],
    k: &[f64; 4],
    h: f64,
    steps: usize,
    d_start: &mut [f64; 2],
    d_k: &mut [f64; 4],
) -> f64 {
    let [mut u, mut v] = start;
    let mut states = Vec::with_capacity(steps);
    for _ in 0..steps {
        states.push((u, v));
        let d_u = u * (k[0] - k[1] * v);
        let d_v = v * (k[2] * u - k[3]);
        u += h * d_u;
        v += h * d_v;
    }
    let (mut a, mut b) = (1.0, 0.0);
    let mut d = [0.0; 4];
    for &(u, v) in states.iter().rev() {
        // the adjoints of both right-hand sides, and of their products with u v
        let (p, q) = (h * a, h * b);
        let (pu, qv) = (p * u, q * v);
        d[0] += pu;
        d[1] -= pu * v;
        d[2] += qv * u;
        d[3] -= qv;
        a += p * (k[0] - k[1] * v) + qv * k[2];
        b += q * (k[2] * u - k[3]) - pu * k[1];
    }
    d_start[0] += a;
    d_start[1] += b;
    for (d_k, d) in d_k.iter_mut().zip(d) {
        *d_k += d;
    }
    u
}

#[differentiate]
pub(super) fn rate(y: [f64; 2], k: &[f64; 4]) -> [f64; 2] {
    [y[0] * (k[0] - k[1] * y[1]), y[1] * (k[2] * y[0] - k[3])]
}

#[differentiate]
pub(super) fn shifted(y: [f64; 2], k: [f64; 2], h: f64) -> [f64; 2] {
    [y[0] + h * k[0], y[1] + h * k[1]]
}

#[differentiate(wrt(start, k))]
fn runge_kutta(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
    let mut y = start;
    for _ in 0..steps {
        let k1 = rate(y, k);
        let k2 = rate(shifted(y, k1, 0.5 * h), k);
        let k3 = rate(shifted(y, k2, 0.5 * h), k);
        let k4 = rate(shifted(y, k3, h), k);
        for i in 0..2 {
            y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    y[0]
}

/// The vector-Jacobian product of `rate`: adds to the rates, returns that of the
/// state.
#[inline]
fn rate_back(y: [f64; 2], k: &[f64; 4], up: [f64; 2], d: &mut [f64; 4]) -> [f64; 2] {
    let (pu, qv) = (up[0] * y[0], up[1] * y[1]);
    d[0] += pu;
    d[1] -= pu * y[1];
    d[2] += qv * y[0];
    d[3] -= qv;
    [
        up[0] * (k[0] - k[1] * y[1]) + qv * k[2],
        up[1] * (k[2] * y[0] - k[3]) - pu * k[1],
    ]
}

/// The states are recorded, 16 bytes a step; the stages are computed again.
fn runge_kutta_by_hand(
    start: [f64; 2],
    k: &[f64; 4],
    h: f64,
    steps: usize,
    d_start: &mut [f64; 2],
    d_k: &mut [f64; 4],
) -> f64 {
    let mut y = start;
    let mut states = Vec::with_capacity(steps);
    for _ in 0..steps {
        states.push(y);
        let k1 = rate(y, k);
        let k2 = rate(shifted(y, k1, 0.5 * h), k);
        let k3 = rate(shifted(y, k2, 0.5 * h), k);
        let k4 = rate(shifted(y, k3, h), k);
        for i in 0..2 {
            y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    let mut a = [1.0, 0.0];
    let mut d = [0.0; 4];
    let (half, sixth) = (0.5 * h, h / 6.0);
    for &y in states.iter().rev() {
        let y2 = shifted(y, rate(y, k), half);
        let y3 = shifted(y, rate(y2, k), half);
        let y4 = shifted(y, rate(y3, k), h);
        // the adjoint of the last stage, and through it of the state before
        let up = [sixth * a[0], sixth * a[1]];
        let twice = [up[0] + up[0], up[1] + up[1]];
        let s4 = rate_back(y4, k, up, &mut d);
        let s3 = rate_back(y3, k, shifted(twice, s4, h), &mut d);
        let s2 = rate_back(y2, k, shifted(twice, s3, half), &mut d);
        let s1 = rate_back(y, k, shifted(up, s2, half), &mut d);
        for i in 0..2 {
            a[i] += s1[i] + s2[i] + s3[i] + s4[i];
        }
    }
    for i in 0..2 {
        d_start[i] += a[i];
    }
    for (d_k, d) in d_k.iter_mut().zip(d) {
        *d_k += d;
    }
    y[0]
}

pub(crate) const START: [f64; 2] = [1.0, 2.0];
pub(crate) const RATES: [f64; 4] = [1.1, 0.4, 0.1, 0.4];

/// The gradient for the initial state and for the rates.
#[derive(Default)]
pub(crate) struct Gradient {
    pub(super) start: [f64; 2],
    pub(super) k: [f64; 4],
}

/// The gradient in order.
pub(super) fn numbers(d: &Gradient) -> Vec<f64> {
    d.start.iter().chain(&d.k).copied().collect()
}

/// The steps, which cover ten units of time, and their size.
pub(crate) struct Steps(pub(crate) usize, pub(crate) f64);

macro_rules! task {
    ($name:ident, $primal:ident, $backprop:ident, $by_hand:ident) => {
        pub(crate) struct $name;

        impl Task for $name {
            type Input = Steps;
            type Work = Gradient;

            fn input(size: usize) -> Self::Input {
                Steps(size, 10.0 / size as f64)
            }

            fn work(_: &Self::Input) -> Self::Work {
                Gradient::default()
            }

            fn primal(&Steps(steps, h): &Self::Input, _: &mut Self::Work) -> f64 {
                $primal(START, &RATES, h, steps)
            }

            fn generated(&Steps(steps, h): &Self::Input, d: &mut Self::Work) -> f64 {
                $backprop(START, &RATES, h, steps, 1.0, &mut d.start, &mut d.k)
            }

            fn by_hand(&Steps(steps, h): &Self::Input, d: &mut Self::Work) -> f64 {
                $by_hand(START, &RATES, h, steps, &mut d.start, &mut d.k)
            }

            fn results(d: &Self::Work) -> Vec<f64> {
                numbers(d)
            }
        }
    };
}

task!(Euler, euler, euler_backprop, euler_by_hand);
task!(
    RungeKutta,
    runge_kutta,
    runge_kutta_backprop,
    runge_kutta_by_hand
);
