//! Conjugate gradients (Golub and Van Loan, *Matrix Computations*, 4th edition,
//! algorithm 11.3.3): the gradient of a weighted sum of the solution for the matrix
//! and the right-hand side.

use crate::task::Task;
use backprop::differentiate;

const STEPS: usize = 12;

#[differentiate]
fn solve(a: &[f64], b: &[f64]) -> f64 {
    let n = b.len();
    let mut x = vec![0.0; n];
    let mut r = b.to_vec();
    let mut p = b.to_vec();
    let mut q = vec![0.0; n];
    let mut rr = 0.0;
    for i in 0..n {
        rr += r[i] * r[i];
    }
    for _ in 0..STEPS {
        let mut pq = 0.0;
        for i in 0..n {
            let mut sum = 0.0;
            for j in 0..n {
                sum += a[i * n + j] * p[j];
            }
            q[i] = sum;
            pq += p[i] * sum;
        }
        let alpha = rr / pq;
        let mut next = 0.0;
        for i in 0..n {
            x[i] += alpha * p[i];
            r[i] -= alpha * q[i];
            next += r[i] * r[i];
        }
        let beta = next / rr;
        for i in 0..n {
            p[i] = r[i] + beta * p[i];
        }
        rr = next;
    }
    let mut value = 0.0;
    for i in 0..n {
        value += x[i] * (i + 1) as f64;
    }
    value
}

/// Residual, direction and product are recorded for each step, 24 bytes for each
/// unknown. In reverse a step reads the matrix once, for both of its products.
fn by_hand(a: &[f64], b: &[f64], d_a: &mut [f64], d_b: &mut [f64]) -> f64 {
    let n = b.len();
    assert!(a.len() == n * n && d_a.len() == n * n && d_b.len() == n);
    let dot = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
    let mut x = vec![0.0; n];
    // r and p before each step and after the last, q of each step
    let mut rs = Vec::with_capacity((STEPS + 1) * n);
    let mut ps = Vec::with_capacity((STEPS + 1) * n);
    let mut qs = Vec::with_capacity(STEPS * n);
    rs.extend_from_slice(b);
    ps.extend_from_slice(b);
    let mut scalars = [[0.0; 4]; STEPS];
    let mut rr = dot(b, b);
    for (step, scalars) in scalars.iter_mut().enumerate() {
        let p = &ps[step * n..];
        qs.extend(a.chunks_exact(n).map(|row| dot(row, p)));
        let q = &qs[step * n..];
        let pq = dot(p, q);
        let alpha = rr / pq;
        let r = &rs[step * n..];
        let after: Vec<f64> = r.iter().zip(q).map(|(r, q)| r - alpha * q).collect();
        for (x, p) in x.iter_mut().zip(p) {
            *x += alpha * p;
        }
        let next = dot(&after, &after);
        let beta = next / rr;
        for (i, r) in after.iter().enumerate() {
            ps.push(r + beta * ps[step * n + i]);
        }
        rs.extend_from_slice(&after);
        *scalars = [rr, pq, alpha, beta];
        rr = next;
    }
    let mut value = 0.0;
    for (i, x) in x.iter().enumerate() {
        value += x * (i + 1) as f64;
    }
    let mut d_r = vec![0.0; n];
    let mut d_p = vec![0.0; n];
    let mut d_rr = 0.0;
    for step in (0..STEPS).rev() {
        let [rr, pq, alpha, beta] = scalars[step];
        let own = step * n..(step + 1) * n;
        let (p, q) = (&ps[own.clone()], &qs[own.clone()]);
        let after = &rs[own.end..own.end + n];
        let share = dot(&d_p, p) / rr;
        let d_next = d_rr + share;
        let twice = d_next + d_next;
        let mut d_alpha = 0.0;
        for i in 0..n {
            d_r[i] += d_p[i] + twice * after[i];
            d_alpha += (i + 1) as f64 * p[i] - d_r[i] * q[i];
        }
        let ratio = d_alpha / pq;
        d_rr = ratio - share * beta;
        let d_pq = -ratio * alpha;
        for i in 0..n {
            d_p[i] = beta * d_p[i] + alpha * (i + 1) as f64 + d_pq * q[i];
        }
        let rows = a.chunks_exact(n).zip(d_a.chunks_exact_mut(n));
        for (i, (row, d_row)) in rows.enumerate() {
            let d_q = d_pq * p[i] - alpha * d_r[i];
            for j in 0..n {
                d_row[j] += d_q * p[j];
                d_p[j] += d_q * row[j];
            }
        }
    }
    let twice = d_rr + d_rr;
    for i in 0..n {
        d_b[i] += d_r[i] + d_p[i] + twice * b[i];
    }
    value
}

/// The gradient.
pub(crate) struct Gradient {
    a: Vec<f64>,
    b: Vec<f64>,
}

pub(crate) struct ConjugateGradients;

impl Task for ConjugateGradients {
    type Input = (Vec<f64>, Vec<f64>);
    type Work = Gradient;

    fn input(n: usize) -> Self::Input {
        let entry = |i: usize, j: usize| match i == j {
            true => n as f64 + i as f64,
            false => ((i * j) as f64).sin(),
        };
        let entries = (0..n).flat_map(|i| (0..n).map(move |j| entry(i, j)));
        let b = (0..n).map(|i| 1.0 + (0.9 * i as f64).sin());
        (entries.collect(), b.collect())
    }

    fn work((a, b): &Self::Input) -> Self::Work {
        Gradient {
            a: vec![0.0; a.len()],
            b: vec![0.0; b.len()],
        }
    }

    fn primal((a, b): &Self::Input, _: &mut Self::Work) -> f64 {
        solve(a, b)
    }

    fn generated((a, b): &Self::Input, d: &mut Self::Work) -> f64 {
        solve_backprop(a, b, 1.0, &mut d.a, &mut d.b)
    }

    fn by_hand((a, b): &Self::Input, d: &mut Self::Work) -> f64 {
        by_hand(a, b, &mut d.a, &mut d.b)
    }

    fn results(d: &Self::Work) -> Vec<f64> {
        d.a.iter().chain(&d.b).copied().collect()
    }
}
