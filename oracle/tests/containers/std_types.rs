//! What programs use of the standard library.

oracle::twins! {
    type Real = f64;
    type Row = [Real; 2];

    fn iterators(x: &[f64], y: &[f64]) -> f64 {
        let dot = x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
        let scaled: Vec<f64> = x.iter().enumerate().map(|(i, v)| v * (i + 1) as f64).collect();
        let product: f64 = y.iter().product();
        let largest = x.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
        let smallest = y.iter().copied().fold(f64::INFINITY, f64::min);
        let pairs = x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>();
        let chunks: f64 = scaled.chunks(2).map(|c| c.iter().sum::<f64>().sqrt()).sum();
        let late = x.iter().rev().skip(1).step_by(2).take_while(|v| **v > 0.1).cloned().sum::<f64>();
        let positive = y.iter().filter(|v| **v > 0.0).map(|&v| v.ln()).sum::<f64>();
        dot + product * largest - smallest + pairs / chunks + late * positive
    }

    fn operators(x: &[f64]) -> f64 {
        let (a, b) = (&x[0], &x[1]);
        let mut c = a * b + -a - &(2.0 * b) / 3.0;
        c += a;
        c *= &x[2];
        c -= *b;
        c /= 1.0 + b.abs();
        let mut d = x.to_vec();
        d[0] += d[1];
        d[1] = -d[0] % 0.7;
        if a < b && *a != 0.0 && d[1] <= 3.0 && a.partial_cmp(b).is_some() { c + d[1] } else { c - d[0] }
    }

    fn sorted(x: &[f64]) -> Vec<f64> {
        let mut y = x.to_vec();
        y.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let mut z = x.to_owned();
        z.sort_unstable_by(f64::total_cmp);
        z.reverse();
        y.extend_from_slice(&z[..1]);
        y.dedup();
        y
    }

    fn median(x: Vec<f64>) -> f64 {
        let mut x = x;
        x.sort_by(|a, b| b.total_cmp(a));
        let n = x.len();
        if n % 2 == 1 { x[n / 2] } else { 0.5 * (x[n / 2 - 1] + x[n / 2]) }
    }

    fn exchanged(a: &mut Vec<f64>, b: &mut Vec<f64>, x: &mut f64) -> f64 {
        std::mem::swap(a, b);
        let taken = std::mem::take(a);
        let old = std::mem::replace(x, taken[0] * 2.0);
        let first = std::mem::take(&mut b[0]);
        a.extend(taken.iter().map(|v| v * v));
        b.push(old);
        first * old
    }

    fn grows(x: &mut Vec<f64>, extra: &[f64]) {
        for e in extra { x.push(e * x[0]); }
        x.insert(0, 1.0);
        x.resize(x.len() + 1, 0.5);
    }

    fn shrinks(x: &mut Vec<f64>, marks: &mut Vec<usize>) -> f64 {
        let last = x.pop().unwrap_or_default();
        marks.push(x.len());
        x.truncate(2);
        x.retain(|v| *v > -100.0);
        let removed = x.remove(0);
        last * removed + marks.len() as f64
    }

    fn options(x: Option<f64>, y: &Option<Vec<f64>>) -> Option<f64> {
        let y = y.as_ref()?;
        let x = x.unwrap_or(0.5);
        y.first().map(|first| first * x + y.iter().sum::<f64>())
    }

    fn boxed(x: Box<f64>, rows: &[(f64, usize)]) -> f64 {
        let f: Box<dyn Fn(f64) -> f64> = Box::new(move |v| v * *x);
        rows.iter().map(|&(v, n)| f(v).powi(n as i32)).sum()
    }

    fn inactive(x: &[f64], order: &[usize], mask: &Vec<bool>, name: &str) -> f64 {
        order
            .iter()
            .zip(mask)
            .filter(|(_, keep)| **keep)
            .map(|(&i, _)| x[i] * x[i])
            .sum::<f64>() * name.len() as f64
    }

    fn aliases(rows: &[Row], scale: Real) -> Real {
        let mut total = 0 as Real;
        for [a, b] in rows { total = Real::max(total, scale * (a - b)); }
        total + Real::EPSILON
    }

    fn matrices(a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let (n, m) = (a.len(), a[0].len());
        let mut b = vec![vec![0.0; n]; m];
        let unit = vec![[0.0, 1.0]; 2];
        for i in 0..n { for j in 0..m { b[j][i] = a[i][j] * unit[0][1]; } }
        b
    }

    fn arrays(x: [f64; 3]) -> ([f64; 3], Vec<(f64, usize)>) {
        use std::f64::consts::{E, FRAC_PI_2 as QUARTER};
        let y = x.map(|v| v.sin() * E);
        let z: [f64; 2] = std::array::from_fn(|i| x[i] * x[i + 1].atan2(QUARTER));
        (y, z.into_iter().enumerate().map(|(i, v)| (v, i)).collect())
    }

    fn successors(x: f64, n: usize) -> f64 {
        let powers = std::iter::successors(Some(1.0), |p| Some(p * x)).take(n);
        let ones = std::iter::repeat(1.0).take(n);
        powers.zip(ones).map(|(p, one)| p + one * f64::from(2)).sum()
    }

    fn generic<F: Fn(f64) -> f64>(f: F, x: &[f64]) -> f64 { x.iter().map(|&v| f(v)).sum() }

    fn calls(x: &[f64], k: f64) -> f64 {
        generic(|v| v * k, x) + generic(f64::exp, &x[1..]) + horner(&[1.0, k, x[0]], 2.0)
    }

    const fn twice(x: f64) -> f64 { 2.0 * x }

    fn horner(coefficients: &[f64], x: f64) -> f64 {
        const START: f64 = twice(0.0);
        coefficients.iter().rev().fold(START, |sum, c| sum.mul_add(x, *c))
    }

    fn largest(x: &[f64]) -> &f64 { x.iter().max_by(|a, b| a.total_cmp(b)).unwrap() }

    fn uses_reference(x: &[f64]) -> f64 { *largest(x) * 2.0 }

    fn stopped(x: &[f64]) -> f64 { x.iter().map(|v| constant(*v) * v).sum() }

    fn cumulative(x: &[f64]) -> Vec<f64> {
        x.iter()
            .scan(0.0, |sum, v| { *sum += v; Some(*sum) })
            .collect()
    }
}

