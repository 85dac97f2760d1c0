//! Integers by way of active containers, closures that yield them, tests.

#![expect(
    clippy::needless_range_loop,
    clippy::filter_map_bool_then,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Debug, Clone, Differentiable)]
    struct Window {
        v: Vec<f64>,
        n: usize,
    }

    #[differentiate]
    fn clamped(x: &[f64], a: f64, n: usize) -> f64 {
        let lo = a.floor() as usize;
        let hi = (lo + 1).min(x.len() - 1);
        let k = n.clamp(0, x.len() - 1) + x.len().max(1) - x.len();
        let m = n.wrapping_add(x.len().saturating_sub(3)).min(x.len() - 1);
        x[lo] * x[hi] + x[k] * a + x[m]
    }

    #[differentiate]
    fn counted(x: &[f64], a: f64, n: usize) -> f64 {
        let p = x.len().pow(2) + x.len().checked_sub(1).unwrap_or(7) + x.len().div_ceil(2);
        let w = u32::try_from(x.len()).unwrap();
        let mut s = a * p as f64 + x[n.rem_euclid(x.len())] * w as f64;
        for i in 0..n.min(x.len()) {
            s += x[i] * a;
        }
        match n.cmp(&x.len()) {
            std::cmp::Ordering::Less => x[n] * s,
            _ => s * 0.5,
        }
    }

    #[differentiate]
    fn functions(x: &[f64], a: f64, n: usize) -> f64 {
        let k = std::cmp::min(n, x.len() - 1);
        let j = i32::min(n as i32, x.len() as i32 - 1) as usize;
        let l = usize::max(x.len(), 1);
        let i = usize::from(a > x[0]);
        let c = 2usize.min(x.iter().filter(|v| **v > 0.25).count());
        x[k] * x[j] + a * l as f64 * x[i] + x[c]
    }

    #[differentiate]
    fn ranges(x: &[f64], a: f64, n: usize) -> f64 {
        let mut s = if (1..x.len()).contains(&n) { x[n] } else { a };
        if (0.0..2.0).contains(&a) {
            s *= a;
        }
        if (0.25..=x[1]).contains(&x[0]) {
            s *= 3.0;
        }
        s
    }

    #[differentiate]
    fn fields(w: &Window, i: usize) -> f64 {
        let k = i.min(w.v.len() - 1);
        let j = w.n.min(w.v.len() - 1);
        let l = (w.n + 1).min(3);
        w.v[k] * w.v[j] * l as f64
    }

    #[differentiate]
    fn indexed(m: &[Vec<f64>], a: f64) -> f64 {
        let ix = |i: usize, j: usize| i * m[0].len() + j;
        let k = ix(1, 1).min(3);
        let h = usize::max(ix(0, 1), 1);
        assert!(ix(0, 0) < 9, "{}", a);
        m[k % 2][h] * a
    }

    #[differentiate]
    fn stepped(x: &[f64], a: f64) -> f64 {
        let mut c = 0usize;
        let mut next = || {
            c += 1;
            c
        };
        // each call counts once
        let i = next().min(3);
        let j = next().min(3);
        x[i] * x[j] * a + c as f64 * a
    }

    #[differentiate]
    fn pairs(x: &[f64], p: &[(usize, f64)]) -> f64 {
        let mut s = p.iter().map(|(i, w)| w * x[*i]).sum::<f64>();
        for (i, w) in p {
            s += w * w * x[*i];
        }
        s + p.iter().enumerate().map(|(k, (i, w))| k as f64 * w * x[*i]).sum::<f64>()
    }

    #[differentiate]
    fn pairs_in_place(x: &[f64], p: &mut [(usize, f64)]) {
        for (i, w) in p.iter_mut() {
            *w *= x[*i];
            *i = 0;
        }
        for (i, w) in p {
            *w += x[*i] * *w;
        }
    }

    #[differentiate]
    fn bytes(x: &[f64]) -> f64 {
        let mut t = 1.0;
        for &b in "ab".as_bytes() {
            t += x[(b % 4) as usize];
        }
        let y = x.to_vec();
        for v in y.as_slice() {
            t *= *v;
        }
        for b in "cd".as_bytes() {
            t *= x[(*b % 4) as usize];
        }
        for &b in b"ae" {
            t *= x[(b % 4) as usize];
        }
        t
    }

    #[differentiate]
    fn chosen(x: &[f64], n: usize) -> f64 {
        let roots = x.iter().filter_map(|&v| (v > 0.0).then(|| v.sqrt())).sum::<f64>();
        let o = (n > 1 && x[0] > 0.0).then(|| {
            let y = x[0] * x[0];
            y * n as f64
        });
        let p = (x[0] < 1.0).then_some(x[0] * x[0]).map_or(0.5, |v| v * x[1]);
        roots + o.unwrap_or(x[1]) + p
    }

    #[differentiate]
    fn chosen_infinite(x: f64) -> f64 {
        match (x > 0.0).then_some(x.ln()) {
            Some(v) => v * 2.0,
            None => x,
        }
    }

    #[differentiate]
    fn chosen_by(x: &[f64], b: &[bool]) -> f64 {
        x.iter().zip(b).filter_map(|(v, b)| b.then_some(v * v)).sum()
    }

    #[differentiate]
    fn by_reference(x: &[f64], a: f64) -> f64 {
        let ok = |v: &f64| *v > 0.4;
        x.iter().filter(|v| ok(v)).sum::<f64>() + if ok(&a) { a * a } else { 0.0 }
    }

    #[differentiate]
    fn by_mutable_reference(x: f64) -> f64 {
        let mut a = 1.0;
        let bump = |v: &mut f64| {
            *v += x;
        };
        bump(&mut a);
        bump(&mut a);
        let scale = |v: &mut f64, k: f64| {
            *v *= k;
            *v
        };
        let t = scale(&mut a, x);
        // the closure tells the type of the variable
        let mut n = 1;
        let shift = |n: &mut i64| *n <<= 40;
        shift(&mut n);
        let m = i64::max(n >> 39, 0) as f64;
        a * a + t * m
    }

    #[differentiate]
    fn sorted(x: &[f64], a: f64) -> f64 {
        let mut v = [2usize, 0, 1, 2].to_vec();
        let before = v[0];
        v.sort();
        let mut w = [3, 1];
        w.sort_unstable();
        x[v[2]] * a + x[v[0]] * x[before] * w[0] as f64
    }

    #[differentiate]
    fn qualified(a: f64) -> f64 {
        <f64>::exp(a) * a
    }
}

