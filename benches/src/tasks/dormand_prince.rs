//! Van der Pol's oscillator by Dormand and Prince's embedded method with step size
//! control (Hairer, Nørsett and Wanner, *Solving Ordinary Differential Equations I*,
//! table II.5.2): the gradient for the initial state and the damping, through the
//! step sizes, too.

use crate::task::Task;
use backprop::differentiate;

#[differentiate]
fn rate(y: [f64; 2], mu: f64) -> [f64; 2] {
    [y[1], mu * (1.0 - y[0] * y[0]) * y[1] - y[0]]
}

const A21: f64 = 1.0 / 5.0;
const A3: [f64; 2] = [3.0 / 40.0, 9.0 / 40.0];
const A4: [f64; 3] = [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0];
const A5: [f64; 4] = [
    19372.0 / 6561.0,
    -25360.0 / 2187.0,
    64448.0 / 6561.0,
    -212.0 / 729.0,
];
const A6: [f64; 5] = [
    9017.0 / 3168.0,
    -355.0 / 33.0,
    46732.0 / 5247.0,
    49.0 / 176.0,
    -5103.0 / 18656.0,
];
/// Of `k1`, `k3`, …, `k6`.
const B: [f64; 5] = [
    35.0 / 384.0,
    500.0 / 1113.0,
    125.0 / 192.0,
    -2187.0 / 6784.0,
    11.0 / 84.0,
];
/// The difference of both solutions, of `k1`, `k3`, …, `k7`.
const E: [f64; 6] = [
    71.0 / 57600.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];
const TOLERANCE: f64 = 1e-9;

#[differentiate(wrt(start, mu))]
fn integrate(start: [f64; 2], mu: f64, end: f64) -> f64 {
    let mut y = start;
    let mut k1 = rate(y, mu);
    let (mut t, mut h) = (0.0, 1e-3);
    while t < end {
        let s: f64 = if t + h > end { end - t } else { h };
        let mut z = y;
        for i in 0..2 {
            z[i] = y[i] + s * (A21 * k1[i]);
        }
        let k2 = rate(z, mu);
        for i in 0..2 {
            z[i] = y[i] + s * (A3[0] * k1[i] + A3[1] * k2[i]);
        }
        let k3 = rate(z, mu);
        for i in 0..2 {
            z[i] = y[i] + s * (A4[0] * k1[i] + A4[1] * k2[i] + A4[2] * k3[i]);
        }
        let k4 = rate(z, mu);
        for i in 0..2 {
            z[i] = y[i] + s * (A5[0] * k1[i] + A5[1] * k2[i] + A5[2] * k3[i] + A5[3] * k4[i]);
        }
        let k5 = rate(z, mu);
        for i in 0..2 {
            let k = A6[0] * k1[i] + A6[1] * k2[i] + A6[2] * k3[i] + A6[3] * k4[i] + A6[4] * k5[i];
            z[i] = y[i] + s * k;
        }
        let k6 = rate(z, mu);
        for i in 0..2 {
            let k = B[0] * k1[i] + B[1] * k3[i] + B[2] * k4[i] + B[3] * k5[i] + B[4] * k6[i];
            z[i] = y[i] + s * k;
        }
        let k7 = rate(z, mu);
        let mut sum = 0.0;
        for i in 0..2 {
            let k = E[0] * k1[i] + E[1] * k3[i] + E[2] * k4[i];
            let e = s * (k + E[3] * k5[i] + E[4] * k6[i] + E[5] * k7[i]) / TOLERANCE;
            sum += e * e;
        }
        let error = (0.5 * sum).sqrt();
        if error <= 1.0 {
            t += s;
            y = z;
            k1 = k7;
        }
        h = s * (0.9 * error.powf(-0.2)).clamp(0.2, 5.0);
    }
    y[0]
}

/// A step as it was tried.
#[derive(Clone, Copy)]
struct Record {
    y: [f64; 2],
    s: f64,
    factor: f64,
    error: f64,
    /// `s` is what is left to the end, not `h`.
    last: bool,
    accepted: bool,
}

/// `y + s k`.
#[inline]
fn moved(y: [f64; 2], s: f64, k: [f64; 2]) -> [f64; 2] {
    [y[0] + s * k[0], y[1] + s * k[1]]
}

/// A sum of slopes with coefficients.
#[inline]
fn sum<const M: usize>(c: [f64; M], k: [[f64; 2]; M]) -> [f64; 2] {
    [0, 1].map(|i| {
        let mut sum = c[0] * k[0][i];
        for m in 1..M {
            sum += c[m] * k[m][i];
        }
        sum
    })
}

/// The states and slopes of a step.
struct Stages {
    z: [[f64; 2]; 6],
    k: [[f64; 2]; 7],
    e: [f64; 2],
}

#[inline]
fn stages(y: [f64; 2], k1: [f64; 2], s: f64, mu: f64) -> Stages {
    let z2 = moved(y, s, [A21 * k1[0], A21 * k1[1]]);
    let k2 = rate(z2, mu);
    let z3 = moved(y, s, sum(A3, [k1, k2]));
    let k3 = rate(z3, mu);
    let z4 = moved(y, s, sum(A4, [k1, k2, k3]));
    let k4 = rate(z4, mu);
    let z5 = moved(y, s, sum(A5, [k1, k2, k3, k4]));
    let k5 = rate(z5, mu);
    let z6 = moved(y, s, sum(A6, [k1, k2, k3, k4, k5]));
    let k6 = rate(z6, mu);
    let z7 = moved(y, s, sum(B, [k1, k3, k4, k5, k6]));
    let k7 = rate(z7, mu);
    Stages {
        z: [z2, z3, z4, z5, z6, z7],
        k: [k1, k2, k3, k4, k5, k6, k7],
        e: sum(E, [k1, k3, k4, k5, k6, k7]),
    }
}