/// `constant` as the primal has it.
fn constant(x: f64) -> f64 {
    x
}

#[test]
#[should_panic(expected = "output 0 along parameter 0 `x`, scalar 0: dual numbers give 2e0")]
fn a_wrong_tangent_is_caught() {
    oracle::check!(stopped(&[2.0, 3.0]));
}

#[test]
fn iterator_chains() {
    oracle::check!(iterators(&[0.5, 1.5, 2.5, 0.75], &[1.0, -0.5, 0.25, 2.0]));
    oracle::check!(cumulative(&[1.0, 2.0, -3.0]));
    oracle::check!(successors(0.7, 5));
    oracle::check!(calls(&[0.5, -1.0], 1.25));
    oracle::check!(uses_reference(&[0.5, 3.0, -1.0]));
    oracle::check!(horner(&[1.0, -2.0, 0.5], 1.5));
}

#[test]
fn operators_on_references() {
    oracle::check!(operators(&[0.5, 1.5, -2.0]));
    oracle::check!(operators(&[2.5, 1.5, -2.0]));
}

#[test]
fn sorting() {
    oracle::check!(sorted(&[3.0, -1.0, 2.0]));
    oracle::check!(median(vec![3.0, -1.0, 2.0]));
    oracle::check!(median(vec![3.0, -1.0, 2.0, 5.0]));
}

#[test]
fn content_that_changes() {
    oracle::check!(exchanged(&mut vec![1.0, 2.0], &mut vec![3.0], &mut 0.5));
    oracle::check!(grows(&mut vec![2.0, 3.0], &[0.5, -1.0]));
    oracle::check!(shrinks(&mut vec![2.0, 3.0, 4.0, 5.0], &mut vec![7]));
}

#[test]
fn containers_of_everything() {
    oracle::check!(options(Some(2.0), &Some(vec![1.0, 3.0])));
    oracle::check!(options(None, &Some(vec![1.0, 3.0])));
    oracle::check!(options(Some(2.0), &None));
    oracle::check!(boxed(Box::new(1.5), &[(2.0, 2), (-0.5, 3)]));
    oracle::check!(inactive(
        &[1.0, 2.0, 3.0],
        &[2, 0],
        &vec![true, false],
        "ab"
    ));
    oracle::check!(aliases(&[[3.0, 1.0], [0.5, 2.0]], 1.5));
    oracle::check!(matrices(vec![vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]]));
    oracle::check!(arrays([0.5, 1.0, 2.0]));
}
