//! Functions that take references and types of one's own.

#![expect(clippy::ptr_arg, reason = "references to vectors are passed on, too")]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, PartialEq, Default, Differentiable)]
    struct State { position: f64, velocities: Vec<f64> }

    #[differentiate]
    fn norm(v: &[f64]) -> f64 {
        let mut s = 0.0;
        for x in v { s += x * x; }
        s.sqrt()
    }

    #[differentiate]
    fn dot(a: &[f64], b: &Vec<f64>, k: usize) -> f64 {
        let mut s = 0.0;
        for i in 0..a.len() { s += a[i] * b[i]; }
        s * a[k]
    }

    #[differentiate]
    fn picked(v: &[f64], at: &[usize]) -> f64 {
        let mut p = 1.0;
        for i in at { p *= v[*i]; }
        p
    }

    #[differentiate]
    fn pull(s: &State, t: f64) -> State {
        State {
            position: s.velocities[0] * t,
            velocities: vec![-s.position * t, s.velocities[1] * s.position],
        }
    }

    #[differentiate]
    fn energy(s: State) -> f64 {
        0.5 * s.velocities[0] * s.velocities[0] + s.position * s.position
    }

    // functions that take functions

    #[differentiate]
    fn twice(f: impl Fn(&[f64]) -> f64, x: &[f64], y: f64) -> f64 {
        let mut v = x.to_vec();
        let first = f(&v);
        v[0] = first * y;
        let second = f(&v);
        v.push(second);
        f(&v[1..]) * f(x) + second
    }

    #[differentiate]
    fn over_pairs(f: impl Fn(&[f64], &Vec<f64>, usize) -> f64, x: &[f64], b: &Vec<f64>) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            if x[i] > 0.5 { continue; }
            s += f(x, b, i) * f(b, b, 0);
        }
        s
    }

    #[differentiate]
    fn at_places(f: impl Fn(&[f64], &[usize]) -> f64, x: &[f64]) -> f64 {
        let places = [0, 1, 0];
        f(x, &places) + f(&x[1..], &[0])
    }

    #[differentiate]
    fn euler<F: Fn(&State, f64) -> State>(f: F, start: &State, h: f64, n: usize) -> f64 {
        let mut s = start.clone();
        for i in 0..n {
            let d = f(&s, i as f64 * h);
            s.position += h * d.position;
            for k in 0..2 { s.velocities[k] += h * d.velocities[k]; }
        }
        s.position * s.velocities[1]
    }

    #[differentiate]
    fn consumed(f: impl Fn(State) -> f64, s: &State, y: f64) -> f64 {
        let mut t = s.clone();
        t.position = y;
        f(t.clone()) * f(s.clone()) * t.position
    }

    #[differentiate]
    fn passed_on(f: &impl Fn(&[f64]) -> f64, x: &[f64]) -> f64 {
        twice(f, x, f(x)) + twice(|v: &[f64]| f(v) * v[0] * x[0], x, 0.3)
    }

    // what passes them

    #[differentiate]
    fn named(x: &[f64], y: f64) -> f64 {
        twice(norm, x, y) * passed_on(&norm, x)
    }

    #[differentiate]
    fn pairs(x: &[f64], b: &Vec<f64>) -> f64 {
        over_pairs(dot, x, b) + at_places(picked, x)
    }

    #[differentiate]
    fn states(s: &State, h: f64) -> f64 {
        euler(pull, s, h, 3) + consumed(energy, s, h)
    }

    #[differentiate]
    fn closures(x: &[f64], y: f64, w: Vec<f64>) -> f64 {
        let scale = y * y;
        let f = |v: &[f64]| {
            let mut s = scale;
            for i in 0..v.len() { s += v[i] * w[i] * norm(v); }
            s
        };
        twice(f, x, y) + twice(|v: &[f64]| v[0] * y, x, 2.0)
    }

    #[differentiate]
    fn closures_of_states(s: &State, k: f64, w: &[f64]) -> f64 {
        let f = |s: &State, t: f64| State {
            position: s.velocities[1] * k,
            velocities: vec![s.position * t - k, w[0] * s.velocities[0]],
        };
        euler(f, s, 0.1, 3) + consumed(|s: State| s.position * k + s.velocities[0] * w[1], s, k)
    }

    #[differentiate]
    fn closures_of_places(x: &[f64], y: f64) -> f64 {
        at_places(|v: &[f64], at: &[usize]| {
            let mut s = y;
            for i in at { s *= v[*i] + y; }
            s
        }, x)
    }

    #[differentiate]
    fn unused(x: &[f64], y: f64) -> f64 {
        twice(|_v: &[f64]| y, x, y) + twice(|v: &[f64]| if v.len() > 5 { v[0] } else { y }, x, 1.0)
    }

    #[differentiate]
    fn matrices(m: &Vec<Vec<f64>>, y: f64) -> f64 {
        on_rows(|rows: &[Vec<f64>], t: f64| rows[1][0] * t + norm(&rows[0]), m, y)
    }

    #[differentiate]
    fn on_rows(f: impl Fn(&[Vec<f64>], f64) -> f64, m: &Vec<Vec<f64>>, y: f64) -> f64 {
        let first = f(m, y);
        f(m, first)
    }
}

fn state() -> State {
    State {
        position: 0.4,
        velocities: vec![0.7, -0.3],
    }
}

#[test]
fn by_name() {
    oracle::check!(named(&[0.4, 0.7], 0.6));
    oracle::check!(pairs(&[0.4, 0.7, 0.2], &vec![0.3, -0.6, 0.8]));
    oracle::check!(states(&state(), 0.2));
}

#[test]
fn closures_that_take_references() {
    oracle::check!(closures(&[0.4, 0.7], 0.6, vec![0.3, 0.5, -0.2]));
    oracle::check!(closures_of_states(&state(), 0.2, &[0.3, 0.6]));
    oracle::check!(closures_of_places(&[0.4, 0.7], 0.6));
    oracle::check!(unused(&[0.4, 0.7], 0.6));
    oracle::check!(matrices(&vec![vec![0.4, 0.7], vec![0.3]], 0.6));
}

/// Lists of positions by value have no gradient: such functions are not passed, and are
/// differentiated as any.
#[differentiate]
fn listed(x: &[f64], order: Vec<usize>, more: [usize; 2], part: (usize, bool)) -> f64 {
    x[order[0]] * x[more[1]] * part.0 as f64
}

#[test]
fn lists_of_positions_are_not_listed() {
    let (value, d_x) = backprop_of_listed();
    assert_eq!((value, d_x), (30.0, vec![0.0, 10.0, 6.0]));
}

fn backprop_of_listed() -> (f64, Vec<f64>) {
    let x = [2.0, 3.0, 5.0];
    let mut d_x = vec![0.0; 3];
    let value = listed_backprop(&x, vec![1], [0, 2], (2, true), 1.0, &mut d_x);
    (value, d_x)
}

type Length = f64;

#[differentiate(jvp)]
fn of_aliases(x: Length, y: f64) -> Length {
    x * y
}

#[differentiate(jvp)]
fn nested(f: impl Fn(Length, f64) -> Length, x: Length) -> f64 {
    f(x, f(x, 0.5))
}

#[differentiate(jvp)]
fn half_the_square(x: f64) -> f64 {
    nested(of_aliases, x)
}

/// A name that may be a type of one's own is an alias of a number.
#[test]
fn aliases_of_numbers() {
    assert_eq!(half_the_square_grad(3.0), (4.5, 3.0));
    assert_eq!(half_the_square_jvp(3.0, 2.0), (4.5, 6.0));
}
