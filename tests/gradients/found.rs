//! What random programs found, made small.

#![expect(
    unreachable_pub,
    unused_assignments,
    clippy::explicit_auto_deref,
    reason = "the programs are as the generator writes them"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Differentiable, Clone, Debug, Default, PartialEq)]
    pub struct Held { pub x: f64, pub y: f64, pub w: [f64; 4], pub v: Vec<f64> }

    #[differentiate]
    fn shifted(x: &[f64], k: f64) -> Vec<f64> {
        x.iter().map(|v| (v + k).sin()).collect()
    }

    // what a call returns may be a reference, and is kept no earlier than its last use

    #[differentiate]
    fn slices_of_a_result(x: &[f64], k: f64) -> f64 {
        let v = shifted(x, k);
        let mut s = k;
        let mut rest = &v[..];
        while let [head, tail @ ..] = rest {
            s = (s * 0.5 + head).sin();
            rest = tail;
        }
        s
    }

    #[differentiate]
    fn positive_root(x: f64) -> Result<f64, String> {
        match x < 0.0 {
            true => Err("negative".to_owned()),
            false => Ok((x + 0.1).sqrt()),
        }
    }

    #[differentiate]
    fn total(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            s += (v * k).tanh();
        }
        s
    }

    /// A slice of a result, before a loop that is reversed as it runs (seed 3023039).
    #[differentiate]
    fn slice_before_a_loop(x: &[f64], k: f64, n: usize) -> f64 {
        let result: Vec<f64> = shifted(x, k);
        let mut s = k;
        match &result[..] {
            [p, q, ..] => s += p * q,
            [p] => s -= *p,
            [] => {}
        }
        match n {
            0 => {}
            _ => {
                for _ in 1..4 {
                    s += positive_root(k).map(|v| v * 0.5).unwrap_or(k);
                }
            }
        }
        s + total(&result, 0.7)
    }

    #[differentiate]
    fn slices_of_the_last_result(x: &[f64], k: f64, n: usize) -> f64 {
        let mut v = vec![k, k * k];
        for _ in 0..n {
            v = shifted(x, k);
        }
        let mut s = k;
        let mut rest = &v[..];
        while let [head, tail @ ..] = rest {
            s = (s * 0.5 + head).sin();
            rest = tail;
        }
        s
    }

    #[differentiate]
    impl Held {
        /// What stands for the least before the first item has the type of the items.
        pub fn least(&self, k: f64) -> f64 {
            let mut s = 0.0;
            for (i, element) in self.w.to_vec().iter().enumerate() {
                let mut half = element * 0.5;
                let least = self.w.chunks(2).map(|c| c[0] - c[c.len() - 1] * half)
                    .map(|e| e.sin()).skip(1).min_by(|p, q| p.total_cmp(q));
                half += k;
                s += least.unwrap_or(self.y) * i as f64 * half;
            }
            s
        }

        /// After `scan`, whose state is a product of fields.
        pub fn largest(&self, k: f64) -> f64 {
            self.v.iter().scan(self.x, |s, e| { *s = *s * k + e; Some(*s) })
                .max_by(|p, q| (p * k).total_cmp(&(q * k))).unwrap_or(self.y)
        }

        /// Slice patterns of fields, of an array and of a vector.
        pub fn first(&mut self, k: f64) -> f64 {
            let [p, ..] = &self.w[..] else { panic!() };
            let product = p * k;
            self.x -= product;
            match &self.v[..] {
                [a, b, rest @ ..] if *a > k => a * b + rest.iter().sum::<f64>() * self.x,
                [a, .., b] => a * b - self.x,
                [a] => a * a * self.y,
                [] => self.x * self.y,
            }
        }
    }

    #[differentiate]
    fn least_of(held: &Held, k: f64) -> f64 { held.least(k) + held.largest(k) }

    #[differentiate]
    fn first_of(mut held: Held, k: f64) -> f64 {
        let first = held.first(k);
        if let [first, .., last] = &held.v[..] { held.y += first * last * k; }
        first * held.y + held.x
    }

    /// What is added to one element of the adjoint of a copy waits for a branch: so does what
    /// reads the whole of it.
    #[differentiate]
    fn copied_then_changed(x: f64, v: &[f64]) -> f64 {
        let mut parts = [0.5 - x, x];
        let sum: f64 = v.iter().sum();
        let bent = sum.tanh();
        let [first, ..] = parts;
        let element = first * bent / (2.0 + x.abs());
        if v[0] > 2.0 {
            parts[0] -= element;
        }
        first * x
    }

    #[differentiate]
    fn copied_and_read(x: f64, v: &[f64]) -> f64 {
        let mut parts = [0.5 - x, x, x * x];
        let sum: f64 = v.iter().sum();
        let bent = sum.tanh();
        let [first, .., last] = parts;
        let element = first * bent / (2.0 + x.abs());
        if v[0] > 0.0 {
            parts[0] -= element;
            parts[2] += element * last;
        }
        first * x + parts[0] * parts[2]
    }

    #[derive(Differentiable, Clone, Copy, Debug, Default, PartialEq)]
    pub struct Pair { pub x: f64, pub y: f64 }

    #[differentiate]
    impl std::ops::AddAssign for Pair {
        fn add_assign(&mut self, other: Self) {
            self.x += other.y * self.y;
            self.y *= other.x;
        }
    }

    #[differentiate]
    impl Pair {
        fn read(&self, k: f64) -> f64 { self.x * self.y * k }
        /// What the call gets is read before the receiver is lent.
        fn changed(&mut self, w: [f64; 2]) -> f64 {
            let element = (*self).read(w[1] * self.x) - self.x;
            self.x += element;
            let k = (*self).read((*self).y);
            self.x - k
        }
    }

    #[differentiate]
    fn change(pair: Pair, w: [f64; 2]) -> f64 {
        let mut pair = pair;
        let changed = pair.changed(w);
        changed * pair.x
    }

    /// What is added to does not reach the result: the operator itself is run.
    #[differentiate]
    fn added_for_nothing(mut pair: Pair, k: f64) -> f64 {
        let other: Pair = pair;
        pair += other;
        let counted = if pair.x > 0.1 { 3.0 } else { 2.0 };
        counted * k
    }
}

