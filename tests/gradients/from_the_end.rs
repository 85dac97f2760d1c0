//! Chunks from the end, elements changed while some are kept, and `clone_from`.

#![expect(
    clippy::manual_next_back,
    reason = "`rev().next()` is differentiated, too"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn chunks(x: &[f64], n: usize) -> f64 {
        let mut s = 1.0;
        for c in x.rchunks(n) {
            s = s * 0.5 + c[0] * c[c.len() - 1];
        }
        let sums: f64 = x.rchunks_exact(n).map(|c| c.iter().product::<f64>()).sum();
        let last = x.rchunks(n).rev().next().map_or(1.0, |c| c[0] * s);
        s * sums + last
    }

    #[differentiate]
    fn changed(x: &mut [f64], n: usize, k: f64) -> f64 {
        for (i, c) in x.rchunks_mut(n).enumerate() {
            c[0] *= k * (i + 1) as f64;
            for v in c.iter_mut().skip(1) {
                *v = *v * *v + k;
            }
        }
        for c in x.rchunks_exact_mut(2) {
            c.swap(0, 1);
            c[0] += c[1] * k;
        }
        x.iter().rev().fold(k, |s, v| s * 0.5 + v * v)
    }

    #[differentiate]
    fn kept(x: &[f64], k: f64) -> f64 {
        let mut v = x.to_vec();
        let mut lost = 0.0;
        v.retain_mut(|a| {
            *a = *a * *a * k;
            if *a < 0.5 {
                lost += *a;
            }
            *a >= 0.5
        });
        let n = v.len() as f64;
        v.iter().sum::<f64>() * n + lost * lost
    }

    #[differentiate]
    fn copied(x: f64, v: &[f64], w: &mut Vec<f64>) -> f64 {
        let mut a = x;
        let b = x * x;
        let first = a * 2.0;
        a.clone_from(&b);
        let mut own = v.to_vec();
        let before = own[0];
        own.clone_from(w);
        w.clone_from(&vec![a * x, first]);
        own[0] *= a;
        first * before + own[0] * a + w[0] * w[1]
    }

    #[differentiate]
    fn behind(x: &mut f64, y: f64) -> f64 {
        let before = *x * y;
        x.clone_from(&before);
        let r = &mut *x;
        r.clone_from(&(y * y));
        before * *x
    }
}

#[test]
fn programs() {
    let x = [0.5, -1.5, 2.0, 0.75, 1.25];
    for n in 1..7 {
        oracle::check!(chunks(&x, n));
        oracle::check!(chunks(&[], n));
        oracle::check!(changed(&mut x.clone(), n, 0.7));
    }
    oracle::check!(kept(&x, 0.7));
    oracle::check!(kept(&[], 0.7));
    oracle::check!(kept(&[0.1, 0.2], 0.7));
    oracle::check!(copied(0.5, &x, &mut vec![1.5, 2.0, 3.0]));
    oracle::check!(behind(&mut 0.5, 1.5));
}

#[test]
#[should_panic(expected = "chunk size must be non-zero")]
fn no_size() {
    chunks_grad(&[1.0], 0);
}
