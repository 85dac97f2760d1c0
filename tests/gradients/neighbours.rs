//! Loops that look at two neighbours: what the next iteration adds to is carried to it.

use backprop::differentiate;

oracle::programs! {
    /// A sum that is reversed as it runs.
    #[differentiate]
    fn valley(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..x.len() - 1 {
            let a = 1.0 - x[i];
            let b = x[i + 1] - x[i] * x[i];
            sum += a * a + 100.0 * b * b;
        }
        sum
    }

    /// The same from the last to the first.
    #[differentiate]
    fn backwards(x: &[f64], k: f64) -> f64 {
        let mut sum = 0.0;
        for i in (0..x.len() - 1).rev() {
            sum += (x[i + 1] * k - x[i]) * x[i + 1];
        }
        sum
    }

    /// In a loop of the reverse half, each neighbour several times.
    #[differentiate]
    fn recurrence(x: &[f64], k: f64) -> f64 {
        let mut s = k;
        for i in 1..x.len() {
            s = 0.5 * s + x[i] - x[i - 1] * 0.3;
            s -= x[i - 1] + 0.1 * x[i];
        }
        s * s
    }

    /// The same upwards.
    #[differentiate]
    fn reversed(x: &[f64], from: usize, to: usize) -> f64 {
        let mut s = 1.0;
        for i in (from..to).rev() {
            s = 0.5 * s + 2.0 * x[i] - x[i + 1];
        }
        s * s
    }

    /// Differences of what the function itself has, and of the result of another loop.
    #[differentiate]
    fn differences(x: &[f64], rounds: usize) -> f64 {
        let n = x.len();
        let mut u = x.to_vec();
        for _ in 0..rounds {
            let mut d = vec![0.0; n];
            for i in 0..n - 1 {
                d[i] = u[i + 1] - 0.5 * u[i];
            }
            for i in 0..n - 1 {
                u[i] = d[i] * d[i + 1] + d[i];
            }
        }
        u.iter().sum()
    }

    /// Only some iterations look at both; and one looks at the adjoint of what it changed.
    #[differentiate]
    fn partly(x: &[f64], k: f64) -> f64 {
        let mut y = x.to_vec();
        let mut s = 0.0;
        for i in 0..x.len() - 1 {
            if x[i] > k {
                s += x[i + 1] * x[i];
            }
            y[i + 1] += 0.5 * y[i];
            s += y[i] * k;
        }
        s
    }

    /// An iteration looks at the adjoint to which others add.
    #[differentiate]
    fn looked_at(x: &[f64], k: f64) -> f64 {
        let mut y = x.to_vec();
        let mut s = k;
        for i in 0..x.len() - 1 {
            s += 0.3 * y[i] - 0.7 * y[i + 1];
            y[i + 1] += 0.5 * y[i];
        }
        s * y[x.len() - 1]
    }

    /// Twice the same neighbours, with what is not known before.
    #[differentiate]
    fn twice(x: &[f64], y: &[f64], k: f64) -> f64 {
        let mut s = k;
        for i in 0..y.len() - 1 {
            let up = x[i + 1] * y[i];
            s = 0.5 * s + up * x[i] + y[i + 1] * x[1 + i] - x[2 * i - i];
        }
        s
    }

    /// To a number that is reached, and turned twice.
    #[differentiate]
    fn turned(x: &[f64], last: usize) -> f64 {
        let mut s = 1.0;
        for i in (0..=last).rev() {
            s = 0.5 * s + 2.0 * x[i] - x[i + 1];
        }
        for i in (0..last).rev().rev() {
            s = 0.7 * s + x[i] - 3.0 * x[i + 1];
        }
        s * s
    }

    /// Three neighbours.
    #[differentiate]
    fn three(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for i in 1..x.len() - 1 {
            let d = x[i - 1] - 2.0 * x[i] + x[i + 1];
            s += k * d * d;
        }
        s
    }
}

#[test]
fn neighbours() {
    let x = [0.3, -0.8, 0.5, 1.1, -0.4, 0.9, 0.7, -0.2, 0.6, 0.35, -1.2];
    for n in [1, 2, 3, 4, 7, 11] {
        oracle::check!(valley(&x[..n]));
        oracle::check!(backwards(&x[..n], 0.7));
        oracle::check!(recurrence(&x[..n], 0.7));
        oracle::check!(differences(&x[..n], 2));
        oracle::check!(partly(&x[..n], 0.2));
        oracle::check!(looked_at(&x[..n], 0.7));
        oracle::check!(twice(&x[..n], &x[..n], 0.7));
        oracle::check!(turned(&x, n.min(9)));
        oracle::check!(three(&x[..n.max(2)], 0.7));
    }
    for (from, to) in [(0, 10), (2, 6), (3, 4), (4, 4), (5, 2)] {
        oracle::check!(reversed(&x, from, to));
    }
}

/// Buffers that the caller does not ask for.
#[test]
fn excluded() {
    #[differentiate(wrt(y))]
    fn product(x: &[f64], y: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() - 1 {
            s += (x[i + 1] - x[i]) * (y[i + 1] + y[i]);
        }
        s
    }
    let (_, d_y) = product_grad(&[1.0, 3.0, 4.0], &[0.5, 0.25, 0.125]);
    assert_eq!(d_y, [2.0, 3.0, 1.0]);
}
