//! Numbers of one type made of those of another, and functions of `f64` by name.

#![expect(
    clippy::useless_conversion,
    reason = "a conversion of a number to its own type is differentiated, too"
)]

use backprop::differentiate;
use num_traits::Float;

oracle::programs! {
    #[differentiate]
    fn widened(x: f32, y: f64) -> f64 {
        let a: f64 = x.into();
        a * y + f64::from(x) * a
    }

    #[differentiate]
    fn itself(x: f64, n: i32) -> f64 {
        let y: f64 = x.into();
        let m: f64 = n.into();
        f64::from(y) * m * x
    }

    #[differentiate]
    fn at_the_end(x: f32, k: u8) -> f64 {
        if k == 0 {
            return x.into();
        }
        let square = |v: f32| -> f64 { (v * v).into() };
        match k {
            1 => square(x) * square(x),
            2 => (x * x * x).into(),
            k => k.into(),
        }
    }

    #[differentiate]
    fn written(x: f32, y: f64) -> f64 {
        Into::<f64>::into(x * x) * y + Into::<f64>::into(y)
    }

    #[differentiate]
    fn of_parameter<T: Into<f64> + Copy>(x: T, y: f64) -> f64 {
        let a: f64 = x.into();
        a * a * y
    }

    #[differentiate]
    fn told_by_the_bound<T>(x: T, y: f64) -> f64
    where
        T: Into<f64> + PartialEq + Copy,
    {
        let a = x.into();
        let same = [x; 2];
        if same[0] != same[1] { y } else { a.sin() * y + x.into() }
    }

    #[differentiate]
    fn without_a_name(x: impl Into<f64>, y: impl Into<f64>) -> f64 {
        let (x, y) = (x.into(), y.into());
        x * x * y
    }

    #[differentiate]
    fn elements<T: Into<f64> + Copy>(x: &[T], k: f64) -> f64 {
        let mut s = 0.0;
        for v in x {
            let v: f64 = (*v).into();
            s += v * v * k;
        }
        s
    }

    #[differentiate]
    fn of_a_real<T: Float + Into<f64>>(x: T, y: f64) -> f64 {
        let root = x.sqrt();
        let sine = f64::sin((root * x).into());
        root.into() * y + f64::from(1_u8) * sine
    }

    #[differentiate]
    fn scaled(x: f64, y: f32) -> f64 {
        of_a_real(x, x) * of_a_real(y, x)
    }

    #[differentiate]
    fn all(x: f64, y: f32) -> f64 {
        let v = [x, x * x];
        of_parameter(x, x) * of_parameter(y, x)
            + told_by_the_bound(y, x) * told_by_the_bound(x, x)
            + without_a_name(y, x)
            + elements(&v, x)
    }

    // functions by name

    #[differentiate]
    fn named(x: f64, y: f64) -> f64 {
        let f = f64::sin;
        let g = f64::powf;
        f(x) * g(y, x) + f(f(y))
    }

    #[differentiate]
    fn mapped(x: &[f64]) -> f64 {
        let roots: f64 = x.iter().copied().map(f64::abs).map(f64::sqrt).sum();
        let most = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = x.iter().copied().reduce(f64::min).map_or(1.0, f64::exp);
        roots * most * least
    }

    #[differentiate]
    fn shadowed(x: f64) -> f64 {
        let sin = x * x;
        let f = f64::cos;
        let g = |v: f64| f(v) * sin;
        g(x) * f(sin)
    }

    #[differentiate]
    fn single(x: f32) -> f32 {
        let f = f32::tanh;
        f(x) * x
    }
}

#[test]
fn numbers_of_another_type() {
    oracle::check!(widened(1.25, 0.5));
    oracle::check!(itself(-1.5, 3));
    for k in 0..4 {
        oracle::check!(at_the_end(0.75, k));
    }
    oracle::check!(written(1.5, -0.25));
}

#[test]
fn numbers_of_a_type_parameter() {
    oracle::check!(all(0.7, 1.5));
    oracle::check!(scaled(0.7, 1.5));
    let (value, (d_x, d_y)) = of_parameter_grad(1.5_f32, 2.0);
    assert_eq!((value, d_x, d_y), (4.5, 6.0_f32, 2.25));
    // an integer carries no derivative
    assert_eq!(of_parameter_grad(3_i32, 0.5), (4.5, ((), 9.0)));
    assert_eq!(elements_grad(&[1_u8, 2], 0.5), (2.5, (vec![(), ()], 5.0)));
}

#[test]
fn functions_by_name() {
    oracle::check!(named(0.5, 1.5));
    oracle::check!(mapped(&[0.5, -1.5, 2.5]));
    oracle::check!(mapped(&[0.25]));
    oracle::check!(shadowed(0.75));
    oracle::check!(single(0.75));
}