/// States and step sizes are recorded; the stages are computed again.
fn by_hand(start: [f64; 2], mu: f64, end: f64, d_start: &mut [f64; 2], d_mu: &mut f64) -> f64 {
    let mut y = start;
    let mut k1 = rate(y, mu);
    let (mut t, mut h) = (0.0, 1e-3);
    let mut records = Vec::new();
    while t < end {
        let last = t + h > end;
        let s: f64 = if last { end - t } else { h };
        let new = stages(y, k1, s, mu);
        let e = new.e.map(|k| s * k / TOLERANCE);
        let error = (0.5 * (e[0] * e[0] + e[1] * e[1])).sqrt();
        let factor = 0.9 * error.powf(-0.2);
        let accepted = error <= 1.0;
        records.push(Record {
            y,
            s,
            factor,
            error,
            last,
            accepted,
        });
        if accepted {
            t += s;
            y = new.z[5];
            k1 = new.k[6];
        }
        h = s * factor.clamp(0.2, 5.0);
    }
    let (mut d_t, mut d_h, mut d) = (0.0, 0.0, 0.0);
    let (mut a, mut a_k1) = ([1.0, 0.0], [0.0; 2]);
    for record in records.iter().rev() {
        let Record {
            y,
            s,
            factor,
            error,
            last,
            accepted,
        } = *record;
        let Stages { z, k, e } = stages(y, rate(y, mu), s, mu);
        let mut d_s = d_h * factor.clamp(0.2, 5.0);
        // error ∂factor/∂error = −factor / 5; both sides of `error` are even in e
        let mut d_e = [0.0; 2];
        if (0.2..=5.0).contains(&factor) {
            let d_error = -0.2 * d_h * s * factor / error;
            let scale = 0.5 * d_error / error * s * s / (TOLERANCE * TOLERANCE);
            d_s += d_error * error / s;
            d_e = e.map(|e| scale * e);
        }
        let mut d_k = [[0.0; 2]; 7];
        for i in 0..2 {
            for (m, c) in [0, 2, 3, 4, 5, 6].into_iter().zip(E) {
                d_k[m][i] = c * d_e[i];
            }
        }
        let (mut d_z, mut d_y) = ([0.0; 2], a);
        if accepted {
            d_s += d_t;
            (d_z, d_y) = (a, [0.0; 2]);
            for i in 0..2 {
                d_k[6][i] += a_k1[i];
                // it is replaced, so nothing is left of what was before
                a_k1[i] = 0.0;
            }
        }
        macro_rules! stage {
            ($at:literal: $($c:expr, $from:literal);*) => {
                let (up, state) = (d_k[$at], z[$at - 1]);
                d += up[1] * (1.0 - state[0] * state[0]) * state[1];
                d_z[0] -= up[1] * (2.0 * mu * state[0] * state[1] + 1.0);
                d_z[1] += up[0] + up[1] * mu * (1.0 - state[0] * state[0]);
                for i in 0..2 {
                    d_y[i] += d_z[i];
                    d_s += d_z[i] * (0.0 $(+ $c * k[$from][i])*);
                    $(d_k[$from][i] += s * $c * d_z[i];)*
                }
            };
        }
        stage!(6: B[0], 0; B[1], 2; B[2], 3; B[3], 4; B[4], 5);
        d_z = [0.0; 2];
        stage!(5: A6[0], 0; A6[1], 1; A6[2], 2; A6[3], 3; A6[4], 4);
        d_z = [0.0; 2];
        stage!(4: A5[0], 0; A5[1], 1; A5[2], 2; A5[3], 3);
        d_z = [0.0; 2];
        stage!(3: A4[0], 0; A4[1], 1; A4[2], 2);
        d_z = [0.0; 2];
        stage!(2: A3[0], 0; A3[1], 1);
        d_z = [0.0; 2];
        stage!(1: A21, 0);
        for i in 0..2 {
            a_k1[i] += d_k[0][i];
        }
        a = d_y;
        if last {
            d_t -= d_s;
            d_h = 0.0;
        } else {
            d_h = d_s;
        }
    }
    let up = a_k1;
    d += up[1] * (1.0 - start[0] * start[0]) * start[1];
    d_start[0] += a[0] - up[1] * (2.0 * mu * start[0] * start[1] + 1.0);
    d_start[1] += a[1] + up[0] + up[1] * mu * (1.0 - start[0] * start[0]);
    *d_mu += d;
    y[0]
}

/// The gradient.
#[derive(Default)]
pub(crate) struct Gradient {
    start: [f64; 2],
    mu: f64,
}

/// About as many steps as the size says.
pub(crate) struct DormandPrince;

impl Task for DormandPrince {
    type Input = f64;
    type Work = Gradient;

    fn input(steps: usize) -> Self::Input {
        steps as f64 / 27.5
    }

    fn work(_: &Self::Input) -> Self::Work {
        Gradient::default()
    }

    fn primal(end: &Self::Input, _: &mut Self::Work) -> f64 {
        integrate([2.0, 0.5], 0.8, *end)
    }

    fn generated(end: &Self::Input, d: &mut Self::Work) -> f64 {
        integrate_backprop([2.0, 0.5], 0.8, *end, 1.0, &mut d.start, &mut d.mu)
    }

    fn by_hand(end: &Self::Input, d: &mut Self::Work) -> f64 {
        by_hand([2.0, 0.5], 0.8, *end, &mut d.start, &mut d.mu)
    }

    fn results(d: &Self::Work) -> Vec<f64> {
        d.start.iter().chain([&d.mu]).copied().collect()
    }
}
