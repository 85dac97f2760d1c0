//! What is active shows only after many iterations, and deep inside: a value goes from
//! place to place, one place an iteration.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn places_in_a_branch(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = ([0.1], [0.2], [0.3], [0.4], [0.5]);
        for i in 0..n {
            if i < 100 {
                a[0] = b[0];
                b[0] = c[0] * 2.0;
                c[0] = d[0];
                d[0] = e[0] * 0.5;
                e[0] = x;
            }
        }
        a[0]
    }

    #[differentiate]
    fn places_in_the_other_branch(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = ([0.1], [0.2], [0.3], [0.4], [0.5]);
        for i in 0..n {
            if i > 100 {
                a[0] = 1.0;
            } else {
                a[0] = b[0];
                b[0] = c[0] * 2.0;
                c[0] = d[0];
                d[0] = e[0] * 0.5;
                e[0] = x;
            }
        }
        a[0]
    }

    #[differentiate]
    fn places_in_an_arm(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = ([0.1], [0.2], [0.3], [0.4], [0.5]);
        for i in 0..n {
            match i {
                100 => a[0] = 1.0,
                _ => {
                    a[0] = b[0];
                    b[0] = c[0] * 2.0;
                    c[0] = d[0];
                    d[0] = e[0] * 0.5;
                    e[0] = x;
                }
            }
        }
        a[0]
    }

    #[differentiate]
    fn places_in_a_loop(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = ([0.1], [0.2], [0.3], [0.4], [0.5]);
        for _ in 0..n {
            for _ in 0..1 {
                a[0] = b[0];
                b[0] = c[0] * 2.0;
                c[0] = d[0];
                d[0] = e[0] * 0.5;
                e[0] = x;
            }
        }
        a[0]
    }

    #[differentiate]
    fn numbers_in_a_branch(x: f64, k: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = (0.1, 0.2, 0.3, 0.4, 0.5);
        if k > 0.0 {
            for _ in 0..n {
                a = b;
                b = c * 2.0;
                c = d;
                d = e * 0.5;
                e = x;
            }
        }
        a
    }

    #[differentiate]
    fn numbers_in_an_arm(x: f64, k: usize, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = (0.1, 0.2, 0.3, 0.4, 0.5);
        match k {
            0 => a = 1.0,
            _ => {
                for _ in 0..n {
                    a = b;
                    b = c * 2.0;
                    c = d;
                    d = e * 0.5;
                    e = x;
                }
            }
        }
        a
    }

    #[differentiate]
    fn numbers_in_a_loop(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = (0.1, 0.2, 0.3, 0.4, 0.5);
        for _ in 0..1 {
            for _ in 0..n {
                a = b;
                b = c * 2.0;
                c = d;
                d = e * 0.5;
                e = x;
            }
        }
        a
    }

    #[differentiate]
    fn hand_on(to: &mut [f64], from: &[f64]) {
        for (to, from) in to.iter_mut().zip(from) {
            *to = from * 2.0;
        }
    }

    /// The same by calls.
    #[differentiate]
    fn places_by_calls(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = ([0.1], [0.2], [0.3], [0.4], [0.5]);
        for i in 0..n {
            if i < 100 {
                hand_on(&mut a, &b);
                hand_on(&mut b, &c);
                hand_on(&mut c, &d);
                hand_on(&mut d, &e);
                hand_on(&mut e, &[x]);
            }
        }
        a[0]
    }

    /// The same by what lengthens a vector.
    #[differentiate]
    fn places_by_pushes(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d) = (vec![0.1], vec![0.2], vec![0.3], vec![0.4]);
        for i in 0..n {
            if i < 100 {
                a.push(b[i]);
                b.push(c[i] * 2.0);
                c.push(d[i]);
                d.push(x);
            }
        }
        a[n] + a[n / 2]
    }

    /// The same through references that are chosen.
    #[differentiate]
    fn places_by_references(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e) = ([0.1], [0.2], [0.3], [0.4], [0.5]);
        let mut other = [0.6];
        for i in 0..n {
            if i < 100 {
                let to = if i < 50 { &mut a } else { &mut other };
                to[0] = b[0];
                let to = if i < 50 { &mut b } else { &mut other };
                to[0] = c[0] * 2.0;
                let to = if i < 50 { &mut c } else { &mut other };
                to[0] = d[0];
                let to = if i < 50 { &mut d } else { &mut other };
                to[0] = e[0] * 0.5;
                e[0] = x;
            }
        }
        a[0]
    }

    #[differentiate]
    fn places_in_both_branches(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d, mut e, mut g) = ([0.1], [0.2], [0.3], [0.4], [0.5], [0.6]);
        for i in 0..n {
            if i % 2 == 0 {
                a[0] = b[0];
                b[0] = c[0] * 2.0;
                c[0] = d[0];
                d[0] = e[0] * 0.5;
                e[0] = g[0];
                g[0] = x;
            } else {
                a[0] = b[0];
                b[0] = c[0] * 3.0;
                c[0] = d[0];
                d[0] = e[0];
                e[0] = g[0] * 0.5;
                g[0] = x * x;
            }
        }
        a[0]
    }

    /// Numbers that only move, the last one first.
    #[differentiate]
    fn numbers_that_move(x: f64, k: f64, n: usize) -> f64 {
        let mut e = k;
        let mut d = k;
        let mut c = k;
        let mut b = k;
        let mut a = k;
        for _ in 0..n {
            a = b;
            b = c;
            c = d;
            d = e;
            e = x;
        }
        a * k
    }

    /// What all numbers start from is active anyway, from here on.
    #[differentiate]
    fn places_and_numbers(x: f64, k: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d) = ([0.1], [0.2], [0.3], [0.4]);
        let (mut p, mut q, mut r) = (k, k, k);
        for _ in 0..n {
            a[0] = p;
            p = b[0];
            b[0] = q;
            q = c[0];
            c[0] = r;
            r = d[0];
            d[0] = x;
        }
        a[0] * k
    }

    #[differentiate]
    fn vectors_and_numbers(x: f64, k: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d) = (vec![0.1], vec![0.2], vec![0.3], vec![0.4]);
        let (mut p, mut q, mut r) = (k, k, k);
        for i in 0..n {
            a.push(p);
            p = b[i];
            b.push(q);
            q = c[i];
            c.push(r);
            r = d[i];
            d.push(x);
        }
        a[n] * k
    }

    #[differentiate]
    fn calls_and_numbers(x: f64, k: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d) = ([0.1], [0.2], [0.3], [0.4]);
        let (mut p, mut q, mut r) = (k, k, k);
        for _ in 0..n {
            add_to(&mut a, p);
            p = b[0];
            add_to(&mut b, q);
            q = c[0];
            add_to(&mut c, r);
            r = d[0];
            add_to(&mut d, x);
        }
        a[0] * k
    }

    #[differentiate]
    fn add_to(to: &mut [f64], x: f64) {
        to[0] += x * 0.5;
    }

    /// From number to number by the start of a loop.
    #[differentiate]
    fn numbers_by_starts(x: f64, k: f64, n: usize, m: usize) -> f64 {
        let mut d = k;
        let mut c = k;
        let mut b = k;
        let mut a = k;
        for _ in 0..n {
            a = b;
            for _ in 0..m {
                a = k;
            }
            b = c;
            for _ in 0..m {
                b = k;
            }
            c = d;
            for _ in 0..m {
                c = k;
            }
            d = x;
        }
        a * k
    }

    /// From number to number by what a loop leaves.
    #[differentiate]
    fn numbers_by_ends(x: f64, k: f64, n: usize, m: usize) -> f64 {
        let mut d = k;
        let mut c = k;
        let mut b = k;
        let mut a = k;
        for _ in 0..n {
            a = k;
            for _ in 0..m {
                a = b;
            }
            b = k;
            for _ in 0..m {
                b = c;
            }
            c = k;
            for _ in 0..m {
                c = d;
            }
            d = x;
        }
        a * k
    }

    #[differentiate]
    fn numbers_by_arms(x: f64, k: f64, n: usize, m: usize) -> f64 {
        let mut d = k;
        let mut c = k;
        let mut b = k;
        let mut a = k;
        for _ in 0..n {
            a = match m {
                0 => k,
                _ => b,
            };
            b = match m {
                0 => k,
                _ => c,
            };
            c = match m {
                0 => k,
                _ => d,
            };
            d = x;
        }
        a * k
    }

    #[differentiate]
    fn numbers_by_branches(x: f64, k: f64, n: usize, m: usize) -> f64 {
        let mut d = k;
        let mut c = k;
        let mut b = k;
        let mut a = k;
        for _ in 0..n {
            a = if m == 0 { k } else { b };
            b = if m == 0 { k } else { c };
            c = if m == 0 { k } else { d };
            d = x;
        }
        a * k
    }

    #[derive(Differentiable, Clone, Copy, Debug)]
    enum Held {
        Number(f64),
        Nothing,
    }

    #[differentiate]
    fn numbers_by_payloads(x: f64, k: f64, n: usize) -> f64 {
        let start = if n > 100 { Held::Nothing } else { Held::Number(k) };
        let mut q = start;
        let mut p = start;
        let (mut b, mut a) = (k, k);
        for _ in 0..n {
            a = match p {
                Held::Number(v) => v,
                Held::Nothing => k,
            };
            p = Held::Number(b);
            b = match q {
                Held::Number(v) => v,
                Held::Nothing => k,
            };
            q = Held::Number(x);
        }
        a * k
    }

    /// Places that one reference may lead to are active together.
    #[differentiate]
    fn places_that_share_references(x: f64, n: usize) -> f64 {
        let (mut a, mut b, mut c, mut d) = ([0.1], [0.2], [0.3], [0.4]);
        for i in 0..n {
            let to = if i % 2 == 0 { &mut a } else { &mut b };
            to[0] += 0.5;
            let to = if i % 3 == 0 { &mut b } else { &mut c };
            to[0] += 0.25;
            let to = if i % 2 == 1 { &mut c } else { &mut d };
            to[0] += x;
        }
        a[0] * x
    }
}

