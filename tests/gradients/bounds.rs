//! Loops whose bounds are checked once: where an iteration is out of bounds, and where
//! one would be that never runs.

#![expect(
    clippy::needless_range_loop,
    clippy::ptr_arg,
    clippy::useless_vec,
    reason = "the programs are written as users write them"
)]

use backprop::differentiate;

oracle::programs! {
    /// Two neighbours, in a range that may be empty while the slice is, too.
    #[differentiate]
    fn neighbours(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i + 1].sin();
        }
        s
    }

    /// The reverse half is a loop of its own.
    #[differentiate]
    fn recurrence(x: &[f64], n: usize) -> f64 {
        let mut s = 0.5;
        for i in 1..n {
            s = (s * x[i] + x[2 + i]).sin();
        }
        s
    }

    /// Parts of different lengths: each has an end of its own.
    #[differentiate]
    fn parts(x: &([f64; 2], [f64; 5]), n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x.0[i] * x.1[i + 3].sin() + x.1[i];
        }
        s
    }

    /// Left before it would go out of bounds.
    #[differentiate]
    fn left(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i];
            if i + 1 == x.len() {
                break;
            }
        }
        s
    }

    /// Left by `return`.
    #[differentiate]
    fn returned(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x[i] * x[i];
            if s > 1.0 {
                return s.sin();
            }
        }
        s
    }

    /// Only some iterations get there.
    #[differentiate]
    fn guarded(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            if i + 1 < x.len() {
                s += x[i] * x[i + 1];
            }
        }
        s
    }

    /// The sequence grows while it is read.
    #[differentiate]
    fn growing(x: &[f64], n: usize) -> f64 {
        let mut v = vec![x[0], x[1]];
        for i in 0..n {
            let next = v[i] * 0.5 + v[i + 1].sin();
            v.push(next);
        }
        v[n]
    }

    /// Rows of different lengths, of which those are never looked at that are too short;
    /// `starts` may be behind the end.
    #[differentiate]
    fn partly(rows: &Vec<Vec<f64>>, starts: &[usize], n: usize) -> f64 {
        let mut s = 0.0;
        for k in 0..starts.len() {
            for j in starts[k]..n {
                s += rows[k][j] * rows[k][j];
            }
        }
        s
    }

    /// A row that is not there, for a loop that does not run.
    #[differentiate]
    fn no_row(rows: &[[f64; 2]], k: usize, n: usize) -> f64 {
        let mut s = rows[0][0];
        for j in 0..n {
            s += rows[k][j] * s;
        }
        s
    }

    /// What is written and read in one loop, and a row that takes the place of another.
    #[differentiate]
    fn written(x: &[f64], n: usize) -> f64 {
        let mut v = x.to_vec();
        let mut table = vec![vec![0.0; 1], x.to_vec()];
        for i in 0..n {
            v[i] = v[i] * v[i + 1];
            table[0] = vec![v[i]; i + 1];
            v[i + 1] += table[0][i] * table[1][i];
        }
        v[n]
    }

    /// Backwards, and from the end of another sequence.
    #[differentiate]
    fn backwards(x: &[f64], y: &[f64]) -> f64 {
        let mut s = 0.3;
        for i in (0..y.len()).rev() {
            s = (s + x[i + 3] * y[i]).cos();
        }
        s
    }

    /// The loop inside may end everything.
    #[differentiate]
    fn nested(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            let mut j = 0;
            while j < i && s < 2.0 {
                s += x[j] * x[j + 1];
                j += 1;
            }
            s += x[i] * x[i];
        }
        s
    }

    #[differentiate]
    fn told(x: &[f64], n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            if x[i] < 0.0 {
                panic!("a negative number");
            }
            s += x[i + 1].sqrt();
        }
        s
    }
}

#[test]
fn programs() {
    let a = [0.3, -0.7, 1.1, 0.4, 0.9];
    for n in 0..5 {
        oracle::check!(neighbours(&a, n));
        oracle::check!(written(&a, n));
        oracle::check!(nested(&a, n));
        oracle::check!(growing(&a, n));
    }
    for n in 0..4 {
        oracle::check!(recurrence(&a, n));
    }
    for n in [0, 3, 5, 9] {
        oracle::check!(left(&a, n));
        oracle::check!(guarded(&a, n));
    }
    oracle::check!(returned(&a, 9));
    oracle::check!(neighbours(&[], 0));
    let table = vec![vec![0.3, 0.8, 0.2], vec![], vec![0.9, -0.4, 0.2, 0.7]];
    oracle::check!(partly(&table, &[1, 7, 0], 3));
    oracle::check!(no_row(&[[0.3, 0.4]], 5, 0));
    oracle::check!(no_row(&[[0.3, 0.4]], 0, 2));
    oracle::check!(backwards(&a, &[0.4, 1.2]));
    oracle::check!(backwards(&[], &[]));
    oracle::check!(told(&[0.3, 0.2, 0.7], 2));
}

/// What a call panics with.
#[cfg(not(feature = "__circuit_grad"))]
fn panic_of(call: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(call).expect_err("a panic");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
    }
}

// gates run one by one, so that the first of them panics
#[cfg(not(feature = "__circuit_grad"))]
#[test]
fn panics() {
    // the index of the last iteration; a primal names that of the first
    let message = "index out of bounds: the len is 2 but the index is 4";
    assert_eq!(panic_of(|| drop(neighbours_grad(&[0.3, 0.4], 4))), message);
    let message = "index out of bounds: the len is 3 but the index is 4";
    let rows = [vec![0.3], vec![0.1, 0.2, 0.7]];
    let call = || drop(partly_grad(&rows.to_vec(), &[9, 0], 5));
    assert_eq!(panic_of(call), message);
    // where it can be told which panic comes first, it is the primal's
    let call = || drop(told_grad(&[0.3, -0.2, 0.7], 5));
    assert_eq!(panic_of(call), "a negative number");
}

#[differentiate]
fn unused_element(x: &[f64], i: usize) -> f64 {
    let _unused = x[i];
    x[0] * x[0]
}

#[differentiate]
fn unused_part(x: &[f64], i: usize) -> f64 {
    let _unused = &x[i..];
    x[0] * x[0]
}

#[differentiate]
fn unused_clamp(x: f64, low: f64) -> f64 {
    let _unused = x.clamp(low, 1.0);
    x * x
}

#[differentiate]
fn unused_quotient(x: f64, n: usize, m: usize) -> f64 {
    let _unused = n / m;
    x * x
}

/// Nothing needs the value, and it panics all the same.
#[cfg(not(feature = "__circuit_grad"))]
#[test]
fn panics_of_what_is_not_used() {
    let x = [0.3, 0.7];
    assert_eq!(unused_element_grad(&x, 1).1, [0.6, 0.0]);
    assert_eq!(unused_part_grad(&x, 2).1, [0.6, 0.0]);
    assert_eq!(unused_clamp_grad(0.5, 0.0).1, (1.0, 0.0));
    assert_eq!(unused_quotient_grad(0.5, 1, 2).1, 1.0);
    panic_of(|| drop(unused_element_grad(&x, 2)));
    panic_of(|| drop(unused_part_grad(&x, 3)));
    panic_of(|| {
        unused_clamp_grad(0.5, 2.0);
    });
    panic_of(|| {
        unused_quotient_grad(0.5, 1, 0);
    });
}

#[test]
fn parts_have_their_own_ends() {
    for n in 0..3 {
        oracle::check!(parts(&([0.5, 1.5], [0.2, -0.4, 0.6, 0.8, 1.1]), n));
    }
}
