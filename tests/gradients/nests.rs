//! Nests of loops, whose records lie on one tape.

#![expect(
    clippy::assign_op_pattern,
    clippy::needless_range_loop,
    reason = "the programs are written as people write loops"
)]

use backprop::differentiate;

oracle::programs! {
    /// Loops of which only the number of iterations is needed, beside one that records.
    #[differentiate]
    fn counted(x: f64, n: usize) -> f64 {
        let mut s = x;
        for _ in 0..n {
            let mut t = 0.3;
            while t < 1.7 { t += 0.4; s += x; }
            s = (s * x).sin();
            let mut k = 9;
            while k > 2 { k /= 2; s *= 0.9; }
            loop { k += 1; if k > 4 { break; } s = s.tanh() - x; }
        }
        s
    }
    #[differentiate]
    fn only_inner(x: f64, n: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            let mut k = i;
            while k > 0 { k /= 2; s += x; if s > 40.0 { break; } }
            loop { k += 1; if k > i { break; } s -= 0.5 * x; }
            for _ in 0..k { s *= 0.9; }
        }
        s
    }

    /// Inner loops that run backwards: how many records they have their ranges tell
    /// (seed 212).
    #[differentiate]
    fn backwards(x: &[f64], k: f64, rounds: usize) -> f64 {
        let mut y = x.to_vec();
        for _ in 0..rounds {
            for i in (1..y.len()).rev() {
                y[i] = y[i] * y[i - 1] + k;
            }
            for i in (0..3_u8).rev() {
                let at = usize::from(i) % y.len();
                y[at] = (y[at] * k).sin();
            }
        }
        y.iter().sum()
    }

    /// Each loop records, two of them in each iteration of the outer one.
    #[differentiate]
    fn several(x: f64, w: f64, n: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            for j in i..n {
                for _ in 0..=j {
                    s = (w * s + 0.1).tanh();
                }
                s = (s * w).sin() + 0.2;
            }
            s = (s + w).cos();
            for _ in (0..i).rev().step_by(2) {
                s = (s * 1.5 - w).sin();
            }
        }
        s
    }

    /// Numbers of many types beside each other.
    #[differentiate]
    fn of_many_types(x: &[f64], w: f64, n: usize) -> f64 {
        let mut s = w;
        let (mut at, mut small, mut wide, mut sign) = (0, 7_u8, -3_i128, false);
        for i in 0..n {
            for j in -2_i64..i as i64 {
                at = (at * 5 + i + 1) % x.len();
                small = small.wrapping_mul(31).wrapping_add(at as u8);
                s = (s * x[at]).sin() * f64::from(small) + j as f64 * s;
                sign = !sign && small > 100;
                if sign {
                    s = s * 0.25;
                }
            }
            wide = wide * 3 - i128::from(small);
            s = s.tanh() * (wide % 7) as f64 + w;
        }
        s
    }

    /// Arms that record other numbers, one of them none.
    #[differentiate]
    fn arms(x: f64, w: f64, n: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            for j in 0..3 * n {
                if (7 * i + j) % 4 == 0 {
                    let a = (s * w).cos();
                    let b = (a - s).sin();
                    s = a * b;
                } else if (i + j) % 3 == 0 {
                    s = (s + w).cos();
                } else {
                    s = s * 0.9;
                }
            }
            match i % 3 {
                0 => s = s.sin() * w.exp(),
                1 => {
                    for _ in 0..i {
                        s = (s * w).tanh();
                    }
                }
                _ => {}
            }
        }
        s
    }

    /// More numbers in a record than a tuple has room for.
    #[differentiate]
    fn many_numbers(x: &[f64], n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = (x[0], x[1], x[2], x[0], x[1]);
        for i in 0..n {
            for _ in 0..i + 1 {
                let (p, q, r) = ((a * b).sin(), (b * c).cos(), (c * d).tanh());
                let (u, v, w) = ((d * e).sin(), (e * a).cos(), (p * q).tanh());
                a = (p + u).sin() * r;
                b = (q + v).sin() * u;
                c = (r + w).sin() * v;
                d = (p - w).cos() * q;
                e = (u - r).cos() * p;
            }
            if a > 0.01 {
                let (p, q, r) = ((a * b).exp(), (b * c).exp(), (c * d).exp());
                let (u, v, w) = ((d * e).exp(), (e * a).exp(), (p * q).exp());
                a = (p * u).sin() * r;
                b = (q * v).sin() * w;
                c = (p * v).sin() * w;
                d = (r * w).cos() * u;
                e = (q * r).cos() * p;
            } else {
                a = a * b;
            }
        }
        a + b * c + d * e
    }

    /// Loops that are left, in and around each other.
    #[differentiate]
    fn left_early(x: f64, w: f64, n: usize) -> f64 {
        let mut s = x;
        'outer: for i in 0..n {
            let (mut t, mut turns) = (s, 0);
            while t > 0.2 && turns < 4 {
                t = t * w.sin();
                turns += 1;
                for j in 0..n {
                    t = (t * 1.1).sin() + 0.02;
                    if j > i {
                        break;
                    }
                    if t > 5.0 {
                        continue 'outer;
                    }
                }
            }
            s = (s + t).sin();
            loop {
                s = s * 0.9 + (s * w).cos();
                turns += 1;
                if s > 1.0 || turns > 7 {
                    break;
                }
                if s < -3.0 {
                    return s * s;
                }
            }
            if s > 2.5 {
                break;
            }
        }
        s
    }

    /// What is known of the inner ends holds only where the outer loops run.
    #[differentiate]
    fn ends_that_need_not_be(x: f64, w: f64, n: usize, m: usize, rows: &[usize]) -> f64 {
        let mut s = x;
        for _ in 0..n {
            for _ in 0..m - 1 {
                s = (s * w).sin();
            }
            s = s.exp() * 0.3;
        }
        for i in 0..n {
            for k in rows[i]..rows[i + 1] {
                s = (s + w * k as f64).cos();
            }
            s = s.exp() * 0.3;
        }
        for i in 0..n + 5 {
            if i > m {
                break;
            }
            for _ in 0..m - i {
                s = (s - w).sin();
            }
            s = s.exp() * 0.3;
        }
        s
    }

    /// The nest is in a branch, which records it.
    #[differentiate]
    fn in_a_branch(x: &[f64], w: f64, n: usize) -> f64 {
        let mut s = x[0];
        if w > 0.5 {
            for i in 0..n {
                for j in 0..x.len() {
                    s = (s * x[j]).sin() + w;
                }
                s = (s * x[i % x.len()]).tanh();
            }
        } else if n > 2 {
            for _ in 0..n {
                s = (s * w).exp() * 0.4;
                for _ in 0..2 * n {
                    s = (s - w).cos();
                }
            }
        }
        s * w
    }

    /// The outer loop is reversed as it runs; each iteration has a nest.
    #[differentiate]
    fn of_each_sample(samples: &[f64], w: &[f64], n: usize) -> f64 {
        let mut loss = 0.0;
        for y in samples {
            let mut s = *y;
            for i in 0..n {
                for w in w {
                    s = (s * w).tanh() + 0.1;
                }
                let mut k = i;
                while k > 0 {
                    s = (s + w[0]).sin();
                    k /= 2;
                }
                s = s.exp() * 0.5;
            }
            for _ in 0..n {
                s = s.cos() * w[0];
            }
            loss += (s - y) * (s - y);
        }
        loss
    }

    /// Pullbacks and vectors on tapes of their own beside the numbers.
    #[differentiate]
    fn with_other_records(x: &[f64], w: f64, n: usize) -> f64 {
        let mut s = w;
        for i in 0..n {
            let mut u = x.to_vec();
            for j in 0..x.len() {
                u[j] = (u[j] * s).sin();
                s = s + stepped(u[j], s * w).0;
            }
            for v in &u {
                s = (s * v).tanh() + v;
            }
            let (a, b) = stepped(s, i as f64);
            s = a * b.cos();
        }
        s
    }

    #[differentiate]
    fn stepped(x: f64, y: f64) -> (f64, f64) {
        ((x * y).sin(), x.exp() - y)
    }

    /// Reads what it overwrites, and puts it back step by step.
    #[differentiate]
    fn factor(a: &[f64], n: usize) -> f64 {
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
}

