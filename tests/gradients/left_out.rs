//! Numbers that `wrt` leaves out: the public functions do not compute their adjoints, and
//! callers get them all the same.

#![expect(
    clippy::needless_range_loop,
    clippy::assign_op_pattern,
    reason = "the programs are written with indices, as numerical code is"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate(wrt(a), jvp, hvp)]
    fn plain(a: f64, b: f64) -> f64 {
        a * b + b * b
    }

    #[differentiate(wrt(a), jvp, hvp)]
    fn looped(n: usize, a: f64, b: f64, v: &[f64], c: f64) -> f64 {
        let mut s = a * b;
        for i in 0..n {
            s = s * v[i] + c * b;
            if s > 4.0 {
                s = s.sin() * c;
            }
        }
        s * c
    }

    #[differentiate(wrt(a), jvp, hvp)]
    fn pair(a: f64, b: f64) -> (f64, f64) {
        if a > b {
            return (a * b, b);
        }
        (b.sin() * a, b * b)
    }

    #[differentiate(wrt(a), jvp, hvp, recursive)]
    fn turned(a: f64, b: f64, n: usize) -> f64 {
        if n == 0 { a * b } else { turned(b, a * b, n - 1) * b }
    }

    #[differentiate(wrt(a), jvp, hvp)]
    fn changed(w: &mut [f64], a: f64, b: f64) {
        for i in 0..w.len() {
            w[i] = w[i] * b + a * b;
        }
    }

    #[differentiate]
    fn some_of_them(x: &[f64], y: f64) -> f64 {
        let first = looped(2, x[0], y, x, x[1] * y);
        let second = looped(3, 1.5, x[0], x, 2.0);
        let third = looped(2, x[2], 2.0, &[0.5, 0.4], y);
        first * second + third
    }

    #[differentiate]
    fn in_arms(x: f64, y: f64) -> f64 {
        let (p, _) = pair(3.0, x);
        let (_, q) = pair(y, x);
        let r = if x > y { pair(1.0, p).1 } else { pair(q, 2.0).0 };
        let f = |t: f64| plain(1.1, t) * plain(t, y);
        p * r + f(q)
    }

    #[differentiate]
    fn in_cycles(x: f64, y: f64) -> f64 {
        turned(x, y, 3) + turned(2.0, y, 2) * turned(x, 2.0, 3)
    }

    #[differentiate]
    fn in_place(x: &[f64], y: f64) -> f64 {
        let mut w = x.to_vec();
        changed(&mut w, 1.2, y);
        for i in 0..2 {
            changed(&mut w[i..i + 2], 0.3, x[i]);
        }
        let first = w[0];
        changed(&mut w, 0.1, first);
        w.iter().sum()
    }

    /// Iterations that run again, of a window, and with checkpoints.
    #[differentiate]
    fn in_loops(x: &[f64]) -> f64 {
        let mut y = [x[0], x[1]];
        for i in 0..3 {
            y = [plain(y[0], y[1]) * 0.4, plain(x[i], y[0])];
        }
        let mut v = x.to_vec();
        for i in 1..v.len() {
            v[i] = v[i] * plain(2.0, v[i - 1]);
        }
        #[checkpoint]
        for i in 0..3 {
            y = [plain(1.0, y[1]) * 0.5, plain(y[1], x[i])];
        }
        y[0] * y[1] + v[v.len() - 1]
    }
}

#[differentiate]
fn applied(f: impl Fn(f64, f64) -> f64, x: f64, y: f64) -> f64 {
    f(x, y) * f(y, x) * y
}

#[differentiate]
fn passed(x: f64, y: f64) -> f64 {
    let scaled = |a: f64, b: f64| plain(1.3, b) * a * y;
    applied(plain, x, y) + applied(scaled, x, y)
}

#[test]
fn callers_get_them() {
    for x in [[0.3, 0.8, 0.6], [1.3, 0.4, 1.1], [0.5, 1.2, 2.3]] {
        oracle::check!(some_of_them(&x, 0.7));
        oracle::check!(in_arms(x[0], x[1]));
        oracle::check!(in_cycles(x[0], x[1]));
        oracle::check!(in_place(&x, 0.7));
        oracle::check!(in_loops(&x));
        backprop::assert_gradient!(passed(x[0], x[1]));
    }
}

#[test]
fn the_public_gradient_is_that_of_the_others() {
    assert_eq!(plain_grad(2.0, 3.0), (15.0, 3.0));
    assert_eq!(turned_grad(2.0, 3.0, 0), (6.0, 3.0));
}
