//! `#[checkpoint]` on loops in methods, and on loops that call methods.

#![expect(clippy::useless_vec, reason = "receivers are elements of vectors, too")]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, Default, PartialEq, Differentiable)]
    struct State { x: f64, v: Vec<f64> }
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Model { k: f64, damp: [f64; 2], order: usize }

    #[differentiate]
    fn bend(x: f64, k: f64) -> f64 { (x * k).sin() }

    #[differentiate]
    impl Model {
        fn force(&self, x: f64) -> f64 { -self.k * bend(x, self.damp[0]) + self.damp[1] * x * x }
        fn next(&self, s: &State, h: f64) -> State {
            let mut v = s.v.clone();
            for a in &mut v { *a += h * self.k * s.x * *a; }
            let sum: f64 = v.iter().sum();
            State { x: s.x + h * sum, v }
        }
        fn mix(a: f64, b: f64) -> f64 { a * b + a.exp() * 0.1 }
        fn order(&self) -> usize { self.order }
        // calls methods and functions of the block, which call others, and themselves
        fn pull(&self, x: f64) -> f64 {
            let mut sum = self.force(x) * Self::mix(x, self.k);
            for _ in 0..self.order() { sum += Model::mix(self.bend(x), sum * 0.1); }
            sum
        }
        fn powers(&self, x: f64, n: usize) -> f64 {
            if n == 0 { self.pull(x) * 0.1 } else { self.powers(x, n - 1) * self.k + x }
        }
        fn kick(&mut self, x: f64) -> f64 {
            self.k *= 0.9 + 0.01 * self.pull(x);
            self.powers(x, 2)
        }
        // a function of the same name
        fn bend(&self, x: f64) -> f64 { bend(x, self.k) }
        fn run(&self, x: f64, n: usize) -> f64 {
            let mut s = x;
            #[checkpoint]
            for i in 0..n {
                s += 0.1 * self.force(s) + Self::mix(s, self.k) / (i + 1) as f64;
                if s > 8.0 { s *= self.bend(0.5); }
                for _ in 0..self.order() { s *= 0.9; }
            }
            s
        }
        fn change(&mut self, x: f64, n: usize) -> f64 {
            let mut s = x;
            #[checkpoint(snapshots = 2)]
            for _ in 0..n { s += 0.2 * self.force(s); self.k *= 0.9 + 0.1 * s; }
            s * self.k
        }
    }

    #[differentiate]
    impl State {
        fn advance(&mut self, m: &Model, h: f64) -> f64 {
            let old = self.x;
            self.x += h * m.k * self.v[0];
            self.v[1] *= old;
            self.v[0] = old * self.x;
            old * self.v[1]
        }
        fn advanced(&self, h: f64) -> State { State { x: self.x * (1.0 + h), v: vec![self.x, self.v[0] * h] } }
        fn moved(self, h: f64) -> State { State { x: self.x * self.v[0], v: vec![self.x * h, self.v[0] * h] } }
        fn grow(&mut self, h: f64) { let last = self.v[0] * h; self.v.push(last); }
        fn steps(&mut self, m: &Model, n: usize) -> f64 {
            let mut sum = 0.0;
            #[checkpoint]
            for i in 0..n { sum += self.advance(m, 0.1) * sum + self.x; if i > 3 { self.x *= 0.5; } }
            sum
        }
    }
    #[differentiate]
    fn in_place(m: &Model, x: f64, n: usize) -> f64 {
        let mut s = State { x, v: vec![0.3, x] };
        let mut sum = 0.0;
        #[checkpoint]
        for _ in 0..n { sum += s.advance(m, 0.1) * s.x; }
        s.x * s.v[0] + s.v[1] * sum
    }
    #[differentiate]
    fn by_value(x: f64, n: usize) -> f64 {
        let mut s = State { x, v: vec![0.3, x] };
        #[checkpoint(snapshots = 2)]
        for i in 0..n { s = if i % 2 == 0 { s.advanced(0.1) } else { s.moved(0.9) }; }
        s.x * s.v[0] + s.v[1]
    }
    #[differentiate]
    fn growing(x: f64, n: usize) -> f64 {
        let mut s = State { x, v: vec![0.3, x] };
        #[checkpoint(snapshots = 2)]
        for _ in 0..n { s.grow(x); s.x *= s.v[s.v.len() - 1]; }
        s.x * s.v[0] + s.v.iter().sum::<f64>()
    }
    #[differentiate]
    fn of_receivers(m: &Model, x: f64, n: usize) -> f64 {
        let mut s = State { x, v: vec![0.3, x] };
        let mut list = vec![s.clone(), State { x: 0.2, v: vec![x, 0.1] }];
        let a = s.steps(m, n);
        let mut sum = 0.0;
        #[checkpoint(snapshots = 3)]
        for i in 0..n { sum += list[i % 2].advance(m, sum * 0.1) * x; }
        s.x * s.v[0] + s.v[1] * a + sum * list[1].x
    }
    #[differentiate]
    fn of_states(m: &Model, x: f64, n: usize) -> f64 {
        let mut s = State { x, v: vec![0.3, x] };
        #[checkpoint]
        for _ in 0..n { let next = m.next(&s, 0.1); s = next; }
        s.x * s.v[0] + s.v[1]
    }
    #[differentiate]
    fn of_numbers(m: &Model, x: f64, n: usize) -> f64 {
        let mut s = x;
        let mut i = 0;
        #[checkpoint(snapshots = 3)]
        while i < n {
            s = Model::mix(s, m.force(x)) * 0.3;
            i += 1;
        }
        s * m.run(x, n)
    }
    #[differentiate]
    fn of_methods_of_methods(m: &Model, x: f64, n: usize) -> f64 {
        let (mut s, mut own) = (x, m.clone());
        #[checkpoint(snapshots = 2)]
        for _ in 0..n { s += 0.1 * m.pull(s) + own.kick(s * 0.1) * m.powers(x, 1) * 0.01; }
        s * own.k
    }
    #[differentiate]
    fn of_changes(m: &mut Model, x: f64, n: usize) -> f64 { m.change(x, n) * m.damp[0] }
}
#[test]
fn programs() {
    let m = Model {
        k: 0.7,
        damp: [0.9, -0.2],
        order: 2,
    };
    for n in [0, 1, 2, 5, 11] {
        for x in [0.4, -0.8] {
            oracle::check!(of_states(&m, x, n));
            oracle::check!(in_place(&m, x, n));
            oracle::check!(by_value(x, n));
            oracle::check!(growing(x, n));
            oracle::check!(of_receivers(&m, x, n));
            oracle::check!(of_numbers(&m, x, n));
            oracle::check!(of_methods_of_methods(&m, x, n));
            oracle::check!(of_changes(&mut m.clone(), x, n));
        }
    }
}
