//! What a loop carries has a type that only rustc knows: that of a struct, or of what a call
//! gives. It runs again where that is a few numbers, and is recorded otherwise.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Differentiable, Clone, Copy, Debug, Default, PartialEq)]
    struct State {
        x: f64,
        v: f64,
    }

    #[derive(Differentiable, Clone, Debug, Default, PartialEq)]
    struct Moved {
        x: f64,
        v: f64,
    }

    #[derive(Differentiable, Clone, Copy, Debug)]
    struct Driven<'a> {
        forces: &'a [f64],
        x: f64,
    }

    #[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
    struct Large {
        all: [f64; 20],
    }

    #[differentiate]
    fn rate(y: [f64; 2], mu: f64) -> [f64; 2] {
        [y[1], mu * (1.0 - y[0] * y[0]) * y[1] - y[0]]
    }

    /// The slope at the end of a step is that at the start of the next one.
    #[differentiate]
    fn first_same_as_last(start: [f64; 2], mu: f64, h: f64, n: usize) -> f64 {
        let mut y = start;
        let mut k = rate(y, mu);
        for i in 0..n {
            let z = [y[0] + h * k[0], y[1] + h * k[1]];
            let next = rate(z, mu);
            if next[0] * next[1] < 0.8 || i == 0 {
                y = [y[0] + 0.5 * h * (k[0] + next[0]), y[1] + 0.5 * h * (k[1] + next[1])];
                k = next;
            }
        }
        y[0] * k[1]
    }

    #[differentiate]
    fn step(s: &State, k: f64, h: f64) -> State {
        State { x: s.x + h * s.v, v: s.v - h * k * s.x * s.x }
    }

    #[differentiate]
    fn structs(start: State, k: f64, h: f64, n: usize) -> f64 {
        let mut s = start;
        for _ in 0..n {
            s = step(&s, k, h);
        }
        s.x * s.v
    }

    #[differentiate]
    fn behind_a_reference(start: &State, k: f64, h: f64, n: usize) -> State {
        let mut s = *start;
        let mut last = s;
        for i in 0..n {
            if i % 3 != 2 {
                last = s;
            }
            s = step(&last, k * s.x, h);
        }
        State { x: s.x, v: last.v }
    }

    #[differentiate]
    fn from_a_literal(x: f64, k: f64, h: f64, n: usize) -> f64 {
        let mut s = State { x, v: k };
        let mut sum = 0.0;
        for i in 0..n {
            let h = h * i as f64;
            s = step(&s, k, h);
            s.v *= 0.9;
            sum += s.x;
            let before = s;
            s.x += before.v * sum;
        }
        s.x + sum
    }

    #[differentiate]
    fn push(s: &mut State, k: f64) {
        s.v += k * s.x;
        s.x *= s.v;
    }

    #[differentiate]
    fn in_place_of(start: State, k: f64, n: usize) -> f64 {
        let mut s = start;
        for _ in 0..n {
            push(&mut s, k);
            s = step(&s, k, 0.1);
        }
        s.x
    }

    /// What is carried changes before it is used, and after.
    #[differentiate]
    fn damped(start: State, k: f64, n: usize) -> f64 {
        let mut s = start;
        for _ in 0..n {
            s.v *= 0.9 * s.x;
            let next = step(&s, k, 0.1);
            s.x += next.v * s.x;
        }
        s.x * s.v
    }

    #[differentiate]
    fn step_moved(s: &Moved, k: f64) -> Moved {
        Moved { x: s.x + 0.1 * s.v, v: s.v - k * s.x * s.x }
    }

    #[differentiate]
    fn moved_on(start: Moved, k: f64, n: usize) -> f64 {
        let mut s = start;
        for _ in 0..n {
            s = step_moved(&s, k);
        }
        s.x * s.v
    }

    #[differentiate]
    fn drive<'a>(s: Driven<'a>, k: f64) -> Driven<'a> {
        Driven { x: s.x * k + s.forces[0] * s.x * s.x, forces: s.forces }
    }

    #[differentiate]
    fn driven(forces: &[f64], k: f64, n: usize) -> f64 {
        let mut s = Driven { forces, x: k };
        for _ in 0..n {
            s = drive(s, k);
        }
        s.x * s.x
    }

    #[differentiate]
    fn enlarge(s: &Large, k: f64) -> Large {
        let mut all = s.all;
        all[3] = k * s.all[4] * s.all[4];
        all[4] = k + s.all[3];
        Large { all }
    }

    #[differentiate]
    fn large(start: Large, k: f64, n: usize) -> f64 {
        let mut s = start;
        for _ in 0..n {
            s = enlarge(&s, k);
        }
        s.all[3] * s.all[4]
    }

    #[differentiate]
    fn bend(x: f64, k: f64) -> f64 {
        x * (1.0 - k * x)
    }

    /// Numbers, of which only the callee knows that they are.
    #[differentiate]
    fn numbers(x: f64, k: f64, n: usize) -> f64 {
        let mut y = bend(x, k);
        for _ in 0..n {
            let z = y;
            y = bend(y, 0.5 * z);
        }
        y
    }
}

#[test]
fn they_run_again() {
    let start = State { x: 0.7, v: 0.4 };
    for n in [0, 1, 2, 7] {
        oracle::check!(first_same_as_last([0.7, 0.4], 0.6, 0.1, n));
        oracle::check!(structs(start, 0.6, 0.1, n));
        oracle::check!(behind_a_reference(&start, 0.6, 0.1, n));
        oracle::check!(from_a_literal(0.7, 0.6, 0.1, n));
        oracle::check!(in_place_of(start, 0.6, n));
        oracle::check!(damped(start, 0.6, n));
        oracle::check!(moved_on(Moved { x: 0.7, v: 0.4 }, 0.6, n));
        oracle::check!(driven(&[0.3, 0.2], 0.6, n));
        oracle::check!(large(Large { all: [0.7; 20] }, 0.6, n));
        oracle::check!(numbers(0.7, 0.6, n));
    }
}
