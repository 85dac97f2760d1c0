//! Vectors that grow or shrink before they are replaced: their gradient has the length that
//! they had first.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn shifted(x: &[f64], k: f64) -> Vec<f64> {
        x.iter().map(|v| (v + k).sin()).collect()
    }

    #[differentiate]
    fn same_and_square(x: Vec<f64>, k: f64) -> (Vec<f64>, f64) {
        (x, k * k)
    }

    #[differentiate]
    fn appended(x: &mut Vec<f64>, k: f64) -> f64 {
        x.push(k);
        k * 0.5
    }

    #[differentiate]
    fn by_a_call(k: f64, mut x: Vec<f64>, y: &[f64]) -> f64 {
        x[1] *= k;
        for _ in 0..3 {
            x.push(0.5);
            x = shifted(y, k);
            x.rotate_left(1);
        }
        x.iter().sum::<f64>()
    }

    #[differentiate]
    fn by_a_literal(k: f64, mut x: Vec<f64>) -> f64 {
        for _ in 0..3 {
            x.push(k);
            x = vec![k; 5];
        }
        x.iter().sum::<f64>()
    }

    #[differentiate]
    fn grown_by_a_call(k: f64, mut x: Vec<f64>, n: usize) -> f64 {
        let mut s = 0.0;
        for _ in 0..n {
            s += appended(&mut x, k);
            x = vec![k, s];
        }
        s + x[0] * x[1]
    }

    #[differentiate]
    fn shortened(k: f64, mut x: Vec<f64>, n: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..n {
            s += x[0] * x[0];
            x.truncate(1);
            x = vec![k * s; 4 + i];
            x.truncate(3);
        }
        x.push(s);
        x.iter().product::<f64>()
    }

    #[differentiate]
    fn longer_at_the_end(k: f64, x: Vec<f64>) -> f64 {
        let (mut y, square) = same_and_square(x, k);
        y.push(k);
        y.push(square);
        square + backprop::constant(y.len() as f64)
    }

    #[differentiate]
    fn longer_after_pop(k: f64, mut rows: Vec<Vec<f64>>) -> f64 {
        if let Some(mut row) = rows.pop() {
            row.push(k);
        }
        let mut last = rows.pop().unwrap();
        last.truncate(1);
        k * rows[0][0]
    }

    #[differentiate]
    fn longer_after_a_loop(k: f64, x: Vec<f64>, n: usize) -> f64 {
        let mut y = x;
        let mut s = 0.0;
        for i in 0..n {
            s += y[0];
            y = vec![k; 3];
            if i == 1 {
                y.push(k);
            }
        }
        y.push(k);
        s
    }

    #[differentiate]
    fn in_a_branch(k: f64, mut x: Vec<f64>, n: usize) -> f64 {
        for i in 0..n {
            if i % 2 == 0 {
                x.push(k);
                x.push(0.25);
                x = vec![k * k, 1.0];
            } else {
                x.pop();
            }
        }
        x.iter().sum::<f64>()
    }
}

#[test]
fn replaced() {
    let x = || vec![0.3, -0.7, 1.1];
    for n in 0..4 {
        oracle::check!(grown_by_a_call(0.6, x(), n));
        oracle::check!(shortened(0.6, x(), n));
        oracle::check!(longer_after_a_loop(0.6, x(), n));
        oracle::check!(in_a_branch(0.6, x(), n));
    }
    oracle::check!(by_a_call(0.6, x(), &[0.1, 0.4]));
    oracle::check!(by_a_literal(0.6, x()));
    oracle::check!(longer_at_the_end(0.6, x()));
    oracle::check!(longer_after_pop(
        0.6,
        vec![x(), vec![0.2, 0.9], vec![0.4], x()]
    ));
}
