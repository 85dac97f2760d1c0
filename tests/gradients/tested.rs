//! Patterns that are tested piece by piece.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn by_length(x: &[f64]) -> f64 {
        match x {
            [] => 1.0,
            [a] => a * a,
            [a, b] => a * b,
            [a, .., z] => a.sin() * z,
        }
    }

    #[differentiate]
    fn recursive(x: &[f64]) -> f64 {
        match x {
            [] => 0.0,
            [first, rest @ ..] => first * first + 0.5 * recursive(rest),
        }
    }

    #[differentiate]
    fn in_windows(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for w in x.windows(2) {
            if let [a, b] = w {
                s += (a - b) * k;
            }
        }
        let [first, ..] = x else {
            return k;
        };
        s * first
    }

    #[differentiate]
    fn peeled(x: &[f64]) -> f64 {
        let mut rest = x;
        let mut s = 0.0;
        while let [head, tail @ ..] = rest {
            s = 0.5 * s + head * head;
            rest = tail;
        }
        s
    }

    #[differentiate]
    fn written(m: &mut [[f64; 2]], k: f64) {
        if let [a, .., b] = m {
            a[0] = b[1] * k;
        }
        match m {
            [_, second, ..] => second[1] *= k,
            [only] => only[1] = k,
            [] => {}
        }
    }

    #[differentiate]
    fn chunked(m: &mut [f64], k: f64) {
        for p in m.chunks_exact_mut(2) {
            if let [a, b] = p {
                *a = *b * k;
                *b *= *a;
            }
        }
    }

    #[differentiate]
    fn written_after(m: &mut [f64], k: f64) {
        let [a, ..] = m else {
            return;
        };
        *a *= k;
        let [.., z] = m else {
            return;
        };
        *z += k;
    }

    #[differentiate]
    fn row_written_after(m: &mut [[f64; 2]], k: f64) {
        let [a, .., b] = m else {
            return;
        };
        a[0] = b[1] * k;
        b[0] *= a[0];
    }

    #[differentiate]
    fn guarded(x: &[f64], k: f64) -> f64 {
        match x.first() {
            Some(v) if *v > k => v * k,
            Some(v) if *v < 0.0 => v * v,
            Some(_) => k,
            None => 2.0 * k,
        }
    }

    #[differentiate]
    fn positions(x: &[f64], k: f64) -> f64 {
        match x.iter().position(|v| *v > k) {
            Some(0) => k * k,
            Some(i) if i > 1 => x[i] * k,
            Some(i) => x[i],
            None => 0.5 * k,
        }
    }

    #[differentiate]
    fn ends(x: &[f64], k: f64) -> f64 {
        if let (Some(a), Some(b)) = (x.first(), x.last()) {
            a * b * k
        } else {
            k
        }
    }

    #[differentiate]
    fn stack(x: &[f64]) -> f64 {
        let mut values = x.to_vec();
        let mut s = 1.0;
        while let (Some(b), Some(a)) = (values.pop(), values.pop()) {
            s += a * b * s;
        }
        s
    }

    #[differentiate]
    fn both(x: f64, y: f64) -> f64 {
        let a = if x > 0.0 { Some(x * y) } else { None };
        let b = if y > 0.0 { Some(y) } else { None };
        match (a, b) {
            (Some(a), Some(b)) => a * b,
            (Some(a), None) => a.sin(),
            (None, Some(b)) if b > 1.0 => b * x,
            (None, _) => x,
        }
    }
}

#[test]
fn programs() {
    oracle::check!(by_length(&[]));
    oracle::check!(by_length(&[0.7]));
    oracle::check!(by_length(&[0.7, 0.3]));
    oracle::check!(by_length(&[0.7, 0.3, 1.2, 0.4]));
    oracle::check!(recursive(&[0.7, 0.3, 1.2, 0.4]));
    oracle::check!(in_windows(&[0.7, 0.3, 1.2, 0.4], 0.8));
    oracle::check!(in_windows(&[], 0.8));
    oracle::check!(peeled(&[0.7, 0.3, 1.2, 0.4]));
    oracle::check!(written(&mut [[1.0, 2.0], [0.5, 0.4], [0.3, 0.2]], 0.7));
    oracle::check!(written(&mut [[1.0, 2.0]], 0.7));
    oracle::check!(chunked(&mut [1.0, 2.0, 0.5, 0.4, 0.3], 0.7));
    oracle::check!(written_after(&mut [1.0, 2.0], 0.7));
    oracle::check!(written_after(&mut [], 0.7));
    oracle::check!(row_written_after(
        &mut [[1.0, 2.0], [0.5, 0.4], [0.3, 0.2]],
        0.7
    ));
    for first in [1.5, -0.5, 0.3] {
        oracle::check!(guarded(&[first, 2.0], 0.7));
    }
    oracle::check!(guarded(&[], 0.7));
    oracle::check!(positions(&[1.0, 2.0, 0.1], 0.7));
    oracle::check!(positions(&[0.1, 2.0, 0.1], 0.7));
    oracle::check!(positions(&[0.1, 0.2, 1.1], 0.7));
    oracle::check!(positions(&[0.1, 0.2], 0.7));
    oracle::check!(ends(&[0.1, 0.2], 0.7));
    oracle::check!(ends(&[], 0.7));
    oracle::check!(stack(&[0.1, 0.2, 0.4, 0.5, 0.6]));
    for (x, y) in [(0.5, 0.7), (0.5, -0.7), (-0.5, 1.7), (-0.5, 0.7)] {
        oracle::check!(both(x, y));
    }
}

#[differentiate]
fn weighted(w: &[f64], x: &[f64]) -> f64 {
    w.iter().zip(x).map(|(w, x)| w * x * x).sum()
}

#[expect(clippy::needless_range_loop, reason = "an index loop is the subject")]
#[differentiate]
fn squared_in_place(x: &mut [f64], k: f64) {
    for i in 0..x.len() {
        x[i] = x[i] * x[i] * k;
    }
}

#[test]
fn what_is_lent_stays() {
    let (w, x) = (vec![0.4, -0.3], [0.7, 0.2, 0.9]);
    backprop::assert_gradient!(weighted(&w, &x[..2]));
    backprop::assert_gradient!(weighted(&w, &x[1..]));
    assert_eq!(w.len(), 2);
    let y = vec![0.6, -1.2, 0.4];
    backprop::assert_gradient!(squared_in_place(&mut y[1..], 0.7));
    backprop::assert_gradient!(squared_in_place(&mut y, 0.7));
    assert_eq!(y, [0.6, -1.2, 0.4]);
}
