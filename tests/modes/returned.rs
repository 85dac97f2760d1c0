//! Modes through calls that return references: which ones do, only rustc knows.

use backprop::{Differentiable, Numbers, Objective, TwiceDifferentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, Default, PartialEq, Differentiable)]
    struct Matrix { data: Vec<f64>, cols: usize, scale: f64 }

    #[differentiate]
    impl Matrix {
        fn row(&self, i: usize) -> &[f64] { &self.data[i * self.cols..(i + 1) * self.cols] }
        fn at(&self, i: usize, j: usize) -> &f64 { &self.data[i * self.cols + j] }
        fn copy(&self, i: usize) -> Vec<f64> { self.row(i).iter().map(|x| x * x).collect() }
        fn corner(&self) -> f64 { *self.at(0, 0) * self.scale }
        // one of another method, kept as long as a condition holds
        fn largest(&self, rows: usize) -> &[f64] {
            let mut best = self.row(0);
            for i in 1..rows {
                let row = self.row(i);
                if row[0] > best[0] { best = row; }
            }
            best
        }
        fn grow(&mut self, i: usize, k: f64) {
            let first = *self.at(i, 0);
            for x in &mut self.data { *x *= k * first; }
        }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Net { layers: Vec<Matrix>, bias: [f64; 2] }

    #[differentiate]
    impl Net {
        fn layer(&self, k: usize) -> &Matrix { &self.layers[k] }
        fn bias(&self) -> &[f64; 2] { &self.bias }
        // a slice of an array
        fn shifts(&self) -> &[f64] { &self.bias }
    }

    #[differentiate]
    trait Model {
        fn weights(&self) -> &[f64];
        fn leading(&self) -> f64;
    }

    #[differentiate]
    impl Model for Net {
        fn weights(&self) -> &[f64] { self.layers[0].row(1) }
        fn leading(&self) -> f64 { self.weights()[0] * *self.layers[0].at(0, 1) }
    }

    #[differentiate]
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (x, y) in a.iter().zip(b) { sum += x * y; }
        sum
    }
    #[differentiate]
    fn cube(x: &f64) -> f64 { x * x * x }
    #[differentiate]
    fn square(x: f64) -> f64 { x * x }
    #[differentiate]
    fn norm(v: Vec<f64>) -> f64 { v.iter().map(|x| x * x * x).sum() }
    #[differentiate]
    fn weight(m: &Matrix) -> f64 { m.scale * dot(&m.data, m.row(0)) }
    #[differentiate]
    fn first(x: &[f64]) -> &f64 { &x[0] }
    #[differentiate]
    fn either<'a>(a: &'a [f64], b: &'a [f64], flag: bool) -> &'a [f64] { if flag { a } else { b } }

    // by reference, by value, by reference to a number
    #[differentiate]
    fn passed(m: &Matrix, x: &[f64]) -> f64 {
        let ways = dot(m.row(0), x) * norm(m.copy(1)) + cube(m.at(1, 0)) * square(m.corner());
        let r = m.row(1);
        let copy = m.copy(0);
        let twice = dot(r, x) * dot(r, m.row(0)) * dot(&copy, r);
        ways + twice * *first(r) + cube(first(&r[1..])) + norm(copy)
    }

    // one of several, of which some come from a call
    #[differentiate]
    fn chosen(m: &Matrix, x: &[f64], flag: bool) -> f64 {
        let r = if flag { m.row(0) } else { x };
        let s = either(m.row(1), r, x[0] > 0.5);
        let t = match m.cols { 2 => m.largest(2), _ => r };
        dot(r, s) * dot(t, x) + dot(either(r, s, flag), t) * s[1] + t.iter().sum::<f64>().sin()
    }

    // a loop carries one, and may not run
    #[differentiate]
    fn carried(m: &Matrix, x: &[f64], n: usize) -> f64 {
        let mut last = m.row(0);
        let mut sum = 0.0;
        for i in 0..n {
            let next = m.row((i + 1) % 2);
            sum += dot(last, next) * dot(x, last);
            if sum > 30.0 { break; }
            if next[0] > 0.4 { last = next; }
        }
        sum * dot(last, x) + last[0]
    }

    // what is referred to changes before and after
    #[differentiate]
    fn changing(m: &mut Matrix, x: &[f64], n: usize) -> f64 {
        let mut sum = dot(m.row(0), x);
        for i in 0..n {
            m.grow(i % 2, x[0]);
            sum += dot(m.row(i % 2), m.row(1)) * *m.at(0, 1);
            m.data[0] = sum * 0.1;
            sum += dot(m.row(0), m.row(0));
        }
        sum * m.largest(2)[1]
    }

    // structs, arrays and parts of what a reference leads to
    #[differentiate]
    fn nested(net: &Net, x: &[f64]) -> f64 {
        let m = net.layer(1);
        let all = weight(net.layer(0)) * weight(m) + weight(m) * net.bias()[0];
        let parts = dot(net.layer(0).row(1), net.shifts()) * dot(x, net.bias()) * dot(&net.layer(0).data, &m.data);
        all * parts + net.layer(1).corner() * dot(net.weights(), x) * net.leading()
    }

    #[differentiate]
    fn of_models<M: Model>(model: &M, x: &[f64]) -> f64 {
        dot(model.weights(), x) * model.leading() * dot(model.weights(), model.weights())
    }
    #[differentiate]
    fn of_a_model(net: &Net, x: &[f64]) -> f64 { of_models(net, x) * x[1] }

    // what a function that is a parameter takes
    #[differentiate]
    fn both_rows(f: impl Fn(&[f64]) -> f64, g: impl Fn(f64) -> f64, m: &Matrix) -> f64 {
        f(m.row(0)) * f(m.row(1)) + g(*m.at(0, 1)) * g(m.corner())
    }
    #[differentiate]
    fn sum(v: &[f64]) -> f64 { v.iter().map(|x| x * x).sum() }
    #[differentiate]
    fn of_functions(m: &Matrix, x: &[f64]) -> f64 {
        both_rows(sum, square, m) * both_rows(|v: &[f64]| v[0] * v[1] * *m.at(0, 0), |t| t * x[0], m)
    }

    #[differentiate]
    fn outputs(m: &Matrix, x: &[f64]) -> Vec<f64> {
        vec![dot(m.row(0), x), dot(m.row(1), x) * *m.at(0, 0), cube(m.at(1, 1))]
    }
}

