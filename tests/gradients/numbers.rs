//! Numbers of which only rustc knows whether they are integers: fields, and what `as` makes
//! with the alias of a type.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    type Real = f64;
    type Single = f32;
    type Position = usize;

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Sizes {
        w: f32,
        h: f32,
        n: usize,
        k: f64,
    }

    // used more than once, so that its adjoint is a sum

    #[differentiate]
    #[first_order_only]
    fn square(s: &Sizes) -> f64 {
        let area = s.w * s.h;
        (area * area) as f64
    }

    #[differentiate]
    #[first_order_only]
    fn cast_twice(s: &Sizes) -> f64 {
        let area = s.w * s.h;
        area as f64 * area as f64
    }

    #[differentiate]
    #[first_order_only]
    fn chain(s: &Sizes) -> f64 {
        let area = s.w * s.h + s.w;
        let (wide, high) = (area.max(s.w), area.min(s.h));
        let all = wide * high - area;
        (all * all + area) as f64 / (wide / high) as f64
    }

    #[differentiate]
    #[first_order_only]
    fn same_twice(s: Sizes) -> f64 {
        let w = s.w;
        (w * w) as f64 + (w + w) as f64 + (w - s.h).abs() as f64
    }

    #[differentiate]
    #[first_order_only]
    fn rooted(s: &Sizes) -> f64 {
        let area = s.w * s.h;
        (area as f64).sqrt() * s.k + (area as f64).ln() + (area * area) as f64
    }

    #[differentiate]
    #[first_order_only]
    fn masked(s: &Sizes, x: f64) -> f64 {
        let area = s.w * s.h;
        let root = (area as f64).sqrt();
        let log = (area as f64 + x).ln();
        if x > 0.0 { root * log } else { (area - s.w) as f64 }
    }

    #[differentiate]
    #[first_order_only]
    fn repeated(s: &Sizes, x: &[f64]) -> f64 {
        let area = s.w * s.h;
        let mut sum = 0.0;
        for v in x {
            sum += area as f64 * v;
            if *v > 0.0 {
                sum *= (area * s.w) as f64;
            }
        }
        sum + area as f64
    }

    #[differentiate]
    #[first_order_only]
    fn inside(s: &[Sizes], x: f64) -> f64 {
        let mut sum = x;
        for size in s {
            let area = size.w * size.h;
            sum = (sum * (area * area) as f64).sin() + area as f64;
        }
        sum
    }

    #[differentiate]
    #[first_order_only]
    fn clamped(s: &Sizes, x: f64) -> f64 {
        let w = (s.w * s.h).clamp(s.w, s.h);
        let v = w.rem_euclid(s.h);
        (w * v) as f64 * x + (w.abs() * w) as f64
    }

    // at a tie a literal wins, else the receiver

    #[differentiate]
    #[first_order_only]
    fn tied(s: &Sizes) -> f64 {
        s.w.max(1.0) as f64 + 2.0 * s.w.max(s.h) as f64
    }

    #[differentiate]
    #[first_order_only]
    fn counted(s: &Sizes, x: f64) -> f64 {
        let rows = s.n * s.n + s.n;
        (rows * s.n) as f64 * x + rows as f64 / (rows - s.n) as f64 * s.k
    }

    // an alias may be that of any type

    #[differentiate]
    fn alias(x: f64) -> f64 {
        let y = x as Real;
        y * 2.0
    }

    #[differentiate]
    fn alias_of_one(x: f32) -> f64 {
        (x as Real) * (x as f64).sin() + x as Real
    }

    #[differentiate]
    fn alias_in_loop(x: f64, n: usize) -> f64 {
        let mut y = x as Real;
        for i in 0..n {
            y = y * (y * 0.5) as Real + i as Real * x;
        }
        y
    }

    #[differentiate]
    #[first_order_only]
    fn alias_of_narrow(x: f64, n: usize) -> f64 {
        let y = x as Single;
        (y * y) as f64 + (n as Real).powi(2) * x
    }

    #[differentiate]
    #[first_order_only]
    fn alias_of_field(s: &Sizes, x: f64) -> f64 {
        let w = s.w as Real;
        w * x + (s.h as Real) * w + (s.n as Real) * s.k + (s.w * s.h) as Real * x
    }

    #[differentiate]
    #[first_order_only]
    fn alias_of_index(x: f64, w: &[f64]) -> f64 {
        let k = x as Position;
        w[k] * x + (k * k) as f64 * x + w[k + 1] * k as f64
    }

    #[differentiate]
    fn alias_written(x: f64, w: &mut [f64]) {
        w[1] = w[0] as Real * x;
        w[0] = (w[1] * x) as Real;
    }
}

const SIZES: Sizes = Sizes {
    w: 1.5,
    h: 2.25,
    n: 3,
    k: 0.75,
};

#[test]
fn numbers_of_any_type() {
    // they are computed in `f32`: differences are no measure
    oracle::check!(square(&SIZES), kink);
    oracle::check!(cast_twice(&SIZES), kink);
    oracle::check!(chain(&SIZES), kink);
    oracle::check!(same_twice(SIZES.clone()), kink);
    oracle::check!(rooted(&SIZES), kink);
    for x in [-0.5, 0.0, 0.5] {
        oracle::check!(masked(&SIZES, x), kink);
        oracle::check!(clamped(&SIZES, x), kink);
    }
    for x in [&[][..], &[0.5], &[-1.0, 2.0, 0.25]] {
        oracle::check!(repeated(&SIZES, x), kink);
    }
    let other = Sizes { w: 0.25, ..SIZES };
    oracle::check!(inside(&[], 0.5), kink);
    oracle::check!(inside(&[SIZES, other.clone()], 0.5), kink);
    oracle::check!(tied(&SIZES), kink);
    oracle::check!(
        tied(&Sizes {
            w: 1.0,
            h: 1.0,
            ..SIZES
        }),
        kink
    );
    oracle::check!(counted(&SIZES, 1.25));
}

#[test]
fn aliases() {
    for x in [-0.5, 0.0, 1.25] {
        oracle::check!(alias(x));
        oracle::check!(alias_of_one(x as f32), kink);
        oracle::check!(alias_in_loop(x, 0));
        oracle::check!(alias_in_loop(x, 3));
        oracle::check!(alias_of_narrow(x, 2), kink);
        oracle::check!(alias_of_field(&SIZES, x), kink);
        oracle::check!(alias_written(x, &mut [0.5, 2.0, 3.0]));
    }
    oracle::check!(alias_of_index(1.25, &[0.5, 1.5, 2.5]));
}

/// Of dual numbers rustc would not find the type.
#[differentiate(jvp, hvp)]
fn to_any(x: f32, y: f64) -> f64 {
    let wide: f64 = x as _;
    let rounded: usize = x as _;
    wide * wide * y + rounded as f64
}

#[test]
fn casts_to_what_rustc_finds() {
    assert_eq!(to_any_grad(2.5, 3.0), (20.75, (15.0, 6.25)));
    assert_eq!(to_any_jvp(2.5, 1.0, 3.0, 0.0), (20.75, 15.0));
    let (value, gradient, second) = to_any_hvp(2.5, 1.0, 3.0, 0.0);
    assert_eq!((value, gradient), (20.75, (15.0, 6.25)));
    assert_eq!(second, (6.0, 5.0));
}
