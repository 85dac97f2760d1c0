//! `ln det A` of a symmetric positive definite matrix by `A = L Lᵀ` in place, which
//! reads the lower triangle (Golub and Van Loan, *Matrix Computations*, 4th
//! edition, algorithm 4.2.1).

use crate::task::Task;
use backprop::differentiate;

#[differentiate]
fn log_det(a: &[f64], n: usize) -> f64 {
    let mut l = a.to_vec();
    for j in 0..n {
        for k in 0..j {
            for i in j..n {
                l[i * n + j] -= l[i * n + k] * l[j * n + k];
            }
        }
        let pivot = l[j * n + j].sqrt();
        for i in j..n {
            l[i * n + j] /= pivot;
        }
    }
    (0..n).map(|i| 2.0 * l[i * n + i].ln()).sum()
}

/// ∂/∂A = A⁻¹ = L⁻ᵀ L⁻¹, twice that below the diagonal, as the triangle above it is
/// not read. The factor is that of the primal, in rows, so that dot products run
/// along memory; each of the inverse of the factor and the product costs as much as
/// the factor.
fn by_hand(a: &[f64], n: usize, d_a: &mut [f64]) -> f64 {
    assert!(a.len() == n * n && d_a.len() == n * n);
    let mut l = a.to_vec();
    for j in 0..n {
        let (before, rest) = l.split_at_mut(j * n);
        let (row, below) = rest.split_at_mut(n);
        // row j against each row before it, then its diagonal
        for (k, above) in before.chunks_exact(n).enumerate() {
            let mut s = row[k];
            for (x, y) in row[..k].iter().zip(&above[..k]) {
                s -= x * y;
            }
            row[k] = s / above[k];
        }
        let mut s = row[j];
        for x in &row[..j] {
            s -= x * x;
        }
        row[j] = s.sqrt();
        let _ = below;
    }
    let value = (0..n).map(|i| 2.0 * l[i * n + i].ln()).sum();
    // the inverse of L, row i from the rows before it: Lᵢᵢ Mᵢ = eᵢ − Σ Lᵢₖ Mₖ
    let mut m = vec![0.0; n * n];
    for i in 0..n {
        let (before, rest) = m.split_at_mut(i * n);
        let row = &mut rest[..=i];
        for (k, above) in before.chunks_exact(n).enumerate() {
            let factor = l[i * n + k];
            for (r, x) in row[..=k].iter_mut().zip(&above[..=k]) {
                *r -= factor * x;
            }
        }
        let inverse = 1.0 / l[i * n + i];
        for r in &mut row[..i] {
            *r *= inverse;
        }
        row[i] = inverse;
    }
    // Mᵀ M, a sum of outer products of rows
    for (k, row) in m.chunks_exact(n).enumerate() {
        for i in 0..=k {
            let twice = row[i] + row[i];
            let out = &mut d_a[i * n..=i * n + i];
            for (d, x) in out[..i].iter_mut().zip(&row[..i]) {
                *d += twice * x;
            }
            out[i] += row[i] * row[i];
        }
    }
    value
}

pub(crate) struct Cholesky;

impl Task for Cholesky {
    type Input = (Vec<f64>, usize);
    type Work = Vec<f64>;

    fn input(n: usize) -> Self::Input {
        let entry = |i: usize, j: usize| match i == j {
            true => n as f64,
            false => ((i * j) as f64).sin(),
        };
        let entries = (0..n).flat_map(|i| (0..n).map(move |j| entry(i, j)));
        (entries.collect(), n)
    }

    fn work(input: &Self::Input) -> Self::Work {
        vec![0.0; input.0.len()]
    }

    fn primal((a, n): &Self::Input, _: &mut Self::Work) -> f64 {
        log_det(a, *n)
    }

    fn generated((a, n): &Self::Input, d_a: &mut Self::Work) -> f64 {
        log_det_backprop(a, *n, 1.0, d_a)
    }

    fn by_hand((a, n): &Self::Input, d_a: &mut Self::Work) -> f64 {
        by_hand(a, *n, d_a)
    }

    fn results(d_a: &Self::Work) -> Vec<f64> {
        d_a.clone()
    }
}
