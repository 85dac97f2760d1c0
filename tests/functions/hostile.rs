//! What functions and closures meet in programs of users.

use backprop::{Differentiable, Real, assert_gradient, constant, differentiate};
use std::collections::HashMap;
use std::ops::{Add, Mul};
use std::sync::atomic::{AtomicUsize, Ordering};

#[differentiate]
fn sine(x: f64) -> f64 {
    x.sin()
}

#[differentiate]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate]
fn single(f: impl Fn(f32) -> f32, x: f32) -> f32 {
    f(f(x))
}

/// No gradient is known of it.
#[derive(Clone)]
struct Config {
    k: f64,
    names: Vec<String>,
}

#[differentiate(wrt(a, x))]
fn constants(cfg: &Config, m: HashMap<usize, f64>, s: &str, a: f64, x: f64) -> f64 {
    let f = |t: f64| {
        let shift = constant(m[&1]) * s.len() as f64;
        t * a * cfg.k * cfg.names.len() as f64 + shift * a
    };
    twice(f, x)
}

#[test]
fn captured_constants() {
    let cfg = Config {
        k: 1.5,
        names: vec!["a".into()],
    };
    let m = HashMap::from([(1, 2.0)]);
    let (value, (d_a, d_x)) = constants_grad(&cfg, m, "abc", 0.5, 0.25);
    // (0.25 · 1.5 a + 6 a) · 1.5 a + 6 a
    assert_eq!(value, 6.375 * 1.5 * 0.25 + 3.0);
    assert_eq!(d_a, 6.375 * 1.5 * 2.0 * 0.5 + 6.0);
    assert_eq!(d_x, 1.5 * 1.5 * 0.25);
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

fn counted() -> f64 {
    CALLS.fetch_add(1, Ordering::SeqCst);
    1.0
}

#[differentiate]
fn effects(a: f64, x: f64) -> f64 {
    let f = |t: f64| {
        let one = constant(counted());
        assert!(a > 0.0, "{a}");
        t * a * one
    };
    twice(f, x) * twice(&f, a)
}

#[test]
fn a_closure_runs_as_often_as_in_the_primal() {
    effects(1.0, 2.0);
    assert_eq!(CALLS.swap(0, Ordering::SeqCst), 4);
    assert_eq!(effects_grad(2.0, 3.0), (96.0, (240.0, 32.0)));
    assert_eq!(CALLS.swap(0, Ordering::SeqCst), 4);
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Line {
    slope: f64,
    w: Vec<f64>,
}

#[differentiate]
impl Line {
    fn go(&self, x: f64) -> f64 {
        twice(|t| t * self.slope + self.at(t), x)
    }

    fn at(&self, x: f64) -> f64 {
        self.w[0] * x
    }

    fn apply(&self, f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(self.slope) * f(x)
    }

    fn own(self, f: &impl Fn(f64) -> f64) -> f64 {
        f(self.slope)
    }

    fn of(f: fn(f64) -> f64, x: f64) -> f64 {
        f(x) * x
    }
}

#[differentiate]
trait Scene {
    fn shade(&self, f: impl Fn(f64) -> f64, x: f64) -> f64;

    fn shaded(&self, x: f64) -> f64 {
        self.shade(sine, x) + self.shade(sine, 1.0)
    }
}

#[differentiate]
impl Scene for Line {
    fn shade(&self, f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(self.slope * x)
    }
}

#[differentiate]
fn methods(line: &Line, x: f64) -> f64 {
    let passed = line.apply(sine, x) * Line::of(sine, x);
    passed + line.go(x) + line.clone().own(&sine)
}

#[differentiate]
fn scenes(line: &Line, x: f64) -> f64 {
    line.shade(sine, x) * line.shaded(x)
}

#[test]
fn methods_that_take_functions() {
    let line = Line {
        slope: 0.7,
        w: vec![0.3],
    };
    assert_gradient!(methods(&line.clone(), 0.4));
    assert_gradient!(scenes(&line.clone(), 0.4));
    let (value, (d_line, d_x)) = line.apply_grad(sine {}, 0.4);
    assert_eq!(value, 0.7_f64.sin() * 0.4_f64.sin());
    assert_eq!(d_line.slope, 0.7_f64.cos() * 0.4_f64.sin());
    assert_eq!(d_x, 0.7_f64.sin() * 0.4_f64.cos());
}

#[differentiate]
fn generic<T, const N: usize>(w: [T; N], x: T) -> T
where
    T: Real + Mul<Output = T> + Add<Output = T>,
{
    any(|u, v| u * v * w[0] + w[N - 1], x)
}

#[differentiate]
fn any<T: Real, F: Fn(T, T) -> T>(f: F, x: T) -> T {
    f(x, f(x, x))
}

#[test]
fn closures_over_type_parameters() {
    assert_eq!(generic_grad([2.0, 3.0], 0.5), (6.5, ([2.0, 2.0], 9.0)));
}

#[differentiate]
fn tree(a: f64, n: usize) -> f64 {
    if n == 0 {
        return a;
    }
    let k = tree(a * 0.5, n - 1);
    twice(|t| t * k + tree(t, 0), a)
}

#[differentiate]
fn options(a: f64, o: Option<f64>) -> f64 {
    let p = if a > 0.0 { Some(a * 2.0) } else { None };
    let f = |t: f64| match p {
        Some(v) => v * t + o.unwrap_or(a),
        None => t,
    };
    twice(f, a)
}

#[differentiate]
fn parts(p: (Vec<f64>, f64), a: f64) -> f64 {
    twice(
        |t| t * p.0[0] + p.1 * p.0.len() as f64 + p.0.iter().sum::<f64>(),
        a,
    )
}

#[differentiate]
fn narrow(a: f32, x: f32) -> f32 {
    single(|t| t * a + 0.5, x)
}

#[differentiate]
fn ignored(a: f64, x: f64) -> f64 {
    twice(|_| a, x)
        + twice(|_t| 1.0, x)
        + twice(
            |t| {
                let _ = a;
                t
            },
            x,
        )
}

#[differentiate]
fn ranges(a: f64, n: usize) -> f64 {
    let rows = 0..n;
    let f = |t: f64| {
        let mut s = t;
        for i in rows.clone() {
            s += a * i as f64;
        }
        s
    };
    twice(f, a)
}

#[differentiate]
fn chains(v: &[f64], a: f64) -> f64 {
    let sum = v.iter().map(|x| twice(|t| t * x * a, *x)).sum::<f64>();
    sum + v.iter().fold(1.0, |acc, x| acc * twice(|t| t + x, a))
}

#[differentiate]
fn rows(m: &[Vec<f64>], boxed: Box<f64>, a: f64) -> f64 {
    let mut s = 0.0;
    for row in m {
        s += twice(|t| t * row[0] + *boxed, a);
    }
    for (i, row) in m.iter().enumerate() {
        let first = &m[0];
        s += twice(|t| t * row[0] + first[i], a);
    }
    s
}

/// The closure's own names are those of the function around it.
#[differentiate]
fn same_names(w: &[f64], x: f64) -> f64 {
    let v = w.to_vec();
    let inner = |v: f64| v * x;
    let outer = |x: f64| {
        let w = inner(x);
        w + v[0] * inner(v[1])
    };
    twice(outer, x) * twice(|w| w * v[1], v[0])
}

#[test]
fn captures() {
    assert_gradient!(tree(0.7, 3));
    assert_gradient!(options(0.7, Some(0.4)));
    assert_gradient!(options(0.7, None::<f64>));
    assert_gradient!(options(-0.7, Some(0.4)));
    assert_gradient!(parts((vec![0.7, 0.2], 0.3), 0.4));
    assert_gradient!(narrow(0.7, 0.4), epsilon = 1e-2, max_relative = 1e-2);
    assert_gradient!(ignored(0.7, 0.4));
    assert_gradient!(ranges(0.7, 3));
    assert_gradient!(chains(&[0.7, 0.2], 0.4));
    assert_gradient!(rows(&[vec![0.7, 0.2], vec![0.4]], Box::new(0.3), 0.4));
    assert_gradient!(same_names(&[0.7, 0.2], 0.4));
}

/// A masked slope of the square root stays out of the sums.
#[differentiate]
fn masked(a: f64, x: f64) -> f64 {
    let y = twice(|t| (t * a).sqrt(), x);
    let z = if x > 0.0 { y } else { 1.0 };
    z * a
}

#[test]
fn an_infinite_slope_that_does_not_count() {
    assert_eq!(masked_grad(2.0, 0.0), (2.0, (1.0, 0.0)));
}
