//! Containers in all their uses: views, in-place changes, methods, patterns.

#![expect(
    clippy::needless_range_loop,
    clippy::borrowed_box,
    clippy::boxed_local,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, assert_gradient, differentiate};

oracle::programs! {
    #[differentiate]
    fn lengths(x: &[f64], k: f64) -> f64 {
        let mut v = x.to_vec();
        v.extend(x.iter().map(|a| a * k));
        v.extend_from_slice(&x[1..]);
        v.truncate(5);
        v.resize(7, k * k);
        v.swap(0, 4);
        v.reverse();
        v[..3].rotate_left(1);
        let mut s = 0.0;
        for (i, a) in v.iter().enumerate() {
            s += a * a * (i + 1) as f64;
        }
        v.clear();
        v.push(s);
        v[0] * k
    }

    #[differentiate]
    fn concatenated(m: &[Vec<f64>]) -> f64 {
        let flat = m.concat();
        flat.iter().enumerate().map(|(i, v)| v.powi(i as i32 + 1)).sum()
    }

    #[differentiate]
    fn arrays(a: [f64; 3], b: [f64; 3]) -> f64 {
        let [x, y, z] = a.map(|v| v * v);
        let c: [f64; 3] = std::array::from_fn(|i| a[i] * b[2 - i]);
        let [first, rest @ ..] = &c;
        let mut s = x * y + z + first;
        for r in rest {
            s += r * r;
        }
        s
    }

    #[differentiate]
    fn copies(a: [f64; 3], k: f64) -> f64 {
        let mut b = a;
        b[0] *= k;
        let c = b;
        b[1] = a[0] * c[0];
        a[0] + b[0] * b[1] + c[1] * c[2]
    }

    #[differentiate]
    fn chained(a: &[f64], b: &[f64]) -> f64 {
        let mut s = 0.0;
        for (i, v) in a.iter().chain(b.iter()).enumerate() {
            if i == 4 {
                break;
            }
            s += v * v * i as f64;
        }
        s + a.iter().chain(b).map(|v| v.sin()).sum::<f64>()
    }

    #[differentiate]
    fn swaps(x: f64, y: f64) -> f64 {
        let mut a = [x, y];
        let mut b = [y, x * y];
        std::mem::swap(&mut a, &mut b);
        let old = std::mem::replace(&mut a, [x, x]);
        let mut v = vec![x, y];
        let w = std::mem::take(&mut v);
        a[0] * b[1] + old[1] + w[0] * w[1] + v.len() as f64
    }

    #[differentiate]
    fn windows(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for w in x.windows(2) {
            s += (w[1] - w[0]) * (w[1] - w[0]);
        }
        for c in x.chunks(2) {
            s += c.iter().product::<f64>();
        }
        for (a, b) in x.iter().skip(1).zip(x.iter().rev().step_by(2)) {
            s += a * b;
        }
        for i in (0..x.len()).rev() {
            s = s * 0.5 + x[i];
        }
        s
    }

    #[differentiate]
    fn dropped(x: &[f64]) -> f64 {
        let n = x.iter().filter(|v| **v > 0.0).count();
        let s: f64 = x.iter().take_while(|v| **v < 2.0).sum();
        let t: f64 = x
            .iter()
            .skip_while(|v| **v < 2.0)
            .enumerate()
            .map(|(i, v)| v * (i + 1) as f64)
            .sum();
        let f: f64 = x.iter().flat_map(|a| x.iter().map(move |b| a * b)).sum();
        let any = x.iter().any(|v| *v > 2.5);
        let all = x.iter().all(|v| *v > 0.0);
        s * n as f64 + t + f + if any { 1.0 } else { s } + if all { x[0] } else { x[1] }
    }

    #[differentiate]
    fn closures(x: f64, y: f64) -> f64 {
        let mut count = 0.0;
        let mut add = |v: f64| {
            count += v * y;
        };
        add(x);
        add(x * x);
        let early = |v: f64| -> f64 {
            if v > 1.0 {
                return v.ln();
            }
            v * y
        };
        let mut k = x;
        let fixed = move |v: f64| v * k;
        k += 1.0;
        count + early(x) + early(0.1 * x) + fixed(y) * k
    }

    #[differentiate]
    fn halves(x: &mut [f64], w: f64) -> f64 {
        let (a, b) = x.split_at_mut(2);
        a[0] += w * b[0];
        b[1] = a[1] * a[0];
        a[1] = 0.5;
        let last = &mut b[0];
        *last *= 3.0;
        a[0] * b[0]
    }

    #[differentiate]
    fn aliased(x: &mut [f64]) -> f64 {
        let n = x.len();
        {
            let (a, b) = x.split_at_mut(n / 2);
            for (p, q) in a.iter_mut().zip(b.iter_mut()) {
                let t = *p;
                *p = *q * t;
                *q = t.sin();
                std::mem::swap(p, q);
            }
        }
        let head = &x[..2];
        let tail = &x[1..];
        head[1] * tail[0] + head[0]
    }

    #[differentiate]
    fn chosen(x: &[f64], y: &[f64], first: bool) -> f64 {
        let v = if first { &x[1..] } else { y };
        let w = match first {
            true => x,
            false => &y[..2],
        };
        v[0] * w[1] + v.iter().sum::<f64>()
    }

    #[differentiate]
    fn shrinking(x: &[f64]) -> f64 {
        let mut rest = x;
        let mut s = 1.0;
        while rest.len() > 1 {
            s = s * rest[0].sin() + rest[rest.len() - 1];
            rest = &rest[1..];
        }
        s
    }

    #[differentiate]
    fn dot(x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).map(|(a, b)| a * b).sum()
    }

    #[differentiate]
    fn seen_before_and_after(r: &[f64], k: f64) -> f64 {
        let mut v = r.to_vec();
        let a = dot(&v, &v);
        v[0] = a * k;
        a + dot(&v[1..], &v[..1]) + dot(&v, r)
    }

    #[differentiate]
    fn halving(x: &[f64]) -> f64 {
        if x.len() == 1 {
            return x[0] * x[0];
        }
        let (a, b) = x.split_at(x.len() / 2);
        halving(a) * 0.5 + halving(b)
    }

    #[differentiate]
    fn butterflies(x: &mut [f64], k: f64) {
        let n = x.len();
        if n < 2 {
            return;
        }
        let (a, b) = x.split_at_mut(n / 2);
        butterflies(a, k);
        butterflies(b, k * 0.5);
        for i in 0..n / 2 {
            let t = x[i];
            x[i] = t * x[n / 2 + i] + k;
            x[n / 2 + i] -= t;
        }
    }

    #[differentiate]
    fn patterns(v: &mut [[f64; 3]; 2]) -> f64 {
        let [a, b] = v;
        let norm = a.iter().map(|x| x * x).sum::<f64>().sqrt();
        a.iter_mut().for_each(|x| *x /= norm);
        let dot: f64 = a.iter().zip(b.iter()).map(|(x, y)| *x * *y).sum();
        for (y, x) in b.iter_mut().zip(a.iter()) {
            *y -= dot * x;
        }
        let (bias, weights) = b.split_last().unwrap();
        dot + weights.iter().map(|w| w * bias).sum::<f64>()
    }

    #[differentiate]
    fn longer(v: &mut Vec<f64>, k: f64) {
        let last = v[v.len() - 1];
        v.push(last * k);
    }

    #[differentiate]
    fn made(x: f64) -> Vec<f64> {
        vec![x * x]
    }

    /// The shape that an adjoint has is that of each moment.
    #[differentiate]
    fn shapes(x: f64, k: f64) -> f64 {
        let mut v = made(x);
        let first = v[0];
        longer(&mut v, k);
        let mut w = made(k);
        for _ in 0..3 {
            longer(&mut w, x);
        }
        let mut u = made(x);
        let before = u[0];
        u.push(3.0);
        first + w.iter().sum::<f64>() * before
    }

    #[differentiate]
    fn rows(n: usize, x: f64) -> Vec<Vec<f64>> {
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for i in 0..n {
            let mut row = vec![x; i + 1];
            row[i] *= i as f64;
            if let Some(above) = rows.last() {
                row[0] += above[0].sin();
            }
            rows.push(row);
        }
        rows[0] = vec![x.cos(), x];
        rows
    }

    #[differentiate]
    fn joined(x: &[f64], y: &[f64], k: f64) -> Vec<f64> {
        let (a, b) = x.split_at(1);
        let c = [b, a, y].concat();
        let d = [&c[..2], &c].concat();
        d.iter().map(|v| v * v * k).collect()
    }

    // what `resize` clones turns out to be a number
    #[differentiate]
    fn filled(x: &[(f64, f64)], n: usize) -> Vec<f64> {
        let mut v = vec![1.0];
        for i in 0..2 {
            let item = x[i].0.max(x[i].1);
            v.resize(v.len() + n, item);
        }
        v
    }
}