#[test]
fn values_and_gradients() {
    for n in 0..6 {
        oracle::check!(counted(0.7, n));
        oracle::check!(only_inner(0.7, n));
    }
    let x = [0.3, -0.8, 0.5];
    for n in [0, 1, 2, 5] {
        oracle::check!(several(0.4, 0.9, n));
        oracle::check!(backwards(&x, 0.7, n));
        oracle::check!(of_many_types(&x, 0.7, n));
        oracle::check!(arms(0.4, 0.9, n));
        oracle::check!(arms(-0.4, -1.1, n));
        oracle::check!(many_numbers(&x, n));
        oracle::check!(left_early(0.4, 0.9, n));
        oracle::check!(left_early(2.4, 0.3, n));
        oracle::check!(left_early(-2.4, 1.3, n));
        oracle::check!(in_a_branch(&x, 0.9, n));
        oracle::check!(in_a_branch(&x, 0.2, n));
        oracle::check!(of_each_sample(&x, &[0.9, 0.4], n));
        oracle::check!(of_each_sample(&[], &[0.9, 0.4], n));
        oracle::check!(with_other_records(&x, 0.7, n));
    }
    oracle::check!(ends_that_need_not_be(0.4, 0.9, 0, 1, &[]));
    oracle::check!(ends_that_need_not_be(0.4, 0.9, 3, 2, &[0, 2, 2, 5]));
    let a = [4.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.5, -0.7, 2.0];
    oracle::check!(factor(&a, 3));
}

