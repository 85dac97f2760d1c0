//! Sums of adjoints that leave their loops, in lanes: in loops over windows that are long
//! enough, where a contribution depends on elements alone.

#![expect(
    clippy::needless_range_loop,
    clippy::assign_op_pattern,
    reason = "the programs are written with indices, as numerical code is"
)]

use backprop::differentiate;

oracle::programs! {

    /// A product by columns: each factor of a column is used in each row.
    #[differentiate]
    fn by_columns(m: &[f64], x: &[f64], rows: usize) -> f64 {
        let mut y = vec![0.0; rows];
        for i in 0..x.len() {
            for j in 0..rows {
                y[j] += m[i * rows + j] * x[i];
            }
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v.sin())
    }

    /// What is taken away, and two sums in one loop.
    #[differentiate]
    fn two(w: &[f64], v: &[f64], a: f64, b: f64) -> f64 {
        let mut y = vec![0.5; w.len()];
        for j in 0..w.len() {
            y[j] -= a * w[j] * v[j];
            y[j] += b * w[j] - v[j] / b;
        }
        y.iter().fold(0.0, |s, v| 0.7 * s + v * v)
    }

    /// A slope that is dear, and that only the sum needs; one that the loop needs, too.
    #[differentiate]
    fn slopes(w: &[f64], a: f64, b: f64) -> f64 {
        let n = w.len();
        let (mut y, mut z) = (vec![0.0; n], vec![0.0; n]);
        for j in 0..n {
            y[j] = (a * 0.1).powf(w[j]);
            z[j] = (b * w[j]).exp();
        }
        let mut s = 0.0;
        for j in 0..n {
            s = 0.8 * s + y[j] * z[n - 1 - j];
        }
        s
    }

    /// Scaled in place: what the sum reads is changed in the same loop.
    #[differentiate]
    fn scaled(w: &[f64], a: f64, rounds: usize) -> f64 {
        let mut y = w.to_vec();
        for _ in 0..rounds {
            for j in 0..w.len() {
                y[j] = y[j] * a;
            }
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// A router in each term, and an infinite slope behind it.
    #[differentiate]
    fn routed(w: &[f64], a: f64) -> f64 {
        let mut y = vec![0.0; w.len()];
        for j in 0..w.len() {
            let r = (a * w[j]).max(0.0);
            y[j] = r + (w[j] * w[j] * a).sqrt().min(1.0);
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v)
    }

    /// From another number than zero on, backwards, with neighbours.
    #[differentiate]
    fn inside(w: &[f64], a: f64, from: usize, to: usize) -> f64 {
        let mut y = vec![0.3; w.len()];
        for j in (from..to).rev() {
            y[j] += a * w[j];
        }
        for j in from..to {
            y[j] = y[j] + a * (w[j] - w[j + 1]);
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// One number of a vector, which other iterations of the outer loop change.
    #[differentiate]
    fn pivots(w: &[f64], n: usize) -> f64 {
        let mut p = w[..n].to_vec();
        let mut y = vec![0.1; w.len()];
        for i in 0..n {
            for j in 0..w.len() {
                y[j] += p[i] * w[j];
            }
            p[i] = p[i] * 0.5 + y[i];
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v) + p.iter().sum::<f64>()
    }

    /// Two neighbours, each with a factor of its own; to a number that is reached.
    #[differentiate]
    fn neighbours(w: &[f64], a: f64, b: f64, last: usize) -> f64 {
        let mut y = vec![0.3; w.len()];
        for j in 0..=last {
            y[j] += a * w[j] + b * w[j + 1];
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// What one iteration changes others look at: at a place that stays.
    #[differentiate]
    fn through(x: &[f64], w: &[f64]) -> f64 {
        let mut p = x.to_vec();
        for i in 0..2 {
            for j in 0..x.len() {
                p[j] += p[i] * w[j];
            }
        }
        p.iter().fold(0.0, |s, v| 0.9 * s + v)
    }

    /// An adjoint that changes twice in an iteration.
    #[differentiate]
    fn again(w: &[f64], a: f64, b: f64) -> f64 {
        let mut y = w.to_vec();
        for j in 0..w.len() {
            y[j] = b * w[j];
            y[j] = 0.5 * y[j] - a * w[j];
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// What one upstream takes away.
    #[differentiate]
    fn difference(w: &[f64], a: f64) -> f64 {
        let mut s = 0.0;
        for j in 0..w.len() {
            s -= a * w[j];
        }
        s.tanh()
    }

    /// A sum that each iteration looks at.
    #[differentiate]
    fn prefixes(w: &[f64], a: f64) -> f64 {
        let mut y = vec![0.0; w.len()];
        let mut s = a;
        for j in 0..w.len() {
            s += w[j];
            y[j] += 0.3 * s;
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// One part of each element.
    #[differentiate]
    fn parts(w: &[[f64; 2]], a: f64, b: f64) -> f64 {
        let mut y = vec![0.0; w.len()];
        for j in 0..w.len() {
            y[j] += a * w[j][0] - b * w[j][1];
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// Vectors that each iteration makes anew, and one from before the loop.
    #[differentiate]
    fn made_anew(w: &[f64], rounds: usize) -> f64 {
        let mut total = vec![0.0; w.len()];
        for r in 0..rounds {
            let mut order = vec![0_usize; w.len()];
            for j in 0..w.len() {
                order[j] = (j * 3 + r) % w.len();
            }
            for j in 0..w.len() {
                total[order[j]] += w[j] * w[order[j]];
            }
        }
        total.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }

    /// As many iterations as an array has elements: known when this is compiled.
    #[differentiate]
    fn of_an_array(w: &[f64; 21], a: f64) -> f64 {
        let mut y = [0.0; 21];
        for j in 0..21 {
            y[j] = a * w[j] + 0.5;
        }
        y.iter().fold(0.0, |s, v| 0.9 * s + v * v)
    }
}

fn wave(count: usize, frequency: f64) -> Vec<f64> {
    (0..count)
        .map(|i| (frequency * i as f64 + 0.3).sin())
        .collect()
}

#[test]
fn sums_in_lanes() {
    let (w, v) = (wave(45, 0.7), wave(45, 1.1));
    for n in [0, 1, 4, 15, 16, 17, 19, 22, 40] {
        oracle::check!(two(&w[..n], &v[..n], 0.8, -0.6));
        oracle::check!(slopes(&w[..n], 0.8, -0.6));
        oracle::check!(again(&w[..n], 0.8, -0.6));
        oracle::check!(difference(&w[..n], 0.8));
        oracle::check!(prefixes(&w[..n], 0.8));
        oracle::check!(parts(
            &w[..n].iter().map(|x| [*x, 0.5]).collect::<Vec<_>>(),
            0.8,
            -0.6
        ));
        if n > 1 {
            oracle::check!(through(&w[..n], &v[..n]));
            oracle::check!(neighbours(&w, 0.8, -0.6, n));
        }
        oracle::check!(made_anew(&w[..n], 2));
        oracle::check!(scaled(&w[..n], 0.8, 3));
        oracle::check!(routed(&w[..n], 0.8));
        oracle::check!(routed(&w[..n], -0.3));
        oracle::check!(inside(&w, 0.8, 2, 2 + n));
        oracle::check!(inside(&w, 0.8, 0, n));
        oracle::check!(pivots(&w[..n], n.min(3)));
    }
    for rows in [1, 14, 15, 16, 21] {
        oracle::check!(by_columns(&w[..2 * rows], &[0.4, -0.9], rows));
    }
    let mut array = [0.75; 21];
    array[3] = -0.5;
    array[20] = 1.25;
    oracle::check!(of_an_array(&array, 0.8));
}

#[differentiate]
fn generic<T: num_traits::Float>(w: &[T], a: T) -> T {
    let mut y = vec![T::zero(); w.len()];
    for j in 0..w.len() {
        y[j] = a * w[j];
    }
    y.iter().fold(T::zero(), |s, v| s + *v * *v)
}

#[test]
fn in_both_widths() {
    for n in [3, 18, 33] {
        let w = wave(n, 0.7);
        let narrow: Vec<f32> = w.iter().map(|x| *x as f32).collect();
        let squares: f64 = w.iter().map(|x| x * x).sum();
        let (_, (_, d_a)) = generic_grad(&w, 0.5);
        approx::assert_relative_eq!(d_a, squares, max_relative = 1e-14);
        let (_, (_, d_a)) = generic_grad(&narrow, 0.5);
        approx::assert_relative_eq!(d_a, squares as f32, max_relative = 1e-5);
    }
}

/// Contributions that are masked add nothing, however large what they are multiplied with.
#[test]
fn masked_terms_add_nothing() {
    #[differentiate]
    fn masked(w: &[f64], a: f64) -> f64 {
        let mut y = vec![0.0; w.len()];
        for j in 0..w.len() {
            let product = a * w[j];
            y[j] = if j % 5 == 0 { 1.0 } else { product };
        }
        y.iter().sum()
    }
    let mut w = vec![2.0; 23];
    let count = w.len() - w.len().div_ceil(5);
    w.iter_mut().step_by(5).for_each(|x| *x = f64::INFINITY);
    let (_, (_, d_a)) = masked_grad(&w, 0.5);
    assert_eq!(d_a, 2.0 * count as f64);
}
