//! Iterators under names: used up at once, asked for one item after another,
//! lent, cloned.

#![expect(
    clippy::while_let_on_iterator,
    clippy::useless_vec,
    reason = "the programs are written as users write them"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    // ---- used up at once ----

    #[differentiate]
    fn named(x: &[f64], t: f64) -> f64 {
        let squares = x.iter().map(|v| v * v * t);
        let pairs = x.iter().zip(x.iter().skip(1));
        let big = x.iter().copied().filter(|v| *v > 1.0);
        let mut s: f64 = squares.sum();
        for (a, b) in pairs {
            s += a * b;
        }
        s * big.fold(t, |a, b| a * b)
    }

    // written in two branches, and never
    #[differentiate]
    fn in_branches(x: &[f64], t: f64, n: usize) -> f64 {
        let scaled = x.iter().map(|v| v * t);
        let steps = (0..n).rev();
        let _unused = x.iter().map(|v| v / t);
        let s: f64 = if t > 1.0 { scaled.sum() } else { scaled.product() };
        let mut p = s;
        if n > 1 {
            for k in steps {
                p = p * t + k as f64 * s;
            }
        } else {
            p += steps.map(|k| k as f64 * t).sum::<f64>();
        }
        p
    }

    // closures see variables as they are when the items are made
    #[differentiate]
    fn with_state(x: &[f64], t: f64) -> f64 {
        let mut seen = 0.0;
        let mut last = t;
        let changes = x.iter().map(|v| {
            seen += 1.0;
            let change = v - last;
            last = *v;
            change * change
        });
        let s: f64 = changes.take(2).sum();
        s * seen + last
    }

    // what `move` makes its own is as it was
    #[differentiate]
    fn moved(x: &[f64], t: f64) -> f64 {
        let mut k = t;
        let scaled = x.iter().map(move |v| {
            k *= 1.5;
            v * k
        });
        k = 7.0 * t;
        let s: f64 = scaled.sum();
        s + k
    }

    // an array goes in by value
    #[differentiate]
    fn array_by_value(x: [f64; 3], t: f64) -> f64 {
        let mut a = x;
        let items = a.into_iter();
        a[1] = 5.0 * t;
        let mut s = t;
        for v in items {
            s = s * 0.5 + v * v;
        }
        let mut b = x;
        for v in b {
            b[2] = t * v;
            s += v * v;
        }
        s * a[1] + b[2]
    }

    #[derive(Clone, Differentiable)]
    struct Body {
        at: [f64; 3],
    }

    // parts of what is changed meanwhile
    #[differentiate]
    fn part_by_value(x: &[f64], t: f64) -> f64 {
        let mut body = Body { at: [x[0], x[1], x[2]] };
        let mut rows = vec![body.at, [t, x[0], x[0] * t]];
        let mut s = t;
        for v in body.at {
            body.at[1] = v * s;
            body.at[2] *= t;
            s += v;
        }
        for v in rows[1] {
            rows[1] = [v, v * v, s];
            s += v * rows[0][1];
        }
        s + body.at[1] * body.at[2] + rows[1][1] * rows[1][2]
    }

    // what a variable holds later is something else
    #[differentiate]
    fn assigned_after(x: &[f64], t: f64) -> f64 {
        let mut v = x.to_vec();
        let items = v.into_iter().map(|a| a * t);
        v = vec![t, t * t];
        let s: f64 = items.sum();
        let mut n = 2;
        let few = x.iter().take(n);
        n += 1;
        s * v[1] + few.sum::<f64>() * n as f64
    }

    #[differentiate]
    fn cloned(x: &[f64], t: f64) -> f64 {
        let scaled = x.iter().enumerate().map(|(i, v)| v * t + i as f64);
        let n = scaled.clone().count() as f64;
        let mean = scaled.clone().sum::<f64>() / n;
        let mut rest = scaled.clone().skip(1);
        let first = rest.next().unwrap_or(t);
        let mut again = rest.clone();
        let second = again.next().unwrap_or(t);
        let s: f64 = rest.map(|v| v * second).sum();
        let u: f64 = again.sum();
        scaled.map(|v| (v - mean) * (v - mean)).sum::<f64>() * first + s - u * t
    }

    // a clone has variables of its own
    #[differentiate]
    fn cloned_state(x: &[f64], t: f64) -> f64 {
        let mut k = t;
        let mut a = x.iter().map(move |v| {
            k *= v;
            k
        });
        let first = a.next().unwrap();
        let mut b = a.clone();
        let s = b.next().unwrap();
        let u: f64 = a.sum();
        first * s + u * b.next().unwrap_or(t)
    }

    // so has a clone of what took an iterator with it
    #[differentiate]
    fn cloned_with_a_cursor(x: &[f64], t: f64) -> f64 {
        let mut it = x.iter();
        let first = it.next().copied().unwrap_or(t);
        let pairs = x.iter().map(move |v| v * it.next().copied().unwrap_or(t));
        let s: f64 = pairs.clone().sum();
        let p: f64 = pairs.map(|v| v + t).product();
        s * p + first
    }

    #[differentiate]
    fn skipped_while(x: &[f64], t: f64) -> f64 {
        let mut late = x.iter().skip_while(|v| **v < 1.5).enumerate();
        let mut s = t;
        while let Some((k, v)) = late.next() {
            s = s * v + k as f64;
            if k == 1 {
                break;
            }
        }
        for (k, v) in late {
            s += v * v * k as f64;
        }
        s
    }

    // ---- one after another ----

    #[differentiate]
    fn while_there_are(x: &[f64], t: f64) -> f64 {
        let mut items = x.iter();
        let mut s = t;
        while let Some(v) = items.next() {
            if *v > 2.5 {
                continue;
            }
            s = s * v + t;
            if s > 20.0 {
                break;
            }
        }
        s + items.len() as f64 * t
    }

    #[differentiate]
    fn first_and_rest(c: &[f64], x: f64) -> f64 {
        let mut coefficients = c.iter().rev();
        let Some(lead) = coefficients.next() else {
            return x;
        };
        let mut value = *lead;
        for a in coefficients {
            value = value * x + a;
        }
        value
    }

    #[differentiate]
    fn folded_from_first(x: &[f64]) -> f64 {
        let mut items = x.iter().copied();
        let first = items.next().unwrap();
        let smooth = items.fold(first, |a, v| 0.7 * a + 0.3 * v * first);
        smooth * first
    }

    #[differentiate]
    fn chunks(x: &[f64]) -> f64 {
        let mut rows = x.chunks(3);
        let (a, b) = (rows.next().unwrap(), rows.next().expect("two rows"));
        let s: f64 = a.iter().zip(b).map(|(p, q)| p * q).sum();
        match rows.next() {
            Some(rest) => s * rest.iter().sum::<f64>(),
            None => s,
        }
    }

    #[differentiate]
    fn changed(x: &[f64], t: f64) -> f64 {
        let mut v = x.to_vec();
        let mut places = v.iter_mut();
        *places.next().unwrap() *= t;
        let second = places.next().unwrap();
        *second = *second * *second;
        while let Some(p) = places.next() {
            *p = *p * t + 1.0;
        }
        let mut rows = v.chunks_exact_mut(2);
        if let Some(row) = rows.next() {
            row[0] *= row[1];
            row[1] = t;
        }
        for row in rows {
            row[1] = row[0] * row[1];
        }
        let both = v.iter_mut().zip(x);
        for (a, b) in both {
            *a = *a * b + t * b;
        }
        v.iter().product()
    }

    #[differentiate]
    fn in_step(x: &[f64], y: &[f64]) -> f64 {
        let (mut a, mut b) = (x.iter(), y.iter().map(|v| v * v));
        let mut s = 0.0;
        loop {
            match (a.next(), b.next()) {
                (Some(p), Some(q)) => s = s * 0.5 + p * q,
                (Some(p), None) => s += p * p * p,
                _ => break,
            }
        }
        s
    }

    // a merge of what is sorted
    #[differentiate]
    fn merged(x: &[f64], y: &[f64], t: f64) -> f64 {
        let mut a = x.iter().peekable();
        let mut b = y.iter().peekable();
        let mut s = t;
        while let (Some(p), Some(q)) = (a.peek(), b.peek()) {
            let next = if **p <= **q { a.next() } else { b.next() };
            if let Some(v) = next {
                s = s * 0.9 + v * t;
            }
        }
        for v in a.chain(b) {
            s = s * t + v;
        }
        s
    }

    #[differentiate]
    fn from_both_ends(x: &[f64]) -> f64 {
        let mut items = x.iter();
        let mut s = 1.0;
        while let Some(a) = items.next() {
            let Some(b) = items.next_back() else {
                s += a;
                break;
            };
            s = s * a + b;
        }
        let mut inner = x.iter().enumerate();
        inner.next();
        inner.next_back();
        s * inner.map(|(k, v)| v * k as f64).sum::<f64>()
    }

    // what is filtered, asked for one by one
    #[differentiate]
    fn filtered(x: &[f64], t: f64) -> f64 {
        let mut big = x.iter().filter(|v| **v > 1.2).map(|v| v * t);
        let a = big.next().unwrap_or(t);
        let b = big.next().unwrap_or(t * t);
        let mut s = a * b;
        while let Some(v) = big.next() {
            s = s * v + a;
        }
        s
    }

    // effects of closures come with the items
    #[differentiate]
    fn effects_in_order(x: &[f64], t: f64) -> f64 {
        let mut log = t;
        let mut items = x.iter().map(|v| {
            log = log * 0.5 + v;
            v * v
        });
        let a = items.next().unwrap_or(t);
        let s: f64 = items.take(1).sum();
        a * s + log
    }

    // ---- lent ----

    #[differentiate]
    fn lent(x: &[f64], t: f64) -> f64 {
        let mut items = x.iter();
        let a: f64 = items.by_ref().take(2).sum();
        let mut s = a * t;
        for v in &mut items {
            s += v * s;
            if *v > 2.0 {
                break;
            }
        }
        let b: f64 = items.map(|v| v * v).sum();
        s * b + a
    }

    #[differentiate]
    fn lent_through(x: &[f64], y: &[f64], t: f64) -> f64 {
        let mut items = x.iter().enumerate();
        let a: f64 = items.by_ref().take_while(|(_, v)| **v < 1.8).map(|(k, v)| v * k as f64).sum();
        let mut b = t;
        for (v, w) in items.by_ref().filter(|(k, _)| k % 2 == 0).map(|(_, v)| v).zip(y) {
            b += v * w;
        }
        let c: f64 = items.map(|(k, v)| v * k as f64).sum();
        a * t + b * c + c
    }

    #[differentiate]
    fn lent_in_strides(x: &[f64], t: f64) -> f64 {
        let mut items = x.iter();
        let a: f64 = items.by_ref().step_by(2).take(2).map(|v| v * t).sum();
        let b: f64 = items.by_ref().skip(1).take(1).product();
        let any = items.any(|v| *v > 1.0);
        let rest: f64 = items.map(|v| v * v).sum();
        a * b + rest * if any { t } else { 1.0 }
    }

    #[differentiate]
    fn found_in_turn(x: &[f64], t: f64) -> f64 {
        let mut items = x.iter().copied();
        let first = items.find(|v| *v > 1.0).unwrap_or(t);
        let at = items.position(|v| v > 1.5).unwrap_or(7);
        let all = items.all(|v| v < 2.8);
        let rest: f64 = items.sum();
        first * rest + at as f64 * t + if all { first } else { t * t }
    }

    // rows of different lengths, read off one sequence of numbers
    #[differentiate]
    fn read_off(x: &[f64], sizes: &[usize], t: f64) -> f64 {
        let mut numbers = x.iter().map(|v| v * t);
        let mut total = 1.0;
        let mut size = sizes.iter();
        while let Some(n) = size.next() {
            let row: Vec<f64> = numbers.by_ref().take(*n).collect();
            let s: f64 = row.iter().sum();
            total = total * 0.5 + s * s;
        }
        total + numbers.sum::<f64>()
    }

    // one in each iteration
    #[differentiate]
    fn again_and_again(x: &[f64], n: usize) -> f64 {
        let mut s = 1.0;
        for k in 0..n {
            let mut items = x.iter().skip(k);
            let a = items.next().copied().unwrap_or(0.5);
            let mut left = items.map(|v| v * a);
            while let Some(v) = left.next() {
                s = s * 0.7 + v;
            }
        }
        s
    }

    // in a closure
    #[differentiate]
    fn asked_by_a_closure(x: &[f64], t: f64) -> f64 {
        let mut items = x.iter();
        let mut draw = || items.next().copied().unwrap_or(t);
        let (a, b) = (draw(), draw());
        let c = draw() * a;
        let d = draw();
        a * b + c * d
    }

    // an iterator that is lent has a name, too
    #[differentiate]
    fn named_while_lent(x: &[f64], t: f64) -> f64 {
        let mut items = x.iter();
        let mut s = t;
        {
            let mut few = items.by_ref().take(2);
            if let Some(v) = few.next() {
                s *= v;
            }
            let all = &mut items;
            if let Some(v) = all.next() {
                s += v * v;
            }
        }
        let some = items.by_ref().take(1).map(|v| v * t);
        s += some.sum::<f64>();
        s * items.sum::<f64>()
    }

    // ranges
    #[differentiate]
    fn positions(x: &[f64], t: f64) -> f64 {
        let mut even = (0..x.len()).step_by(2);
        let first = even.next().unwrap_or(0);
        let mut s = x[first] * t;
        for (k, i) in even.enumerate() {
            s = s * x[i] + k as f64;
        }
        let mut down = (0..=x.len() - 1).rev().step_by(2).zip(x);
        while let Some((i, v)) = down.next() {
            s += x[i] * v * t;
        }
        let mut ids = 3..;
        let (a, b) = (ids.next().unwrap(), ids.next().unwrap());
        s * (a + b) as f64
    }

    #[differentiate]
    fn integers(x: &[f64], index: &[usize]) -> f64 {
        let mut order = index.iter();
        let mut s = 1.0;
        while let Some(&i) = order.next() {
            s = s * x[i] + x[0];
        }
        let back = index.iter().copied().rev();
        for i in back {
            s += x[i] * s;
        }
        s
    }
}

