//! Alignments, transport, polynomials.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn soft_min(a: f64, b: f64, c: f64, gamma: f64) -> f64 {
        let least = a.min(b).min(c);
        let sum = ((least - a) / gamma).exp() + ((least - b) / gamma).exp() + ((least - c) / gamma).exp();
        least - gamma * sum.ln()
    }

    /// Soft dynamic time warping (Cuturi and Blondel, 2017).
    #[differentiate]
    fn soft_dtw(x: &[f64], y: &[f64], gamma: f64) -> f64 {
        let width = y.len() + 1;
        let mut r = vec![1e6; (x.len() + 1) * width];
        r[0] = 0.0;
        for i in 1..=x.len() {
            for j in 1..=y.len() {
                let d = x[i - 1] - y[j - 1];
                let before = soft_min(
                    r[(i - 1) * width + j],
                    r[i * width + j - 1],
                    r[(i - 1) * width + j - 1],
                    gamma,
                );
                r[i * width + j] = d * d + before;
            }
        }
        r[x.len() * width + y.len()]
    }

    /// Regularised optimal transport by Sinkhorn's iteration (Cuturi, 2013).
    #[differentiate]
    fn sinkhorn(cost: &[Vec<f64>], a: &[f64], b: &[f64], epsilon: f64, rounds: usize) -> f64 {
        let kernel: Vec<Vec<f64>> = cost
            .iter()
            .map(|row| row.iter().map(|c| (-c / epsilon).exp()).collect())
            .collect();
        let mut u = vec![1.0; a.len()];
        let mut v = vec![1.0; b.len()];
        for _ in 0..rounds {
            for i in 0..a.len() {
                let sum: f64 = kernel[i].iter().zip(&v).map(|(k, v)| k * v).sum();
                u[i] = a[i] / sum;
            }
            for j in 0..b.len() {
                let sum: f64 = kernel.iter().zip(&u).map(|(row, u)| row[j] * u).sum();
                v[j] = b[j] / sum;
            }
        }
        let mut total = 0.0;
        for (i, row) in kernel.iter().enumerate() {
            for (j, k) in row.iter().enumerate() {
                total += u[i] * k * v[j] * cost[i][j];
            }
        }
        total
    }

    /// Horner's scheme.
    #[differentiate]
    fn horner(coefficients: &[f64], x: f64) -> f64 {
        coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
    }

    /// The mean without the smallest and the largest.
    #[differentiate]
    fn trimmed_mean(x: &[f64]) -> f64 {
        let mut sorted = x.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let kept = &sorted[1..sorted.len() - 1];
        kept.iter().sum::<f64>() / kept.len() as f64
    }

    #[differentiate]
    fn running_maximum(x: &[f64]) -> Vec<f64> {
        let mut best = f64::NEG_INFINITY;
        x.iter()
            .map(|v| {
                best = best.max(*v);
                best
            })
            .collect()
    }

    /// A gather and a scatter through index tables.
    #[differentiate]
    fn scatter(values: &[f64], from: &[usize], to: &[usize], n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        for (f, t) in from.iter().zip(to) {
            out[*t] += values[*f] * values[*f];
        }
        out
    }
}

#[test]
fn programs() {
    oracle::check!(soft_dtw(&[1.0, 2.0, 0.5], &[0.8, 1.7, 1.1, 0.4], 0.5));
    oracle::check!(sinkhorn(
        &[vec![0.1, 0.9], vec![0.7, 0.2]],
        &[0.4, 0.6],
        &[0.5, 0.5],
        0.3,
        4
    ));
    oracle::check!(horner(&[1.0, -2.0, 0.5, 0.3], 1.3));
    oracle::check!(trimmed_mean(&[3.0, 1.0, 2.0, 0.5, 2.5]));
    oracle::check!(running_maximum(&[1.0, 0.5, 2.0, 1.5]));
    oracle::check!(scatter(&[1.0, 2.0, 3.0], &[2, 0, 2, 1], &[0, 1, 1, 0], 3));
}