/// With nothing to run, the end of the inner range is not computed: it would overflow.
#[differentiate]
fn short(x: f64, n: usize, m: usize) -> f64 {
    let mut s = x;
    for _ in 0..n {
        for _ in 0..m - 1 {
            s = s.sin();
        }
        s = s.exp();
    }
    s
}

#[differentiate]
fn asserted(x: f64, n: usize, m: usize) -> f64 {
    let mut s = x;
    for i in 0..n {
        assert!(i <= m, "{i} is beyond");
        for _ in 0..m - i {
            s = s.sin();
        }
        s = s.exp();
    }
    s
}

#[test]
fn what_is_counted_ahead_panics_no_sooner() {
    assert_eq!(short_grad(0.5, 0, 0), (0.5, 1.0));
    let caught = std::panic::catch_unwind(|| asserted_grad(0.5, 5, 3));
    let panic = caught.expect_err("4 is beyond 3");
    assert_eq!(
        panic.downcast_ref::<String>().map(String::as_str),
        Some("4 is beyond")
    );
}

/// What is recorded comes back bit for bit.
#[cfg(not(feature = "__circuit_grad"))]
#[differentiate]
fn odd_numbers(x: &[f64], n: usize) -> f64 {
    let mut s = 1.0;
    for _ in 0..n {
        for v in x {
            s = s * v.abs().sqrt();
        }
        s = s / x[0];
    }
    s
}

// in a circuit an upstream of zero adds nothing, whatever it is multiplied with
#[cfg(not(feature = "__circuit_grad"))]
#[test]
fn infinite_numbers_and_nan() {
    let (value, d_x) = odd_numbers_grad(&[-0.0, 1.0], 1);
    assert!(value.is_nan() && d_x[0].is_nan(), "{value} {d_x:?}");
    let (value, d_x) = odd_numbers_grad(&[f64::INFINITY, 4.0], 1);
    assert!(value.is_nan() && d_x[1].is_nan(), "{value} {d_x:?}");
    let (value, d_x) = odd_numbers_grad(&[-4.0, 9.0], 2);
    assert_eq!(value, 36.0 / 16.0);
    assert!(
        (d_x[0] - 2.25 / 4.0).abs() < 1e-12 && (d_x[1] - 0.25).abs() < 1e-12,
        "{d_x:?}"
    );
}
