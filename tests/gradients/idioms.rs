//! Methods of std as numerical code uses them: searches, sorts, vectors that lose and
//! gain elements, ends of slices, arrays from slices, iterators that closures make.

#![expect(
    clippy::while_let_on_iterator,
    clippy::map_flatten,
    clippy::iter_nth,
    reason = "the programs are written as users write them"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    // ---- positions ----

    #[differentiate]
    fn interpolated(xs: &[f64], ys: &[f64], x: f64) -> f64 {
        if x <= xs[0] {
            return ys[0] * x;
        }
        let i = xs.partition_point(|v| *v < x);
        if i == xs.len() {
            return ys[i - 1] * x;
        }
        let w = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
        ys[i - 1] * (1.0 - w) + ys[i] * w
    }

    #[differentiate]
    fn searched(xs: &[f64], ys: &[f64], x: f64) -> f64 {
        let at = xs.binary_search_by(|v| v.partial_cmp(&x).expect("no NaN"));
        let low = match at {
            Ok(i) => return ys[i] * x,
            Err(i) if i == 0 || i == xs.len() => return x * x,
            Err(i) => i - 1,
        };
        let near = xs
            .binary_search_by(|v| v.total_cmp(&(x * 2.0)))
            .unwrap_or_else(|i| i.min(xs.len() - 1));
        let found = xs.binary_search_by(|v| v.total_cmp(&xs[1])).is_ok();
        ys[low] * x + xs[near] * ys[near] + if found { x } else { 0.0 }
    }

    #[differentiate]
    fn from_behind(x: &[f64], t: f64) -> f64 {
        let last = x.iter().rposition(|v| *v > t).unwrap_or(0);
        let none = x.iter().map(|v| v * t).rposition(|v| v > 99.0).is_none();
        let mut s = if none { x[last] } else { t };
        for v in x.iter().filter(|v| **v > t).rev() {
            s = s * 0.5 + v;
        }
        for (i, v) in x.iter().enumerate().filter(|(i, _)| i % 2 == 0).rev() {
            s = s * t + v * i as f64;
        }
        let mut seen = t;
        for v in x.iter().map(|v| { seen = seen * 0.5 + v; v * t }).filter(|v| *v > 0.7).rev() {
            s = s * 0.5 + v;
        }
        s * seen
    }

    // ---- order ----

    #[differentiate]
    fn sorted(x: &[f64], key: &[i32]) -> f64 {
        let mut v = x.to_vec();
        v.sort_unstable_by(|a, b| b.partial_cmp(a).unwrap());
        let mut w = x.to_vec();
        w.sort_unstable_by(f64::total_cmp);
        let mut at: Vec<usize> = (0..x.len()).collect();
        at.sort_unstable_by(|&i, &j| x[i].total_cmp(&x[j]));
        let mut by_key: Vec<usize> = (0..x.len()).collect();
        by_key.sort_by_key(|&i| key[i]);
        let mut cached = by_key.clone();
        cached.sort_by_cached_key(|i| std::cmp::Reverse(*i));
        let mut unstable = at.clone();
        unstable.sort_unstable_by_key(|i| key[*i]);
        let mut s = 0.0;
        for k in 0..v.len() {
            s = s * 0.7 + v[k] * w[(k + 1) % w.len()] * x[at[k]];
            s += x[by_key[k]] * x[unstable[k]] * k as f64 + x[cached[k]] * v[k];
        }
        s
    }

    // ---- vectors that lose elements ----

    #[differentiate]
    fn retained(x: &[f64], t: f64) -> f64 {
        let mut v = x.to_vec();
        v.retain(|a| *a > t);
        let mut n = t;
        let mut w = x.to_vec();
        w.retain(|a| {
            n = n * 0.5 + a;
            *a < 2.0 * t
        });
        let mut at: Vec<usize> = (0..x.len()).collect();
        at.retain(|&i| x[i] > t);
        let mut s = n + w.iter().product::<f64>();
        for i in at {
            s = s * x[i] + t;
        }
        v.push(s);
        v.iter().map(|a| a * a).sum()
    }

    #[differentiate]
    fn retained_behind(v: &mut Vec<f64>, t: f64) -> f64 {
        let before = v.len() as f64;
        v[0] *= t;
        v.retain(|a| *a < 1.5);
        v.dedup();
        v.iter().sum::<f64>() * before
    }

    #[differentiate]
    fn calls_retained(x: &[f64], t: f64) -> f64 {
        let mut v = x.to_vec();
        let a = retained_behind(&mut v, t);
        v.push(t);
        a + v.iter().map(|v| v * v).sum::<f64>()
    }

    #[differentiate]
    fn deduplicated(x: &[f64], t: f64) -> f64 {
        let mut v: Vec<f64> = x.iter().flat_map(|a| [*a, *a]).collect();
        v.dedup();
        let mut w = x.to_vec();
        w.dedup_by(|a, b| (*a - *b).abs() < t);
        let n = (v.len() + w.len()) as f64;
        v.iter().zip(w.iter().rev()).map(|(a, b)| a * b).sum::<f64>() * n
    }

    #[differentiate]
    fn drained(x: &[f64], t: f64) -> f64 {
        let mut v = x.to_vec();
        let front: f64 = v.drain(..2).map(|a| a * t).sum();
        v.push(front);
        let middle: Vec<f64> = v.drain(1..=2).collect();
        v[0] *= middle[1];
        let mut s = middle[0];
        for a in v.drain(1..) {
            s = s * a + t;
        }
        let mut rest = v.clone();
        v.extend(middle);
        for (i, a) in v.drain(..).enumerate() {
            s += a * i as f64;
        }
        rest.push(v.len() as f64);
        s * rest.iter().sum::<f64>()
    }

    #[differentiate]
    fn handed_over(x: &[f64], t: f64) -> f64 {
        let mut a = x.to_vec();
        let mut b = vec![t, t * t];
        a.append(&mut b);
        b.push(a[0] * t);
        let mut tail = a.split_off(2);
        tail[0] *= a[1];
        a.append(&mut tail.clone());
        a.copy_within(1..3, 2);
        a.copy_within(..2, 1);
        a.extend_from_within(1..=2);
        let mut k = 1.0;
        tail.fill_with(|| {
            k *= t;
            k
        });
        a.iter().chain(&b).chain(&tail).fold(t, |s, v| s * 0.8 + v * v)
    }

    #[derive(Clone, Debug, Differentiable)]
    struct Store {
        values: Vec<f64>,
        k: f64,
    }

    #[differentiate]
    fn of_fields(s: &Store, t: f64) -> f64 {
        let mut s = s.clone();
        s.values.retain(|a| *a > 1.0);
        s.values.drain(1..2);
        let mut each = s.values.iter();
        let mut sum = t;
        while let Some(a) = each.next() {
            sum = sum * a + s.k;
        }
        sum
    }

    #[differentiate]
    fn by_value_behind(a: &mut [f64; 3], t: f64) -> f64 {
        let mut s = 0.0;
        for v in *a {
            a[1] = v * t;
            s = s * 0.5 + v;
        }
        s
    }

    #[differentiate]
    fn calls_by_value_behind(x: [f64; 3], t: f64) -> f64 {
        let mut a = x;
        let p = by_value_behind(&mut a, t);
        p * a[1] * a[2]
    }

    // ---- ends, parts ----

    #[differentiate]
    fn in_lanes(x: &[f64], y: &[f64]) -> f64 {
        let (a, b) = (x.chunks_exact(4), y.chunks_exact(4));
        let (rest_a, rest_b) = (a.remainder(), b.remainder());
        let mut sums = [0.0; 4];
        for (p, q) in a.zip(b) {
            for i in 0..4 {
                sums[i] += p[i] * q[i];
            }
        }
        let rest: f64 = rest_a.iter().zip(rest_b).map(|(p, q)| p * q).sum();
        sums.iter().sum::<f64>() + rest * rest
    }

    #[differentiate]
    fn ends(x: &[f64], t: f64) -> f64 {
        let mut v = x.to_vec();
        if let Some((first, rest)) = v.split_first_mut() {
            for a in rest.iter_mut() {
                *a *= *first;
            }
            *first = t;
        }
        if let Some((last, rest)) = v.split_last_mut() {
            let sum: f64 = rest.iter().sum();
            *last *= sum;
            if let Some(first) = rest.first_mut() {
                *first = *last * t;
            }
        }
        let Some((head, tail)) = v.split_first() else {
            return t;
        };
        let (end, _) = x.split_last().unwrap();
        let Some(part) = x.get(1..3) else {
            return head * t;
        };
        let none = x.get(2..=x.len()).is_none() && x.get(9..).is_none();
        let two = x.get(..=1).map_or(t, |two| two[0] * two[1]);
        let mut w = v.clone();
        if let Some(inner) = w.get_mut(1..2) {
            inner[0] *= 3.0;
        }
        let Some(last) = w.last_mut() else {
            return t;
        };
        *last += t;
        let s = head * tail.iter().sum::<f64>() + part[0] * part[1] + end * two;
        s * w.iter().sum::<f64>() * if none { t } else { 1.0 }
    }

    #[derive(Clone, Debug, Differentiable)]
    struct Body {
        mass: f64,
        speed: f64,
    }

    // references to structs
    #[differentiate]
    fn collide(bodies: &[Body], t: f64) -> f64 {
        let mut all = bodies.to_vec();
        while let Some((first, others)) = all.split_last_mut() {
            for other in others.iter_mut() {
                let kick = (first.speed - other.speed) * t / first.mass;
                other.speed += kick;
                first.speed -= kick * 0.5;
            }
            if others.len() < 2 {
                break;
            }
            all.pop();
        }
        let mut each = all.iter();
        let lead = each.next().unwrap();
        let mut s = lead.mass * lead.speed;
        while let Some(body) = each.next() {
            s = s * body.speed + body.mass;
        }
        all.retain(|body| body.speed < 5.0);
        s + all.iter().map(|b| b.mass * b.speed * b.speed).sum::<f64>()
    }

    #[differentiate]
    fn arrays(x: &[f64], t: f64) -> f64 {
        let a: [f64; 3] = x[..3].try_into().unwrap();
        let mut b = <[f64; 2]>::try_from(&x[1..3]).expect("two");
        b[0] *= t;
        let v: Vec<f64> = a.iter().map(|v| v * b[1]).collect();
        let [p, q, r]: [f64; 3] = v.try_into().unwrap();
        let c = std::array::from_fn::<_, 3, _>(|i| a[i] * t + i as f64);
        a[0] * b[0] + p * q + r * c[0] * c[2]
    }

    // ---- two vectors at once ----

    #[differentiate]
    fn split(x: &[f64], t: f64) -> f64 {
        let (squares, shifted): (Vec<f64>, Vec<f64>) = x.iter().map(|v| (v * v, v + t)).unzip();
        let (at, big): (Vec<usize>, Vec<f64>) =
            x.iter().copied().enumerate().filter(|(_, v)| *v > t).unzip();
        let (low, mut high): (Vec<f64>, Vec<f64>) = shifted.into_iter().partition(|v| *v < 2.0);
        high.push(t);
        let s: f64 = squares.iter().zip(&big).map(|(a, b)| a * b).sum();
        s * low.iter().sum::<f64>() + high.iter().product::<f64>() + at.len() as f64 * t
    }

    #[differentiate]
    fn tried(x: &[f64], t: f64) -> f64 {
        let product = x.iter().try_fold(t, |a, v| if *v > 0.9 { Some(a * v) } else { None });
        let sum = x.iter().try_fold(0.0, |a, v| {
            let next = a + v * t;
            (next < 99.0).then_some(next)
        });
        let counted: Result<f64, usize> =
            x.iter().enumerate().try_fold(t, |a, (i, v)| if *v < 2.0 { Ok(a * v) } else { Err(i) });
        let counted = match counted {
            Ok(v) => v * v,
            Err(i) => i as f64 * t,
        };
        product.unwrap_or(t * t) + sum.unwrap() * counted
    }

    #[differentiate]
    fn options(x: &[f64], t: f64) -> f64 {
        let a: f64 = x.iter().map(|v| (*v > t).then(|| v * v)).flatten().sum();
        let b: f64 = x
            .iter()
            .flat_map(|v| if *v > t { Some(v * t) } else { None })
            .take(2)
            .product();
        let c: f64 = [x.first(), x.get(7)].into_iter().flatten().sum();
        a * b + c
    }

    // ---- without an end, or with one that a closure tells ----

    #[differentiate]
    fn around(x: &[f64], w: &[f64], n: usize) -> f64 {
        let area: f64 = x.iter().zip(x.iter().cycle().skip(1)).map(|(a, b)| a * b).sum();
        let weighted: f64 = x.iter().zip(w.iter().cycle()).map(|(a, b)| a * b).sum();
        let few: f64 = w.iter().cycle().take(n).sum();
        let mut s = area * weighted + few;
        for (k, v) in w.iter().map(|v| v * area).cycle().enumerate() {
            if k >= n {
                break;
            }
            s = s * 0.3 + v;
        }
        s
    }

    #[differentiate]
    fn made(x: f64, t: f64) -> f64 {
        let powers: f64 = std::iter::successors(Some(x), |v| Some(v * x * t)).take(5).sum();
        let halves: Vec<f64> =
            std::iter::successors(Some(t), |&v| if v > 0.2 { Some(v * 0.5) } else { None }).collect();
        let mut level = x;
        let falls: f64 = std::iter::from_fn(|| {
            level *= t;
            if level > 0.1 { Some(level * level) } else { None }
        })
        .sum();
        let mut k = 1.0;
        let grown: f64 = std::iter::repeat_with(|| {
            k += x;
            k * t
        })
        .take(3)
        .product();
        let same: f64 = std::iter::repeat_n(x, 3).map(|v| v * t).sum();
        let mut terms = std::iter::successors(Some((1.0, 1.0)), |(term, n)| Some((term * x / n, n + 1.0)));
        let first = terms.next().map_or(0.0, |(term, _)| term);
        let exp: f64 = terms.by_ref().take(6).map(|(term, _)| term).sum();
        let after = terms.next().map_or(0.0, |(term, _)| term);
        powers * halves.iter().sum::<f64>() + falls * grown + same * level + exp * first - after * k
    }

    #[differentiate]
    fn one_of(x: &[f64], t: f64) -> f64 {
        let a = x.iter().nth(2).copied().unwrap_or(t);
        let b = *x.iter().last().unwrap();
        let c = x.windows(2).map(|w| w[0] * w[1]).nth(1).unwrap_or(t);
        let mut n = t;
        let d = x.iter().map(|v| { n = n * 0.5 + v; v * n }).nth(1).unwrap_or(t);
        let mut items = x.iter();
        let e = items.nth(1).map_or(t, |v| v * v);
        let f = items.nth(7).map_or(t, |v| v * v);
        a * b + c * d * n + e * f + items.len() as f64
    }
}

