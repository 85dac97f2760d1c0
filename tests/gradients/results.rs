//! `Result`: payloads are differentiated, errors are constants.

#![expect(
    clippy::unnecessary_lazy_evaluations,
    reason = "closures of errors are differentiated, too"
)]

use backprop::{assert_gradient, constant, differentiate};

#[derive(Debug, Clone, PartialEq)]
enum Error {
    Negative,
    Large { at: usize },
    Text(String),
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Error::Text(text)
    }
}

oracle::programs! {
    #[differentiate]
    fn root(x: f64) -> Result<f64, Error> {
        if x < 0.0 {
            return Err(Error::Negative);
        }
        Ok(x.sqrt())
    }

    #[differentiate]
    fn bounded(x: f64) -> Result<f64, String> {
        if x > 10.0 { Err("large".to_owned()) } else { Ok(x * x) }
    }

    #[differentiate]
    fn pair(x: f64, y: f64) -> Result<(f64, f64), String> {
        if x >= y {
            return Err("same".to_owned());
        }
        Ok((x / (x - y), y))
    }

    #[differentiate]
    fn squares(x: &[f64]) -> Result<Vec<f64>, String> {
        if x.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(x.iter().map(|v| v * v).collect())
    }

    #[differentiate]
    fn chained(x: f64, y: f64) -> Result<f64, Error> {
        let a = root(x)?;
        let b = bounded(y)?;
        let c = root(a + b).unwrap_or(0.5);
        Ok(a * b * c)
    }

    #[differentiate]
    fn summed(x: &[f64], k: f64) -> Result<f64, Error> {
        let mut s = 0.0;
        for (i, v) in x.iter().enumerate() {
            if *v > 3.0 {
                return Err(Error::Large { at: i });
            }
            s += root(*v)? * k;
        }
        Ok(s)
    }

    #[differentiate]
    fn matched(x: f64, y: f64) -> f64 {
        let a = match root(x) {
            Ok(v) => v * y,
            Err(_) => y * y,
        };
        if let Ok(b) = bounded(x) { a * b } else { a }
    }

    #[differentiate]
    fn through(x: f64, y: f64) -> f64 {
        match chained(x, y) {
            Ok(v) => v,
            Err(_) => x - y,
        }
    }

    #[differentiate]
    fn combined(x: f64, y: &[f64]) -> f64 {
        let first = y.first().copied().ok_or("empty").unwrap_or(2.0);
        let r = root(x).map(|v| v * first).map_err(|e| format!("{e:?}"));
        let s = r.and_then(bounded).unwrap_or_else(|e| e.len() as f64 * x);
        let t = bounded(x).ok().map_or(1.0, |v| v + 1.0);
        let q: Result<f64, String> = if s > 1.0 { Ok(s) } else { Err("small".to_owned()) };
        let fine = q.is_ok();
        let u = q.or_else(|_| bounded(x)).unwrap_or_default();
        if fine { s * t + u } else { s - t * u }
    }

    #[differentiate]
    fn averaged(x: &[f64]) -> Result<f64, Error> {
        let n = u32::try_from(x.len()).map_err(|e| e.to_string())?;
        if n == 0 {
            Err(Error::Negative)
        } else {
            root(x.iter().sum()).map(|s| s / f64::from(n))
        }
    }

    #[differentiate]
    fn large_or_none(x: f64) -> f64 {
        match root(x) {
            Ok(v) if v > 1.0 => v * x,
            _ => x,
        }
    }

    #[differentiate]
    fn either(x: &[f64], k: f64) -> f64 {
        match (averaged(x), x.len()) {
            (Ok(v), 0 | 1) => v * k,
            (Ok(v), _) => v + k,
            (Err(_), 0) => k,
            (Err(_), _) => k * k,
        }
    }

    #[differentiate]
    fn total(x: &[f64], k: f64) -> f64 {
        let Ok(s) = summed(x, k) else {
            return k;
        };
        s * k
    }

    #[differentiate]
    fn containers(x: f64, y: f64) -> f64 {
        let Ok((a, b)) = pair(x, y) else {
            return x * y;
        };
        match squares(&[a, b]) {
            Ok(v) => v[0] * v[1],
            Err(_) => 0.0,
        }
    }

    // errors that are texts about active values, and integers read off them

    #[differentiate]
    fn told(x: f64, y: f64) -> Result<f64, String> {
        if x < 0.0 {
            return Err(format!("{x} is negative, {}", y * 2.0));
        }
        let root = Some(x).filter(|v| *v < 4.0).ok_or_else(|| format!("{x} is large"))?;
        Ok(root.sqrt() * y)
    }

    #[differentiate]
    fn told_otherwise(x: f64, y: f64) -> Result<f64, Error> {
        if y < 0.0 {
            return Err(format!("{y:?}").into());
        }
        Ok(told(x, y)? * y)
    }

    #[differentiate]
    fn position(x: &[f64], bound: f64) -> Result<f64, usize> {
        let mut s = 0.0;
        for (i, v) in x.iter().enumerate() {
            if *v > bound {
                return Err(i);
            }
            s += v * bound;
        }
        if s < 0.0 { Err(0) } else { Ok(s * s) }
    }

    #[differentiate]
    fn rounded(x: f64) -> Result<f64, i64> {
        if x > 2.0 { Err(x as i64 * 2) } else { Ok(x * x) }
    }

    #[differentiate]
    fn positions(x: &[f64], bound: f64) -> f64 {
        match position(x, bound) {
            Ok(s) => s,
            Err(i) => x[i] * i as f64 + rounded(bound).unwrap_or_else(|k| bound * k as f64),
        }
    }

    #[differentiate]
    fn texts(x: f64, y: f64) -> f64 {
        told(x, y).unwrap_or(y * 3.0) + told_otherwise(x, y).unwrap_or_else(|_| x * y)
    }
}

