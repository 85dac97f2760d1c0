//! Containers: a first look.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn dot(x: &[f64], y: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += x[i] * y[i];
        }
        s
    }

    #[differentiate]
    fn softmax(x: &[f64]) -> Vec<f64> {
        let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut y: Vec<f64> = x.iter().map(|v| (v - max).exp()).collect();
        let total: f64 = y.iter().sum();
        for v in y.iter_mut() {
            *v /= total;
        }
        y
    }

    #[differentiate]
    fn prefix_sums(x: &mut [f64], k: f64) {
        for i in 1..x.len() {
            x[i] += k * x[i - 1];
        }
    }

    #[differentiate]
    fn growing(x: &mut Vec<f64>, k: f64) -> f64 {
        let last = x[x.len() - 1];
        x.push(last * k);
        x[0] * k
    }
}

#[test]
fn first() {
    oracle::check!(dot(&[1.0, 2.0, 3.0], &[0.5, -1.0, 2.0]));
    oracle::check!(softmax(&[1.0, 2.0, 3.0]));
    oracle::check!(prefix_sums(&mut [1.0, 2.0, 3.0], 0.7));
    oracle::check!(growing(&mut vec![1.0, 2.0, 3.0], 0.7));
}
