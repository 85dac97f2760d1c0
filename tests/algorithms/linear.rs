//! Linear algebra: factorisations in place, pivoting, iterative solvers.
//!
//! Golub and Van Loan, *Matrix Computations*, 4th edition, chapters 3 to 5, 11.

use backprop::differentiate;

oracle::programs! {
    /// `ln det A` of a symmetric positive definite matrix, by `A = L Lᵀ` in place
    /// (algorithm 4.2.1).
    #[differentiate]
    fn cholesky_log_det(a: &[f64], n: usize) -> f64 {
        let mut l = a.to_vec();
        for j in 0..n {
            for k in 0..j {
                for i in j..n {
                    l[i * n + j] -= l[i * n + k] * l[j * n + k];
                }
            }
            let pivot = l[j * n + j].sqrt();
            for i in j..n {
                l[i * n + j] /= pivot;
            }
        }
        (0..n).map(|i| 2.0 * l[i * n + i].ln()).sum()
    }

    /// `ln |det A|` by Gaussian elimination with partial pivoting (3.4.1).
    #[differentiate]
    fn lu_log_det(a: &[Vec<f64>]) -> f64 {
        let mut m = a.to_vec();
        let n = m.len();
        let mut log_det = 0.0;
        for k in 0..n {
            let mut p = k;
            for i in k + 1..n {
                if m[i][k].abs() > m[p][k].abs() {
                    p = i;
                }
            }
            if p != k {
                m.swap(p, k);
            }
            log_det += m[k][k].abs().ln();
            for i in k + 1..n {
                let factor = m[i][k] / m[k][k];
                for j in k..n {
                    let above = m[k][j];
                    m[i][j] -= factor * above;
                }
            }
        }
        log_det
    }

    /// Solves `L y = b` by forward substitution (3.1.1).
    #[differentiate]
    fn lower_solve(l: &[[f64; 3]; 3], b: &[f64; 3]) -> [f64; 3] {
        let mut y = *b;
        for i in 0..3 {
            for j in 0..i {
                y[i] -= l[i][j] * y[j];
            }
            y[i] /= l[i][i];
        }
        y
    }

    #[differentiate]
    fn dot(x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).map(|(a, b)| a * b).sum()
    }

    #[differentiate]
    fn mat_vec(a: &[f64], x: &[f64], y: &mut [f64]) {
        let n = x.len();
        for (row, out) in a.chunks_exact(n).zip(y.iter_mut()) {
            *out = dot(row, x);
        }
    }

    /// Conjugate gradients for `A x = b`, a fixed number of steps (11.3.3).
    #[differentiate]
    fn conjugate_gradients(a: &[f64], b: &[f64], steps: usize) -> f64 {
        let n = b.len();
        let mut x = vec![0.0; n];
        let mut r = b.to_vec();
        let mut p = r.clone();
        let mut rr = dot(&r, &r);
        let mut ap = vec![0.0; n];
        for _ in 0..steps {
            mat_vec(a, &p, &mut ap);
            let alpha = rr / dot(&p, &ap);
            for i in 0..n {
                x[i] += alpha * p[i];
                r[i] -= alpha * ap[i];
            }
            let next = dot(&r, &r);
            if next < 1e-20 {
                break;
            }
            let beta = next / rr;
            for (p, r) in p.iter_mut().zip(&r) {
                *p = r + beta * *p;
            }
            rr = next;
        }
        x.iter().enumerate().map(|(i, v)| v * (i + 1) as f64).sum()
    }

    /// Orthonormal columns by modified Gram-Schmidt (5.2.6); the diagonal of R.
    #[differentiate]
    fn gram_schmidt(columns: &[Vec<f64>]) -> Vec<f64> {
        let mut q = columns.to_vec();
        let mut diagonal = Vec::with_capacity(q.len());
        for k in 0..q.len() {
            let norm = dot(&q[k], &q[k]).sqrt();
            diagonal.push(norm);
            for v in q[k].iter_mut() {
                *v /= norm;
            }
            let (done, rest) = q.split_at_mut(k + 1);
            for column in rest.iter_mut() {
                let along = dot(&done[k], column);
                for (c, d) in column.iter_mut().zip(&done[k]) {
                    *c -= along * d;
                }
            }
        }
        diagonal
    }

    /// The largest eigenvalue of a symmetric matrix by the power method (8.2.1).
    #[differentiate]
    fn power_iteration(a: &[[f64; 3]; 3], steps: usize) -> f64 {
        let mut v = [1.0, 0.5, 0.25];
        let mut lambda = 0.0;
        for _ in 0..steps {
            let mut w = [0.0; 3];
            for (i, row) in a.iter().enumerate() {
                for (j, entry) in row.iter().enumerate() {
                    w[i] += entry * v[j];
                }
            }
            lambda = dot(&v, &w) / dot(&v, &v);
            let norm = dot(&w, &w).sqrt();
            v = w.map(|x| x / norm);
        }
        lambda
    }

    #[differentiate]
    fn product(a: &[[f64; 2]; 2], b: &[[f64; 2]; 2]) -> [[f64; 2]; 2] {
        let mut c = [[0.0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        c
    }

    /// `exp A` by scaling, a Taylor polynomial and squaring (9.3.1).
    #[differentiate]
    fn matrix_exponential(a: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
        let mut scaled = a;
        for row in scaled.iter_mut() {
            for entry in row.iter_mut() {
                *entry /= 4.0;
            }
        }
        let mut term = [[1.0, 0.0], [0.0, 1.0]];
        let mut sum = term;
        for k in 1..8 {
            term = product(&term, &scaled);
            for i in 0..2 {
                for j in 0..2 {
                    term[i][j] /= k as f64;
                    sum[i][j] += term[i][j];
                }
            }
        }
        for _ in 0..2 {
            sum = product(&sum, &sum);
        }
        sum
    }
}

#[test]
fn programs() {
    oracle::check!(cholesky_log_det(
        &[4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0],
        3
    ));
    oracle::check!(cholesky_log_det(&[2.0, 0.3, 0.3, 1.0], 2));
    let m = vec![
        vec![0.5, 1.0, 2.0],
        vec![3.0, -1.0, 0.4],
        vec![1.0, 1.5, 1.0],
    ];
    oracle::check!(lu_log_det(&m));
    oracle::check!(lu_log_det(&[vec![2.0, 1.0], vec![0.5, 3.0]]));
    let l = [[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [-0.3, 0.7, 3.0]];
    oracle::check!(lower_solve(&l, &[1.0, 2.0, -1.0]));
    let a = [4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0];
    oracle::check!(mat_vec(&a, &[1.0, 2.0, 3.0], &mut [0.0, 0.0, 0.0]));
    oracle::check!(conjugate_gradients(&a, &[1.0, -2.0, 0.5], 2));
    oracle::check!(conjugate_gradients(&a, &[0.3, 1.0, 0.7], 1));
    oracle::check!(gram_schmidt(&[
        vec![1.0, 0.5, 0.2],
        vec![0.3, 2.0, -0.4],
        vec![0.1, 0.2, 1.5]
    ]));
    oracle::check!(power_iteration(
        &[[2.0, 0.5, 0.1], [0.5, 3.0, 0.2], [0.1, 0.2, 1.0]],
        4
    ));
    oracle::check!(matrix_exponential([[0.3, -0.5], [0.7, 0.1]]));
}
