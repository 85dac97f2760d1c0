//! Functions of a type that get nothing with a derivative, called from differentiated code
//! with what is read off active values.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, Differentiable)]
    struct Matrix {
        rows: usize,
        cols: usize,
        data: Vec<f64>,
        degree: i32,
    }

    #[differentiate]
    impl Matrix {
        fn zeros(rows: usize, cols: usize) -> Self {
            Matrix { rows, cols, data: vec![0.0; rows * cols], degree: 2 }
        }

        fn identity(n: usize) -> Matrix {
            let mut m = Self::zeros(n, n);
            for i in 0..n {
                m.set(i, i, 1.0);
            }
            m
        }

        fn place(width: usize, i: usize, j: usize) -> usize {
            i * width + j
        }

        fn get(&self, i: usize, j: usize) -> f64 {
            self.data[Self::place(self.cols, i, j)]
        }

        fn set(&mut self, i: usize, j: usize, v: f64) {
            let at = Matrix::place(self.cols, i, j);
            self.data[at] = v;
        }

        fn transpose(&self) -> Matrix {
            let mut t = Matrix::zeros(self.cols, self.rows);
            for i in 0..self.rows {
                for j in 0..self.cols {
                    t.set(j, i, self.get(i, j));
                }
            }
            t
        }

        // an exponent that is a field
        fn power(&self, t: f64) -> f64 {
            t.powi(self.degree) * self.get(0, 0).powi(self.degree + 1)
        }
    }

    #[differentiate]
    fn uses(data: &[f64], t: f64) -> f64 {
        let m = Matrix { rows: 2, cols: 3, data: data.to_vec(), degree: 3 };
        let mut n = m.transpose();
        let one = Matrix::identity(m.rows);
        n.set(0, 1, one.get(0, 0) * t);
        let empty = Matrix::zeros(m.cols, n.cols);
        let mut s = m.power(t);
        for i in 0..3 {
            s = s * 0.5 + n.get(i, 1) * n.get(i, 0) + empty.get(i, 1) * t;
        }
        s
    }

    // methods that take `self` by value, by their path

    #[derive(Clone, Copy, Debug, Differentiable)]
    struct Pair { a: f64, b: f64 }

    #[differentiate]
    impl Pair {
        fn times(self, k: f64) -> Pair { Pair { a: self.a * k, b: self.b * self.a } }

        fn norm(self) -> f64 { (self.a * self.a + self.b * self.b).sqrt() }

        fn both(self, other: Pair, k: f64) -> f64 {
            let mut sum = Self::norm(self) * k;
            let mut p = other;
            for i in 0..3 {
                p = Self::times(p, k + self.b);
                if i == 1 { p.a += Self::norm(other); }
                sum += Self::norm(Self::times(p, p.a)) * Self::norm(self);
            }
            sum
        }
    }

    #[differentiate]
    fn by_path(p: Pair, q: Pair, k: f64) -> f64 { p.both(q, k) * q.a }
}

#[test]
fn by_value_by_path() {
    let (p, q) = (Pair { a: 0.7, b: -0.4 }, Pair { a: 1.1, b: 0.3 });
    oracle::check!(by_path(p, q, 0.6));
    oracle::check!(by_path(q, p, 1.2));
}

#[test]
fn makers() {
    oracle::check!(uses(&[1.2, 0.5, 0.7, 2.0, 1.5, 0.3], 0.8));
}
