//! Methods and functions that return `&mut` references.

#![expect(
    clippy::too_many_arguments,
    reason = "f_backprop has two for each parameter"
)]

use backprop::{Differentiable, Real, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, Default, PartialEq, Differentiable)]
    struct Matrix { data: Vec<f64>, cols: usize, scale: f64 }

    #[differentiate]
    impl Matrix {
        fn row_mut(&mut self, i: usize) -> &mut [f64] {
            let start = i * self.cols;
            assert!(start < self.data.len(), "row {i}");
            &mut self.data[start..start + self.cols]
        }
        fn at_mut(&mut self, i: usize, j: usize) -> &mut f64 { &mut self.data[i * self.cols + j] }
        fn cells_mut(&mut self) -> &mut Vec<f64> { &mut self.data }
        fn slots_mut(&mut self) -> &mut [f64] { &mut self.data }
        // nested, and by conditions
        fn cell_mut(&mut self, k: usize) -> &mut f64 { &mut self.cells_mut()[k] }
        fn head_mut(&mut self) -> &mut f64 { self.at_mut(0, 0) }
        fn either_mut(&mut self, flat: bool) -> &mut f64 {
            if flat { &mut self.scale } else { self.data.last_mut().unwrap() }
        }
        fn any_mut(&mut self, k: usize) -> &mut f64 {
            match k {
                0 => &mut self.scale,
                1 => self.at_mut(0, 1),
                2 => &mut self.row_mut(1)[0],
                _ => self.cell_mut(k),
            }
        }
        // by what is active
        fn largest_mut(&mut self) -> &mut f64 {
            let mut best = 0;
            for k in 0..self.data.len() {
                if self.data[k] > self.data[best] { best = k; }
            }
            &mut self.data[best]
        }
        fn above_mut(&mut self, t: f64) -> &mut [f64] {
            for i in 0..self.data.len() {
                if self.data[i] > t { return &mut self.data[i..]; }
            }
            &mut self.data[..1]
        }
        fn add_row(&mut self, i: usize, w: &[f64]) {
            for (x, y) in self.row_mut(i).iter_mut().zip(w) { *x += *x * y; }
            *self.at_mut(i, 0) *= self.scale;
        }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Net { layers: Vec<Matrix>, bias: [f64; 2] }

    #[differentiate]
    impl Net {
        fn layer_mut(&mut self, k: usize) -> &mut Matrix { &mut self.layers[k] }
        fn weight_mut(&mut self, k: usize, i: usize, j: usize) -> &mut f64 {
            self.layer_mut(k).at_mut(i, j)
        }
        fn bias_mut(&mut self) -> &mut [f64; 2] { &mut self.bias }
    }

    #[differentiate]
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (x, y) in a.iter().zip(b) { sum += x * y; }
        sum
    }

    #[differentiate]
    fn scale(x: &mut [f64], c: f64) {
        for v in x.iter_mut() { *v = *v * c + v.sin(); }
    }

    #[differentiate]
    fn pick(m: &mut Matrix, k: usize) -> &mut f64 { if k == 0 { &mut m.scale } else { &mut m.data[k - 1] } }

    #[differentiate]
    fn half<'a>(w: &[f64], x: &'a mut [f64], first: bool) -> &'a mut [f64] {
        let middle = if w[0] > 0.0 { x.len() / 2 } else { 1 };
        if first { &mut x[..middle] } else { &mut x[middle..] }
    }

    #[differentiate]
    fn last(x: &mut [f64]) -> &mut f64 { let n = x.len(); &mut x[n - 1] }

    #[differentiate]
    fn inner(net: &mut Net, k: usize) -> &mut f64 { pick(net.layer_mut(k), k) }

    // writes, accumulation, and what is overwritten after it was used
    #[differentiate]
    fn written(m: &mut Matrix, x: f64, y: f64) -> f64 {
        let before = m.data[1].exp() * m.data[0];
        *m.at_mut(0, 1) += x * y;
        *m.at_mut(1, 0) *= m.scale;
        m.row_mut(1)[1] = before * x;
        *m.at_mut(0, 0) = m.data[0] * m.data[0];
        let after = m.data[1] * m.data[3];
        *m.at_mut(0, 1) = after.sin();
        *m.head_mut() -= y;
        m.row_mut(0)[0] *= m.data[0] * x;
        m.data[0] * m.data[1] * m.data[3] + before + after
    }

    #[differentiate]
    fn row_by_row(m: &mut Matrix, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..2 {
            let r = m.row_mut(i);
            for v in r.iter_mut() { *v = *v * x[i]; }
            r[1] += r[0] * r[0];
            sum += r[1] * x[1];
            if sum > 30.0 { continue; }
            m.scale *= m.data[i];
            *m.either_mut(i == 0) += m.scale;
        }
        sum * m.scale + m.data[3]
    }

    #[differentiate]
    fn chosen(m: &mut Matrix, x: f64, k: usize) -> f64 {
        let old = *m.any_mut(k) * x;
        *m.any_mut(k) = old.cos() * m.scale;
        *m.largest_mut() *= x;
        *m.largest_mut() += x * x;
        let r = m.above_mut(x);
        r[0] *= x;
        let rest = &mut r[1..];
        for v in rest { *v += *v * x; }
        let all = m.slots_mut();
        all.swap(0, 2);
        all[1] = all[0] * all[2];
        m.cells_mut().push(old);
        m.data[0] * m.data[1] * m.scale + m.data[4] * m.data[3]
    }

    #[differentiate]
    fn functions(m: &mut Matrix, w: &[f64], k: usize) -> f64 {
        *pick(m, k) *= w[0];
        let r = pick(m, k + 1);
        *r = r.exp() * w[1];
        let before = *r;
        *r += before * before;
        half(w, &mut m.data, true)[0] += w[1];
        let h: &mut [f64] = half(w, &mut m.data, false);
        scale(h, w[0]);
        scale(m.row_mut(0), w[1]);
        *last(&mut m.data[..2]) *= m.scale;
        dot(m.row_mut(0), w) * dot(&m.data[2..], w) * m.scale
    }

    #[differentiate]
    fn nested(net: &mut Net, x: f64) -> f64 {
        *net.weight_mut(0, 0, 1) *= x;
        net.layer_mut(1).row_mut(0)[1] += x * net.bias[0];
        net.layer_mut(1).scale *= x;
        let layer = net.layer_mut(0);
        layer.data[2] *= layer.scale;
        *layer.at_mut(1, 1) += layer.data[2] * x;
        let b = net.bias_mut();
        b[0] *= b[1];
        net.bias_mut()[1] = x * x;
        *inner(net, 1) += x;
        net.layers[0].data[1] * net.layers[0].data[3] + net.layers[1].data[1] * net.layers[1].scale
            * net.bias[0] * net.bias[1] + net.layers[1].data[0]
    }

    // boxes, pairs, elements of vectors, lengths that change in between
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Stack { inner: Box<Matrix>, pair: (f64, usize, f64), all: Vec<Matrix> }

    #[differentiate]
    impl Stack {
        fn pair_mut(&mut self) -> &mut (f64, usize, f64) { &mut self.pair }
        fn inner_mut(&mut self, i: usize) -> &mut f64 { self.inner.at_mut(0, i) }
        fn matrix_mut(&mut self, k: usize) -> &mut Matrix {
            if let Some(m) = self.all.get_mut(k) { return m; }
            &mut self.inner
        }
        fn count_mut(&mut self) -> &mut usize { &mut self.pair.1 }
    }

    #[differentiate]
    fn stacked(s: &mut Stack, x: f64) -> f64 {
        s.pair_mut().0 *= x;
        *s.count_mut() += 1;
        let p = s.pair_mut();
        p.2 += p.0 * p.0;
        *s.inner_mut(1) *= s.pair.2;
        s.inner.row_mut(1)[s.pair.1 - 1] -= x;
        for m in s.all.iter_mut() {
            *m.at_mut(1, 0) *= x;
            m.cells_mut().push(x * x);
            *m.largest_mut() *= m.scale;
        }
        for k in 0..3 {
            let m = s.matrix_mut(k);
            m.scale *= x + m.data[0];
            *s.all[0].row_mut(0).first_mut().unwrap() += x;
            let cells: &mut Vec<f64> = s.all[1].cells_mut();
            cells.insert(0, x);
            if s.all[1].data.len() > 6 { s.all[1].cells_mut().pop(); }
            *s.matrix_mut(1).at_mut(0, 0) *= x;
        }
        let mut sum = s.pair.0 * s.pair.2 + s.inner.scale * s.inner.data[1] * s.inner.data[3];
        for m in &s.all { sum += m.scale * m.data[2] + m.data.iter().map(|v| v * v).sum::<f64>(); }
        sum
    }

    // a local, loops that may not run, early exits
    #[differentiate]
    fn local(x: &[f64], n: usize) -> f64 {
        let mut m = Matrix { data: x.to_vec(), cols: 2, scale: x[0] };
        let mut sum = 0.0;
        for k in 0..n {
            *m.at_mut(k % 2, 0) *= x[k % 4];
            sum += m.data[(k * 3) % 4];
            m.row_mut(1)[k % 2] = sum * m.data[0];
            if sum > 4.0 { break; }
            if sum < -9.0 { return m.data[3]; }
            m.add_row(k % 2, &x[..2]);
        }
        sum + m.data[1] * m.data[2]
    }

    // a reference that a condition chooses, or a loop carries
    #[differentiate]
    fn merged(a: &mut Matrix, b: &mut Matrix, x: f64, n: usize) -> f64 {
        let r = if x > 0.5 { a.row_mut(0) } else { &mut b.data[1..3] };
        r[1] *= x;
        r[0] = r[0] * r[1];
        let mut v = if n == 1 { a.at_mut(1, 1) } else { b.any_mut(n) };
        *v += x;
        for k in 0..n {
            *v *= 1.5 + x;
            v = if k % 2 == 0 { a.head_mut() } else { b.largest_mut() };
            *v += *v * x;
        }
        *v = v.sin();
        a.data[0] * a.data[1] * a.data[3] + b.data[0] * b.data[1] * b.data[2] * b.data[3] * b.scale
    }

    #[differentiate]
    fn taken(m: &mut Matrix, x: f64) -> f64 {
        let old = std::mem::replace(m.at_mut(0, 1), x * x);
        let mut other = x;
        std::mem::swap(m.at_mut(1, 0), &mut other);
        m.row_mut(1).swap(0, 1);
        m.row_mut(0).fill(old * x);
        old * other + m.data[0] * m.data[1] * m.data[2] * m.data[3]
    }

    // receivers that are `&mut` references only by their value
    #[expect(clippy::let_and_return, reason = "a block is the subject")]
    #[differentiate]
    fn receivers(net: &mut Net, x: f64) -> f64 {
        net.layer_mut(0).add_row(1, &[x, 0.5]);
        net.layer_mut(1).add_row(0, &[0.5, x]);
        (if x > 0.5 { &mut net.layers[0] } else { net.layer_mut(1) }).add_row(0, &[x, x]);
        (*{ let m = net.layer_mut(1); m }).add_row(1, &[x, 2.0]);
        (net.layer_mut(0), x).0.add_row(0, &[2.0, x]);
        let mut sum = net.bias[0];
        for m in &net.layers { sum += m.data[0] * m.data[1] + m.data[2] * m.data[3] * m.scale; }
        sum
    }

    #[differentiate]
    fn through_calls(net: &mut Net, x: f64) -> f64 {
        let first = written(net.layer_mut(0), x, 0.5);
        let second = nested(net, first);
        written(&mut net.layers[1], second, x) * second
    }
}

