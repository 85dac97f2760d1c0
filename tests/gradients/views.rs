//! Chosen `&mut` references in everything that a reference is used for.

#![expect(
    clippy::manual_is_multiple_of,
    clippy::manual_swap,
    clippy::redundant_closure_call,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, Default, PartialEq, Differentiable)]
    struct Layer {
        weights: Vec<f64>,
        bias: f64,
        count: usize,
    }

    #[differentiate]
    fn scale(layer: &mut Layer, by: f64) -> f64 {
        for w in layer.weights.iter_mut() {
            *w *= by;
        }
        layer.count = layer.weights.len() + 3;
        layer.bias += by * by;
        layer.weights.len() as f64 * layer.bias
    }

    /// The buffers themselves are results.
    #[differentiate]
    fn returned(x: &[f64], n: usize) -> Vec<f64> {
        let mut a = x.to_vec();
        let mut b = x.to_vec();
        let (mut p, mut q) = (&mut a, &mut b);
        for k in 0..n {
            for i in 0..p.len() {
                q[i] = p[i] * q[(i + 1) % x.len()];
            }
            if k == 3 {
                q.push(p[0] * 2.0);
                p.push(q[1] * 0.5);
            }
            std::mem::swap(&mut p, &mut q);
        }
        if n % 2 == 0 { a } else { b }
    }

    #[differentiate]
    fn structs(x: f64, n: usize) -> f64 {
        let mut a = Layer { weights: vec![x, 2.0 * x], bias: 0.5, count: 0 };
        let mut b = Layer { weights: vec![x * x], bias: x, count: 3 };
        let mut seen = 0.0;
        for k in 0..n {
            let one = if k % 3 == 1 { &mut b } else { &mut a };
            seen += scale(one, 1.0 + x);
            one.bias *= x;
            let ws = &mut one.weights;
            ws[0] += one.bias;
            if one.count > 4 {
                return seen;
            }
        }
        seen * a.bias * b.weights[0] + a.weights[1]
    }

    #[differentiate]
    fn fields(layer: &mut Layer, other: &mut Layer, c: f64) -> f64 {
        let w = if c > 0.0 { &mut layer.weights } else { &mut other.weights };
        w[0] *= c;
        w.push(c * c);
        let at = if c > 1.0 { &mut layer.bias } else { &mut other.bias };
        *at = *at * c + 1.0;
        let seen = *at * *at;
        seen * layer.weights[0] * other.weights[0]
    }

    /// Every way of writing a whole.
    #[differentiate]
    fn wholes(x: &[f64], n: usize) -> f64 {
        let mut a = vec![x[0], x[1]];
        let mut b = vec![x[1]];
        let mut spare = vec![x[2], x[0], x[1]];
        let v = if n % 2 == 0 { &mut a } else { &mut b };
        match n / 2 {
            0 => *v = vec![x[2] * x[2], x[0]],
            1 => std::mem::swap(v, &mut spare),
            2 => {
                let old = std::mem::replace(v, vec![x[0] * 3.0; 3]);
                v[0] *= old[0];
            }
            3 => {
                let old = std::mem::take(v);
                v.extend(old.iter().map(|o| o * o));
            }
            4 => {
                v.push(x[2]);
                v.reverse();
                let last = v.pop().unwrap();
                v[0] *= last;
            }
            5 => {
                v.resize(4, x[0]);
                v.swap(0, 3);
                v.truncate(2);
                let by = x[1] * v[0];
                v.fill(by);
            }
            6 => {
                v.sort_by(|p, q| p.partial_cmp(q).unwrap());
                v.rotate_left(1);
            }
            _ => v.clear(),
        }
        if let Some(first) = v.first_mut() {
            *first *= x[1];
        }
        let inner: f64 = v.iter().map(|p| p * p).sum();
        let mut total = inner;
        for (i, p) in a.iter().chain(b.iter()).chain(spare.iter()).enumerate() {
            total = total * 0.9 + p * (i + 1) as f64;
        }
        total
    }

    #[differentiate]
    fn parts(m: &mut [Vec<f64>], w: f64, c: bool) -> f64 {
        let mut other = vec![vec![w, 1.0], vec![w * w, w], vec![2.0; 2]];
        let rows: &mut [Vec<f64>] = if c { m } else { &mut other };
        let mut total = 0.0;
        for (i, row) in rows.iter_mut().enumerate() {
            row[0] *= w + i as f64;
            let (a, b) = row.split_at_mut(1);
            b[0] += a[0];
            total += b[0] * b[0];
        }
        let second = &mut rows[1];
        for pair in second.chunks_mut(1) {
            pair[0] = pair[0].sin();
        }
        let view = &rows[1..];
        total += view[0].iter().sum::<f64>() * view[1][0];
        let copy = rows[0].clone();
        rows[0][1] *= copy[0];
        total * rows[0][1] + other[0][1]
    }

    /// The head of the loop looks through the references.
    #[differentiate]
    fn looked_at(x: f64, y: f64) -> f64 {
        let mut a = [x, 0.1];
        let mut b = [y, 0.2];
        let (mut p, mut q) = (&mut a, &mut b);
        let mut n = 0;
        while p[0] + q[0] < 5.0 && n < 20 {
            p[0] += q[0] * x;
            q[1] += p[0] * p[1];
            if p[0] > q[0] {
                std::mem::swap(&mut p, &mut q);
            }
            n += 1;
        }
        p[0] * q[1] + a[1] * b[0]
    }

    /// One of both is a constant.
    #[differentiate]
    fn constants(x: f64, n: usize) -> f64 {
        let mut log = vec![1.0, 2.0];
        let mut values = vec![x, x * x];
        let mut seen = 0.0;
        for k in 0..n {
            let to = if k % 2 == 0 { &mut log } else { &mut values };
            seen += to[0] * to[1];
            to[1] = 0.5 * k as f64;
        }
        seen + values[1]
    }

    #[differentiate]
    fn nested(x: &[f64], n: usize) -> f64 {
        let mut a = vec![x[0]; 3];
        let mut b = vec![x[1]; 3];
        let mut c = vec![x[0] * x[1]; 3];
        let (mut p, mut q) = (&mut a, &mut b);
        let mut r = &mut c;
        'outer: for i in 0..n {
            for j in 0..3 {
                if j == i {
                    std::mem::swap(&mut q, &mut r);
                    continue 'outer;
                }
                p[j] = q[(j + 1) % 3] * r[j] + p[j];
                if p[j] > 40.0 {
                    break 'outer;
                }
                std::mem::swap(&mut p, &mut q);
            }
            if i > 3 {
                return p[0] * q[1] * r[2];
            }
            let old = p;
            p = r;
            r = old;
        }
        p[1] * q[2] + r[0] * r[1]
    }

    /// What is chosen is chosen from again.
    #[differentiate]
    fn twice(x: &mut [f64], y: &mut [f64], i: usize, c: bool, d: bool) -> f64 {
        let outer = if c { &mut x[i..] } else { &mut y[..] };
        let (a, b) = outer.split_at_mut(1);
        let inner = if d { a } else { &mut b[1..] };
        inner[0] *= inner[0];
        let one = match inner.len() {
            1 => &mut inner[0],
            n => &mut inner[n - 1],
        };
        *one += 1.0;
        let seen = one.exp();
        seen * x[i] * y[0] + x[i + 1] * y[2]
    }

    #[differentiate]
    fn of_elements(x: &mut [[f64; 2]; 3], n: usize) -> f64 {
        let mut at = &mut x[0];
        let mut spare = [1.0, 2.0];
        let mut total = 0.0;
        for k in 0..n {
            at[0] = at[0] * at[1] + 0.1;
            total += at[0];
            at = if k % 2 == 1 { &mut spare } else { &mut x[(k + 1) % 3] };
        }
        at[1] *= total;
        at[1] * x[1][0] + spare[0]
    }

    #[differentiate]
    fn single(x: &mut [f32], k: f32) -> f32 {
        let (a, b) = x.split_at_mut(2);
        let (mut p, mut q) = (a, b);
        for i in 0..5 {
            if i % 2 == 0 {
                p[0] = q[0] * k - p[1];
            }
            std::mem::swap(&mut p, &mut q);
        }
        p.copy_from_slice(q);
        p[0] * p[1]
    }

    #[differentiate]
    fn closures(x: f64, y: f64) -> f64 {
        let mut a = [x, y];
        let mut b = [y, 2.0];
        let v = if x > y { &mut a } else { &mut b };
        let square = |p: f64| p * p * y;
        v[0] = square(v[1]);
        let n = v.len();
        let names: Vec<String> = (0..n).map(|i| format!("{i}")).collect();
        v[n - 1] *= names.len() as f64 * v[0];
        a[1] * b[1] * x
    }
}

