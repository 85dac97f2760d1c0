//! Copies of variables: what happens to one does not happen to the other.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    /// What the loop leaves in `x` is changed in length, and no result.
    #[differentiate]
    fn swapped_then_longer(y: f64, mut x: Vec<f64>) -> Vec<f64> {
        let mut v = x.clone();
        for _ in 0..x.len() {
            std::mem::swap(&mut v, &mut x);
            v[0] *= y;
        }
        x.push(y);
        v.to_vec()
    }

    #[derive(Differentiable, Clone, Copy, Debug, Default, PartialEq)]
    struct Pair {
        x: f64,
        y: f64,
    }

    #[differentiate]
    fn square(x: f64) -> f64 {
        x * x
    }

    #[differentiate]
    fn triple(a: &mut f64) -> f64 {
        *a *= 3.0;
        *a * *a
    }

    #[differentiate]
    fn pair(x: f64) -> Pair {
        Pair { x, y: x * x }
    }

    #[differentiate]
    fn arrays(k: f64) -> f64 {
        let mut a = [k; 2];
        let mut b = a;
        b[0] *= k;
        a[0] += 1.0;
        a[0] * b[0] * a[1]
    }

    // what is assigned is a copy, too
    #[differentiate]
    fn assigned(k: f64, y: f64) -> f64 {
        let kept: [f64; 2] = [k, y];
        let mut a = [y; 2];
        a[1] *= kept[0];
        let before = a[1];
        a = kept;
        a[0] *= 3.0 * y;
        a[0] * kept[0] * before
    }

    #[differentiate]
    fn assigned_in_a_loop(p: Pair, k: f64, n: usize) -> f64 {
        let mut a = Pair { x: k, y: k };
        let mut sum = 0.0;
        for i in 0..n {
            if i % 2 == 1 { a = p; }
            a.x *= k + p.x;
            sum += a.x * p.y + a.y * p.x;
        }
        sum * p.x
    }

    #[differentiate]
    fn assigned_late(p: &Pair, k: f64) -> f64 {
        let q = *p;
        let (mut a, mut b);
        (a, b) = (q, q);
        a.x *= k;
        b.y *= k * a.x;
        let some = Some(q);
        let mut other: Option<Pair> = None;
        if k > 0.5 { other = some; }
        if let Some(z) = &mut other { z.x *= 2.0 * k; }
        let z: f64 = match other { Some(z) => z.x, None => k };
        a.x * b.y * q.x * q.y * z * match some { Some(s) => s.x, None => 1.0 }
    }

    // a branch that leaves only one value is that value, but what is assigned a copy of it
    #[differentiate]
    fn assigned_from_branches(p: Pair, k: f64) -> f64 {
        let q = p;
        let mut a = Pair { x: k, y: k };
        a = if k > 2.0 { return a.x * p.y; } else { q };
        a.x *= 3.0;
        let mut b = Pair { x: k, y: a.x };
        a.x += b.x;
        b = match Some(k) { Some(_) => q, None => return 0.0 };
        b.x *= k;
        let last = || { if q.x > 9.0 { return q; } q };
        let mut c = Pair { x: k, y: b.x };
        a.x += c.y;
        c = last();
        c.x *= b.x;
        a.x * b.x * c.x * q.x
    }

    #[differentiate]
    fn references_to_copies(p: Pair, list: [f64; 2], k: f64) -> f64 {
        let q = p;
        let r = &mut { q };
        r.x *= k;
        let changed = r.x;
        let mut sum = triple(&mut { q }.x) * changed;
        for z in { list }.iter_mut() {
            *z *= k;
            sum += *z;
        }
        let s = &mut (if k > 2.0 { return sum; } else { q });
        s.y *= sum;
        s.y * q.x * q.y * list[0]
    }

    #[differentiate]
    fn parameters(p: [f64; 2], k: f64) -> f64 {
        let mut a = p;
        let mut b = a;
        b[0] *= k;
        a[1] += b[0];
        a[0] * b[0] * a[1]
    }

    #[differentiate]
    fn structs(p: &[Pair], k: f64) -> f64 {
        let mut a = p[0];
        let mut b = a;
        b.x *= k;
        a.y += b.x;
        a.x * b.x * a.y
    }

    #[differentiate]
    fn results(x: f64) -> f64 {
        let mut a = square(x);
        let mut b = a;
        let s = triple(&mut b);
        a += 1.0;
        a * b * s
    }

    #[differentiate]
    fn fields(p: &Pair) -> f64 {
        let mut a = p.x;
        let mut q = a;
        let z = &mut q;
        *z += 1.0;
        a *= 2.0;
        a * q
    }

    #[differentiate]
    fn elements(x: &[(f64, f64)]) -> f64 {
        let (mut c, d) = x[0];
        let mut e = c;
        let s = triple(&mut e);
        c += d;
        c * e * s
    }

    #[differentiate]
    fn in_a_loop(x: f64, n: usize) -> f64 {
        let mut s = square(x);
        let mut acc = 0.0;
        for _ in 0..n {
            let mut t = s;
            acc += triple(&mut t);
            acc += t;
            s += 1.0;
        }
        s * acc
    }

    #[differentiate]
    fn in_a_tuple(x: f64) -> f64 {
        let mut s = square(x);
        let mut p = (s, x);
        let t = triple(&mut p.0);
        s += p.0;
        s * p.1 * t
    }

    #[differentiate]
    fn changed_first(x: f64) -> f64 {
        let mut s = square(x);
        let mut t = s;
        s += 1.0;
        let u = triple(&mut t);
        s * t + u
    }

    #[differentiate]
    fn optional(x: f64) -> f64 {
        let p = pair(x);
        let o = if x > 0.0 { Some(p) } else { None };
        let mut u = o.unwrap();
        u.x *= 3.0;
        p.x * u.x
    }

    #[differentiate]
    fn cloned(x: f64) -> f64 {
        let s = square(x);
        let t = triple(&mut s.clone());
        s * t
    }

    #[differentiate]
    fn cloned_field(p: Pair) -> f64 {
        let mut q = p.x;
        let t = triple(&mut q.clone());
        q += t;
        q * t
    }
}

#[test]
fn programs() {
    oracle::check!(swapped_then_longer(0.7, vec![0.5, 0.6, -0.3]));
    oracle::check!(arrays(0.3));
    for k in [0.7, 2.5] {
        let p = Pair { x: 0.3, y: 0.6 };
        oracle::check!(assigned_from_branches(p, k));
        oracle::check!(references_to_copies(p, [0.4, -1.3], k));
    }
    oracle::check!(assigned(0.3, 0.7));
    for n in 0..4 {
        oracle::check!(assigned_in_a_loop(Pair { x: 0.3, y: 0.6 }, 0.7, n));
    }
    oracle::check!(assigned_late(&Pair { x: 0.3, y: 0.6 }, 0.7));
    oracle::check!(assigned_late(&Pair { x: 0.3, y: 0.6 }, 0.2));
    oracle::check!(parameters([0.3, 0.4], 0.7));
    let pairs = [Pair { x: 0.3, y: 0.6 }];
    oracle::check!(structs(&pairs, 0.7));
    oracle::check!(results(1.1));
    oracle::check!(fields(&pairs[0]));
    oracle::check!(elements(&[(0.3, 0.4)]));
    oracle::check!(in_a_loop(1.1, 3));
    oracle::check!(in_a_tuple(1.1));
    oracle::check!(changed_first(1.1));
    oracle::check!(optional(1.1));
    oracle::check!(cloned(1.1));
    oracle::check!(cloned_field(pairs[0]));
}