fn matrix(data: &[f64]) -> Matrix {
    Matrix {
        data: data.to_vec(),
        cols: 2,
        scale: 0.7,
    }
}

#[test]
fn programs() {
    for m in [
        matrix(&[0.3, 0.2, -0.3, 0.4]),
        matrix(&[0.5, 0.1, 0.9, -0.8]),
    ] {
        for x in [[0.4, -0.7], [1.3, 0.6]] {
            oracle::check!(passed(&m, &x));
            for flag in [false, true] {
                oracle::check!(chosen(&m, &x, flag));
            }
            for n in [0, 1, 4] {
                oracle::check!(carried(&m, &x, n));
                oracle::check!(changing(&mut m.clone(), &x, n));
            }
            let net = Net {
                layers: vec![m.clone(), matrix(&[0.8, -0.6, 0.2, 0.1])],
                bias: [0.6, 1.2],
            };
            oracle::check!(nested(&net, &x));
            oracle::check!(of_a_model(&net, &x));
            oracle::check!(of_functions(&m, &x));
            oracle::check!(outputs(&m, &x));
        }
    }
}

#[differentiate(jvp, hvp)]
fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y.sin()).sum()
}

#[differentiate(jvp, hvp)]
fn part(x: &[f64], i: usize) -> &[f64] {
    &x[2 * i..2 * i + 2]
}

#[differentiate(jvp, hessian, objective, wrt(x))]
fn energy(x: &[f64], k: f64) -> f64 {
    product(part(x, 0), part(x, 1)) * k + product(part(x, 1), part(x, 1))
}

#[differentiate(jacobian)]
fn both(x: &[f64]) -> [f64; 2] {
    [product(part(x, 0), part(x, 1)), product(part(x, 1), x)]
}

/// What `energy` says, without calls.
#[differentiate(hessian, wrt(x))]
fn written_out(x: &[f64], k: f64) -> f64 {
    (x[0] * x[2].sin() + x[1] * x[3].sin()) * k + x[2] * x[2].sin() + x[3] * x[3].sin()
}

#[test]
fn public_functions() {
    let x = vec![0.3, -0.8, 1.1, 0.6];
    let (value, slopes, rows) = energy_hessian(&x, 1.5);
    let (same, known, wanted) = written_out_hessian(&x, 1.5);
    assert!((value - same).abs() < 1e-12);
    for (a, b) in slopes.iter().zip(&known) {
        assert!((a - b).abs() < 1e-12);
    }
    for (a, b) in rows.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((a - b).abs() < 1e-12, "{rows:?} {wanted:?}");
    }
    let objective = energy::objective(1.5);
    let (_, again, all) = objective.hessian(&x);
    assert_eq!((again, all.numbers()), (slopes, rows.numbers()));
    for i in 0..4 {
        let mut direction = [0.0; 4];
        direction[i] = 1.0;
        let (_, slope) = energy_jvp(&x, &direction, 1.5);
        assert!((slope - known[i]).abs() < 1e-12);
    }
    assert_eq!(objective.grad(&x).1, energy_grad(&x, 1.5).1);
    let ([_, second], rows) = both_jacobian(&x);
    assert!((second - (x[2] * x[0].sin() + x[3] * x[1].sin())).abs() < 1e-12);
    let wanted = [
        [x[2].sin(), x[3].sin(), x[0] * x[2].cos(), x[1] * x[3].cos()],
        [x[2] * x[0].cos(), x[3] * x[1].cos(), x[0].sin(), x[1].sin()],
    ];
    for (a, b) in rows.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((a - b).abs() < 1e-12, "{rows:?}");
    }
}
