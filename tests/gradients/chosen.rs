//! `&mut` references that are chosen by a condition, swapped or assigned.

#![expect(
    clippy::manual_swap,
    reason = "the programs use every form that people write"
)]

use backprop::{assert_gradient, differentiate};

oracle::programs! {
    /// Double buffers: the references are swapped, not what they refer to.
    #[differentiate]
    fn diffuse(x: &[f64], k: f64, steps: usize) -> f64 {
        let mut a = x.to_vec();
        let mut b = vec![0.0; x.len()];
        let (mut src, mut dst) = (&mut a, &mut b);
        for _ in 0..steps {
            for i in 0..src.len() {
                let left = if i > 0 { src[i - 1] } else { 0.0 };
                let right = if i + 1 < src.len() { src[i + 1] } else { 0.0 };
                dst[i] = src[i] + k * (left - 2.0 * src[i] + right);
            }
            std::mem::swap(&mut src, &mut dst);
        }
        let mut total = 0.0;
        for v in src.iter() {
            total += v * v * v;
        }
        total
    }

    #[differentiate]
    fn step(src: &[f64], dst: &mut [f64], k: f64) {
        for i in 0..src.len() {
            dst[i] = src[i] * src[(i + 1) % src.len()] + k * dst[i];
        }
    }

    /// The same with a call that gets both.
    // both are `&mut` to one of both
    #[first_order_only]
    #[differentiate]
    fn relax(x: &[f64], k: f64, steps: usize) -> f64 {
        let mut a = x.to_vec();
        let mut b = vec![k; x.len()];
        let (mut src, mut dst) = (&mut a, &mut b);
        for _ in 0..steps {
            step(src, dst, k);
            std::mem::swap(&mut src, &mut dst);
        }
        src[0] * dst[1] + src[1] * dst[0]
    }

    #[differentiate]
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..a.len() {
            sum += a[i] * b[i] * a[0];
        }
        sum
    }

    #[differentiate]
    fn pairs(x: &[f64], n: usize) -> f64 {
        let mut a = x.to_vec();
        let mut b = vec![x[0]; x.len()];
        let (mut p, mut q) = (&mut a, &mut b);
        let mut total = 0.0;
        for _ in 0..n {
            total += dot(&p[..], &q[..]) + dot(&p[1..], &p[..2]);
            p[0] = total;
            std::mem::swap(&mut p, &mut q);
        }
        total * dot(&q[..], &q[..])
    }

    #[differentiate]
    fn by_hand(x: &mut [f64], y: &mut [f64], n: usize) -> f64 {
        let mut src = x;
        let mut dst = y;
        let mut k = 0;
        while k < n {
            for (d, s) in dst.iter_mut().zip(src.iter()) {
                *d = *d * s + 0.5;
            }
            let old = src;
            src = dst;
            dst = old;
            k += 1;
        }
        dst[0] * src[1]
    }

    #[differentiate]
    fn one_or_the_other(x: &[f64], c: f64) -> f64 {
        let mut a = [x[0], x[1]];
        let mut b = [x[1], x[2]];
        let v = if c > 1.0 { &mut a } else { &mut b };
        v[0] *= v[1];
        v[1] = c * v[0].sin();
        a[0] * a[1] + 3.0 * b[0] * b[1]
    }

    #[differentiate]
    fn by_match(x: &[f64], n: usize) -> f64 {
        let mut m = [[x[0], x[1]], [x[1], x[0]], [x[0] * x[1], 1.0]];
        let mut other = [x[1], 2.0];
        for k in 0..n {
            let row = match k % 3 {
                0 => &mut m[k % 2],
                1 => &mut other,
                _ => &mut m[2],
            };
            row[0] += row[1] * x[0];
            row[1] = row[0] * row[1];
        }
        m[0][0] * m[1][1] + m[2][0] * m[2][1] + other[0] * other[1]
    }

    /// What is left of a slice.
    #[differentiate]
    fn in_parts(x: &[f64], w: f64) -> f64 {
        let mut values = x.to_vec();
        let mut rest = &mut values[..];
        let mut k = 1;
        while rest.len() >= k {
            let (head, tail) = rest.split_at_mut(k);
            for h in head.iter_mut() {
                *h = *h * w + k as f64;
            }
            if !tail.is_empty() {
                tail[0] *= head[0];
            }
            rest = tail;
            k += 1;
        }
        for r in rest.iter_mut() {
            *r *= -w;
        }
        let mut total = 1.0;
        for v in &values {
            total = total * 0.5 + v * v;
        }
        total
    }

    #[differentiate]
    fn halved(x: &mut [f64], n: usize) {
        let mut part = x;
        for k in 0..n {
            let middle = part.len() / 2;
            let (a, b) = part.split_at_mut(middle);
            part = if k % 2 == 0 { a } else { b };
            for p in part.iter_mut() {
                *p = *p * *p + 1.0;
            }
        }
        if !part.is_empty() {
            part[0] *= 3.0;
        }
    }

    #[differentiate]
    fn field(x: f64, y: f64, which: bool) -> f64 {
        let mut p = (vec![x], vec![y, x]);
        let mut q = vec![x * y];
        let v: &mut Vec<f64> = if which { &mut p.1 } else { &mut q };
        v.push(x * 2.0);
        let n = v.len();
        v[n - 1] *= y;
        let last = v[n - 1];
        let mut total = last;
        for a in &p.1 {
            total += a * a;
        }
        for a in &q {
            total += a * a * a;
        }
        total + p.0[0]
    }

    #[differentiate]
    fn assigned_later(x: &[f64], n: usize) -> f64 {
        let mut a = [x[0]; 2];
        let mut b = [x[1]; 2];
        let mut c = [x[0] * x[1]; 2];
        let v;
        if n == 0 {
            v = &mut a;
        } else if n == 1 {
            v = &mut b;
        } else {
            v = &mut c;
        }
        v[1] = v[0] * v[0];
        v[0] = x[1] - v[1];
        a[0] * a[1] + b[0] * b[1] + c[0] * c[1]
    }

    #[differentiate]
    fn three_in_turn(x: &[f64], n: usize) -> f64 {
        let mut a = [x[0], x[1]];
        let mut b = [x[1], x[2]];
        let mut c = [x[2], x[0]];
        let (mut p, mut q, mut r) = (&mut a, &mut b, &mut c);
        for k in 0..n {
            r[0] = p[0] * q[1];
            r[1] = p[1] + q[0] * r[0];
            (p, q, r) = (q, r, p);
            if k == 4 {
                break;
            }
        }
        p[0] * q[0] * r[1] + p[1]
    }

    #[differentiate]
    fn repeated(x: f64, y: f64, n: usize) -> f64 {
        let mut a = [x, 0.4];
        let mut b = [y, 1.1];
        #[checkpoint]
        for k in 0..n {
            let v = if k % 3 == 0 { &mut a } else { &mut b };
            v[0] = (v[0] * v[1]).sin() + 0.5;
            v[1] *= x;
        }
        a[0] * a[1] + b[0] * b[1]
    }

    #[differentiate]
    fn element(x: &mut [f64], i: usize, j: usize, up: bool) -> f64 {
        let at = if up { &mut x[i] } else { &mut x[j] };
        *at *= *at;
        *at += 1.0;
        let seen = *at;
        seen * x[0] * x[1]
    }
}

