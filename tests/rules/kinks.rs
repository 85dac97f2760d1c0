//! The conventions where a slope jumps, is infinite or does not exist.

use backprop::differentiate;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
const LIMIT: f64 = 0.0;

macro_rules! kink_functions {
    ($($name:ident($($arg:ident),*) = $body:expr;)*) => {$(
        #[differentiate]
        fn $name($($arg: f64),*) -> f64 {
            $body
        }
    )*};
}

kink_functions! {
    max(x, y) = x.max(y);
    min(x, y) = x.min(y);
    relu(x) = x.max(0.0);
    relu_constant(x) = x.max(LIMIT);
    relu_cast(x) = x.max(0_i32 as f64);
    relu_receiver(x) = 0.0_f64.max(x);
    ceiling(x) = x.min(0.0);
    written_if(x) = if x > 0.0 { x } else { 0.0 };
    abs(x) = x.abs();
    signum(x) = x.signum() * 3.0 + x * 0.0;
    clamp(x) = x.clamp(-1.0, 1.0);
    clamp_bounds(x, low, high) = x.clamp(low, high);
    sqrt(x) = x.sqrt();
    ln(x) = x.ln();
    hypot(x, y) = x.hypot(y);
    atan2(y, x) = y.atan2(x);
    powf(x, y) = x.powf(y);
    powf_half(x) = x.powf(0.5);
    powi_zero(x) = x.powi(0);
    asin(x) = x.asin();
    acosh(x) = x.acosh();
    rem(x, m) = x % m;
    fract(x) = x.fract();
    cast(x) = x as i64 as f64 * 2.0 + x;
    masked_sqrt(x) = (x.sqrt() * 0.0) + x;
    masked_ln(x) = if x > 0.0 { x.ln() } else { x };
    masked_router(x) = x.ln().max(2.0);
    masked_product(x) = (x.exp() * x).min(1.0);
    masked_helper(x) = relu(-x.exp()) * 2.0 + x;
    copysign(x) = x.copysign(-1.0);
    inverse(x) = 1.0 / x;
}

/// Equal, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

fn check<const N: usize>(what: &str, got: [f64; N], expected: [f64; N]) {
    let equal = got.iter().zip(&expected).all(|(a, b)| same(*a, *b));
    assert!(equal, "{what}: expected {expected:?}, got {got:?}");
}

macro_rules! paste_grad {
    (max) => {
        max_grad
    };
    (min) => {
        min_grad
    };
    (relu) => {
        relu_grad
    };
    (relu_constant) => {
        relu_constant_grad
    };
    (relu_cast) => {
        relu_cast_grad
    };
    (relu_receiver) => {
        relu_receiver_grad
    };
    (ceiling) => {
        ceiling_grad
    };
    (written_if) => {
        written_if_grad
    };
    (abs) => {
        abs_grad
    };
    (signum) => {
        signum_grad
    };
    (clamp) => {
        clamp_grad
    };
    (sqrt) => {
        sqrt_grad
    };
    (ln) => {
        ln_grad
    };
    (hypot) => {
        hypot_grad
    };
    (atan2) => {
        atan2_grad
    };
    (powf) => {
        powf_grad
    };
    (powf_half) => {
        powf_half_grad
    };
    (powi_zero) => {
        powi_zero_grad
    };
    (asin) => {
        asin_grad
    };
    (acosh) => {
        acosh_grad
    };
    (rem) => {
        rem_grad
    };
    (fract) => {
        fract_grad
    };
    (cast) => {
        cast_grad
    };
    (masked_sqrt) => {
        masked_sqrt_grad
    };
    (masked_ln) => {
        masked_ln_grad
    };
    (masked_router) => {
        masked_router_grad
    };
    (masked_product) => {
        masked_product_grad
    };
    (masked_helper) => {
        masked_helper_grad
    };
    (copysign) => {
        copysign_grad
    };
}

macro_rules! table {
    (one $($call:ident($x:expr) => $slope:expr;)*) => {$({
        let (value, slope) = paste_grad!($call)($x);
        assert!(same(value, $call($x)), "{} at {}", stringify!($call), $x);
        check(concat!(stringify!($call), "(", stringify!($x), ")"), [slope], [$slope]);
    })*};
    (two $($call:ident($x:expr, $y:expr) => $dx:expr, $dy:expr;)*) => {$({
        let (value, (d_x, d_y)) = paste_grad!($call)($x, $y);
        assert!(same(value, $call($x, $y)), "{} at {}, {}", stringify!($call), $x, $y);
        let what = concat!(stringify!($call), "(", stringify!($x), ", ", stringify!($y), ")");
        check(what, [d_x, d_y], [$dx, $dy]);
    })*};
}