fn matrix(data: &[f64]) -> Matrix {
    Matrix {
        data: data.to_vec(),
        cols: 2,
        scale: 0.7,
    }
}

fn net() -> Net {
    Net {
        layers: vec![
            matrix(&[0.3, 0.2, -0.3, 0.4]),
            matrix(&[0.5, 0.1, 0.9, -0.8]),
        ],
        bias: [0.6, 1.2],
    }
}

#[test]
fn of_a_receiver() {
    let m = || matrix(&[0.3, 2.0, 3.0, 4.0]);
    oracle::check!(written(&mut m(), 0.8, -0.4));
    oracle::check!(row_by_row(&mut m(), &[0.7, -1.2]));
    oracle::check!(row_by_row(&mut m(), &[3.0, 6.0]));
    oracle::check!(taken(&mut m(), 0.6));
}

#[test]
fn chosen_by_a_condition() {
    for k in 0..4 {
        oracle::check!(chosen(&mut matrix(&[0.3, 2.0, 3.0, 4.0]), 0.8, k));
        oracle::check!(chosen(&mut matrix(&[5.3, 2.0, 3.0, 4.0]), 3.8, k));
    }
    for n in 0..4 {
        for x in [0.4, 0.8] {
            let (mut a, mut b) = (
                matrix(&[0.3, 0.2, -0.3, 0.4]),
                matrix(&[0.5, 0.1, 0.9, -0.8]),
            );
            oracle::check!(merged(&mut a, &mut b, x, n));
        }
    }
}