const X: [f64; 4] = [0.3, 0.9, 0.2, 0.75];

#[test]
fn lengths() {
    for n in [0, 1, 2, 7] {
        oracle::check!(clamped(&X, 1.6, n));
        oracle::check!(counted(&X, 1.6, n));
        oracle::check!(functions(&X, 1.6, n));
        oracle::check!(ranges(&X, 1.6, n));
        oracle::check!(ranges(&[0.1, 0.9], 2.6, n));
    }
    let w = Window {
        v: vec![0.3, 0.4, 0.6],
        n: 2,
    };
    oracle::check!(fields(&w, 1));
    oracle::check!(fields(&w, 9));
}

#[test]
fn closures() {
    oracle::check!(indexed(&[vec![0.3, 0.4], vec![0.5, 0.6]], 1.3));
    oracle::check!(stepped(&X, 1.6));
    oracle::check!(by_reference(&X, 0.5));
    oracle::check!(by_reference(&X, 0.2));
    oracle::check!(by_mutable_reference(0.7));
}

#[test]
fn tuples_behind_references() {
    oracle::check!(pairs(&X, &[(1, 0.5), (2, 0.25)]));
    oracle::check!(pairs_in_place(&X, &mut [(1, 0.5), (2, 0.25)]));
    oracle::check!(bytes(&X));
}

#[test]
fn options_of_flags() {
    oracle::check!(chosen(&[0.3, -0.9, 0.2], 2));
    oracle::check!(chosen(&[1.3, 0.9, -0.2], 1));
    oracle::check!(chosen_infinite(0.5));
    oracle::check!(chosen_infinite(-0.5));
    oracle::check!(chosen_infinite(0.0), kink);
    oracle::check!(chosen_by(&[0.3, -0.9], &[true, false]));
}

#[test]
fn constants_in_place() {
    oracle::check!(sorted(&X, 0.7));
    oracle::check!(qualified(0.7));
}
