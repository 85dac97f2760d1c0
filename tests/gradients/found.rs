//! What random programs found, made small.

#![expect(
    unreachable_pub,
    reason = "the programs are as the generator writes them"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Differentiable, Clone, Debug, Default, PartialEq)]
    pub struct Held { pub x: f64, pub y: f64, pub w: [f64; 4], pub v: Vec<f64> }

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
