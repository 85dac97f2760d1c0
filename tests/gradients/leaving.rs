//! Closures that leave early by `return` and `?`, and options and results of calls in them.

#![expect(
    clippy::unnecessary_lazy_evaluations,
    reason = "closures that ignore what they are called with are differentiated, too"
)]

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn larger(x: f64, y: f64) -> Option<f64> {
        if x > y { Some(x * y.cos()) } else { None }
    }

    #[differentiate]
    fn root(x: f64) -> Result<f64, String> {
        if x < 0.0 { return Err("negative".to_owned()); }
        Ok((x + 0.1).sqrt())
    }

    #[differentiate]
    fn both(x: f64) -> Option<(f64, f64)> {
        if x > 0.2 { Some((x * x, x.sin())) } else { None }
    }

    // calls in the place of an option

    #[differentiate]
    fn or_else(t: f64, p: f64, q: f64) -> f64 {
        t - larger(p, q).or_else(|| larger(q, p)).map_or(0.5, |v| v * p)
    }

    #[differentiate]
    fn or(t: f64, p: f64, q: f64) -> f64 {
        t - larger(p, q).or(larger(q, p)).map_or(0.5, |v| v * p)
    }

    #[differentiate]
    fn zip(t: f64, p: f64, q: f64) -> f64 {
        t - larger(q, p).zip(larger(q, p * 0.5)).map_or(0.5, |(v, u)| v * u * p)
    }

    #[differentiate]
    fn assigned(t: f64, p: f64, q: f64) -> f64 {
        let mut best = None;
        for k in 0..3 {
            if let Some(b) = larger(t, q * f64::from(k)) { best = Some(b); } else { best = larger(p, q); }
        }
        best.map_or(q, |b| b * t)
    }

    #[differentiate]
    fn assigned_pair(t: f64, p: f64) -> f64 {
        let mut best = None;
        if t > 0.1 { best = both(p); }
        match best { Some((u, v)) => u * v, None => p }
    }

    // closures that tell that it is a result

    #[differentiate]
    fn result_or_else(t: f64, p: f64) -> f64 {
        t * root(p).or_else(|_| root(t)).unwrap_or(3.0 * p) + root(t).unwrap_or_else(|_| p * t)
    }

    #[differentiate]
    fn result_and_then(t: f64, p: f64) -> f64 {
        t * root(p).and_then(|v| { let u = root(t - v)?; Ok(u * v) }).unwrap_or(3.0 * p)
    }

    // closures that leave

    #[differentiate]
    fn by_return(t: f64, p: f64, q: f64) -> f64 {
        t - larger(q, p)
            .and_then(|u| { if u > p { return larger(u, t); } larger(t, u) })
            .map_or(0.5, |v| v * p)
    }

    #[differentiate]
    fn result_by_return(t: f64, p: f64) -> f64 {
        let r = root(t).and_then(|u| { if u > 0.5 { return root(u - p); } root(p) });
        r.unwrap_or(p)
    }

    /// Not out of the function, which has an option for a result, too.
    #[differentiate]
    fn inner(x: f64, y: f64) -> Option<f64> {
        let r = Some(x).and_then(|v| { let u = larger(v, y)?; Some(u * 2.0) }).unwrap_or(0.3);
        Some(r * x)
    }

    #[differentiate]
    fn by_question_mark(x: f64, y: f64) -> f64 { inner(x, y).unwrap_or(7.0 * x) }

    #[differentiate]
    fn filtered(x: &[f64], y: f64) -> Option<f64> {
        Some(x.iter().filter_map(|v| { let u = larger(*v, y)?; Some(u * u) }).sum::<f64>())
    }

    #[differentiate]
    fn in_a_chain(x: &[f64], y: f64) -> f64 { filtered(x, y).unwrap_or(7.0 * y) }

    #[differentiate]
    fn under_a_name(x: &[f64], y: f64) -> f64 {
        let f = |v: f64| { let u = larger(v, y)?; Some(u * u) };
        f(x[0]).unwrap_or(y) * f(x[1]).map_or(2.0, |t| t * y)
    }

    #[differentiate]
    fn of_results(x: &[f64], y: f64) -> f64 {
        let f = |v: f64| -> Result<f64, String> { let u = root(v)?; Ok(u * u * y) };
        f(x[0]).unwrap_or(y) * f(x[1]).unwrap_or(x[0])
    }

    #[differentiate]
    fn folded(x: &[f64], y: f64) -> Result<f64, String> {
        let r = x.iter().try_fold(y, |s, v| { let u = root(*v)?; Ok::<f64, String>(s * u) });
        Ok(r.unwrap_or(3.0 * y) * 2.0)
    }

    #[differentiate]
    fn in_a_fold(x: &[f64], y: f64) -> f64 { folded(x, y).unwrap_or(7.0 * y) }
}

#[test]
fn calls_in_the_place_of_options() {
    for (p, q) in [(0.4, 0.5), (0.5, 0.4), (-0.3, 0.6)] {
        oracle::check!(or_else(0.3, p, q));
        oracle::check!(or(0.3, p, q));
        oracle::check!(zip(0.3, p, q));
        oracle::check!(assigned(0.3, p, q));
        oracle::check!(assigned(0.9, p, q));
    }
    for (t, p) in [(0.3, 0.1), (0.3, 0.4), (0.0, 0.4)] {
        oracle::check!(assigned_pair(t, p));
    }
}

#[test]
fn closures_tell_results() {
    for (t, p) in [
        (0.3, 0.1),
        (0.9, 0.1),
        (0.3, -0.2),
        (-0.3, -0.2),
        (-0.4, 0.3),
    ] {
        oracle::check!(result_or_else(t, p));
        oracle::check!(result_and_then(t, p));
    }
}

#[test]
fn closures_leave_themselves() {
    for (t, p, q) in [
        (0.3, 0.4, 0.5),
        (0.3, 0.5, 0.4),
        (0.7, 0.5, 0.4),
        (0.3, 0.2, 0.4),
        (0.1, 0.2, 0.4),
    ] {
        oracle::check!(by_return(t, p, q));
    }
    for (t, p) in [(0.3, 0.1), (0.3, 0.8), (-0.3, 0.4), (0.1, 0.4)] {
        oracle::check!(result_by_return(t, p));
    }
    for (x, y) in [(0.3, 0.4), (0.5, 0.4)] {
        oracle::check!(by_question_mark(x, y));
    }
    for x in [[0.6, 0.5], [0.3, 0.5], [0.5, 0.3], [-0.5, 0.3], [0.5, -0.3]] {
        oracle::check!(in_a_chain(&x, 0.4));
        oracle::check!(under_a_name(&x, 0.4));
        oracle::check!(of_results(&x, 0.4));
        oracle::check!(in_a_fold(&x, 0.4));
    }
}
