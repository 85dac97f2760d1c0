//! Loops over elements that lie one after another, which look at them through a slice that
//! is taken before the loop.

#![expect(
    clippy::needless_range_loop,
    clippy::explicit_counter_loop,
    clippy::assign_op_pattern,
    reason = "the programs are written with indices, as numerical code is"
)]

use backprop::differentiate;

oracle::programs! {
    /// A row of a matrix in one vector, by a product from outside.
    #[differentiate]
    fn quadratic(a: &[f64], x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            let mut row = 0.0;
            for j in 0..n {
                row += a[i * n + j] * x[j];
            }
            s += row.tanh() * x[i];
        }
        s
    }

    /// From another number than zero, to one that is reached, and backwards.
    #[differentiate]
    fn parts(x: &[f64], from: usize, to: usize) -> f64 {
        let mut y = x.to_vec();
        for i in from..to {
            y[i] = y[i] * x[i] + 0.5;
        }
        for i in (from..=to).rev() {
            y[i] += y[i].sin() * x[i];
        }
        let mut s = 0.0;
        for i in from..to {
            s = s * 0.5 + y[i] * y[i + 1];
        }
        s
    }

    /// Neighbours on both sides, in place: what one iteration writes the next one reads.
    #[differentiate]
    fn smoothed(x: &[f64], k: f64, rounds: usize) -> f64 {
        let n = x.len();
        let mut u = x.to_vec();
        let mut v = vec![0.0; n];
        for _ in 0..rounds {
            for i in 1..n - 1 {
                v[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
            }
            for i in 1..n - 1 {
                u[i] = v[i] * v[i - 1] + v[i];
            }
        }
        u.iter().sum()
    }

    /// A recurrence in memory, at a distance that only the caller knows.
    #[differentiate]
    fn at_a_distance(x: &[f64], k: f64, lag: usize) -> f64 {
        let n = x.len();
        let mut y = x.to_vec();
        for i in 0..n - lag {
            y[i + lag] = y[i] * k + y[i + lag];
        }
        for i in lag..n {
            y[i] = y[i] * y[i - lag];
        }
        y[n - 1] + y[0]
    }

    /// Some iterations only, and elements that no other iteration reaches.
    #[differentiate]
    fn under_conditions(x: &[f64], k: f64) -> f64 {
        let n = x.len();
        let mut y = vec![1.0; n];
        for i in 0..n {
            if x[i] > k {
                y[i] = x[i] * k;
            } else if i + 3 < n {
                y[i + 3] += x[i] * x[i + 3];
            }
        }
        for i in 0..n {
            if i % 2 == 1 {
                y[i] = y[i] * y[i - 1];
            }
        }
        let mut s = 0.0;
        for i in 0..n {
            if y[i] > 0.0 {
                s += y[i].sqrt() * x[n - 1 - i];
            }
        }
        s
    }

    /// Elements beyond what every iteration looks at, on either side.
    #[differentiate]
    fn beyond(x: &[f64], from: usize, to: usize) -> f64 {
        let mut s = 1.0;
        for i in from..to {
            s += x[i] * s;
            if i % 2 == 0 {
                s *= x[i + 3];
            } else {
                s -= x[i - 1] * x[i];
            }
        }
        s
    }

    /// Two parts of one vector: one slice cannot serve both.
    #[differentiate]
    fn halves(x: &mut [f64], k: f64) {
        let half = x.len() / 2;
        for i in 0..half {
            let t = x[i + half] * k;
            x[i + half] = x[i] - t;
            x[i] += t;
        }
        for i in 0..half {
            x[i] *= x[half];
        }
    }

    /// References to parts, and to the whole beside them.
    #[differentiate]
    fn rows(m: &mut [f64], n: usize, k: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            let row = &mut m[i * n..(i + 1) * n];
            for j in 0..n {
                row[j] = row[j] * k + (j + i) as f64;
            }
            let last = row[n - 1];
            for j in 0..n {
                s += row[j] * last;
            }
        }
        let (above, below) = m.split_at_mut(n);
        for j in 0..n {
            below[j] -= above[j] * s;
        }
        s
    }

    #[differentiate]
    fn nested(m: &[Vec<f64>], p: &[[f64; 3]], k: f64) -> f64 {
        let mut s = 0.0;
        for i in 0..m.len() {
            for j in 0..m[i].len() {
                s += m[i][j] * k;
            }
        }
        let mut q = p.to_vec();
        for i in 1..p.len() {
            q[i][0] += q[i - 1][2] * p[i][1];
            q[i][1] *= k;
            s += q[i][0] * q[i][1];
        }
        s
    }

    /// Nothing to look at: what would be the first element is not there.
    #[differentiate]
    fn may_be_empty(x: &[f64], from: usize, n: usize, k: f64) -> f64 {
        let mut s = k;
        for i in 0..n {
            s += x[from + i] * k;
        }
        for i in from..n {
            s *= x[i - 7];
        }
        for i in 0..n {
            s = s.sin() + x[i + 1] * s;
        }
        s
    }

    #[differentiate]
    fn scaled_indices(x: &[f64], stride: usize, k: f64) -> f64 {
        let n = x.len() / stride;
        let mut s = 0.0;
        for i in 0..stride {
            for j in 0..n {
                s += x[2 * i + j - i] * k;
                s += x[j * stride + i] * x[i];
            }
        }
        s
    }
}

