//! Options: states of loops, ends of iterators, results, combinators.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn best(x: &[f64]) -> f64 {
        let mut best: Option<f64> = None;
        for v in x {
            best = match best {
                Some(b) => Some(b.max(*v * 2.0)),
                None => Some(*v),
            };
        }
        best.unwrap_or(0.0)
    }

    #[differentiate]
    fn ends(x: &[f64]) -> f64 {
        let m = x.iter().max_by(|a, b| a.total_cmp(b)).unwrap();
        let n = x.iter().copied().reduce(f64::min).unwrap();
        let l = x.iter().last().unwrap();
        let f = x.iter().find(|v| **v > 1.2).copied().unwrap_or(0.5);
        let i = x.iter().position(|v| *v > 1.2).unwrap_or(0);
        let t: f64 = x.iter().filter_map(|v| if *v > 0.7 { Some(v.ln()) } else { None }).sum();
        let s: f64 = x
            .iter()
            .scan(0.0, |sum, v| {
                *sum += v;
                Some(*sum * 0.5)
            })
            .sum();
        m * n + l * f + x[i] * t + s
    }

    #[differentiate]
    fn stack(x: f64, n: usize) -> f64 {
        let mut todo = vec![x];
        let mut total = 0.0;
        let mut rounds = 0;
        while let Some(v) = todo.pop() {
            total += v * v;
            rounds += 1;
            if rounds < n {
                todo.push(v * 0.5);
                todo.push(v.sin());
            }
        }
        total
    }

    #[differentiate]
    fn combinators(x: f64, flag: bool) -> f64 {
        let o = if flag { Some(x * x) } else { None };
        let a = o.map(|v| v.sin()).unwrap_or(0.1);
        let b = o.map_or(x, |v| v + 1.0);
        let c = o
            .filter(|v| *v > 0.2)
            .and_then(|v| if v > 10.0 { None } else { Some(v * 2.0) })
            .unwrap_or_else(|| x.sin() * 3.0);
        let d = match o {
            Some(v) => v,
            None => -x,
        };
        a + b * c + d + if o.is_some() { 1.0 } else { 0.0 }
    }

    #[differentiate]
    fn elements(x: &[f64]) -> f64 {
        let mut sum = 0.0;
        for i in 0..5 {
            if let Some(v) = x.get(i) {
                sum += v * v;
            }
        }
        let Some(first) = x.first() else {
            return sum;
        };
        match x.last() {
            Some(last) => sum + first * last,
            None => sum,
        }
    }
}

/// `√x`, if there is one.
#[differentiate]
fn root(x: f64) -> Option<f64> {
    if x < 0.0 {
        return None;
    }
    Some(x.sqrt())
}

#[differentiate]
fn roots(x: f64, y: f64) -> Option<f64> {
    let a = root(x)?;
    let b = root(y - a)?;
    Some(a * b)
}

#[differentiate]
fn unwrapped(x: f64, y: f64) -> f64 {
    let a = roots(x, y).unwrap_or(x * y);
    if let Some(b) = root(x) {
        return a * b;
    }
    a
}

#[test]
fn programs() {
    oracle::check!(best(&[1.0, 0.7, 0.9]));
    oracle::check!(best(&[0.4]));
    oracle::check!(ends(&[1.0, 0.8, 1.5, 0.6]));
    oracle::check!(stack(0.7, 4));
    oracle::check!(combinators(0.7, true));
    oracle::check!(combinators(0.7, false));
    oracle::check!(elements(&[0.5, 1.5, -0.3]));
    oracle::check!(elements(&[0.5, 1.5, -0.3, 2.0, 1.0, 0.1]));
}

#[test]
fn results() {
    assert_eq!(root_grad(4.0), Some((2.0, 0.25)));
    assert_eq!(root_grad(-1.0), None);
    let (value, (d_x, d_y)) = roots_grad(4.0, 11.0).unwrap();
    assert_eq!((value, d_x, d_y), (6.0, 0.75 - 1.0 / 12.0, 1.0 / 3.0));
    let (mut d_x, mut d_y) = (1.0, 1.0);
    assert_eq!(roots_backprop(4.0, -11.0, 2.0, &mut d_x, &mut d_y), None);
    assert_eq!((d_x, d_y), (1.0, 1.0));
    assert_eq!(
        roots_backprop(4.0, 11.0, 3.0, &mut d_x, &mut d_y),
        Some(6.0)
    );
    assert_eq!((d_x, d_y), (3.0, 2.0));
    backprop::assert_gradient!(unwrapped(2.0, 3.0));
    backprop::assert_gradient!(unwrapped(2.0, 1.0));
}
