//! Brusselator with diffusion on a periodic grid (Hairer and Wanner, *Solving
//! Ordinary Differential Equations II*, section IV.10): the vector-Jacobian product
//! of the right-hand side, and the gradient through explicit Euler steps.

use crate::task::Task;
use backprop::differentiate;

const N: usize = 32;
const DIFFUSION: f64 = 0.01 * (N * N) as f64;

const H: f64 = 1e-3;

#[differentiate]
fn rate(u: &[[f64; N]; N], v: &[[f64; N]; N], du: &mut [[f64; N]; N], dv: &mut [[f64; N]; N]) {
    for i in 0..N {
        let up = if i == 0 { N - 1 } else { i - 1 };
        let down = if i == N - 1 { 0 } else { i + 1 };
        for j in 0..N {
            let left = if j == 0 { N - 1 } else { j - 1 };
            let right = if j == N - 1 { 0 } else { j + 1 };
            let around_u = u[up][j] + u[down][j] + u[i][left] + u[i][right] - 4.0 * u[i][j];
            let around_v = v[up][j] + v[down][j] + v[i][left] + v[i][right] - 4.0 * v[i][j];
            let reaction = u[i][j] * u[i][j] * v[i][j];
            du[i][j] = 1.0 + reaction - 4.4 * u[i][j] + DIFFUSION * around_u;
            dv[i][j] = 3.4 * u[i][j] - reaction + DIFFUSION * around_v;
        }
    }
}

#[differentiate]
fn euler(u: &mut [[f64; N]; N], v: &mut [[f64; N]; N], steps: usize) {
    let mut du = [[0.0; N]; N];
    let mut dv = [[0.0; N]; N];
    for _ in 0..steps {
        rate(u, v, &mut du, &mut dv);
        for i in 0..N {
            for j in 0..N {
                u[i][j] += H * du[i][j];
                v[i][j] += H * dv[i][j];
            }
        }
    }
}

/// The adjoints of both concentrations in a row, from the upstream `a` and `b`:
/// the grid is symmetric, so each gathers from its neighbours what it sent there.
#[inline]
fn rate_back(u: &Grid, v: &Grid, a: &Grid, b: &Grid, mut add: impl FnMut(usize, usize, f64, f64)) {
    for i in 0..N {
        let (up, down) = ((i + N - 1) % N, (i + 1) % N);
        let (a_up, a_row, a_down) = (&a[up], &a[i], &a[down]);
        let (b_up, b_row, b_down) = (&b[up], &b[i], &b[down]);
        let mut cell = |j: usize, left: usize, right: usize| {
            let (u, v, a, b) = (u[i][j], v[i][j], a_row[j], b_row[j]);
            let around_a = a_up[j] + a_down[j] + a_row[left] + a_row[right] - 4.0 * a;
            let around_b = b_up[j] + b_down[j] + b_row[left] + b_row[right] - 4.0 * b;
            let c = (a - b) * u;
            let d_u = (c + c) * v - 4.4 * a + 3.4 * b + DIFFUSION * around_a;
            add(i, j, d_u, c * u + DIFFUSION * around_b);
        };
        cell(0, N - 1, 1);
        for j in 1..N - 1 {
            cell(j, j - 1, j + 1);
        }
        cell(N - 1, N - 2, 0);
    }
}

type Grid = [[f64; N]; N];

/// Two grids.
type Pair = [Grid; 2];

fn grids(f: f64) -> Pair {
    let number = |i: usize, j: usize| 1.0 + (f * (i * N + j) as f64).sin() / 2.0;
    [0, 7].map(|k| std::array::from_fn(|i| std::array::from_fn(|j| number(i + k, j))))
}

/// State, upstream of the rates, and what is computed from them.
#[derive(Clone)]
pub(crate) struct Buffers {
    state: Pair,
    rate: Pair,
    d_state: Pair,
    d_rate: Pair,
}