fn held(v: &[f64]) -> Held {
    let w = [0.5, -0.75, 1.25, 0.3];
    Held {
        x: 0.4,
        y: -0.6,
        w,
        v: v.to_vec(),
    }
}

#[test]
fn what_stands_for_no_item_has_a_type() {
    for v in [&[][..], &[0.3], &[0.8, -0.2], &[0.1, 0.9, -0.4]] {
        oracle::check!(least_of(&held(v), 0.7));
        oracle::check!(least_of(&held(v), -0.7));
    }
}

#[test]
fn slice_patterns_of_fields() {
    for v in [
        &[][..],
        &[0.3],
        &[0.8, -0.2],
        &[0.1, 0.9, -0.4],
        &[1.1, 0.9, -0.4, 0.2],
    ] {
        oracle::check!(first_of(held(v), 0.7));
    }
}

#[test]
fn the_adjoint_of_a_copy_is_complete_when_it_is_added() {
    for v in [[0.4, -0.9], [3.0, 0.2], [-1.0, 0.1]] {
        oracle::check!(copied_then_changed(-0.8, &v));
        oracle::check!(copied_then_changed(0.3, &v));
        oracle::check!(copied_and_read(-0.8, &v));
        oracle::check!(copied_and_read(0.3, &v));
    }
}

#[test]
fn operators_that_nothing_depends_on() {
    for x in [0.4, -0.4] {
        oracle::check!(added_for_nothing(Pair { x, y: 0.7 }, 0.3));
        oracle::check!(change(Pair { x, y: 0.7 }, [0.3, -0.8]));
    }
}

#[test]
fn slices_that_a_loop_takes_of_a_result() {
    for x in [&[][..], &[0.4], &[0.4, -0.9, 1.2]] {
        oracle::check!(slices_of_a_result(x, 0.3));
        oracle::check!(slice_before_a_loop(x, 0.3, 0));
        oracle::check!(slice_before_a_loop(x, 0.3, 1));
        for n in 0..3 {
            oracle::check!(slices_of_the_last_result(x, 0.3, n));
        }
    }
}
