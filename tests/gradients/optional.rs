//! Parameters that are options of references.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Clone, Debug, Default, Differentiable)]
    struct Params {
        scale: f64,
        bias: Vec<f64>,
    }

    #[differentiate]
    fn weighted(x: &[f64], w: Option<&[f64]>) -> f64 {
        match w {
            Some(w) => x.iter().zip(w).map(|(a, b)| a * b).sum(),
            None => x.iter().sum(),
        }
    }

    #[differentiate]
    fn scaled(x: f64, k: Option<&f64>, d: f64) -> f64 {
        x * k.copied().unwrap_or(d) + k.map_or(x, |k| k * k)
    }

    #[differentiate]
    fn prepared(x: &[f64], p: Option<&Params>, order: Option<&[usize]>) -> f64 {
        let Some(p) = p else {
            return x[0] * x[1];
        };
        let first = order.and_then(|order| order.first()).copied().unwrap_or(0);
        weighted(x, Some(&p.bias[..])) * p.scale + x[first]
    }

    #[differentiate]
    fn chosen(x: &[f64], w: &[f64], at: usize) -> f64 {
        let w = if at < w.len() { Some(&w[at..]) } else { None };
        weighted(x, w) * scaled(x[1], None, x[0]) * scaled(x[0], None, x[1])
    }

    #[differentiate]
    fn with_params(x: &[f64], p: &Params, c: bool) -> f64 {
        let order = [1, 0];
        let known = prepared(x, Some(p), Some(&order[..]));
        if c { known * prepared(x, None, None) } else { known }
    }

    #[differentiate]
    fn or_others(x: &[f64], w: Option<&[f64]>) -> f64 {
        let w = w.unwrap_or(x);
        let total: f64 = w.iter().sum();
        total * x[0] * w[1]
    }

    #[differentiate]
    fn calls_or_others(x: &[f64], w: &[f64]) -> f64 {
        or_others(x, None) + or_others(x, Some(w)) * or_others(w, Some(x))
    }
}

#[test]
fn of_references() {
    for at in 0..4 {
        oracle::check!(chosen(&[1.3, 0.7, 2.0], &[0.5, 1.1, 0.9], at));
    }
    let params = Params {
        scale: 0.8,
        bias: vec![0.3, 1.2],
    };
    oracle::check!(with_params(&[1.3, 0.7], &params, true));
    oracle::check!(with_params(&[1.3, 0.7], &params, false));
    oracle::check!(calls_or_others(&[1.3, 0.7], &[0.5, 1.1]));
}

#[test]
fn gradients_are_options() {
    let (value, (dx, dw)) = weighted_grad(&[1.0, 2.0], Some(&[3.0, 4.0]));
    assert_eq!(
        (value, dx, dw),
        (11.0, vec![3.0, 4.0], Some(vec![1.0, 2.0]))
    );
    let (value, (dx, dw)) = weighted_grad(&[1.0, 2.0], None);
    assert_eq!((value, dx, dw), (3.0, vec![1.0, 1.0], None));
}