fn buffers() -> Buffers {
    Buffers {
        state: grids(0.3),
        rate: [[[0.0; N]; N]; 2],
        d_state: [[[0.0; N]; N]; 2],
        d_rate: grids(0.7),
    }
}

fn results(b: &Buffers) -> Vec<f64> {
    let parts = b.state.iter().chain(&b.rate).chain(&b.d_state);
    parts
        .chain(&b.d_rate)
        .flatten()
        .flatten()
        .copied()
        .collect()
}

/// One evaluation.
pub(crate) struct Rate;

impl Task for Rate {
    type Input = ();
    type Work = Buffers;

    fn input(_: usize) -> Self::Input {}

    fn work((): &Self::Input) -> Self::Work {
        buffers()
    }

    fn primal((): &Self::Input, b: &mut Self::Work) -> f64 {
        let ([u, v], [du, dv]) = (&b.state, &mut b.rate);
        rate(u, v, du, dv);
        du[1][1]
    }

    fn generated((): &Self::Input, b: &mut Self::Work) -> f64 {
        let ([u, v], [du, dv]) = (&b.state, &mut b.rate);
        let ([d_u, d_v], [d_du, d_dv]) = (&mut b.d_state, &mut b.d_rate);
        rate_backprop(u, v, du, dv, d_u, d_v, d_du, d_dv);
        du[1][1]
    }

    fn by_hand((): &Self::Input, b: &mut Self::Work) -> f64 {
        let ([u, v], [du, dv]) = (&b.state, &mut b.rate);
        let ([d_u, d_v], [d_du, d_dv]) = (&mut b.d_state, &mut b.d_rate);
        rate(u, v, du, dv);
        rate_back(u, v, d_du, d_dv, |i, j, x, y| {
            d_u[i][j] += x;
            d_v[i][j] += y;
        });
        *d_du = [[0.0; N]; N];
        *d_dv = [[0.0; N]; N];
        du[1][1]
    }

    fn results(b: &Self::Work) -> Vec<f64> {
        results(b)
    }
}

/// The states are recorded, 16 bytes a cell and step.
fn euler_by_hand(state: &mut Pair, d_state: &mut Pair, steps: usize) {
    let mut states = Vec::with_capacity(steps);
    let mut rates = [[[0.0; N]; N]; 2];
    for _ in 0..steps {
        states.push(*state);
        let [du, dv] = &mut rates;
        rate(&state[0], &state[1], du, dv);
        for (row, rates) in state
            .as_flattened_mut()
            .iter_mut()
            .zip(rates.as_flattened())
        {
            for (x, rate) in row.iter_mut().zip(rates) {
                *x += H * rate;
            }
        }
    }
    for [u, v] in states.iter().rev() {
        let [a, b] = *d_state;
        let [d_u, d_v] = &mut *d_state;
        rate_back(u, v, &a, &b, |i, j, x, y| {
            d_u[i][j] += H * x;
            d_v[i][j] += H * y;
        });
    }
}

/// Euler steps; their number is the size.
pub(crate) struct Euler;

impl Task for Euler {
    type Input = usize;
    type Work = Buffers;

    fn input(steps: usize) -> Self::Input {
        steps
    }

    fn work(_: &Self::Input) -> Self::Work {
        let mut work = buffers();
        work.d_state = grids(0.7);
        work
    }

    fn primal(steps: &Self::Input, b: &mut Self::Work) -> f64 {
        let [u, v] = &mut b.state;
        euler(u, v, *steps);
        u[1][1]
    }

    fn generated(steps: &Self::Input, b: &mut Self::Work) -> f64 {
        let ([u, v], [d_u, d_v]) = (&mut b.state, &mut b.d_state);
        euler_backprop(u, v, *steps, d_u, d_v);
        u[1][1]
    }

    fn by_hand(steps: &Self::Input, b: &mut Self::Work) -> f64 {
        euler_by_hand(&mut b.state, &mut b.d_state, *steps);
        b.state[0][1][1]
    }

    fn results(b: &Self::Work) -> Vec<f64> {
        results(b)
    }
}
