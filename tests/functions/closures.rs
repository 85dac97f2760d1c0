//! Closures that are passed, and what they capture.

use backprop::{Differentiable, differentiate};

oracle::programs! {

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Line { slope: f64, offsets: Vec<f64> }

    #[differentiate]
    impl Line {
        fn at(&self, x: f64) -> f64 { self.slope * x + self.offsets[0] }
    }

    #[differentiate]
    fn sine(x: f64) -> f64 { x.sin() }

    #[differentiate]
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..a.len() { s += a[i] * b[i]; }
        s
    }

    #[differentiate]
    fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 { f(f(x)) }

    #[differentiate]
    fn integrate<F: Fn(f64) -> f64>(f: &F, a: f64, b: f64, n: usize) -> f64 {
        let h = (b - a) / n as f64;
        let mut sum = 0.0;
        for i in 0..n {
            let t = a + (i as f64 + 0.5) * h;
            if t > 100.0 { break; }
            sum += f(t);
        }
        sum * h
    }

    #[differentiate]
    fn fold(f: impl Fn(f64, f64) -> f64, v: &[f64]) -> f64 {
        let mut acc = 1.0;
        for x in v { acc = f(acc, *x); }
        acc
    }

    #[differentiate]
    fn flow(f: impl Fn((f64, f64)) -> (f64, f64), x: f64, y: f64, steps: usize) -> f64 {
        let mut p = (x, y);
        for _ in 0..steps {
            let d = f(p);
            p = (p.0 + 0.1 * d.0, p.1 + 0.1 * d.1);
        }
        p.0 * p.1
    }

    #[differentiate]
    fn relax(f: impl Fn(Vec<f64>, usize) -> Vec<f64>, x: &[f64]) -> f64 {
        let mut state = x.to_vec();
        for k in 0..2 { state = f(state, k); }
        state[0] + state[1] * state[0]
    }

    #[differentiate]
    fn of_line(line: &Line, f: impl Fn(f64) -> f64) -> f64 { f(line.slope) * line.at(f(1.0)) }

    // captures

    #[differentiate]
    fn nothing(x: f64) -> f64 {
        twice(|t| t * t.cos(), x) + integrate(&|t: f64| t.exp(), 0.0, x, 3)
    }

    #[differentiate]
    fn numbers(a: f64, b: f64, x: f64, n: usize) -> f64 {
        let g = |t: f64| a * t + b.sin() * n as f64;
        twice(g, x) + twice(&g, a) * integrate(&g, 0.0, b, n)
    }

    #[differentiate]
    fn moved(a: f64, x: f64) -> f64 {
        let mut k = a * 2.0;
        let g = move |t: f64| k * t;
        k = k * x;
        twice(g, x) + k
    }

    #[differentiate]
    fn containers(w: &[f64], x: f64) -> f64 {
        let squares: Vec<f64> = w.iter().map(|v| v * v).collect();
        let pair = [x, x * w[0]];
        let f = |t: f64| {
            let mut s = t;
            for i in 0..w.len() { s += w[i] * squares[i] * 0.1; }
            s * pair[1] + dot(w, &squares) + squares.iter().sum::<f64>() * t
        };
        twice(f, x) + squares[0]
    }

    #[differentiate]
    fn structs(line: &Line, a: f64) -> f64 {
        let other = Line { slope: a, offsets: vec![a * a, 1.0] };
        let y = twice(|t| line.at(t) * other.slope + other.offsets[0] * line.offsets[1], a);
        y + other.at(1.5) + of_line(&other, |t| t * line.slope)
    }

    #[differentiate]
    fn tuples(p: (f64, f64), x: f64) -> f64 {
        let q = (p.0 * 2.0, p.1);
        let r = &x;
        flow(|(u, v)| (q.0 * v, q.1 - u * *r), x, p.1, 3)
            + flow(|s: (f64, f64)| { let (u, v) = s; (u * v, p.0) }, x, q.0, 2)
    }

    #[differentiate]
    fn several(a: f64, b: f64) -> f64 {
        fold(|acc, x| acc * a + x * x, &[a, b, a * b]) + fold(|acc, x| { let y = acc * x; y + b }, &[b, 1.0])
    }

    #[differentiate]
    fn vectors(w: &[f64], x: f64) -> f64 {
        relax(|v, k| {
            let mut next = v.clone();
            for i in 0..v.len() { next[i] = v[i] * w[(i + k) % w.len()] + x; }
            next
        }, w)
    }

    #[differentiate]
    fn branches(a: f64, x: f64) -> f64 {
        let f = |t: f64| -> f64 {
            if t > 1.0 { return t.sqrt() * a; }
            let mut y = t;
            while y < a { y = y * 1.5 + 0.2; }
            match x > 0.5 {
                true => y,
                false => y * a.max(t),
            }
        };
        twice(f, x) + integrate(&f, 0.1, a, 4)
    }

    #[differentiate]
    fn nested(a: f64, b: f64, x: f64) -> f64 {
        let inner = |t: f64| t * b;
        let outer = |t: f64| inner(t) + a * twice(inner, t);
        twice(|t| twice(|s| s * a + t * b, t) + outer(t), x)
    }

    #[differentiate]
    fn of_functions(a: f64, x: f64) -> f64 {
        shifted(sine, a, x) + shifted(|t| t * a, a, x)
    }

    #[differentiate]
    fn shifted(f: impl Fn(f64) -> f64, a: f64, x: f64) -> f64 {
        twice(|t| f(t + a) * a, x) + twice(&f, x)
    }

    #[differentiate]
    fn looped(w: &[f64], x: f64) -> f64 {
        let mut total = x;
        for i in 0..w.len() {
            let k = w[i];
            if k > 0.5 {
                total += integrate(&|t| t * k + total, 0.0, k, i + 1);
            } else {
                let scaled = [k, total];
                total = total * twice(|t| t * scaled[0] + scaled[1], k);
            }
        }
        total
    }

    #[differentiate]
    fn changed_later(w: &[f64], x: f64) -> f64 {
        let mut v = w.to_vec();
        let first = twice(|t| t * v[0] + v[1], x);
        v[0] = first * x;
        v.push(x);
        let second = twice(|t| t * v[0] + v[2], x);
        v[0] *= second;
        v[0] + first * v.len() as f64
    }

    #[differentiate]
    fn in_out(out: &mut [f64], x: f64) -> f64 {
        let k = out[0] * x;
        let y = twice(|t| t * k, x);
        out[1] = y * out[0];
        out[0] = k;
        y
    }

    #[differentiate]
    fn idle(a: f64, x: f64) -> f64 {
        let n = if twice(|t| t * a, x) > 0.3 { 2 } else { 3 };
        let _unused = twice(|t| t + a, x);
        x * n as f64
    }

    #[differentiate]
    fn shadowed(a: f64, x: f64) -> f64 {
        let v = vec![a, x];
        let y = twice(|t| { let v = t * v[0]; v * a }, x);
        let t = 2.0 * a;
        let z = twice(|t| { let a = t * 3.0; a * v[1] }, t);
        let a = y * z;
        twice(|x| x * a, x)
    }

    #[differentiate]
    fn passed_in(out: &mut [f64]) -> f64 {
        let k = out.len() as f64;
        let first = out[0];
        twice(|t| t * first / k, first)
    }
}

