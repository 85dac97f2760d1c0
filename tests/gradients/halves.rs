//! Loops whose reverse halves may not run beside them, for something in between changes or
//! reads what they add to; and integers that a loop carries, taken back in reverse.

#![expect(
    clippy::assign_op_pattern,
    clippy::needless_range_loop,
    reason = "the programs are written as users write them"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn written_after(w: &mut [f64], x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += w[i] * w[i];
        }
        for i in 0..x.len() {
            w[i] = w[i] * x[i];
        }
        s
    }

    #[differentiate]
    fn written_once_after(w: &mut [f64], x: &[f64], k: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += w[i] * x[i] * w[i];
        }
        w[k] = x[0] * 2.0;
        s
    }

    #[differentiate]
    fn pushed_after(w: &mut Vec<f64>, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..w.len() {
            s += w[i] * x[i];
        }
        w.push(x[0] * x[1]);
        s
    }

    #[differentiate]
    fn swapped_after(w: &mut [f64], x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += w[i] * x[i] * w[i];
        }
        w.swap(0, 1);
        s
    }

    #[differentiate]
    fn scale(w: &mut [f64], k: f64) {
        for v in w.iter_mut() {
            *v *= k;
        }
    }

    #[differentiate]
    fn called_after(w: &mut [f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in w.iter() {
            s += v * v * k;
        }
        scale(w, k);
        s
    }

    #[differentiate]
    fn called_before(w: &mut [f64], k: f64) -> f64 {
        scale(w, k);
        let mut s = 0.0;
        for v in w.iter() {
            s += v * v * k;
        }
        s
    }

    #[differentiate]
    fn in_branches(w: &mut [f64], x: &[f64], k: usize) -> f64 {
        let mut s = 0.0;
        if k > 0 {
            for i in 0..x.len() {
                s += w[i] * w[i];
            }
        } else {
            for i in 0..x.len() {
                s += w[i] * x[i];
            }
        }
        match k {
            0 => w[0] = x[1],
            1 => {
                for i in 0..x.len() {
                    w[i] = w[i] * w[i] * x[i];
                }
            }
            _ => {}
        }
        s
    }

    #[differentiate]
    fn in_matches(w: &mut [f64], x: &[f64], k: usize) -> f64 {
        let mut s = 1.0;
        let t = match k {
            0 => x[0],
            1 => {
                for i in 0..x.len() {
                    s += w[i] * w[i] * x[i];
                }
                x[1]
            }
            _ => {
                for v in x {
                    s += v * v;
                }
                w[0]
            }
        };
        w[1] = t * x[0];
        s
    }

    /// Both read what the other half adds to.
    #[differentiate]
    fn copied_between(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += v * v * k;
        }
        let mut own = x.to_vec();
        own[0] = k;
        let mut t = 0.0;
        for v in &own {
            t += v * v;
        }
        own[1] = s;
        s + t * own[1]
    }

    #[differentiate]
    fn chosen_between(x: &mut [f64], y: &mut [f64], k: usize) -> f64 {
        let mut s = 0.0;
        for v in x.iter() {
            s += v * v;
        }
        let z = if k > 0 { &mut *x } else { &mut *y };
        z[0] = z[1] * z[0];
        s
    }

    /// The sum is used in the loop, too: its mirror may not run in any order.
    #[differentiate]
    fn used_in_loop(x: &[f64], k: f64) -> f64 {
        let mut s = k;
        let mut t = 0.0;
        for v in x {
            t += s * v;
            s = v - s;
        }
        let mut u = k;
        for v in x {
            u = v * k - u;
        }
        let mut p = k;
        for v in x {
            p = p + p * v;
            t = t + t;
        }
        s + t * u + p
    }

    // what is carried is counted back

    #[differentiate]
    fn doubled(x: &[f64], n: usize) -> f64 {
        let mut k = 1;
        let mut s = 0.5;
        for _ in 0..n {
            s = (s * x[k % x.len()]).sin();
            k = k + k;
        }
        s
    }

    #[differentiate]
    fn stepped(x: &[f64], n: usize, step: usize) -> f64 {
        let (mut k, mut l, mut m, mut back) = (0, 1, 2, 40);
        let mut s = 0.5;
        for i in 0..n {
            let n = x.len();
            s = (s * x[k % n] + x[l % n] * s * x[m % n] + x[back % n]).sin();
            k = k + step;
            l = 3 + l;
            m = step + m;
            back = back - step;
            if i == 2 {
                s *= x[k % n];
            }
        }
        s
    }

    #[differentiate]
    fn mirrored(x: &[f64], n: usize) -> f64 {
        let (mut k, mut l, mut m) = (0_usize, 3, 1);
        let mut s = 0.5;
        for i in 0..n {
            s = (s * x[k % x.len()] + x[l % x.len()] * s + x[m % x.len()]).sin();
            // from the other side, by what changes, from another
            k = 7 - k;
            l = l + i;
            m = k + 1;
        }
        s
    }
}

#[test]
fn halves_apart() {
    let x = [0.5, 1.5, -0.75];
    let w = [0.25, -1.25, 2.0];
    for k in 0..3 {
        oracle::check!(written_once_after(&mut w.clone(), &x, k));
        oracle::check!(in_branches(&mut w.clone(), &x, k));
        oracle::check!(in_matches(&mut w.clone(), &x, k));
        oracle::check!(chosen_between(&mut w.clone(), &mut x.clone(), k));
    }
    oracle::check!(written_after(&mut w.clone(), &x));
    oracle::check!(swapped_after(&mut w.clone(), &x));
    oracle::check!(pushed_after(&mut w.to_vec(), &x));
    oracle::check!(called_after(&mut w.clone(), 1.25));
    oracle::check!(called_before(&mut w.clone(), 1.25));
    oracle::check!(copied_between(&x, 0.75));
    oracle::check!(used_in_loop(&x, 0.75));
    oracle::check!(used_in_loop(&[], 0.75));
}

#[test]
fn carried_integers() {
    let x = [0.5, 1.5, -0.75, 0.8, 1.1];
    for n in [0, 1, 2, 5] {
        oracle::check!(doubled(&x, n));
        oracle::check!(stepped(&x, n, 0));
        oracle::check!(stepped(&x, n, 2));
        oracle::check!(mirrored(&x, n));
    }
}