// which of equal ones comes first is as std has it: not so for dual numbers, which are larger
#[differentiate]
fn tied(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_unstable_by(|a, b| a.floor().total_cmp(&b.floor()));
    v.iter().enumerate().map(|(k, v)| v * (k * k) as f64).sum()
}

const X: [f64; 5] = [1.3, 0.8, 2.1, 1.7, 2.9];

#[test]
fn positions() {
    for x in [0.2, 1.1, 1.5, 2.7, 3.4] {
        oracle::check!(interpolated(
            &[0.5, 1.2, 2.0, 3.0],
            &[1.0, 3.0, 2.0, 0.5],
            x
        ));
        oracle::check!(searched(&[0.5, 1.2, 2.0, 3.0], &[1.0, 3.0, 2.0, 0.5], x));
    }
    oracle::check!(
        searched(&[0.5, 1.2, 2.0, 3.0], &[1.0, 3.0, 2.0, 0.5], 1.2),
        kink
    );
    oracle::check!(from_behind(&X, 0.9));
    oracle::check!(from_behind(&X[..1], 0.9));
}

#[test]
fn order() {
    oracle::check!(sorted(&X, &[3, 1, 2, 1, 3]));
    oracle::check!(sorted(&X[..1], &[3]));
    // many of each, so that all parts of the algorithm run
    for n in [7, 20, 33, 150] {
        let many: Vec<f64> = (0..n)
            .map(|k| f64::from(k * 37 % 11) * 0.4 + 0.13)
            .collect();
        backprop::assert_gradient!(tied(&many.clone()));
        assert_eq!(tied_grad(&many).0, tied(&many));
    }
}