#[test]
fn captured_numbers() {
    oracle::check!(nothing(0.7));
    oracle::check!(numbers(0.7, 1.2, 0.4, 3));
    oracle::check!(moved(0.7, 1.2));
    oracle::check!(tuples((0.7, 1.2), 0.4));
    oracle::check!(several(0.7, 1.2));
    oracle::check!(shadowed(0.7, 1.2));
}

#[test]
fn captured_memory() {
    oracle::check!(containers(&[0.7, 1.2, 0.4], 0.9));
    oracle::check!(structs(
        &Line {
            slope: 0.7,
            offsets: vec![0.3, 1.1]
        },
        0.6
    ));
    oracle::check!(vectors(&[0.7, 1.2, 0.4], 0.9));
    oracle::check!(changed_later(&[0.7, 1.2], 0.9));
    oracle::check!(in_out(&mut [0.7, 1.2], 0.9));
    oracle::check!(passed_in(&mut [0.7, 1.2]));
}

#[test]
fn control_flow() {
    oracle::check!(branches(0.7, 0.4));
    oracle::check!(branches(1.7, 0.9));
    oracle::check!(branches(0.3, 1.9));
    oracle::check!(looped(&[0.7, 0.3, 0.9, 0.1], 0.4));
    oracle::check!(looped(&[], 0.4));
    oracle::check!(idle(0.7, 0.9));
    oracle::check!(idle(0.2, 0.9));
}

#[test]
fn functions_of_functions() {
    oracle::check!(nested(0.7, 0.4, 0.9));
    oracle::check!(of_functions(0.7, 0.4));
}
