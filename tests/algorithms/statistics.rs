//! Likelihoods, filters and clusters.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn log_sum_exp(x: &[f64]) -> f64 {
        let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        max + x.iter().map(|v| (v - max).exp()).sum::<f64>().ln()
    }

    /// The forward algorithm of a hidden Markov model, in logarithms (Rabiner,
    /// 1989).
    #[differentiate]
    fn hmm_forward(start: &[f64], transition: &[Vec<f64>], emission: &[Vec<f64>], seen: &[usize]) -> f64 {
        let states = start.len();
        let mut alpha: Vec<f64> = (0..states)
            .map(|s| start[s] + emission[s][seen[0]])
            .collect();
        for &symbol in &seen[1..] {
            let mut next = Vec::with_capacity(states);
            for to in 0..states {
                let terms: Vec<f64> = (0..states).map(|from| alpha[from] + transition[from][to]).collect();
                next.push(log_sum_exp(&terms) + emission[to][symbol]);
            }
            alpha = next;
        }
        log_sum_exp(&alpha)
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    struct Filter {
        /// Process and measurement noise.
        q: f64,
        r: f64,
        /// How the state goes on.
        f: f64,
    }

    /// The log-likelihood of measurements under a scalar Kalman filter.
    #[differentiate]
    fn kalman(filter: &Filter, measurements: &[f64]) -> f64 {
        let (mut mean, mut variance) = (0.0, 1.0);
        let mut likelihood = 0.0;
        for z in measurements {
            mean *= filter.f;
            variance = filter.f * filter.f * variance + filter.q;
            let innovation = z - mean;
            let s = variance + filter.r;
            likelihood -= 0.5 * ((2.0 * std::f64::consts::PI * s).ln() + innovation * innovation / s);
            let gain = variance / s;
            mean += gain * innovation;
            variance *= 1.0 - gain;
        }
        likelihood
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    struct Component {
        weight: f64,
        mean: Vec<f64>,
        log_scale: f64,
    }

    /// Log-likelihood of a mixture of isotropic Gaussians.
    #[differentiate]
    fn mixture(components: &[Component], data: &[Vec<f64>]) -> f64 {
        let logits: Vec<f64> = components.iter().map(|c| c.weight).collect();
        let total = log_sum_exp(&logits);
        let mut likelihood = 0.0;
        for x in data {
            let mut terms = vec![0.0; components.len()];
            for (term, c) in terms.iter_mut().zip(components) {
                let scale = c.log_scale.exp();
                let mut distance = 0.0;
                for (x, m) in x.iter().zip(&c.mean) {
                    let d = (x - m) / scale;
                    distance += d * d;
                }
                *term = c.weight - total - 0.5 * distance - x.len() as f64 * c.log_scale;
            }
            likelihood += log_sum_exp(&terms);
        }
        likelihood
    }

    /// Sum of squared distances to the nearest centre.
    #[differentiate]
    fn k_means(centres: &[[f64; 2]], points: &[[f64; 2]]) -> f64 {
        let mut loss = 0.0;
        for p in points {
            let mut best = f64::INFINITY;
            for c in centres {
                let d = (p[0] - c[0]).powi(2) + (p[1] - c[1]).powi(2);
                best = best.min(d);
            }
            loss += best;
        }
        loss
    }

    #[differentiate]
    fn sum_of_squares(xs: &[f64], ys: &[f64], w: f64, b: f64) -> f64 {
        xs.iter().zip(ys).map(|(x, y)| w * x + b - y).map(|r| r * r).sum()
    }

    #[differentiate]
    fn median(x: &[f64]) -> f64 {
        let mut sorted = x.to_vec();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let half = sorted.len() / 2;
        if sorted.len() % 2 == 1 {
            sorted[half]
        } else {
            0.5 * (sorted[half - 1] + sorted[half])
        }
    }
}

#[test]
fn programs() {
    oracle::check!(hmm_forward(
        &[-0.5, -1.0],
        &[vec![-0.3, -1.4], vec![-0.9, -0.5]],
        &[vec![-0.2, -1.7], vec![-1.2, -0.4]],
        &[0, 1, 1]
    ));
    oracle::check!(kalman(
        &Filter {
            q: 0.1,
            r: 0.5,
            f: 0.9
        },
        &[1.0, 0.3, -0.5]
    ));
    let components = [
        Component {
            weight: 0.2,
            mean: vec![0.0, 1.0],
            log_scale: 0.1,
        },
        Component {
            weight: -0.4,
            mean: vec![2.0, -0.5],
            log_scale: -0.2,
        },
    ];
    oracle::check!(mixture(&components, &[vec![0.5, 0.5], vec![1.5, 0.0]]));
    oracle::check!(k_means(
        &[[0.0, 0.0], [2.0, 2.0]],
        &[[0.3, 0.1], [1.5, 1.8], [2.4, 1.9]]
    ));
    oracle::check!(sum_of_squares(&[1.0, 2.0, 3.0], &[1.1, 2.3, 2.8], 0.7, 0.2));
    oracle::check!(median(&[3.0, 1.0, 2.0]));
    oracle::check!(median(&[3.0, 1.0, 2.0, 0.5]));
}
