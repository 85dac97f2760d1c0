//! The log-likelihood of a Gaussian mixture with full covariances and a Wishart
//! prior: its gradient for the weights, the means and the factors of the inverse
//! covariances (Šrajer, Kukelová and Fitzgibbon, *A benchmark of selected
//! algorithmic differentiation tools on some problems in computer vision and machine
//! learning*, 2018).

use crate::task::Task;
use backprop::{constant, differentiate};
use std::f64::consts::{LN_2, PI};

#[differentiate]
fn log_sum_exp(x: &[f64]) -> f64 {
    let largest = x.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    let sum: f64 = x.iter().map(|v| (v - largest).exp()).sum();
    largest + sum.ln()
}

/// A component has `d` logarithms of the diagonal of its factor, then the columns
/// below the diagonal.
#[differentiate(wrt(alphas, means, factors))]
fn log_likelihood(
    alphas: &[f64],
    means: &[f64],
    factors: &[f64],
    xs: &[f64],
    d: usize,
    gamma: f64,
    m: usize,
) -> f64 {
    let (k, n) = (alphas.len(), xs.len() / d);
    let size = d * (d + 1) / 2;
    let mut diagonals = vec![0.0; k * d];
    let mut sums = vec![0.0; k];
    for c in 0..k {
        for i in 0..d {
            let q = factors[c * size + i];
            sums[c] += q;
            diagonals[c * d + i] = q.exp();
        }
    }
    let mut centred = vec![0.0; d];
    let mut rotated = vec![0.0; d];
    let mut terms = vec![0.0; k];
    let mut total = 0.0;
    for x in xs.chunks_exact(d) {
        for c in 0..k {
            for i in 0..d {
                centred[i] = x[i] - means[c * d + i];
                rotated[i] = diagonals[c * d + i] * centred[i];
            }
            let mut at = c * size + d;
            for i in 0..d {
                for j in i + 1..d {
                    rotated[j] += factors[at] * centred[i];
                    at += 1;
                }
            }
            let norm: f64 = rotated.iter().map(|r| r * r).sum();
            terms[c] = alphas[c] + sums[c] - 0.5 * norm;
        }
        total += log_sum_exp(&terms);
    }
    let mut prior = 0.0;
    for c in 0..k {
        let mut squares = 0.0;
        for i in 0..d {
            squares += diagonals[c * d + i] * diagonals[c * d + i];
        }
        for i in d..size {
            squares += factors[c * size + i] * factors[c * size + i];
        }
        prior += 0.5 * gamma * gamma * squares - m as f64 * sums[c];
    }
    total - n as f64 * log_sum_exp(alphas) + prior + constant(normalisation(n, d, k, gamma, m))
}

/// What depends on no parameter.
fn normalisation(n: usize, d: usize, k: usize, gamma: f64, m: usize) -> f64 {
    let free = d + m + 1;
    let scale = (free * d) as f64 * (gamma.ln() - 0.5 * LN_2);
    let wishart = scale - ln_multivariate_gamma(free, d);
    -0.5 * (n * d) as f64 * (2.0 * PI).ln() - k as f64 * wishart
}

/// `ln Γ_d(free / 2)`.
fn ln_multivariate_gamma(free: usize, d: usize) -> f64 {
    let factors: f64 = (0..d).map(|j| ln_gamma_of_half(free - j)).sum();
    0.25 * (d * (d - 1)) as f64 * PI.ln() + factors
}

/// `ln Γ(n / 2)`.
fn ln_gamma_of_half(n: usize) -> f64 {
    match n {
        1 => 0.5 * PI.ln(),
        2 => 0.0,
        _ => (0.5 * (n - 2) as f64).ln() + ln_gamma_of_half(n - 2),
    }
}

