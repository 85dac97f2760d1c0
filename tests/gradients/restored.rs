//! Content that the reverse half takes back, integers that it counts back, and branches
//! that it runs again: none of them is recorded, all of them are needed.

#![expect(
    clippy::needless_range_loop,
    clippy::assign_op_pattern,
    reason = "the programs are written with indices, as numerical code is"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn norm(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += (v * k).tanh();
        }
        s
    }

    /// A table that is filled, then read: no write is undone.
    #[differentiate]
    fn table(x: &[f64], rounds: usize) -> f64 {
        let mut squares = vec![0.0; x.len()];
        for i in 0..x.len() {
            squares[i] = x[i].exp();
        }
        let mut s = 1.0;
        for _ in 0..rounds {
            for i in 0..x.len() {
                s = (s * squares[i] + x[i]).sin();
            }
        }
        s
    }

    /// A vector that is replaced while a matrix stays.
    #[differentiate]
    fn power_iteration(a: &[f64], n: usize, rounds: usize) -> f64 {
        let mut v = vec![1.0; n];
        let mut w = vec![0.0; n];
        let mut s = 0.0;
        for round in 0..rounds {
            for i in 0..n {
                let mut sum = 0.0;
                for j in 0..n {
                    sum += a[i * n + j] * v[j] * v[(j + 1) % n];
                }
                w[i] = sum;
            }
            for i in 0..n {
                v[i] = (w[i] * 0.5).sin();
            }
            if round == 1 {
                v[0] *= 2.0;
            }
            s += norm(&v, 0.5) * w[n - 1];
        }
        s
    }

    /// Reads and writes of one array in one nest, through rows and halves of it.
    #[differentiate]
    fn sweeps(x: &[f64], rounds: usize) -> f64 {
        let mut m = [[0.5; 3]; 3];
        for (i, v) in x.iter().enumerate() {
            m[i % 3][i / 3 % 3] = *v;
        }
        for _ in 0..rounds {
            for i in 0..3 {
                let mut s = 0.0;
                for j in 0..3 {
                    for k in 0..3 {
                        s += m[i][j] * m[j][k] * m[k][i];
                    }
                }
                m[i][i] = s.sin();
            }
            let (top, rest) = m.split_at_mut(1);
            for k in 0..2 {
                for l in 0..2 {
                    for j in 0..3 {
                        top[0][k] += rest[k][j] * rest[l][j] * 0.1;
                    }
                }
            }
        }
        m[0][0] * m[1][2] + m[2][1]
    }

    /// A place that is written twice in an iteration, read in between and after.
    #[differentiate]
    fn twice(x: [f64; 4], n: usize) -> f64 {
        let mut a = x;
        let mut s = 0.0;
        for i in 0..n {
            let before = a[i % 4];
            a[i % 4] = before * before * 0.5;
            for j in 0..4 {
                s += a[i % 4] * a[j];
            }
            a[i % 4] += 1.25;
            for j in 0..4 {
                s += (a[j] * a[(j + 1) % 4]).cos() * before;
            }
            a[(i + 1) % 4] -= s * 0.01;
        }
        s + a[2]
    }

    /// What is written under a condition, and left before the end.
    #[differentiate]
    fn conditional(mut x: [f64; 5], limit: f64) -> f64 {
        let mut s = 0.0;
        'rounds: for round in 0..6 {
            for i in 0..5 {
                let mut sum = 0.0;
                for j in 0..5 {
                    if j != i {
                        sum += x[i] * x[j] * x[j];
                    }
                }
                if sum > limit {
                    break 'rounds;
                }
                match (round + i) % 3 {
                    0 => x[i] = sum.sin(),
                    1 => x[i] += sum * 0.2,
                    _ => {
                        if x[i] < 0.0 {
                            continue;
                        }
                        x[i] -= 0.1;
                    }
                }
                s += x[i] * x[i];
            }
        }
        s + x[0] * x[4]
    }

    /// Read again before it is restored: recorded after all.
    #[differentiate]
    fn late(x: &[f64], n: usize) -> f64 {
        let mut a = [0.3; 4];
        let mut s = 0.0;
        for i in 0..n {
            let old = a[i % 4];
            a[i % 4] = x[i % x.len()] + 0.5 * old;
            let mut sum = 0.0;
            for j in 0..4 {
                for k in 0..4 {
                    sum += a[j] * a[k] * old;
                }
            }
            s += (sum * old).sin();
        }
        s
    }

    /// What is read where it was written, at a place that is found after it.
    #[differentiate]
    fn placed(x0: f64, mut x1: Vec<Vec<f64>>, n: usize) -> f64 {
        if n > 0 {
            let (element, at) = (x0 / (2.0 + x1[0][0].abs()), x1[1].len() - 1);
            x1[1][at] = element;
        }
        if n > 1 {
            let e = (x0 * 3.0).exp() / x1[1][0];
            let at = (e * 0.1) as usize % x1[0].len();
            x1[0][at] = e;
        }
        x0 + norm(&x1[0], 0.7) * norm(&x1[1], 0.4)
    }

    /// Writes in the condition of a loop.
    #[differentiate]
    fn in_condition(x: f64, n: usize) -> f64 {
        let mut l = [x, x * 0.5, 1.0];
        let mut s = 0.0;
        let mut i = 0;
        while {
            l[i % 3] = l[(i + 1) % 3] * l[i % 3] + 0.3;
            i < n
        } {
            for a in 0..3 {
                for b in 0..3 {
                    s += l[a] * l[b] * x;
                }
            }
            i += 1;
        }
        s + l[0]
    }

    /// What is rearranged, lengthened or changed by a call is not restored.
    #[differentiate]
    fn rearranged(x: [f64; 3], n: usize) -> f64 {
        let mut a = x;
        let mut v = vec![x[0] * x[1]];
        let mut s: f64 = 0.0;
        for i in 0..n {
            a.swap(i % 3, (i + 1) % 3);
            a[i % 3] = s.sin() + a[0] * 0.5;
            v.push(a[1] * 0.3);
            v[i] = v[i] * v[i + 1] + 0.2;
            for p in 0..3 {
                for q in 0..v.len() {
                    s += a[p] * v[q] * a[(p + q) % 3] * v[0];
                }
            }
            a.reverse();
        }
        s
    }

    #[differentiate]
    fn scale(x: &mut [f64], k: f64) {
        for v in x.iter_mut() {
            *v = (*v * k).sin();
        }
    }

    #[differentiate]
    fn by_call(x: [f64; 3], k: f64, n: usize) -> f64 {
        let mut a = x;
        let mut s = 0.0;
        for i in 0..n {
            a[i % 3] *= k;
            scale(&mut a[1..], k + s);
            for p in 0..3 {
                for q in 0..3 {
                    s += a[p] * a[q] * 0.2;
                }
            }
        }
        s
    }

    /// What a chosen reference rearranges is not restored.
    #[differentiate]
    fn through_chosen(x: [f64; 3], y: [f64; 3], n: usize) -> f64 {
        let mut a = x.to_vec();
        let mut b = y.to_vec();
        let mut s: f64 = 0.0;
        for i in 0..n {
            let r = if i % 2 == 0 { &mut a } else { &mut b };
            r.swap(0, 2);
            r[1] = r[0] * r[2];
            for p in 0..3 {
                for q in 0..3 {
                    s += a[p] * b[q] * a[q];
                }
            }
            a[i % 3] = s.sin();
        }
        s
    }

    /// Rows that are lent to calls, whole and in part.
    #[differentiate]
    fn lent_rows(x: &[f64], n: usize) -> f64 {
        let mut m = [[0.0; 3]; 3];
        let mut s: f64 = 0.0;
        for k in 0..n {
            for i in 0..3 {
                let row = &mut m[i];
                for j in 0..3 {
                    row[j] = x[(i + j + k) % x.len()] * (1.0 + row[(j + 1) % 3]);
                }
            }
            for i in 0..3 {
                s += norm(&m[i], 0.3) * norm(&m[(i + 1) % 3][..2], s.cos());
            }
        }
        s
    }

    /// Left in the middle of a read.
    #[differentiate]
    fn left_early(x: [f64; 4], limit: f64) -> f64 {
        let mut a = x;
        let mut s = 0.0;
        for k in 0..6 {
            for i in 0..4 {
                for j in 0..4 {
                    s += a[i] * a[j];
                    if s > limit {
                        return s * a[j] * a[i];
                    }
                }
                a[i] = a[i].sin() + s * 0.01;
                if k == 3 && i == 2 {
                    continue;
                }
                a[(i + 1) % 4] *= 1.1;
            }
        }
        s + a[0]
    }

    /// The loop before adds as it goes, the one after as well.
    #[differentiate]
    fn between(x: &[f64], y: f64) -> f64 {
        let mut t = [0.0; 3];
        for i in 0..3 {
            t[i] = x[i] * y;
        }
        let mut s = 0.0;
        for _ in 0..4 {
            for i in 0..3 {
                for j in 0..3 {
                    s += t[i] * t[j];
                }
            }
        }
        for i in 0..3 {
            t[i] = t[i] * t[(i + 1) % 3];
        }
        for i in 0..3 {
            for j in 0..3 {
                s += (t[i] * t[j]).exp();
            }
        }
        s
    }

    /// Roots at zero: a write that is undone must not wake a masked adjoint.
    #[differentiate]
    fn masked(x: &[f64], n: usize) -> f64 {
        let mut r = vec![0.0; x.len()];
        let mut s = 0.0;
        for k in 0..n {
            for i in 0..x.len() {
                r[i] = x[i] * k as f64;
            }
            for i in 0..x.len() {
                for j in 0..x.len() {
                    if r[j] > 0.0 {
                        s += r[j].sqrt() * r[i];
                    }
                }
            }
        }
        s
    }

    #[differentiate]
    fn single(x: f32, n: usize) -> f32 {
        let mut v = [0.25f32; 3];
        for i in 0..n {
            v[i % 3] = x * v[(i + 1) % 3];
            for j in 0..3 {
                for k in 0..3 {
                    v[i % 3] += v[j] * v[k] * 0.125;
                }
            }
        }
        v[0] + v[1] * v[2]
    }

    /// Counts that go up and down by what is the same each time.
    #[differentiate]
    fn counted(x: &[f64], step: usize) -> f64 {
        let mut at = 0;
        let mut down = 40_i32;
        let mut s = 0.0;
        let mut i = 0;
        while i < 5 {
            for _ in 0..i {
                s += x[at % x.len()] * (down as f64 * 0.1) * x[i % x.len()];
                at += step;
                down -= 3;
            }
            i += 2;
            s = (s * (at as f64 * 0.01)).sin();
        }
        s
    }

    /// A count that not every iteration changes.
    #[differentiate]
    fn uneven(x: &[f64]) -> f64 {
        let mut found = 0;
        let mut s = 1.0;
        for v in x {
            if *v > 0.0 {
                found += 1;
            }
            s *= (v * found as f64 + 0.3).cos();
            if found > 3 {
                break;
            }
        }
        s
    }

    /// Neighbours on a ring, with conditions in conditions.
    #[differentiate]
    fn ring(x: &[f64]) -> f64 {
        let n = x.len();
        let mut s = 0.0;
        for i in 0..n {
            let left = if i == 0 { n - 1 } else { i - 1 };
            let right = if i + 1 == n { 0 } else { i + 1 };
            let far = if i < 2 { if i == 0 { n - 2 } else { n - 1 } } else { i - 2 };
            s += (x[left] * x[right] - x[far] * x[i]).sin();
        }
        s
    }

    /// The list that a call gives is read once, negated, and moved into the record.
    #[differentiate]
    fn shifted(x: &[f64], k: f64) -> Vec<f64> {
        x.iter().map(|v| (v + k).sin()).collect()
    }

    #[differentiate]
    fn negated(x: &[f64], k: f64) -> f64 {
        let v: Vec<f64> = shifted(x, k.sin());
        -v[0]
    }
}

