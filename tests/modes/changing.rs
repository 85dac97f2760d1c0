//! Second derivatives through calls that change their arguments, and that may give
//! nothing.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn scale(x: &mut [f64], k: f64) {
        for v in x.iter_mut() { *v = *v * *v * k; }
    }

    #[differentiate]
    fn accumulate(sum: &mut f64, x: &[f64], count: &mut usize) -> f64 {
        for v in x {
            if *v < 0.0 { break; }
            *sum += v * v * *sum;
            *count += 1;
        }
        *sum * *count as f64
    }

    #[differentiate]
    fn fill(stack: &mut Vec<f64>, x: f64, n: usize) {
        for i in 0..n { stack.push(x * x * i as f64); }
        if n > 2 {
            let last = stack.pop().unwrap();
            stack[0] += last * x;
        }
    }

    #[differentiate]
    fn rotate(p: &mut (f64, f64), angle: f64) {
        let (sin, cos) = angle.sin_cos();
        *p = (p.0 * cos - p.1 * sin, p.0 * sin + p.1 * cos);
    }

    #[differentiate]
    fn blend(into: &mut [f64], from: &[f64], k: f64) {
        for (a, b) in into.iter_mut().zip(from) { *a = *a * k + b * b * *a; }
    }

    #[differentiate]
    fn safe_root(x: f64) -> Option<f64> {
        if x < 0.0 { return None; }
        Some(x.sqrt() * x)
    }

    #[differentiate]
    fn quotient(a: f64, b: f64) -> Result<f64, String> {
        if b < 0.1 { return Err("zero".to_string()); }
        Ok(a / b)
    }

    #[differentiate]
    fn chained(a: f64, b: f64) -> Result<f64, String> {
        let q = quotient(a, b)?;
        let r = quotient(q, a + b)?;
        Ok(q * r)
    }

    #[differentiate]
    fn halves(x: &[f64]) -> Option<(f64, f64)> {
        let (a, b) = (x.first()?, x.last()?);
        Some((a * b, a - b * b))
    }

    #[differentiate]
    fn of_slices(x: &[f64], k: f64) -> f64 {
        let mut y = x.to_vec();
        scale(&mut y, k);
        scale(&mut y[1..], k * x[0]);
        let saved = y[1];
        scale(&mut y, saved);
        y.iter().sum::<f64>() * saved
    }

    #[differentiate]
    fn of_numbers(x: &[f64], k: f64) -> f64 {
        let mut sum = k;
        let mut count = 1;
        let mut total = 0.0;
        for _ in 0..2 {
            total += accumulate(&mut sum, x, &mut count) * sum;
        }
        total * count as f64 + sum
    }

    #[differentiate]
    fn of_vectors(x: f64, n: usize) -> f64 {
        let mut stack = vec![x];
        fill(&mut stack, x, n);
        let middle = stack.len() as f64;
        fill(&mut stack, x * middle, 1);
        let mut product = 1.0;
        while let Some(top) = stack.pop() { product += top * product * x; }
        product
    }

    #[differentiate]
    fn of_tuples(x: f64, y: f64, n: usize) -> f64 {
        let mut p = (x, y);
        for i in 0..n { rotate(&mut p, x * i as f64); }
        let q = &mut p;
        rotate(q, y);
        p.0 * p.1 * p.1
    }

    // parts of one value, one of them changed
    #[differentiate]
    fn of_parts(x: &[f64], k: f64) -> f64 {
        let mut y = x.to_vec();
        let (a, b) = y.split_at_mut(2);
        blend(a, &b[..1], k);
        let copy = y.clone();
        blend(&mut y[1..], &copy, 2.0);
        let (a, b) = y.split_at_mut(1);
        blend(b, &a[..], k);
        y[0] * y[1] + y[2] * k
    }

    #[differentiate]
    fn of_options(x: f64, y: f64) -> f64 {
        let mut sum = safe_root(x).unwrap_or(y);
        if let Some(r) = safe_root(y - x) { sum += r * r * x; }
        sum * match safe_root(x * y) { Some(r) if r > 1.0 => r, Some(r) => r * x, None => y * y }
    }

    #[differentiate]
    fn of_results(x: f64, y: f64) -> f64 {
        let first = match chained(x, y) { Ok(v) => v, Err(_) => x * x };
        let second = match chained(y, x - 1.0) { Ok(v) => v * v, Err(_) => x * x * y };
        first * second
    }

    #[differentiate]
    fn of_pairs(x: &[f64], k: f64) -> f64 {
        let Some((a, b)) = halves(x) else { return k * k; };
        let mut sum = a * b * k;
        for i in 0..x.len() {
            if let Some((c, d)) = halves(&x[i..]) { sum += c * d * sum; }
        }
        sum
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Tank { level: f64, parts: Vec<f64>, drains: usize }

    #[differentiate]
    impl Tank {
        fn let_out(&mut self, rate: f64) -> Option<f64> {
            if rate > self.level { return None; }
            let out = self.level * rate;
            self.level -= out * rate;
            self.parts.push(out);
            self.drains += 1;
            Some(out)
        }
        fn mix(&mut self, other: &mut Tank, k: f64) {
            let level = self.level;
            self.level += 0.1 * k * other.level * level;
            other.level *= k;
            for (a, b) in self.parts.iter_mut().zip(&mut other.parts) {
                let old = *a;
                *a = *b * k;
                *b = old * old;
            }
        }
    }

    #[differentiate]
    fn of_structs(tank: &Tank, rate: f64, n: usize) -> f64 {
        let mut tank = tank.clone();
        let mut other = Tank { level: rate * 3.0, parts: vec![rate, 2.0], drains: 0 };
        let mut sum = rate;
        for _ in 0..n {
            if let Some(out) = tank.let_out(rate) { sum += out * out; } else { sum *= 2.0; break; }
            tank.mix(&mut other, 0.3 * sum);
        }
        let all: f64 = tank.parts.iter().map(|v| v * v).sum();
        sum * tank.level + all * tank.drains as f64 + other.level * other.parts[1]
    }

    // the public function changes its argument itself
    #[differentiate]
    fn changes(x: &mut [f64], k: f64) -> f64 {
        scale(x, k);
        x[0] * k
    }
}

#[test]
fn programs() {
    for x in [&[1.1, -0.4, 0.7][..], &[0.3, 0.2, 0.5], &[2.0, 1.0, -1.0]] {
        oracle::check!(of_slices(x, 0.9));
        oracle::check!(of_numbers(x, 0.3));
        oracle::check!(of_parts(x, 0.9));
        oracle::check!(of_pairs(x, 0.9));
    }
    oracle::check!(of_pairs(&[], 0.9));
    oracle::check!(of_numbers(&[], 0.9));
    for n in 0..5 {
        oracle::check!(of_vectors(0.7, n));
        oracle::check!(of_tuples(0.7, 0.4, n));
        let tank = Tank {
            level: 2.0,
            parts: vec![0.5, 0.2],
            drains: 1,
        };
        oracle::check!(of_structs(&tank, 0.6, n));
        oracle::check!(of_structs(&tank, 1.5, n));
    }
    for (x, y) in [(0.7, 1.4), (1.3, 0.5), (0.5, -0.8), (-0.5, 0.3)] {
        oracle::check!(of_options(x, y));
        oracle::check!(of_results(x, y));
    }
    oracle::check!(of_results(1.0, 2.0));
    oracle::check!(changes(&mut [0.5, 2.0], 0.7));
}
