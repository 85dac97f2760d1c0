//! Forward mode has the slopes of reverse mode, where they jump or are infinite, too.

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

macro_rules! rows {
    ($($name:ident($($x:ident),*) = $body:expr, at $(($($at:expr),*))*;)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "only some points are infinite")]
            use super::{INF, NAN};
            use backprop::differentiate;

            #[differentiate(jvp)]
            fn f([$($x),*]: [f64; COUNT]) -> f64 {
                $body
            }

            const COUNT: usize = [$(stringify!($x)),*].len();

            #[test]
            fn the_slopes_are_those_of_the_gradient() {
                $({
                    let at = [$($at),*];
                    let (value, gradient) = f_grad(at);
                    for (i, slope) in gradient.into_iter().enumerate() {
                        let mut direction = [0.0; COUNT];
                        direction[i] = 1.0;
                        let (again, tangent) = f_jvp(at, direction);
                        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
                        assert!(same(value, again), "{at:?}: {value} and {again}");
                        assert!(same(slope, tangent), "{at:?} along {i}: {slope} and {tangent}");
                    }
                    assert_eq!(f_jvp(at, [0.0; COUNT]).1, 0.0, "{at:?} along nothing");
                })*
            }
        }
    )*};
}

rows! {
    max(x, y) = x.max(y), at (2.0, 1.0) (1.0, 1.0) (0.0, -0.0) (NAN, 1.0) (1.0, NAN) (NAN, NAN) (INF, INF);
    min(x, y) = x.min(y), at (2.0, 1.0) (1.0, 1.0) (NAN, 1.0) (1.0, NAN);
    relu(x) = x.max(0.0), at (0.0) (1e-300) (NAN) (-INF);
    abs(x) = x.abs(), at (0.0) (-0.0) (-INF);
    copysign(x) = x.copysign(-1.0), at (0.0) (2.0);
    clamp(x, low, high) = x.clamp(low, high), at (3.0, -1.0, 1.0) (-3.0, -1.0, 1.0) (1.0, -1.0, 1.0);
    rem(x, m) = x % m, at (7.5, 2.0) (-7.5, 2.0);
    cast(x) = x as i64 as f64 * 2.0 + x, at (2.0);
    sqrt(x) = x.sqrt(), at (0.0);
    ln(x) = x.ln(), at (0.0);
    asin(x) = x.asin(), at (1.0);
    acosh(x) = x.acosh(), at (1.0);
    hypot(x, y) = x.hypot(y), at (0.0, 0.0);
    atan2(y, x) = y.atan2(x), at (0.0, 0.0);
    powf(x, y) = x.powf(y), at (0.0, 2.0) (0.0, 1.0) (2.0, 0.0);
    powi_zero(x) = x.powi(0), at (0.0) (INF);
    // a tangent of zero contributes nothing, however steep the slope
    product(x, y) = x * y, at (2.0, INF) (INF, 2.0);
    overflow(x, y) = x * y.exp(), at (1.0, 800.0);
    quotient(x, y) = x / y, at (2.0, 0.0) (0.0, INF);
    masked_sqrt(x) = (x.sqrt() * 0.0) + x, at (1.0);
    masked_ln(x) = if x > 0.0 { x.ln() } else { x }, at (-1.0);
    masked_router(x) = x.ln().max(2.0), at (0.0);
    masked_product(x) = (x.exp() * x).min(1.0), at (800.0);
    masked_branch(x, y) = { let z = if x > 1.0 { x } else { 5.0 }; z * y }, at (0.0, INF);
    masked_root(x, y) = y.max(0.0).sqrt() + x, at (1.0, -1.0);
    masked_memory(x, y) = {
        let mut v = [0.0; 3];
        v[1] = x;
        v[2] = y;
        v[0].powf(0.5) + v[1] * v[2]
    }, at (1.0, INF);
    fraction(x) = x.fract(), at (2.0);
    hyperbolic(x) = x.tanh() + x.atan(), at (INF);
}