#[test]
fn shorter() {
    for n in 0..=5 {
        oracle::check!(retained(&X[..n], 1.1));
        oracle::check!(deduplicated(&X[..n], 0.6));
        oracle::check!(one_of(&X[..n.max(1)], 1.1));
    }
    oracle::check!(
        retained_behind(&mut vec![1.3, 0.8, 0.8, 2.1, 0.8], 0.7),
        kink
    );
    oracle::check!(calls_retained(&X, 0.7));
    let store = Store {
        values: vec![1.3, 0.8, 2.1, 1.7],
        k: 0.6,
    };
    oracle::check!(of_fields(&store, 0.7));
    oracle::check!(by_value_behind(&mut [1.3, 0.8, 2.1], 0.7));
    oracle::check!(calls_by_value_behind([1.3, 0.8, 2.1], 0.7));
    for n in [0, 3, 4, 6, 8] {
        let y = [0.4, 1.2, 0.9, 0.3, 0.8, 1.5, 0.6, 1.1];
        let x = [1.3, 0.8, 2.1, 1.7, 2.9, 0.6, 1.4, 0.5];
        oracle::check!(in_lanes(&x[..n], &y[..n]));
    }
    oracle::check!(drained(&[1.3, 0.8, 2.1, 1.7, 2.9, 0.6], 0.7));
    oracle::check!(handed_over(&X, 0.7));
}

#[test]
fn parts() {
    for n in 3..=5 {
        oracle::check!(ends(&X[..n], 0.7));
        oracle::check!(arrays(&X[..n], 0.7));
    }
    oracle::check!(ends(&X[..1], 0.7));
    let body = |mass, speed| Body { mass, speed };
    oracle::check!(collide(
        &[body(1.0, 0.5), body(2.0, 1.5), body(1.5, -0.3)],
        0.4
    ));
    oracle::check!(collide(&[body(1.0, 0.5)], 0.4));
}

#[test]
fn two_at_once() {
    for n in 0..=5 {
        oracle::check!(split(&X[..n], 1.0));
        oracle::check!(tried(&X[..n], 1.0));
        oracle::check!(options(&X[..n], 1.0));
    }
}

#[test]
fn endless() {
    for n in 0..=5 {
        oracle::check!(around(&X[..n], &[0.5, 2.0, 0.7], n));
    }
    oracle::check!(around(&X, &[], 3));
    oracle::check!(made(0.8, 0.6));
    oracle::check!(made(0.8, 0.05));
}

#[test]
#[should_panic(expected = "length")]
fn panics_where_the_array_is_longer() {
    arrays_grad(&[1.0, 2.0], 0.5);
}
