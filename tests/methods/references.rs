//! Methods and functions that return references.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Matrix { data: Vec<f64>, rows: usize, cols: usize, scale: f64 }

    #[differentiate]
    impl Matrix {
        fn row(&self, i: usize) -> &[f64] { &self.data[i * self.cols..(i + 1) * self.cols] }
        fn at(&self, i: usize, j: usize) -> &f64 { &self.data[i * self.cols + j] }
        fn cells(&self) -> &[f64] { &self.data }
        fn all(&self) -> &Vec<f64> { &self.data }
        // nested, and through another method
        fn cell(&self, k: usize) -> &f64 { &self.cells()[k] }
        fn head(&self) -> &f64 { self.at(0, 0) }
        // by what is active
        fn best(&self) -> &f64 {
            let mut best = 0;
            for k in 0..self.data.len() {
                if self.data[k] > self.data[best] { best = k; }
            }
            &self.data[best]
        }
        fn either(&self, flat: bool) -> &f64 {
            if flat { &self.scale } else { self.data.last().unwrap() }
        }
        fn above(&self, t: f64) -> &[f64] {
            for i in 0..self.rows {
                if self.data[i * self.cols] > t { return &self.data[i * self.cols..]; }
            }
            &self.data[..1]
        }
        // of the block itself
        fn trace(&self) -> f64 {
            let mut sum = 0.0;
            for i in 0..self.rows.min(self.cols) { sum += *self.at(i, i) * self.row(i)[0]; }
            sum
        }
        fn double(&mut self, i: usize) {
            let first = self.row(0)[0];
            let copy = self.row(i).to_vec();
            for j in 0..self.cols { self.data[i * self.cols + j] += first * copy[j]; }
            self.scale *= *self.at(i, 0);
        }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Net { layers: Vec<Matrix>, bias: [f64; 2] }

    #[differentiate]
    impl Net {
        fn layer(&self, k: usize) -> &Matrix { &self.layers[k] }
        fn bias(&self) -> &[f64; 2] { &self.bias }
        fn forward(&self, x: &[f64]) -> f64 {
            let mut sum = 0.0;
            for k in 0..self.layers.len() {
                let m = self.layer(k);
                for i in 0..m.rows { sum += dot(self.layer(k).row(i), x).tanh() * m.scale; }
                sum *= self.bias()[k % 2];
            }
            sum + self.layer(0).trace()
        }
    }

    #[differentiate]
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (x, y) in a.iter().zip(b) { sum += x * y; }
        sum
    }

    #[differentiate]
    fn largest<'a>(a: &'a [f64], b: &'a [f64], first: bool) -> &'a [f64] { if first { a } else { b } }

    #[differentiate]
    fn first(x: &[f64]) -> &f64 { &x[0] }

    #[differentiate]
    fn gram(m: &Matrix, i: usize, j: usize) -> f64 {
        dot(m.row(i), m.row(j)) + dot(m.row(i), m.row(i)) * dot(m.row(j), m.cells())
    }

    #[differentiate]
    fn all_pairs(m: &Matrix, w: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..m.rows {
            let r = m.row(i);
            for j in 0..i {
                if r[0] > 3.5 { continue; }
                sum += dot(r, m.row(j)) * dot(&r[..1], m.row(j)) - dot(w, r);
            }
        }
        sum
    }

    #[differentiate]
    fn numbers(m: &Matrix) -> f64 {
        let corner = *m.at(0, 1) * *m.at(1, 0);
        let mut sum = corner * *m.best() + *m.either(true) * *m.either(false);
        sum += m.above(1.5)[0] * (*m.cell(2)).sin() + (*m.head()).powi(3);
        for i in 0..m.rows { for j in 0..m.cols { sum += *m.at(i, j) * *m.at(j % m.rows, i % m.cols); } }
        sum
    }

    #[differentiate]
    fn iterated(m: &Matrix) -> f64 {
        let mut sum: f64 = m.cells().iter().map(|x| x * x).sum();
        for i in 0..m.rows {
            for x in m.row(i).iter() { sum *= 1.0 + 0.1 * x; }
            for (x, y) in m.row(i).iter().zip(m.all()) { sum += x * y; }
        }
        let all = m.all();
        sum + all.len() as f64 * all[0]
    }

    #[differentiate]
    fn chosen(m: &Matrix, a: &[f64], b: &[f64]) -> f64 {
        let r = largest(a, b, a[0] > b[0]);
        let s = if m.row(0)[0] > 0.5 { m.row(1) } else { m.row(0) };
        let first_of = *first(r) * *first(&s[1..]);
        first_of * dot(r, s) + s.iter().sum::<f64>() * dot(largest(r, s, false), r)
    }

    // arithmetic looks through references
    #[differentiate]
    fn looked_through(m: &Matrix, x: f64) -> f64 {
        let mut sum = m.at(0, 1) * x + m.at(1, 0) / m.at(0, 0);
        for i in 0..m.rows {
            sum -= m.at(i, i).sin() * m.row(i).len() as f64;
            if *m.at(i, 0) > 0.5 && !m.cells().is_empty() { sum *= 1.5 - m.best(); }
        }
        let corner = m.at(1, 1);
        sum += corner * corner.exp();
        sum * (-m.head()).max(*m.best())
    }

    // what is referred to changes before and after
    #[differentiate]
    fn changed(m: &mut Matrix, w: &[f64]) -> f64 {
        let before = dot(m.row(1), w) * m.row(0)[0];
        m.double(1);
        let r = m.row(1);
        let between = dot(r, w) * r[0] * *m.at(1, 1);
        m.data[2] = w[0] * before;
        m.double(0);
        before + between * dot(m.row(0), m.row(1)) + m.scale
    }

    #[differentiate]
    fn local(x: &[f64], n: usize) -> f64 {
        let mut m = Matrix { data: x.to_vec(), rows: 2, cols: 2, scale: x[0] };
        let mut sum = 0.0;
        for k in 0..n {
            sum += dot(m.row(k % 2), m.row((k + 1) % 2));
            m.data[k % 4] *= 0.5 + x[k % 4];
            sum -= *m.at(1, k % 2);
            if sum > 40.0 { break; }
        }
        sum + m.row(0)[1]
    }

    #[differentiate]
    fn network(net: &Net, x: &[f64]) -> f64 {
        let m = net.layer(1);
        net.forward(x) * *m.at(0, 0) + net.bias()[1] + dot(net.layer(0).row(1), m.row(1))
    }
}

