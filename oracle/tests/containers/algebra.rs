//! Linear algebra and signals, in place and by value.

oracle::twins! {
    use std::f64::consts::PI;

    /// log det A by a Cholesky factorisation in place.
    fn log_det(a: &mut [f64], n: usize) -> f64 {
        let mut sum = 0.0;
        for j in 0..n {
            for k in 0..j {
                let factor = a[j * n + k];
                for i in j..n {
                    a[i * n + j] -= a[i * n + k] * factor;
                }
            }
            let pivot = a[j * n + j].sqrt();
            for i in j..n {
                a[i * n + j] /= pivot;
            }
            sum += 2.0 * pivot.ln();
        }
        sum
    }

    /// Solves A x = b with partial pivoting and swaps of rows.
    fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
        let n = b.len();
        for k in 0..n {
            let p = (k..n)
                .max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs()))
                .unwrap();
            a.swap(k, p);
            b.swap(k, p);
            for i in k + 1..n {
                let factor = a[i][k] / a[k][k];
                for j in k..n {
                    let above = a[k][j];
                    a[i][j] -= factor * above;
                }
                b[i] = b[i] - factor * b[k];
            }
        }
        let mut x = vec![0.0; n];
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|j| a[i][j] * x[j]).sum();
            x[i] = (b[i] - known) / a[i][i];
        }
        x
    }

    fn determinant(m: [[f64; 3]; 3]) -> f64 {
        let mut a = m;
        let mut sign = 1.0;
        for k in 0..3 {
            let mut best = k;
            for i in k + 1..3 {
                if a[i][k].abs() > a[best][k].abs() { best = i; }
            }
            if best != k {
                let row = std::mem::replace(&mut a[best], [0.0; 3]);
                a[best] = std::mem::replace(&mut a[k], row);
                sign = -sign;
            }
            for i in k + 1..3 {
                let f = a[i][k] / a[k][k];
                for j in k..3 { a[i][j] -= f * a[k][j]; }
            }
        }
        sign * (0..3).map(|i| a[i][i]).product::<f64>()
    }

    fn fft(re: &mut [f64], im: &mut [f64]) {
        let n = re.len();
        let mut j = 0;
        for i in 1..n {
            let mut bit = n >> 1;
            while j & bit != 0 { j ^= bit; bit >>= 1; }
            j |= bit;
            if i < j { re.swap(i, j); im.swap(i, j); }
        }
        let mut len = 2;
        while len <= n {
            let angle = -2.0 * PI / len as f64;
            for start in (0..n).step_by(len) {
                for k in 0..len / 2 {
                    let (sin, cos) = (angle * k as f64).sin_cos();
                    let (a, b) = (start + k, start + k + len / 2);
                    let (x, y) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                    (re[b], im[b]) = (re[a] - x, im[a] - y);
                    re[a] += x;
                    im[a] += y;
                }
            }
            len *= 2;
        }
    }

    fn mat_vec(a: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
        a.iter().map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
    }

    fn rows(a: &[&[f64]]) -> f64 {
        a.iter().map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt()).sum()
    }

    fn convolve(signal: &[f64], kernel: &[f64; 3]) -> Vec<f64> {
        signal
            .windows(kernel.len())
            .map(|window| window.iter().zip(kernel.iter().rev()).map(|(a, b)| a * b).sum())
            .collect()
    }

    fn convolve_2d(image: &[[f64; 4]; 4], kernel: &[[f64; 2]; 2], bias: f64) -> f64 {
        let mut out = [[bias; 3]; 3];
        for i in 0..3 { for j in 0..3 { for (di, row) in kernel.iter().enumerate() {
            for (dj, &w) in row.iter().enumerate() { out[i][j] += w * image[i + di][j + dj]; }
        } } }
        out.iter().flatten().fold(0.0, |sum, &v| sum + v.tanh())
    }

    fn prefix_sums(x: &mut [f64]) {
        for i in 1..x.len() { x[i] += x[i - 1]; }
    }

    fn gram_schmidt(v: &mut [[f64; 3]; 2]) -> f64 {
        let [a, b] = v;
        let norm = a.iter().map(|x| x * x).sum::<f64>().sqrt();
        a.iter_mut().for_each(|x| *x /= norm);
        let dot: f64 = a.iter().zip(b.iter()).map(|(x, y)| *x * *y).sum();
        for (y, x) in b.iter_mut().zip(a.iter()) { *y -= dot * x; }
        dot
    }

    fn split(x: &mut [f64], at: usize) -> f64 {
        let (low, high) = x.split_at_mut(at);
        for (a, b) in low.iter_mut().zip(high.iter_mut()) {
            std::mem::swap(a, b);
            *a *= *b;
        }
        high.iter().copied().reduce(f64::max).unwrap_or(0.0)
    }

    fn tridiagonal(d: &[f64], e: &[f64], b: &[f64]) -> Vec<f64> {
        let n = d.len();
        let mut c = Vec::with_capacity(n);
        let mut y: Vec<f64> = Vec::new();
        for i in 0..n {
            let below = if i == 0 { 0.0 } else { e[i - 1] * c[i - 1] };
            let pivot = d[i] - below;
            c.push(if i + 1 < n { e[i] / pivot } else { 0.0 });
            let before = if let Some(last) = y.last() { e[i - 1] * last } else { 0.0 };
            y.push((b[i] - before) / pivot);
        }
        for i in (0..n - 1).rev() { let next = y[i + 1]; y[i] -= c[i] * next; }
        y
    }

    fn runge_kutta(state: &mut Vec<f64>, k: f64, steps: usize) {
        let slope = |s: &[f64]| vec![s[1], -k * s[0]];
        for _ in 0..steps {
            let h = 0.1;
            let first = slope(state);
            let middle: Vec<f64> = state.iter().zip(&first).map(|(s, d)| s + 0.5 * h * d).collect();
            let second = slope(&middle);
            state.iter_mut().zip(second).for_each(|(s, d)| *s += h * d);
        }
    }
}

