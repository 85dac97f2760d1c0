//! Prices of options and bonds.
//!
//! Hull, *Options, Futures, and Other Derivatives*, chapters 4, 13, 15.

use backprop::differentiate;

oracle::programs! {
    /// The standard normal distribution, Abramowitz and Stegun 26.2.17.
    #[differentiate]
    fn normal_cdf(x: f64) -> f64 {
        const B: [f64; 5] = [0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
        if x < 0.0 {
            return 1.0 - normal_cdf(-x);
        }
        let t = 1.0 / (1.0 + 0.2316419 * x);
        let mut sum = 0.0;
        let mut power = t;
        for i in 0..5 {
            sum += B[i] * power;
            power *= t;
        }
        1.0 - (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum
    }

    /// A European call by Black and Scholes.
    #[differentiate]
    fn black_scholes(spot: f64, strike: f64, rate: f64, volatility: f64, years: f64) -> f64 {
        let deviation = volatility * years.sqrt();
        let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * years) / deviation;
        spot * normal_cdf(d1) - strike * (-rate * years).exp() * normal_cdf(d1 - deviation)
    }

    /// An American put on a binomial tree, backwards in place.
    #[differentiate]
    fn binomial_put(spot: f64, strike: f64, rate: f64, volatility: f64, years: f64, steps: usize) -> f64 {
        let dt = years / steps as f64;
        let up = (volatility * dt.sqrt()).exp();
        let p = ((rate * dt).exp() - 1.0 / up) / (up - 1.0 / up);
        let discount = (-rate * dt).exp();
        let price = |step: usize, ups: usize| spot * up.powi(2 * ups as i32 - step as i32);
        let mut value: Vec<f64> = (0..=steps).map(|i| (strike - price(steps, i)).max(0.0)).collect();
        for step in (0..steps).rev() {
            for i in 0..=step {
                let kept = discount * (p * value[i + 1] + (1.0 - p) * value[i]);
                let exercised = strike - price(step, i);
                value[i] = kept.max(exercised);
            }
            value.truncate(step + 1);
        }
        value[0]
    }

    /// An Asian call over fixed normal draws, one path per row.
    #[differentiate]
    fn asian(spot: f64, strike: f64, rate: f64, volatility: f64, draws: &[Vec<f64>]) -> f64 {
        let mut total = 0.0;
        for path in draws {
            let dt = 1.0 / path.len() as f64;
            let mut price = spot;
            let mut sum = 0.0;
            for z in path {
                price *= ((rate - 0.5 * volatility * volatility) * dt + volatility * dt.sqrt() * z).exp();
                sum += price;
            }
            total += (sum / path.len() as f64 - strike).max(0.0);
        }
        (-rate).exp() * total / draws.len() as f64
    }

    /// A bond: cash flows at times, discounted by a curve that is interpolated.
    #[differentiate]
    fn bond(times: &[f64], flows: &[f64], knots: &[f64], rates: &[f64]) -> f64 {
        let mut value = 0.0;
        for (t, flow) in times.iter().zip(flows) {
            let mut i = 0;
            while i + 2 < knots.len() && *t > knots[i + 1] {
                i += 1;
            }
            let w = (t - knots[i]) / (knots[i + 1] - knots[i]);
            let rate = (1.0 - w) * rates[i] + w * rates[i + 1];
            value += flow * (-rate * t).exp();
        }
        value
    }
}

#[test]
fn programs() {
    oracle::check!(normal_cdf(0.4));
    oracle::check!(normal_cdf(-1.3));
    oracle::check!(black_scholes(100.0, 95.0, 0.05, 0.2, 0.5));
    oracle::check!(black_scholes(40.0, 45.0, 0.01, 0.3, 2.0));
    oracle::check!(binomial_put(100.0, 105.0, 0.05, 0.25, 1.0, 4));
    oracle::check!(asian(
        100.0,
        98.0,
        0.03,
        0.2,
        &[vec![0.3, -0.5, 1.1], vec![-0.2, 0.7, 0.1]]
    ));
    oracle::check!(bond(
        &[0.5, 1.0, 1.7],
        &[3.0, 3.0, 103.0],
        &[0.0, 0.8, 2.0],
        &[0.01, 0.02, 0.03]
    ));
}