/// With the weight w of a component in a point (softmax of the terms), r = Q (x − μ):
/// ∂/∂α = w − n softmax(α), ∂/∂Q = −w r (x − μ)ᵀ, and ∂/∂μ = Qᵀ Σ w r, which is one
/// product for all points.
fn by_hand(
    alphas: &[f64],
    means: &[f64],
    factors: &[f64],
    xs: &[f64],
    d: usize,
    gamma: f64,
    m: usize,
    d_alphas: &mut [f64],
    d_means: &mut [f64],
    d_factors: &mut [f64],
) -> f64 {
    let (k, n) = (alphas.len(), xs.len() / d);
    let size = d * (d + 1) / 2;
    assert!(means.len() == k * d && factors.len() == k * size);
    assert!(d_alphas.len() == k && d_means.len() == k * d && d_factors.len() == k * size);
    let mut diagonals = Vec::with_capacity(k * d);
    let mut offsets = Vec::with_capacity(k);
    let mut total = 0.0;
    for (alpha, factor) in alphas.iter().zip(factors.chunks_exact(size)) {
        let sum: f64 = factor[..d].iter().sum();
        diagonals.extend(factor[..d].iter().map(|q| q.exp()));
        offsets.push(alpha + sum);
        total -= m as f64 * sum;
    }
    let mut centred = vec![0.0; k * d];
    let mut rotated = vec![0.0; k * d];
    let mut terms = vec![0.0; k];
    // sums over the points of w, of w r and of w r (x − μ) on the diagonal
    let mut shares = vec![0.0; k];
    let mut pulls = vec![0.0; k * d];
    let mut squares = vec![0.0; k * d];
    for x in xs.chunks_exact(d) {
        let mut largest = f64::NEG_INFINITY;
        for c in 0..k {
            let own = c * d..c * d + d;
            let (centred, rotated) = (&mut centred[own.clone()], &mut rotated[own.clone()]);
            let diagonal = &diagonals[own.clone()];
            for ((to, x), mean) in centred.iter_mut().zip(x).zip(&means[own]) {
                *to = x - mean;
            }
            for ((to, q), x) in rotated.iter_mut().zip(diagonal).zip(&*centred) {
                *to = q * x;
            }
            let mut lower = &factors[c * size + d..(c + 1) * size];
            for i in 0..d - 1 {
                let (column, rest) = lower.split_at(d - 1 - i);
                let x = centred[i];
                for (to, q) in rotated[i + 1..].iter_mut().zip(column) {
                    *to += q * x;
                }
                lower = rest;
            }
            let norm: f64 = rotated.iter().map(|r| r * r).sum();
            terms[c] = offsets[c] - 0.5 * norm;
            largest = terms[c].max(largest);
        }
        let mut sum = 0.0;
        for term in &mut terms {
            *term = (*term - largest).exp();
            sum += *term;
        }
        total += largest + sum.ln();
        let inverse = 1.0 / sum;
        for c in 0..k {
            let own = c * d..c * d + d;
            let w = terms[c] * inverse;
            shares[c] += w;
            let (centred, pull) = (&centred[own.clone()], &mut rotated[own.clone()]);
            let sums = pulls[own.clone()].iter_mut().zip(&mut squares[own]);
            for ((pull, x), (sum, square)) in pull.iter_mut().zip(centred).zip(sums) {
                *pull *= w;
                *sum += *pull;
                *square += *pull * x;
            }
            let mut lower = &mut d_factors[c * size + d..(c + 1) * size];
            for i in 0..d - 1 {
                let (column, rest) = lower.split_at_mut(d - 1 - i);
                let x = centred[i];
                for (to, pull) in column.iter_mut().zip(&pull[i + 1..]) {
                    *to -= pull * x;
                }
                lower = rest;
            }
        }
    }
    let gamma2 = gamma * gamma;
    let mut norm = 0.0;
    for c in 0..k {
        let own = c * d..c * d + d;
        let (pull, d_mean) = (&pulls[own.clone()], &mut d_means[own.clone()]);
        let (factor, d_factor) = (&factors[c * size..], &mut d_factors[c * size..]);
        let share = shares[c] - m as f64;
        for i in 0..d {
            let q = diagonals[c * d + i];
            norm += q * q;
            d_factor[i] += share + q * (gamma2 * q - squares[c * d + i]);
            d_mean[i] += q * pull[i];
        }
        let lower = factor[d..size].iter().zip(&mut d_factor[d..size]);
        for (q, to) in lower {
            norm += q * q;
            *to += gamma2 * q;
        }
        let mut lower = &factor[d..size];
        for i in 0..d - 1 {
            let (column, rest) = lower.split_at(d - 1 - i);
            for (q, pull) in column.iter().zip(&pull[i + 1..]) {
                d_mean[i] += q * pull;
            }
            lower = rest;
        }
    }
    let largest = alphas.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    for (term, alpha) in terms.iter_mut().zip(alphas) {
        *term = (alpha - largest).exp();
    }
    let sum: f64 = terms.iter().sum();
    let scale = n as f64 / sum;
    for ((to, share), term) in d_alphas.iter_mut().zip(&shares).zip(&terms) {
        *to += share - scale * term;
    }
    total - n as f64 * (largest + sum.ln()) + 0.5 * gamma2 * norm + normalisation(n, d, k, gamma, m)
}

/// A mixture and its points.
pub(crate) struct Input {
    alphas: Vec<f64>,
    means: Vec<f64>,
    factors: Vec<f64>,
    xs: Vec<f64>,
}

/// The gradient.
pub(crate) struct Gradient {
    alphas: Vec<f64>,
    means: Vec<f64>,
    factors: Vec<f64>,
}

/// `K` components in `D` dimensions; the size is the number of points.
pub(crate) struct Mixture<const D: usize, const K: usize>;

impl<const D: usize, const K: usize> Task for Mixture<D, K> {
    type Input = Input;
    type Work = Gradient;

    fn input(size: usize) -> Self::Input {
        let numbers = |count: usize, f: f64, scale: f64| {
            let numbers = (0..count).map(|i| scale * (f * i as f64).sin());
            numbers.collect::<Vec<f64>>()
        };
        Input {
            alphas: numbers(K, 0.9, 1.0),
            means: numbers(K * D, 1.3, 1.0),
            factors: numbers(K * D * (D + 1) / 2, 0.7, 1.0 / D as f64),
            xs: numbers(size * D, 0.37, 2.0),
        }
    }

    fn work(input: &Self::Input) -> Self::Work {
        Gradient {
            alphas: vec![0.0; input.alphas.len()],
            means: vec![0.0; input.means.len()],
            factors: vec![0.0; input.factors.len()],
        }
    }

    fn primal(i: &Self::Input, _: &mut Self::Work) -> f64 {
        log_likelihood(&i.alphas, &i.means, &i.factors, &i.xs, D, 1.0, 0)
    }

    fn generated(i: &Self::Input, d: &mut Self::Work) -> f64 {
        log_likelihood_backprop(
            &i.alphas,
            &i.means,
            &i.factors,
            &i.xs,
            D,
            1.0,
            0,
            1.0,
            &mut d.alphas,
            &mut d.means,
            &mut d.factors,
        )
    }

    fn by_hand(i: &Self::Input, d: &mut Self::Work) -> f64 {
        by_hand(
            &i.alphas,
            &i.means,
            &i.factors,
            &i.xs,
            D,
            1.0,
            0,
            &mut d.alphas,
            &mut d.means,
            &mut d.factors,
        )
    }

    fn results(d: &Self::Work) -> Vec<f64> {
        let parts = d.alphas.iter().chain(&d.means);
        parts.chain(&d.factors).copied().collect()
    }
}
