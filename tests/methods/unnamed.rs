//! `impl Trait` in parameters.

use backprop::{Differentiable, differentiate};

oracle::programs! {

    #[differentiate]
    trait Shape {
        #[differentiate]
        fn area(&self, k: f64) -> f64;
        // has no companion, so that what replaces it needs none
        fn size(&self, k: f64) -> f64 { k }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Disc { r: f64 }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Strip { w: Vec<f64> }

    #[differentiate]
    impl Shape for Disc {
        fn area(&self, k: f64) -> f64 { k * self.r * self.r }
    }

    #[differentiate]
    impl Shape for Strip {
        fn size(&self, k: f64) -> f64 { k * self.w[0] }
        #[differentiate]
        fn area(&self, k: f64) -> f64 {
            let mut sum = 0.0;
            for w in &self.w { sum += w * w * k; }
            sum
        }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Wall { h: f64 }

    #[differentiate]
    impl Wall {
        fn hung(&self, s: &impl Shape) -> f64 { s.area(self.h) * self.h }
    }

    #[differentiate]
    fn paint(s: &impl Shape, k: f64) -> f64 { s.area(k).sin() * k }

    #[differentiate]
    fn both<T: Shape>(s: &T, t: impl Shape + Clone, k: f64) -> f64 {
        s.area(k) * t.area(k * k) + paint(&t, k)
    }

    #[differentiate]
    fn many(shapes: &[impl Shape], k: f64) -> f64 {
        let mut sum = 0.0;
        for shape in shapes { sum += shape.area(k); }
        sum
    }

    #[differentiate]
    fn free(a: f64, b: f64, k: f64) -> f64 {
        let disc = Disc { r: a * b };
        let strip = Strip { w: vec![a, b, a * b] };
        paint(&disc, k) + paint(&strip, a) + both(&disc, strip, b)
    }

    #[differentiate]
    fn member(a: f64, b: f64) -> f64 {
        let wall = Wall { h: a };
        wall.hung(&Disc { r: b }) + wall.hung(&Strip { w: vec![b, a] })
    }

    #[differentiate]
    fn slice(a: f64, b: f64) -> f64 {
        let discs = [Disc { r: a }, Disc { r: a * b }];
        many(&discs, b)
    }
}

#[test]
fn values_of_a_marked_trait() {
    oracle::check!(free(0.7, 1.3, 0.4));
    oracle::check!(member(0.7, 1.3));
    oracle::check!(slice(0.7, 1.3));
}

#[test]
fn gradients_are_those_of_the_type() {
    let (value, (d_disc, d_k)) = paint_grad(&Disc { r: 2.0 }, 0.4);
    assert_eq!(value, 1.6_f64.sin() * 0.4);
    assert!((d_disc.r - 1.6_f64.cos() * 0.4 * 0.4 * 4.0).abs() < 1e-14);
    assert!((d_k - (1.6_f64.cos() * 4.0 * 0.4 + 1.6_f64.sin())).abs() < 1e-14);
}