#[test]
fn programs() {
    let x = [0.3, -0.7, 1.1, 0.4, 0.9, -0.2, 0.6];
    for steps in 0..5 {
        oracle::check!(diffuse(&x, 0.2, steps));
        oracle::check!(repeated(0.7, 0.9, 3 * steps));
        oracle::check!(pairs(&[0.3, 0.8, -0.4], steps.min(3)));
        oracle::check!(relax(&x, 0.4, steps));
        oracle::check!(by_hand(&mut [0.3, 0.8], &mut [1.4, -0.6], steps));
        oracle::check!(by_match(&[0.6, 1.3], steps * 2));
        oracle::check!(halved(&mut [0.3, 0.8, -0.4, 0.9, 0.2], steps));
        oracle::check!(assigned_later(&[0.6, 1.3], steps));
        oracle::check!(three_in_turn(&[0.6, 1.3, -0.8], steps * 2));
    }
    for c in [0.8, 1.2] {
        oracle::check!(one_or_the_other(&x, c));
    }
    for n in 0..7 {
        oracle::check!(in_parts(&x[..n], 0.8));
    }
    for flag in [true, false] {
        oracle::check!(field(0.4, 0.7, flag));
        oracle::check!(element(&mut [0.4, 0.7, 0.9], 1, 2, flag));
        oracle::check!(element(&mut [0.4, 0.7, 0.9], 0, 0, flag));
    }
    assert_gradient!(diffuse(&x, 0.2, 3));
}