const SCALE: f64 = 0.7;
const STEPS: [usize; 2] = [2, 1];

/// Constants by their names are used again, not recorded.
#[differentiate]
fn named(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        let step = STEPS[i % 2];
        s = (s * x[i] * SCALE + step as f64 * x[0]).sin();
    }
    s
}

#[test]
fn programs() {
    let a = [0.3, -0.7, 1.1, 0.4, 0.9, -0.2, 0.6, 0.8, -0.5];
    for rounds in [0, 1, 3] {
        oracle::check!(table(&a[..3], rounds));
        oracle::check!(power_iteration(&a, 3, rounds));
        oracle::check!(sweeps(&a, rounds));
    }
    for n in [0, 1, 4, 7] {
        oracle::check!(twice([0.3, -0.4, 0.9, 0.2], n));
        oracle::check!(late(&a[..5], n));
        oracle::check!(masked(&[0.4, 0.0, -0.3], n), kink);
        oracle::check!(single(0.6, n));
    }
    for limit in [-1.0, 0.4, 0.6, 100.0] {
        oracle::check!(conditional([0.8, -0.4, 0.5, 0.9, -0.3], limit));
    }
    for n in 0..3 {
        oracle::check!(placed(0.6, vec![vec![0.3, 0.8], vec![0.9, -0.4, 0.2]], n));
    }
    for n in [0, 1, 2, 5] {
        oracle::check!(in_condition(0.7, n));
        oracle::check!(through_chosen([0.3, 0.5, 0.9], [0.2, 1.1, 0.4], n));
        oracle::check!(lent_rows(&a[..4], n));
        oracle::check!(rearranged([0.3, 0.5, 0.9], n));
        oracle::check!(by_call([0.3, 0.5, 0.9], 0.8, n));
    }
    for limit in [-9.0, 0.2, 0.9, 3.0, 1e9] {
        oracle::check!(left_early([0.3, 0.5, 0.9, -0.2], limit));
    }
    oracle::check!(between(&a, 0.8));
    for step in [0, 1, 3] {
        oracle::check!(counted(&a, step));
    }
    oracle::check!(uneven(&a));
    oracle::check!(uneven(&[]));
    oracle::check!(ring(&a));
    oracle::check!(negated(&a, 0.4));
    backprop::assert_gradient!(named(&vec![0.3, -0.7, 1.1]));
}