#[test]
fn routers() {
    table! { two
        max(2.0, 1.0) => 1.0, 0.0;
        max(1.0, 2.0) => 0.0, 1.0;
        max(1.0, 1.0) => 1.0, 0.0;
        max(0.0, -0.0) => 1.0, 0.0;
        max(NAN, 1.0) => 0.0, 1.0;
        max(1.0, NAN) => 1.0, 0.0;
        max(NAN, NAN) => 0.0, 0.0;
        max(INF, INF) => 1.0, 0.0;
        min(2.0, 1.0) => 0.0, 1.0;
        min(1.0, 1.0) => 1.0, 0.0;
        min(NAN, 1.0) => 0.0, 1.0;
        min(1.0, NAN) => 1.0, 0.0;
    }
    table! { one
        relu(0.0) => 0.0;
        relu(1e-300) => 1.0;
        relu(NAN) => 0.0;
        relu(-INF) => 0.0;
        relu_constant(0.0) => 0.0;
        relu_cast(0.0) => 0.0;
        relu_receiver(0.0) => 0.0;
        relu_receiver(1.0) => 1.0;
        ceiling(0.0) => 0.0;
        ceiling(-1.0) => 1.0;
        written_if(0.0) => 0.0;
    }
}

#[test]
fn jumps() {
    table! { one
        abs(0.0) => 0.0;
        abs(-0.0) => 0.0;
        abs(-INF) => -1.0;
        copysign(0.0) => 0.0;
        copysign(2.0) => -1.0;
        signum(0.0) => 0.0;
        clamp(1.0) => 1.0;
        clamp(-1.0) => 1.0;
        clamp(1.5) => 0.0;
        clamp(NAN) => 0.0;
        fract(2.0) => 1.0;
        cast(2.0) => 1.0;
    }
    let (_, slopes) = clamp_bounds_grad(3.0, -1.0, 1.0);
    assert_eq!(slopes, (0.0, 0.0, 1.0));
    let (_, slopes) = clamp_bounds_grad(-3.0, -1.0, 1.0);
    assert_eq!(slopes, (0.0, 1.0, 0.0));
    table! { two
        rem(7.5, 2.0) => 1.0, -3.0;
        rem(-7.5, 2.0) => 1.0, 3.0;
    }
}

#[test]
fn infinite_slopes() {
    table! { one
        sqrt(0.0) => INF;
        ln(0.0) => INF;
        asin(1.0) => INF;
        acosh(1.0) => INF;
        powf_half(0.0) => INF;
        powi_zero(0.0) => 0.0;
        powi_zero(INF) => 0.0;
    }
    table! { two
        hypot(0.0, 0.0) => 0.0, 0.0;
        atan2(0.0, 0.0) => 0.0, 0.0;
        powf(0.0, 2.0) => 0.0, 0.0;
        powf(0.0, 1.0) => 1.0, 0.0;
        powf(2.0, 0.0) => 0.0, 2.0_f64.ln();
    }
}

/// The kink of `abs` cuts off what `max` let through, before a slope that overflows.
#[differentiate]
fn cut_off(z: f64, b: f64, w: f64) -> f64 {
    let x = z.powi(-1) - b;
    (x.abs() * w + b * w).max(1.0)
}

/// What `max` lets through meets a factor of zero before an infinite slope.
#[differentiate]
fn zero_factor(z: f64, w: f64, b: f64) -> f64 {
    (z.sqrt() * w * b + 3.0 * b * w).max(-1.0)
}

#[test]
fn a_masked_path_contributes_nothing() {
    assert_eq!(zero_factor_grad(0.0, 0.0, 2.0).1, (0.0, 6.0, 0.0));
    let (_, gradient) = cut_off_grad(1e-200, 1e-200_f64.powi(-1), 2.0);
    assert_eq!(gradient, (0.0, 2.0, 1e-200_f64.powi(-1)));
    table! { one
        masked_sqrt(0.0) => 1.0;
        masked_ln(-1.0) => 1.0;
        masked_router(0.0) => 0.0;
        masked_product(800.0) => 0.0;
        masked_helper(800.0) => 1.0;
    }
    let mut d_x = 1.0;
    sqrt_backprop(0.0, 0.0, &mut d_x);
    ln_backprop(0.0, 0.0, &mut d_x);
    asin_backprop(1.0, 0.0, &mut d_x);
    powf_half_backprop(0.0, 0.0, &mut d_x);
    inverse_backprop(0.0, 0.0, &mut d_x);
    assert_eq!(d_x, 1.0);
}

/// What overflows and does not reach an output adds nothing to its gradient.
#[differentiate]
fn beside(x: f64, y: f64) -> [f64; 5] {
    let large = y * 1e300 * y * 1e300;
    [x, large.sin(), large.cos(), large.tanh(), large.atan()]
}

#[test]
fn an_overflow_beside_adds_nothing() {
    let (mut d_x, mut d_y) = (0.0, 0.0);
    beside_backprop(1.0, 2.0, &[3.0, 0.0, 0.0, 0.0, 0.0], &mut d_x, &mut d_y);
    assert_eq!((d_x, d_y), (3.0, 0.0));
}
