//! References to arrays and vectors that become slices where branches end.

#![expect(clippy::ptr_arg, reason = "branches end in a vector and in a slice")]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Store { fixed: [f64; 3], list: Vec<f64>, rows: Vec<[f64; 2]> }

    #[differentiate]
    impl Store {
        fn part(&self, k: usize) -> &[f64] {
            if k == 0 { &self.fixed } else if k == 1 { &self.list[1..] } else { &self.list }
        }
        fn by_match(&self, k: usize) -> &[f64] {
            match k {
                0 => &self.fixed,
                1 => &self.rows[1],
                2 => { if self.list[0] > 0.0 { &self.list } else { &self.fixed[..2] } }
                _ => &self.list[2..],
            }
        }
        fn early(&self, t: f64) -> &[f64] {
            for (i, row) in self.rows.iter().enumerate() {
                if row[0] > t { return &self.rows[i]; }
            }
            if t > 2.0 { return &self.fixed; }
            &self.list
        }
        fn part_mut(&mut self, k: usize) -> &mut [f64] {
            if k == 0 { &mut self.fixed } else if k == 1 { &mut self.list[1..] } else { &mut self.list }
        }
    }

    #[differentiate]
    fn chosen<'a>(a: &'a Vec<f64>, b: &'a [f64; 3], c: bool) -> &'a [f64] {
        if c { a } else { &b[1..] }
    }
    #[differentiate]
    fn product(v: &[f64]) -> f64 { v.iter().fold(1.0, |p, x| p * x) }
    #[differentiate]
    fn of_parts(s: &Store, x: f64) -> f64 {
        let mut sum = 0.0;
        for k in 0..4 {
            sum += product(s.part(k)) * x + s.by_match(k)[0] * s.part(k)[1];
            sum *= product(s.by_match(k));
        }
        sum + s.early(x)[1] * s.early(5.0)[0]
    }
    #[differentiate]
    fn of_changes(s: &mut Store, x: f64) -> f64 {
        for k in 0..3 {
            let part: &mut [f64] = s.part_mut(k);
            part[0] *= x;
            for v in part.iter_mut() { *v = v.sin() + x; }
        }
        s.list[1] * s.fixed[0]
    }
    #[differentiate]
    fn of_variables(s: &Store, w: [f64; 3], c: usize) -> f64 {
        let v = vec![w[0], w[1] * w[2]];
        let r: &[f64] = if c == 0 { &w } else if c == 1 { &v } else { &s.list[..2] };
        let t: &[f64] = match c { 0 => &s.fixed, 1 => { &s.list } _ => &w[1..] };
        let f = |k: usize| r[k] * t[0];
        f(0) * f(1) + t[1] * product(chosen(&v, &w, c == 1))
    }
}

#[test]
fn programs() {
    for first in [0.7, -0.4] {
        let s = Store {
            fixed: [0.3, 1.2, -0.8],
            list: vec![first, 0.5, 1.1, 0.9],
            rows: vec![[0.1, 0.6], [1.4, -0.3]],
        };
        for x in [0.4, 1.7, -0.9, 2.5] {
            oracle::check!(of_parts(&s, x));
            oracle::check!(of_changes(&mut s.clone(), x));
        }
        for c in 0..3 {
            oracle::check!(of_variables(&s, [0.4, -0.7, 1.2], c));
        }
    }
}