#[test]
fn of_functions() {
    for k in 0..3 {
        oracle::check!(functions(
            &mut matrix(&[0.3, 2.0, 3.0, 4.0]),
            &[0.5, -0.25],
            k
        ));
        oracle::check!(functions(
            &mut matrix(&[0.3, 2.0, 3.0, 4.0]),
            &[-0.5, 0.75],
            k
        ));
    }
}

#[test]
fn of_what_is_nested() {
    oracle::check!(nested(&mut net(), 0.8));
    oracle::check!(through_calls(&mut net(), 0.4));
    oracle::check!(receivers(&mut net(), 0.4));
    oracle::check!(receivers(&mut net(), 0.8));
    let stack = || Stack {
        inner: Box::new(matrix(&[0.7, -0.2, 0.5, 0.9])),
        pair: (0.4, 0, 1.2),
        all: net().layers,
    };
    oracle::check!(stacked(&mut stack(), 0.8));
    oracle::check!(stacked(&mut stack(), -1.3));
    for n in [0, 1, 5, 9] {
        oracle::check!(local(&[1.3, 0.4, -0.6, 0.9], n));
        oracle::check!(local(&[3.3, -2.4, -3.6, 0.9], n));
    }
}

/// Whatever the numbers are.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Pair<T, const N: usize> {
    left: [T; N],
    right: Vec<T>,
}