#[test]
fn values_and_gradients() {
    let x = [0.3, -0.8, 0.5, 1.1, -0.4, 0.9, 0.7, -0.2, 0.6];
    oracle::check!(quadratic(&x, &[0.4, -0.7, 0.2], 3));
    oracle::check!(quadratic(&x, &[], 0));
    for (from, to) in [(0, 8), (2, 5), (3, 4)] {
        oracle::check!(parts(&x, from, to));
    }
    for rounds in 0..3 {
        oracle::check!(smoothed(&x, 0.2, rounds));
    }
    oracle::check!(smoothed(&[0.4, 0.1], 0.2, 2));
    for lag in [1, 2, 5, 9] {
        oracle::check!(at_a_distance(&x, 0.6, lag));
    }
    oracle::check!(under_conditions(&x, 0.45));
    oracle::check!(beyond(&x, 0, 6));
    oracle::check!(beyond(&x, 1, 5));
    oracle::check!(halves(&mut [0.3, -0.8, 0.5, 1.1, -0.4], 0.7));
    oracle::check!(rows(
        &mut [0.3, -0.8, 0.5, 1.1, -0.4, 0.9, 0.7, -0.2, 0.6],
        3,
        0.7
    ));
    let m = [vec![0.3, 0.4], vec![], vec![-0.5]];
    oracle::check!(nested(
        &m,
        &[[0.3, 0.2, -0.4], [0.8, 0.1, 0.6], [-0.7, 0.5, 0.9]],
        0.7
    ));
    oracle::check!(may_be_empty(&[], 4, 0, 0.7));
    oracle::check!(may_be_empty(&x[..4], 2, 2, 0.7));
    for stride in 1..4 {
        oracle::check!(scaled_indices(&x, stride, 0.7));
    }
}

/// An index that is out of bounds is one before and after.
#[test]
fn out_of_bounds_panics() {
    let x = [0.3, 0.4];
    let primal = std::panic::catch_unwind(|| may_be_empty(&x, 1, 2, 0.5));
    let gradient = std::panic::catch_unwind(|| may_be_empty_grad(&x, 1, 2, 0.5));
    assert!(primal.is_err() && gradient.is_err());
}

/// Integers that a loop counts itself, beside its number.
mod counters {
    use backprop::differentiate;