#[test]
fn programs() {
    let layer = |bias: f64| Layer {
        weights: vec![0.4, -0.7],
        bias,
        count: 1,
    };
    for n in 0..14 {
        oracle::check!(returned(&[0.4, 0.8, -1.2], n % 7));
        oracle::check!(structs(0.7, n % 9));
        oracle::check!(wholes(&[0.4, 0.8, -1.2], n));
        oracle::check!(wholes(&[0.4, 0.8, -1.2], n + 1));
        oracle::check!(constants(0.7, n % 5));
        oracle::check!(nested(&[1.4, 0.8], n % 7));
        oracle::check!(of_elements(
            &mut [[0.3, 0.8], [1.2, -0.4], [0.5, 0.9]],
            n % 6
        ));
    }
    for c in [-0.5, 0.5, 1.5] {
        oracle::check!(fields(&mut layer(0.3), &mut layer(-0.8), c));
    }
    for c in [true, false] {
        let m = || vec![vec![0.3, 0.4], vec![0.8, -0.2], vec![0.9, 0.1]];
        oracle::check!(parts(&mut m(), 0.6, c));
        for d in [true, false] {
            let x = || [0.3, 0.8, -0.6, 0.2];
            oracle::check!(twice(&mut x(), &mut x(), 1, c, d));
            oracle::check!(twice(&mut x(), &mut x(), 0, c, d));
        }
    }
    oracle::check!(looked_at(0.7, 0.4));
    oracle::check!(looked_at(0.2, 1.4));
    oracle::check!(single(&mut [0.3, 0.8, -0.4, 0.6], 0.7));
    oracle::check!(closures(0.4, 0.8));
    oracle::check!(closures(0.9, 0.8));
}