#[differentiate]
fn norm<const N: usize>(x: [f64; N]) -> f64 {
    let mut s = 0.0;
    for i in 0..N {
        s += x[i] * x[i];
    }
    s.sqrt() / N as f64
}

#[differentiate]
fn product<const N: usize, const M: usize>(a: &[[f64; M]; N], x: &[f64; M]) -> [f64; N] {
    let mut y = [0.0; N];
    for i in 0..N {
        for j in 0..M {
            y[i] += a[i][j] * x[j];
        }
    }
    y
}

#[differentiate]
fn of_any_size(a: &[[f64; 2]; 3], x: &[f64; 2]) -> f64 {
    norm(product(a, x)) + norm(*x)
}

#[differentiate]
fn boxed(b: Box<f64>, v: &Box<[f64; 2]>) -> f64 {
    *b * v[0] + v[1]
}

#[test]
fn programs() {
    oracle::check!(lengths(&[1.0, 2.0, 0.5], 0.7));
    oracle::check!(concatenated(&[vec![1.0, 2.0], vec![0.5]]));
    oracle::check!(arrays([1.0, 2.0, 0.5], [0.2, 0.3, 0.4]));
    oracle::check!(copies([1.0, 2.0, 0.5], 0.3));
    oracle::check!(chained(&[1.0, 2.0, 0.5], &[0.3, 0.2]));
    oracle::check!(swaps(1.2, 0.4));
    oracle::check!(windows(&[1.0, 2.0, 3.0, 2.5, 0.3]));
    oracle::check!(windows(&[1.5]));
    oracle::check!(dropped(&[1.0, 0.5, 3.0, 2.5, 0.3]));
    oracle::check!(closures(1.3, 0.8));
    oracle::check!(halves(&mut [1.0, 2.0, 3.0, 4.0], 0.4));
    oracle::check!(aliased(&mut [1.0, 2.0, 3.0, 0.5]));
    oracle::check!(chosen(&[1.0, 2.0, 3.0], &[0.4, 0.5, 0.6], true));
    oracle::check!(chosen(&[1.0, 2.0, 3.0], &[0.4, 0.5, 0.6], false));
    oracle::check!(shrinking(&[1.0, 2.0, 3.0, 0.5]));
    oracle::check!(seen_before_and_after(&[1.0, 2.0, 3.0], 0.4));
    oracle::check!(halving(&[1.0, 2.0, 3.0, 0.5, 0.7]));
    oracle::check!(butterflies(&mut [1.0, 2.0, 3.0, 0.5], 0.4));
    oracle::check!(patterns(&mut [[1.0, 2.0, 0.3], [0.4, 0.5, 0.6]]));
    oracle::check!(longer(&mut vec![1.0, 2.0], 0.4));
    oracle::check!(shapes(1.3, 0.6));
    oracle::check!(rows(3, 0.8));
    oracle::check!(joined(&[1.0, 2.0, 0.5], &[0.3], 0.7));
    oracle::check!(filled(&[(1.0, 2.0), (0.5, 0.3)], 2));
}