fn matrix(data: &[f64]) -> Matrix {
    Matrix {
        data: data.to_vec(),
        rows: 2,
        cols: 2,
        scale: 0.7,
    }
}

#[test]
fn of_a_receiver() {
    let m = matrix(&[0.3, 2.0, 3.0, 4.0]);
    oracle::check!(gram(&m, 0, 1));
    oracle::check!(gram(&m, 1, 1));
    oracle::check!(all_pairs(&m, &[0.5, -0.25]));
    oracle::check!(numbers(&m));
    oracle::check!(numbers(&matrix(&[2.0, 1.0, 0.5, 0.25])));
    oracle::check!(iterated(&m));
    for x in [0.7, -2.0] {
        oracle::check!(looked_through(&m, x));
        oracle::check!(looked_through(&matrix(&[0.8, 0.3, -0.4, 0.2]), x));
    }
}

#[test]
fn chosen_by_a_condition() {
    let m = matrix(&[0.3, 2.0, 3.0, 4.0]);
    oracle::check!(chosen(&m, &[1.0, 2.0], &[3.0, 4.0]));
    oracle::check!(chosen(
        &matrix(&[0.8, 2.0, 3.0, 4.0]),
        &[5.0, 2.0],
        &[3.0, 4.0]
    ));
}

#[test]
fn of_what_changes() {
    oracle::check!(changed(&mut matrix(&[0.3, 2.0, 3.0, 4.0]), &[0.5, -0.25]));
    for n in [0, 1, 5, 9] {
        oracle::check!(local(&[1.3, 0.4, -0.6, 0.9], n));
    }
}

#[test]
fn nested() {
    let net = Net {
        layers: vec![
            matrix(&[0.3, 0.2, -0.3, 0.4]),
            matrix(&[0.5, 0.1, 0.9, -0.8]),
        ],
        bias: [0.6, 1.2],
    };
    oracle::check!(network(&net, &[0.4, -0.7]));
}