const X: [f64; 5] = [1.3, 0.8, 2.1, 1.7, 2.9];

#[test]
fn used_up_at_once() {
    oracle::check!(named(&X, 0.7));
    oracle::check!(named(&[], 0.7));
    for t in [0.6, 1.4] {
        for n in 0..4 {
            oracle::check!(in_branches(&X, t, n));
        }
    }
    oracle::check!(with_state(&X, 0.7));
    oracle::check!(with_state(&X[..1], 0.7));
    oracle::check!(moved(&X, 0.7));
    oracle::check!(cloned_with_a_cursor(&X, 0.7));
    oracle::check!(array_by_value([1.3, 0.8, 2.1], 0.7));
    oracle::check!(part_by_value(&X, 0.7));
    oracle::check!(assigned_after(&X, 0.7));
    oracle::check!(cloned(&X, 0.7));
    oracle::check!(cloned(&X[..2], 0.7));
    oracle::check!(cloned_state(&X, 0.7));
    oracle::check!(cloned_state(&X[..2], 0.7));
    oracle::check!(skipped_while(&X, 0.7));
    oracle::check!(skipped_while(&[1.0], 0.7));
}

#[test]
fn one_after_another() {
    for n in 0..=5 {
        oracle::check!(while_there_are(&X[..n], 0.7));
        oracle::check!(first_and_rest(&X[..n], 0.7));
        oracle::check!(in_step(&X[..n], &X[1..4]));
        oracle::check!(merged(&X[..n], &[0.9, 1.5, 2.4], 0.7));
        oracle::check!(filtered(&X[..n], 0.7));
        oracle::check!(effects_in_order(&X[..n], 0.7));
        oracle::check!(from_both_ends(&X[..n]));
    }
    oracle::check!(folded_from_first(&X));
    oracle::check!(folded_from_first(&X[..1]));
    oracle::check!(chunks(&[1.0, 2.0, 3.0, 0.5, 1.5, 2.5]));
    oracle::check!(chunks(&[1.0, 2.0, 3.0, 0.5, 1.5, 2.5, 0.7]));
    oracle::check!(changed(&X, 0.7));
    oracle::check!(changed(&X[..2], 0.7));
}

#[test]
fn taken_while_lent() {
    for n in 0..=5 {
        oracle::check!(lent(&X[..n], 0.7));
        oracle::check!(lent_through(&X[..n], &[0.6, 1.1], 0.7));
        oracle::check!(lent_through(&X[..n], &[], 0.7));
        oracle::check!(lent_in_strides(&X[..n], 0.7));
        oracle::check!(found_in_turn(&X[..n], 0.7));
        oracle::check!(named_while_lent(&X[..n], 0.7));
        oracle::check!(again_and_again(&X, n));
        oracle::check!(asked_by_a_closure(&X[..n], 0.7));
    }
    oracle::check!(read_off(&X, &[2, 1, 0, 1], 0.7));
    oracle::check!(read_off(&X, &[], 0.7));
    oracle::check!(read_off(&X, &[3, 4, 2], 0.7));
    oracle::check!(positions(&X, 0.7));
    oracle::check!(positions(&X[..2], 0.7));
    oracle::check!(integers(&X, &[2, 0, 4, 2]));
    oracle::check!(integers(&X, &[]));
}

#[test]
#[should_panic(expected = "two rows")]
fn panics_without_an_item() {
    chunks_grad(&[1.0, 2.0]);
}