#[differentiate]
impl<T: Real, const N: usize> Pair<T, N> {
    fn side_mut(&mut self, left: bool) -> &mut [T] {
        if left {
            &mut self.left
        } else {
            &mut self.right
        }
    }
    fn of_mut(&mut self, k: usize) -> &mut T {
        &mut self.side_mut(k < N)[k % N]
    }
}

#[differentiate]
fn middle<T: Real>(x: &mut [T]) -> &mut T {
    let n = x.len();
    &mut x[n / 2]
}

#[differentiate]
fn of_pairs(p: &mut Pair<f64, 2>, x: f64) -> f64 {
    for k in 0..4 {
        *p.of_mut(k) *= x;
        *middle(&mut p.left) += p.right[k % 2];
        let side = p.side_mut(k % 2 == 0);
        side[0] *= side[1];
        *middle(side) -= x;
    }
    p.left[0] * p.left[1] * p.right[0] + p.right[1]
}

#[test]
fn of_type_parameters() {
    let pair = || Pair {
        left: [0.4, -0.7],
        right: vec![1.3, 0.6],
    };
    backprop::assert_gradient!(of_pairs(&mut pair(), 0.8));
    backprop::assert_gradient!(of_pairs(&mut pair(), -1.1));
}

// what is constant keeps its own functions
#[derive(Clone, Debug, PartialEq)]
struct Counts {
    of: Vec<usize>,
}

impl Counts {
    fn next_mut(&mut self, k: usize) -> &mut usize {
        self.of.push(k);
        &mut self.of[k]
    }
}

#[differentiate(wrt(x), jvp, hvp)]
fn counted(x: &[f64], counts: &Counts) -> f64 {
    let mut counts = counts.clone();
    let mut sum = 0.0;
    for v in x {
        *counts.next_mut(1) += 1;
        let n = counts.of[1] * counts.of.len();
        sum += v * v * n as f64;
    }
    sum
}

#[test]
fn of_constants() {
    let counts = Counts { of: vec![3, 1] };
    let x = [0.5, 0.25];
    // 2 · 3 x₀² + 3 · 4 x₁²
    let (value, gradient) = counted_grad(&x, &counts);
    assert_eq!(value, 6.0 * 0.25 + 12.0 * 0.0625);
    assert_eq!(gradient, [6.0, 6.0]);
    assert_eq!(counted_jvp(&x, &[1.0, 0.0], &counts), (value, 6.0));
}