    oracle::programs! {
        /// A triangle that is packed in one vector.
        #[differentiate]
        fn packed(l: &[f64], x: &[f64]) -> f64 {
            let n = x.len();
            let mut y = vec![0.0; n];
            let mut at = 0;
            for i in 0..n {
                for j in i..n {
                    y[j] += l[at] * x[i];
                    at += 1;
                }
            }
            let mut s = 0.0;
            for i in 0..n {
                s += y[i].sin() * x[i];
            }
            s
        }

        /// Written to and read at a counter, from another number than zero, up and down.
        #[differentiate]
        fn up_and_down(x: &[f64], from: usize, to: usize, k: f64) -> f64 {
            let mut y = x.to_vec();
            let mut at = 1;
            for i in from..to {
                y[at] = y[at] * x[i] + k * x[at + 1];
                at += 1;
            }
            let mut back = at;
            for i in (from..to).rev() {
                back -= 1;
                y[back] += (y[back] * x[i]).sin();
            }
            let mut down = x.len();
            for i in from..to {
                down -= 1;
                y[i] *= x[down] + y[i];
            }
            let mut up = back;
            for i in (from..to).rev() {
                y[i] += x[up] * x[up] * y[i];
                up += 1;
            }
            let mut s = 0.0;
            for i in 0..y.len() {
                s = 0.5 * s + y[i] * x[i];
            }
            s + (at + back + up + down) as f64 * k
        }

        /// Two counters, one with steps of two; a range that ends at its last number.
        #[differentiate]
        fn several(x: &[f64], n: usize, k: f64) -> f64 {
            let (mut one, mut two) = (0, 1);
            let mut s = k;
            for i in 0..=n {
                s += x[one] * x[two] * (k + i as f64);
                one += 1;
                two += 2;
            }
            let mut y = vec![0.0; one + 1];
            let mut at = 0;
            for _ in 0..n {
                let next = at + 1;
                y[next] = s * x[at] + k * x[next];
                at = next;
            }
            for i in 0..=n {
                s += y[i] * y[i] * k;
            }
            s
        }

        /// Where only a condition leads to the element, and where it ends the loop.
        #[differentiate]
        fn under_a_condition(x: &[f64], n: usize, k: f64) -> f64 {
            let mut s = k;
            let mut at = 0;
            for i in 0..n {
                if i % 3 == 1 {
                    s += x[at] * x[at] * k;
                }
                at += 1;
            }
            let mut other = 0;
            for _ in 0..n {
                if x[other] > 1.0 {
                    break;
                }
                s += x[other] * s * k;
                other += 1;
            }
            s * k + x[other]
        }

        /// Each adds a number that is not the same in each iteration.
        #[differentiate]
        fn uneven(x: &[f64], n: usize, k: f64) -> f64 {
            let mut s = k;
            let mut at = 0;
            for i in 0..n {
                s += x[at] * s;
                at += i;
            }
            let mut skipped = 0;
            for i in 0..n {
                s *= x[skipped] + k;
                if x[i] > 0.0 {
                    skipped += 1;
                }
            }
            s
        }

        /// The numbers of the loops are of another type than the counters.
        #[differentiate]
        fn of_other_types(x: &[f64], n: u32, k: f64) -> f64 {
            let mut s = k;
            let mut at = 0;
            for _ in 0..n {
                s += x[at] * s;
                at += 1;
            }
            let mut next = 0;
            for i in 1..=i64::from(n) {
                s += x[next] * k * i as f64;
                next += 1;
            }
            for i in (1..n).rev() {
                next -= 1;
                s *= x[next] + f64::from(i);
            }
            s
        }
    }

    #[test]
    fn counted_indices() {
        let x = [0.3, -0.8, 0.5, 1.1, -0.4, 0.9, 0.7, -0.2, 0.6, 0.35];
        oracle::check!(packed(&x, &[0.4, -0.7, 0.2, 0.6]));
        oracle::check!(packed(&x, &[0.4]));
        oracle::check!(packed(&x, &[]));
        for (from, to) in [(0, 8), (2, 6), (3, 4), (4, 4), (5, 2)] {
            oracle::check!(up_and_down(&x, from, to, 0.6));
        }
        for n in 0..5 {
            oracle::check!(several(&x, n, 0.6));
            oracle::check!(under_a_condition(&x, 2 * n, 0.6));
            oracle::check!(uneven(&x, n, 0.6));
            oracle::check!(of_other_types(&x, n as u32, 0.6));
        }
    }

    /// As many elements as the vector has, and no more.
    #[test]
    fn out_of_bounds_panics() {
        let (l, x) = ([0.3, 0.4], [0.1, 0.2]);
        let primal = std::panic::catch_unwind(|| packed(&l, &x));
        let gradient = std::panic::catch_unwind(|| packed_grad(&l, &x));
        assert!(primal.is_err() && gradient.is_err());
        oracle::check!(packed(&[0.3, 0.4, 0.5], &x));
    }
}
