//! Types and constants that follow from no argument: callers write them, and so does the
//! generated code.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn payoff<const IS_CALL: bool>(forward: f64, strike: f64) -> f64 {
        let intrinsic = if IS_CALL { forward - strike } else { strike - forward };
        intrinsic.max(0.0) * forward
    }

    #[differentiate]
    fn straddle(forward: f64, strike: f64) -> f64 {
        payoff::<true>(forward, strike) + 2.0 * payoff::<false>(forward, strike)
    }

    #[differentiate]
    fn passed_on<const IS_CALL: bool>(forward: f64, strikes: &[f64]) -> f64 {
        let mut sum = 0.0;
        for strike in strikes {
            sum += payoff::<IS_CALL>(forward, *strike).sin();
        }
        sum
    }

    #[differentiate]
    fn smile(forward: f64, strikes: &[f64]) -> f64 {
        passed_on::<true>(forward, strikes) * passed_on::<false>(forward, strikes)
    }

    #[differentiate]
    fn power<const N: u32>(x: f64) -> f64 {
        if N == 0 {
            return 1.0;
        }
        let mut product = x;
        for _ in 1..N {
            product *= x;
        }
        product
    }

    #[differentiate]
    fn powers(x: f64) -> f64 {
        power::<0>(x) + power::<1>(x) + power::<{ 1 + 2 }>(x)
    }

    #[differentiate]
    fn spread<const N: usize>(x: f64) -> [f64; N] {
        let mut all = [x; N];
        for (i, value) in all.iter_mut().enumerate() {
            *value *= (i + 1) as f64;
        }
        all
    }

    #[differentiate]
    fn spreads(x: f64) -> f64 {
        let [a, b] = spread::<2>(x);
        a * b + spread::<3>(x * x)[2]
    }

    #[derive(Differentiable, Clone)]
    struct Scale {
        factor: f64,
    }

    #[differentiate]
    impl Scale {
        fn times<const N: usize>(&self, x: f64) -> f64 {
            self.factor * x * N as f64
        }

        fn of<const N: usize>(x: f64) -> f64 {
            x * x + N as f64 * x
        }

        fn both(&self, x: f64) -> f64 {
            self.times::<3>(x) * Self::of::<2>(x) + Scale::of::<1>(x)
        }
    }

    #[differentiate]
    fn scaled(factor: f64, x: f64) -> f64 {
        Scale { factor }.both(x)
    }

    #[reverse_only]
    #[differentiate]
    fn repeated<const N: usize>(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        let mut value = x;
        for _ in 0..N {
            value = f(value);
        }
        value
    }

    #[reverse_only]
    #[differentiate]
    fn iterates(x: f64, k: f64) -> f64 {
        repeated::<3>(|y| (y * k).sin(), x) + repeated::<0>(|y| y * k, x)
    }
}

#[test]
fn constants_of_the_caller() {
    for (forward, strike) in [(1.5, 0.75), (0.5, 1.25)] {
        oracle::check!(straddle(forward, strike));
        oracle::check!(smile(forward, &[strike, 1.0, 0.25]));
        oracle::check!(powers(forward));
        oracle::check!(spreads(strike));
        oracle::check!(scaled(forward, strike));
        oracle::check!(iterates(forward, strike));
    }
}

mod public {
    use backprop::differentiate;

    #[differentiate(jvp, jacobian, hvp, hessian, workspace)]
    pub(super) fn payoff<const IS_CALL: bool>(forward: f64, strike: f64) -> f64 {
        let intrinsic = if IS_CALL {
            forward - strike
        } else {
            strike - forward
        };
        intrinsic.max(0.0) * forward
    }

    #[differentiate(wrt(forward), objective)]
    pub(super) fn cost<const IS_CALL: bool>(forward: f64, strike: f64) -> f64 {
        payoff::<IS_CALL>(forward, strike)
    }
}

#[test]
fn every_mode_has_them() {
    use backprop::Objective;
    use public::*;
    assert_eq!(payoff_grad::<true>(3.0, 1.0), (6.0, (5.0, -3.0)));
    assert_eq!(payoff_grad::<false>(3.0, 1.0), (0.0, (0.0, 0.0)));
    assert_eq!(payoff_jvp::<true>(3.0, 1.0, 1.0, 2.0), (6.0, -1.0));
    let (value, gradient, product) = payoff_hvp::<true>(3.0, 1.0, 1.0, 0.0);
    assert_eq!((value, gradient, product), (6.0, (5.0, -3.0), (2.0, -1.0)));
    let (_, _, rows) = payoff_hessian::<true>(3.0, 1.0);
    assert_eq!(rows, [(2.0, -1.0), (-1.0, 0.0)]);
    let (_, rows) = payoff_jacobian::<true>(3.0, 1.0);
    assert_eq!(rows, [(5.0, -3.0)]);
    let (mut d_forward, mut d_strike) = (0.0, 0.0);
    payoff_backprop::<true>(3.0, 1.0, 2.0, &mut d_forward, &mut d_strike);
    assert_eq!((d_forward, d_strike), (10.0, -6.0));
    let (cost, d_cost) = cost::objective::<true>(1.0).grad(&3.0);
    assert_eq!((cost, d_cost), (6.0, 5.0));
}
