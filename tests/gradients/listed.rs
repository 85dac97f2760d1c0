//! Loops over array literals of slices.

#![expect(
    clippy::useless_vec,
    reason = "the programs use every form that people write"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn pair(a: &[f64], b: &[f64]) -> f64 {
        let mut s = 0.0;
        for v in [a, b] {
            for x in v {
                s += x * x;
            }
            s *= v[0];
        }
        s
    }
    #[differentiate]
    fn pair_ref(a: &[f64], b: &[f64]) -> f64 {
        let mut s = 0.0;
        for v in &[a, b] {
            s += v[0] * v[1];
        }
        for (k, v) in [a, &b[1..]].iter().enumerate() {
            s += v[0] * k as f64;
        }
        s + [a, b]
            .iter()
            .map(|v| v.iter().sum::<f64>())
            .product::<f64>()
    }
    #[differentiate]
    fn vecs(a: &[f64]) -> f64 {
        let y: Vec<f64> = a.iter().map(|v| v * v).collect();
        let z = [a[0], a[1] * 2.0];
        let mut s = 0.0;
        for v in [&y[..], a, &z] {
            s += v[0] * v[1];
        }
        for v in vec![&y, &y] {
            s += v[0] * v[1];
        }
        for (v, w) in [(&y, 2.0), (&y, a[0])] {
            s += v[0] * w;
        }
        s
    }

    #[differentiate]
    fn left_early(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
        let mut s = 0.0;
        'all: for v in [a, b, c] {
            for (k, x) in v.iter().enumerate() {
                if *x > 0.85 {
                    break 'all;
                }
                if k == 1 {
                    continue 'all;
                }
                s += x * x * v[k];
            }
        }
        for (k, x) in [&a[0], &b[0]].into_iter().enumerate() {
            s *= x + k as f64;
        }
        s
    }
}

#[test]
fn programs() {
    oracle::check!(pair(&[0.4, 0.3], &[0.9, 0.2]));
    oracle::check!(pair_ref(&[0.4, 0.3], &[0.9, 0.2]));
    oracle::check!(vecs(&[0.4, 0.3]));
    for c in [0.5, 0.9] {
        oracle::check!(left_early(&[0.4, 0.3], &[c, 0.2], &[0.7, 0.6]));
    }
}
