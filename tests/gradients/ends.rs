//! Elements that come and go in the middle of vectors, and parts of slices.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn inserted(x: &[f64], at: usize) -> f64 {
        let mut v = x.to_vec();
        v.insert(at, x[0] * x[1]);
        v.insert(0, v[at]);
        let mut total = 0.0;
        for (k, p) in v.iter().enumerate() {
            total = total * 0.7 + p * p * (k + 1) as f64;
        }
        total
    }

    #[differentiate]
    fn removed(x: &[f64], at: usize) -> f64 {
        let mut v = x.to_vec();
        let one = v.remove(at);
        v[0] *= one;
        v.remove(1);
        let other = v.swap_remove(0);
        v.push(other.sin());
        let mut total = one * other;
        for p in &v {
            total = total * 0.7 + p * p;
        }
        total
    }

    /// What an exchange of items does to a queue.
    #[differentiate]
    fn queue(x: &[f64], n: usize) -> f64 {
        let mut v = x.to_vec();
        let mut total = 1.0;
        for k in 0..n {
            let first = v.remove(k % 2);
            let at = k % v.len();
            v.insert(at, first * v[at] + 0.5);
            if k % 3 == 2 {
                v.swap_remove(at);
                v.insert(v.len(), total);
            }
            total += v[0] * first;
        }
        total * v[1]
    }

    #[differentiate]
    fn copied(x: &mut [f64], y: &[f64], n: usize) -> f64 {
        let c = x[0];
        x[n..].clone_from_slice(&y[n..]);
        x[..n].copy_from_slice(&y[1..n + 1]);
        let mut other = [c; 3];
        other.copy_from_slice(&x[..3]);
        x[1] *= other[2] * c;
        x[0] * x[1] * other[0]
    }

    #[differentiate]
    fn split(x: &[f64], at: f64) -> f64 {
        let mut sum = at;
        if let Some((head, tail)) = x.split_first() {
            sum = sum * at + head;
            for t in tail {
                sum = sum * at + t;
            }
        }
        if let Some((last, front)) = x.split_last() {
            sum *= last;
            if let [a, .., b] = front {
                sum += a * b;
            }
        }
        sum
    }
}

#[test]
fn programs() {
    let x = [0.4, 0.8, -1.2, 0.6];
    for k in 0..=4 {
        oracle::check!(inserted(&x, k));
        oracle::check!(split(&x[..k], 0.7));
        if k < 4 {
            oracle::check!(removed(&x, k));
            oracle::check!(copied(&mut x.map(|v| v * 2.0), &x, k));
        }
    }
    for n in 0..8 {
        oracle::check!(queue(&x, n));
    }
}
