//! Receivers are evaluated before arguments, also where these change them.

use backprop::{Differentiable, differentiate};

oracle::programs! {

    #[derive(Clone, Copy, Debug, PartialEq, Default, Differentiable)]
    struct P { x: f64, y: f64 }

    #[derive(Clone, Debug, PartialEq, Default, Differentiable)]
    struct S { a: f64, ps: Vec<P>, p: P, q: P }

    #[differentiate]
    impl P {
        fn by_value(self, k: f64) -> f64 { self.x * k + self.y }
        fn with(self, other: P) -> P { P { x: self.x * other.y, y: other.x } }
        fn dot(&self, other: P) -> f64 { self.x * other.y - self.y * other.x }
        fn add(&mut self, k: f64) -> f64 { self.x *= k; self.x }
        fn grow(&mut self) -> f64 { self.x *= 2.0; self.y * self.x }
        fn norm(&self) -> f64 { self.x * self.y }
        // what is known of methods of the same block is enough
        fn inside(&mut self) -> f64 { self.by_value(self.grow()) * self.x }
        fn twice(mut self) -> f64 { self.by_value(self.grow()) + self.add(self.norm()) }
    }

    #[differentiate]
    impl S {
        fn first(&self, i: usize) -> &P { &self.ps[i] }
        fn times(&self, other: &S) -> f64 { self.a * other.ps[0].x }
        fn pairs(&mut self) -> f64 {
            let mut sum = 0.0;
            for i in 0..self.ps.len() {
                for j in 0..i { sum += self.ps[i].dot(self.ps[j]); }
                self.ps[i].x = sum;
            }
            sum
        }
    }

    #[differentiate]
    fn grown(p: &mut P) -> P { p.x *= 3.0; *p }

    #[differentiate]
    fn lent(mut p: P) -> f64 { p.with(grown(&mut p)).x + p.x }

    #[differentiate]
    fn lent_on(p: &mut P) -> f64 { p.with(grown(p)).x * p.x }

    #[differentiate]
    fn assigned(mut p: P, q: P) -> f64 { p.by_value({ p = q; p.y * p.x }) * p.x }

    #[differentiate]
    fn compound(mut p: P) -> f64 { p.by_value({ p.x *= p.y; p.x }) }

    #[differentiate]
    fn element(p: &mut [P], i: usize) -> f64 { p[i].with(grown(&mut p[0])).x + p[i].x }

    #[differentiate]
    fn counted(p: &mut [P]) -> f64 {
        let mut i = 0;
        p[{ i += 1; i }].by_value({ p[1].x *= 3.0; p[i].y })
    }

    #[differentiate]
    fn field(s: &mut S) -> f64 { s.p.with(grown(&mut s.p)).x * s.p.add(s.q.grow()) }

    #[differentiate]
    fn only_looked_at(p: &mut P) -> f64 { p.add(p.norm()) * p.add({ let k = p.norm(); k * p.x }) }

    #[differentiate]
    fn elements(s: &mut S) -> f64 {
        s.ps[0].add(2.0);
        let p: P = s.ps[0].with(s.ps[1]);
        let q: P = s.ps[1].with(*s.first(0));
        s.a *= s.times(&*s) + p.dot(q);
        s.a * s.pairs()
    }

    #[differentiate]
    fn in_a_method(p: &mut P) -> f64 { p.inside() * p.twice() }
}

fn p() -> P {
    P { x: 0.5, y: 0.75 }
}

fn q() -> P {
    P { x: -1.5, y: 0.25 }
}

fn s() -> S {
    S {
        a: 1.25,
        ps: vec![p(), q()],
        p: p(),
        q: q(),
    }
}

#[test]
fn arguments_that_change_the_receiver() {
    assert_eq!(lent(p()), 0.5 * 0.75 + 1.5);
    oracle::check!(lent(p()));
    oracle::check!(lent_on(&mut p()));
    oracle::check!(assigned(p(), q()));
    oracle::check!(compound(p()));
    oracle::check!(element(&mut [p(), q()], 0));
    oracle::check!(element(&mut [p(), q()], 1));
    oracle::check!(counted(&mut [p(), q()]));
    oracle::check!(field(&mut s()));
    oracle::check!(in_a_method(&mut p()));
}

#[test]
fn arguments_that_look_at_the_receiver() {
    oracle::check!(only_looked_at(&mut p()));
    oracle::check!(elements(&mut s()));
}
