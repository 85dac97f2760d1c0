//! The value of a portfolio of European calls by Black and Scholes (Hull,
//! *Options, Futures, and Other Derivatives*, chapter 15) and its sensitivities to
//! every quoted number.

use crate::task::Task;
use backprop::{Differentiable, differentiate};

/// The coefficients of Abramowitz and Stegun 26.2.17.
pub(crate) const B: [f64; 5] = [
    0.319381530,
    -0.356563782,
    1.781477937,
    -1.821255978,
    1.330274429,
];

#[derive(Clone, Copy, Differentiable)]
pub(crate) struct Call {
    pub(crate) spot: f64,
    pub(crate) strike: f64,
    pub(crate) rate: f64,
    pub(crate) volatility: f64,
    pub(crate) years: f64,
}

#[differentiate]
fn normal_cdf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.2316419 * x.abs());
    let sum = t * (B[0] + t * (B[1] + t * (B[2] + t * (B[3] + t * B[4]))));
    let tail = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum;
    if x < 0.0 { tail } else { 1.0 - tail }
}

#[differentiate]
fn price(call: &Call) -> f64 {
    let deviation = call.volatility * call.years.sqrt();
    let drift = call.rate + 0.5 * call.volatility * call.volatility;
    let d1 = ((call.spot / call.strike).ln() + drift * call.years) / deviation;
    let discount = (-call.rate * call.years).exp();
    call.spot * normal_cdf(d1) - call.strike * discount * normal_cdf(d1 - deviation)
}

#[differentiate]
fn portfolio(calls: &[Call]) -> f64 {
    let mut total = 0.0;
    for call in calls {
        total += price(call);
    }
    total
}

/// The distribution and its slope. With φ = exp(−x²/2)/√(2π), p the polynomial and
/// t = 1/(1 + c |x|), the tail φ p has the slope −φ (x p + s c t² p′), s the sign of
/// x, and the distribution the opposite one for x ≥ 0.
#[inline]
fn cdf_and_slope(x: f64) -> (f64, f64) {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.2316419 * size);
    let p4 = B[3] + t * B[4];
    let p3 = B[2] + t * p4;
    let p2 = B[1] + t * p3;
    let p1 = B[0] + t * p2;
    let sum = t * p1;
    let phi = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let tail = phi * sum;
    // Horner's scheme for the derivative of the polynomial
    let q = p4 + t * B[4];
    let q = p3 + t * q;
    let q = p2 + t * q;
    let q = p1 + t * q;
    let slope = phi * (size * sum + 0.2316419 * t * t * q);
    (if x < 0.0 { tail } else { 1.0 - tail }, slope)
}

/// One pass over the calls.
fn by_hand(calls: &[Call], d_calls: &mut [CallGradient]) -> f64 {
    assert_eq!(calls.len(), d_calls.len());
    let mut total = 0.0;
    for (call, d) in calls.iter().zip(d_calls) {
        let Call {
            spot,
            strike,
            rate,
            volatility,
            years,
        } = *call;
        let root = years.sqrt();
        let deviation = volatility * root;
        let drift = rate + 0.5 * volatility * volatility;
        let ratio = spot / strike;
        let d1 = (ratio.ln() + drift * years) / deviation;
        let discount = (-rate * years).exp();
        let (n1, slope1) = cdf_and_slope(d1);
        let (n2, slope2) = cdf_and_slope(d1 - deviation);
        let present = strike * discount;
        total += spot * n1 - present * n2;
        let d_d2 = -present * slope2;
        let d_d1 = spot * slope1 + d_d2;
        let share = d_d1 / deviation;
        let d_deviation = -d_d2 - share * d1;
        let d_drift = share * years;
        let d_exponent = present * n2;
        d.spot += n1 + share / spot;
        d.strike -= discount * n2 + share / strike;
        d.rate += d_drift + d_exponent * years;
        d.volatility += d_drift * volatility + d_deviation * root;
        d.years += share * drift + d_exponent * rate + d_deviation * volatility * 0.5 / root;
    }
    total
}

pub(crate) struct BlackScholes;

impl Task for BlackScholes {
    type Input = Vec<Call>;
    type Work = Vec<CallGradient>;

    fn input(size: usize) -> Self::Input {
        let calls = (0..size).map(|i| (i as f64).sin());
        let calls = calls.map(|x| Call {
            spot: 100.0 + 10.0 * x,
            strike: 100.0 - 15.0 * x,
            rate: 0.03 + 0.01 * x,
            volatility: 0.25 - 0.1 * x,
            years: 1.5 + x,
        });
        calls.collect()
    }

    fn work(input: &Self::Input) -> Self::Work {
        input
            .iter()
            .map(backprop::Differentiable::zero_gradient)
            .collect()
    }

    fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
        portfolio(input)
    }

    fn generated(input: &Self::Input, d: &mut Self::Work) -> f64 {
        portfolio_backprop(input, 1.0, d)
    }

    fn by_hand(input: &Self::Input, d: &mut Self::Work) -> f64 {
        by_hand(input, d)
    }

    fn results(d: &Self::Work) -> Vec<f64> {
        let numbers = d
            .iter()
            .flat_map(|d| [d.spot, d.strike, d.rate, d.volatility, d.years]);
        numbers.collect()
    }
}