#[test]
fn other_types() {
    assert_gradient!(of_any_size(
        &[[1.0, 2.0], [0.5, 0.3], [-1.0, 0.2]],
        &[0.7, 0.9]
    ));
    assert_gradient!(boxed(Box::new(1.5), &Box::new([0.3, 0.4])));
}

#[test]
#[should_panic(expected = "another shape than the argument")]
fn a_buffer_of_another_shape_panics() {
    let mut d_x = [0.0; 2];
    dot_backprop(
        &[1.0, 2.0, 3.0],
        &[1.0, 2.0, 3.0],
        1.0,
        &mut d_x,
        &mut [0.0; 3],
    );
}

#[test]
fn a_zero_upstream_adds_nothing() {
    let mut d_x = [1.0, 1.0];
    infinite_backprop(&[0.0, 4.0], &vec![0.0, 1.0], &mut d_x);
    assert_eq!(d_x, [1.0, 1.25]);
}

#[differentiate]
fn infinite(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| v.sqrt()).collect()
}

#[derive(Differentiable, Clone, Debug, Default, PartialEq)]
struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

/// The counts are integers by their use alone.
#[differentiate]
fn mean(a: &Matrix, k: f64) -> f64 {
    let n = a.rows * a.cols;
    let mut s = 0.0;
    for i in 0..n {
        s += a.data[i] * k;
    }
    s / n as f64
}

#[differentiate]
fn matrix_vector(a: &Matrix, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; a.rows];
    for i in 0..a.rows {
        for j in 0..a.cols {
            y[i] += a.data[i * a.cols + j] * x[j];
        }
    }
    y
}

#[test]
fn integers_by_their_use() {
    let a = Matrix {
        rows: 2,
        cols: 2,
        data: vec![1.0, 2.0, 3.0, 4.0],
    };
    assert_gradient!(mean(&a.clone(), 2.0));
    assert_gradient!(matrix_vector(&a.clone(), &vec![2.0, 3.0]));
}