#[test]
fn values_and_gradients() {
    for n in [0, 1, 3, 5, 9] {
        oracle::check!(places_in_both_branches(0.7, n));
        oracle::check!(numbers_by_payloads(0.7, 1.2, n));
        oracle::check!(numbers_that_move(0.7, 1.2, n));
        oracle::check!(places_and_numbers(0.7, 1.2, n));
        oracle::check!(vectors_and_numbers(0.7, 1.2, n));
        oracle::check!(calls_and_numbers(0.7, 1.2, n));
        for m in [0, 1, 2] {
            oracle::check!(numbers_by_starts(0.7, 1.2, n, m));
            oracle::check!(numbers_by_ends(0.7, 1.2, n, m));
            oracle::check!(numbers_by_arms(0.7, 1.2, n, m));
            oracle::check!(numbers_by_branches(0.7, 1.2, n, m));
        }
        oracle::check!(places_that_share_references(0.7, n));
        oracle::check!(places_in_a_branch(0.7, n));
        oracle::check!(places_in_the_other_branch(0.7, n));
        oracle::check!(places_in_an_arm(0.7, n));
        oracle::check!(places_in_a_loop(0.7, n));
        oracle::check!(numbers_in_a_branch(0.7, 1.0, n));
        oracle::check!(numbers_in_a_branch(0.7, -1.0, n));
        oracle::check!(numbers_in_an_arm(0.7, 0, n));
        oracle::check!(numbers_in_an_arm(0.7, 1, n));
        oracle::check!(numbers_in_a_loop(0.7, n));
        oracle::check!(places_by_calls(0.7, n));
        oracle::check!(places_by_pushes(0.7, n));
        oracle::check!(places_by_references(0.7, n));
    }
}