const POSITIVE: [f64; 9] = [4.0, 1.0, 0.5, 1.0, 3.0, -0.25, 0.5, -0.25, 2.0];

#[test]
fn factorisations() {
    oracle::check!(log_det(&mut POSITIVE.clone(), 3));
    oracle::check!(solve(
        vec![
            vec![0.1, 2.0, 1.0],
            vec![3.0, -1.0, 0.5],
            vec![1.0, 1.5, -2.0],
        ],
        vec![1.0, -0.5, 2.0],
    ));
    oracle::check!(determinant([
        [0.2, 1.5, -1.0],
        [2.0, 0.3, 0.7],
        [1.0, -3.0, 0.4]
    ]));
    oracle::check!(gram_schmidt(&mut [[1.0, 2.0, -0.5], [0.25, -1.0, 3.0]]));
    oracle::check!(tridiagonal(
        &[3.0, 4.0, 5.0],
        &[1.0, -0.5],
        &[1.0, 2.0, 3.0]
    ));
}

#[test]
fn products() {
    oracle::check!(mat_vec(&[vec![1.0, 2.0], vec![-0.5, 3.0]], &[0.3, -0.7]));
    oracle::check!(mat_vec(&[], &[]));
    oracle::check!(rows(&[&[1.0, 2.0], &[], &[-0.5]]), kink);
    oracle::check!(rows(&[&[1.0, 2.0], &[-0.5]]));
}

#[test]
fn signals() {
    oracle::check!(fft(
        &mut [1.0, 2.0, -0.5, 0.25, 3.0, -1.0, 0.5, 0.75],
        &mut [0.0, 0.5, 1.0, -0.25, 0.1, 0.2, -0.3, 0.4],
    ));
    oracle::check!(convolve(&[1.0, 2.0, -1.0, 0.5, 3.0], &[0.5, -1.0, 0.25]));
    oracle::check!(convolve_2d(
        &[
            [0.1, 0.2, 0.3, 0.4],
            [-0.1, 0.5, 0.2, 0.0],
            [0.7, 0.6, -0.5, 0.1],
            [0.3, -0.2, 0.8, 0.9],
        ],
        &[[0.5, -0.25], [1.0, 0.75]],
        0.1,
    ));
    oracle::check!(prefix_sums(&mut [1.0, 2.0, 3.0, -4.0]));
    oracle::check!(prefix_sums(&mut []));
    oracle::check!(split(&mut [1.0, 2.0, 3.0, 4.5], 2));
    oracle::check!(runge_kutta(&mut vec![1.0, 0.5], 2.0, 5));
}