#[differentiate]
fn far(x: f64) -> Result<f64, f64> {
    let square = x * x;
    if square > 4.0 {
        let square = constant(square);
        return Err(square);
    }
    Ok(square)
}

#[test]
fn programs() {
    oracle::check!(matched(2.0, 3.0));
    oracle::check!(matched(-2.0, 3.0));
    oracle::check!(through(2.0, 3.0));
    oracle::check!(through(-2.0, 3.0));
    oracle::check!(through(2.0, 30.0));
    oracle::check!(combined(2.0, &[3.0]));
    oracle::check!(combined(-2.0, &[3.0]));
    oracle::check!(combined(0.01, &[]));
    for x in [4.0, 0.5, -1.0] {
        oracle::check!(large_or_none(x));
    }
    for x in [&[][..], &[1.0], &[1.0, 2.0], &[-1.0]] {
        oracle::check!(either(x, 3.0));
    }
    oracle::check!(total(&[1.0, 2.0], 3.0));
    oracle::check!(total(&[1.0, 5.0], 3.0));
    oracle::check!(containers(1.0, 2.0));
    oracle::check!(containers(3.0, 1.0));
}

#[test]
fn the_public_functions_pass_errors_through() {
    assert_eq!(root_grad(4.0), Ok((2.0, 0.25)));
    assert_eq!(root_grad(-1.0), Err(Error::Negative));
    assert_eq!(
        chained_grad(4.0, 11.0),
        Err(Error::Text("large".to_owned()))
    );
    assert_eq!(summed_grad(&[1.0, 4.0], 1.0), Err(Error::Large { at: 1 }));
    assert_eq!(far_grad(3.0), Err(9.0));
    let mut d_x = 1.0;
    assert_eq!(far_backprop(1.5, 2.0, &mut d_x), Ok(2.25));
    assert_eq!(d_x, 7.0);
    assert_eq!(far_backprop(2.5, 2.0, &mut d_x), Err(6.25));
    assert_eq!(d_x, 7.0);
}

#[differentiate]
fn inverse(x: f64, scale: &[f64]) -> Option<f64> {
    if x == 0.0 {
        return None;
    }
    Some(scale[0] / x)
}

#[test]
fn the_check_looks_inside() {
    assert_gradient!(root(4.0));
    assert_gradient!(root(-4.0));
    assert_gradient!(pair(1.0, 2.0));
    assert_gradient!(squares(&vec![1.0, 2.0]));
    assert_gradient!(summed(&vec![1.0, 2.0], 0.5));
    assert_gradient!(inverse(2.0, &vec![3.0]));
}

#[test]
fn errors_about_active_values() {
    for (x, y) in [(1.5, 0.5), (-1.5, 0.5), (5.0, 2.0), (2.0, -1.0)] {
        oracle::check!(texts(x, y));
    }
    assert_eq!(told_grad(-1.5, 0.5), Err("-1.5 is negative, 1".to_owned()));
    assert_eq!(told_grad(5.0, 0.5), Err("5 is large".to_owned()));
    assert_eq!(
        told_otherwise_grad(1.0, -0.5),
        Err(Error::Text("-0.5".to_owned()))
    );
    for bound in [1.75, 1.0, 0.25, 2.5] {
        oracle::check!(positions(&[0.5, 1.5, -0.25], bound));
    }
    oracle::check!(positions(&[0.5, -1.5], 3.25));
    assert_eq!(position_grad(&[0.5, 1.5], 1.0), Err(1));
    assert_eq!(rounded_grad(3.5), Err(6));
}
