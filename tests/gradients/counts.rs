//! Integers that are fields of structs, and arithmetic on numbers of types that
//! only rustc knows.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #![first_order_only]

    #[derive(Debug, Clone, Default, Differentiable)]
    struct Matrix {
        rows: usize,
        cols: usize,
        data: Vec<f64>,
    }

    #[differentiate]
    fn product(a: &Matrix, b: &Matrix) -> Matrix {
        assert_eq!(a.cols, b.rows);
        let mut data = vec![0.0; a.rows * b.cols];
        for i in 0..a.rows {
            for j in 0..b.cols {
                for k in 0..a.cols {
                    data[i * b.cols + j] += a.data[i * a.cols + k] * b.data[k * b.cols + j];
                }
            }
        }
        Matrix {
            rows: a.rows,
            cols: b.cols,
            data,
        }
    }

    #[differentiate]
    fn mean(a: &Matrix, b: &Matrix) -> f64 {
        let c = product(a, b);
        if c.rows == a.rows {
            let s: f64 = c.data.iter().sum();
            s / (c.rows * c.cols) as f64
        } else {
            0.0
        }
    }
    #[differentiate]
    fn mean2(a: &Matrix, b: &Matrix) -> f64 {
        let c = product(a, b);
        let n = c.rows * c.cols;
        let mut s = 0.0;
        for v in &c.data {
            s += v * v;
        }
        s / n as f64
    }
    #[differentiate]
    fn last(a: &Matrix, b: &Matrix) -> f64 {
        let c = product(a, b);
        let n = (c.rows * c.cols) as f64;
        let k = c.rows - 1;
        if c.rows > 1 && c.cols != c.rows {
            return c.data[k] * n;
        }
        if c.rows == c.cols {
            c.data[c.rows * c.cols - 1]
        } else {
            c.data[0] / n
        }
    }
    #[differentiate]
    fn param(a: &Matrix, b: &Matrix) -> f64 {
        let n = (a.rows * b.cols) as f64;
        if a.rows == b.rows {
            a.data[0] * n
        } else {
            b.data[0] / n
        }
    }

    #[derive(Debug, Clone, Default, Differentiable)]
    struct Wide {
        x: f32,
        y: f32,
    }

    #[differentiate]
    fn same(a: &Matrix) -> Matrix {
        Matrix {
            rows: a.rows,
            cols: a.cols,
            data: a.data.iter().map(|v| v * v).collect(),
        }
    }
    #[differentiate]
    fn wide(x: f32, y: f32) -> Wide {
        Wide { x: x * y, y }
    }
    #[differentiate]
    fn mixed(x: f32, y: f32) -> f64 {
        let w = wide(x, y);
        let a = (w.x * w.y) as f64;
        a * (w.x - w.y) as f64 + (w.x / w.y) as f64 + w.x.max(w.y) as f64 * a
    }

    #[differentiate]
    fn compared(a: &Matrix, b: &Matrix) -> f64 {
        let c = same(a);
        let d = same(b);
        if c.rows * c.cols == d.rows * d.cols && c.rows == d.rows {
            c.data[0] * d.data[0]
        } else if c.rows * c.cols == 6 {
            c.data[1]
        } else if c.rows + d.rows > c.cols {
            c.data[0]
        } else {
            d.data[0]
        }
    }
    #[differentiate]
    fn smaller(a: &Matrix, b: &Matrix) -> f64 {
        let c = same(a);
        let d = same(b);
        let n = c.rows.min(d.rows).min(c.data.len());
        let m = c.rows.max(d.rows);
        let mut s = 0.0;
        for i in 0..n {
            s += c.data[i] * m as f64;
        }
        s
    }
    #[differentiate]
    fn total(ms: &[Matrix], x: f64) -> f64 {
        let mut n = 0;
        for m in ms {
            n += m.rows;
        }
        let k: usize = ms.iter().map(|m| m.cols).sum();
        let j = ms.iter().map(|m| m.rows * m.cols).sum::<usize>();
        let l = ms.len();
        x * n as f64 + x * x * k as f64 + j as f64 * ms[0].data[0] * l as f64
    }
    #[differentiate]
    fn best(x: &[f64]) -> (usize, f64) {
        let mut k = 0;
        for i in 0..x.len() {
            if x[i] > x[k] {
                k = i;
            }
        }
        (k, x[k] * x[k])
    }
    #[differentiate]
    fn uses(x: &[f64]) -> f64 {
        let (k, v) = best(x);
        let (j, w) = best(&x[1..]);
        let q = best(x);
        let r = x[k] * v * w + (k * j) as f64 * x[0] + (q.0 * k) as f64 * q.1;
        if k == j {
            r * 2.0
        } else {
            r + x[k / 2] * x[j % 2]
        }
    }
    #[differentiate]
    fn steps(a: &Matrix) -> f64 {
        let c = same(a);
        let mut i = c.rows;
        let mut s = 0.0;
        while i > 0 {
            i -= 1;
            s += c.data[i] * i as f64;
        }
        let count = c.rows * c.cols;
        let h = 1.0 / count as f64;
        let mut last = c.cols;
        if c.rows > last {
            last = c.rows;
        }
        let most = c.rows.max(c.cols) as f64;
        s * h * most + (last - 1) as f64 * c.data[last - 1]
    }
}

fn matrix(rows: usize, cols: usize) -> Matrix {
    let data = (0..rows * cols).map(|i| 0.3 + 0.1 * i as f64).collect();
    Matrix { rows, cols, data }
}

#[test]
fn fields_of_what_a_call_returns() {
    for (i, j) in [(2, 2), (2, 3), (3, 2), (1, 1)] {
        let (a, b) = (matrix(i, j), matrix(j, 2));
        oracle::check!(product(&a, &b));
        oracle::check!(mean(&a, &b));
        oracle::check!(mean2(&a, &b));
        oracle::check!(last(&a, &b));
        oracle::check!(param(&a, &b));
        oracle::check!(compared(&a, &b));
        oracle::check!(smaller(&a, &b));
        oracle::check!(steps(&a));
    }
    oracle::check!(total(&[matrix(2, 2), matrix(1, 3)], 0.4));
}

#[test]
fn parts_of_tuples() {
    oracle::check!(uses(&[0.4, 0.3, 0.9]));
    oracle::check!(uses(&[0.4, 0.9, 0.2]));
}

#[test]
fn real_numbers_after_all() {
    oracle::check!(mixed(0.4, 0.3));
    oracle::check!(mixed(0.3, 0.4));
}
