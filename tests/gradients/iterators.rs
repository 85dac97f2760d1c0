//! Chains: where they end, what their closures keep, how often they run.

use backprop::differentiate;

oracle::programs! {
    // ---- leaving a flattened chain ----

    #[differentiate]
    fn breaks(m: &[Vec<f64>], t: f64) -> f64 {
        let mut s = t;
        for a in m.iter().flatten() {
            if *a > 0.85 {
                break;
            }
            s += a * a;
        }
        s
    }

    #[differentiate]
    fn continues(m: &[Vec<f64>], t: f64) -> f64 {
        let mut s = t;
        'items: for a in m.iter().flatten() {
            for k in 0..3 {
                if k as f64 * a > 0.5 {
                    continue 'items;
                }
                s += a * t;
            }
            if *a > 0.9 {
                break 'items;
            }
            s *= 1.5;
        }
        s
    }

    #[differentiate]
    fn finds(m: &[Vec<f64>], t: f64) -> f64 {
        let found = m.iter().flatten().find(|a| **a > t).copied().unwrap_or(t);
        let at = m.iter().flatten().position(|a| *a > t).unwrap_or(9);
        let any = m.iter().flat_map(|row| row.iter()).any(|a| *a > t);
        let all = m.iter().flatten().all(|a| *a < 0.85);
        let first = m.iter().flatten().next().copied().unwrap_or(t);
        found * t + at as f64 * t + if any { found } else { t } - if all { t } else { first }
    }

    #[differentiate]
    fn cuts(m: &[Vec<f64>], t: f64) -> f64 {
        let a: f64 = m.iter().flatten().take_while(|a| **a < 0.85).sum();
        let b: f64 = m
            .iter()
            .flatten()
            .map_while(|a| if *a < 0.85 { Some(a * 2.0) } else { None })
            .sum();
        let c: f64 = m
            .iter()
            .flatten()
            .scan(t, |s, a| {
                *s = 1.3 * a;
                if *s > 1.0 {
                    return None;
                }
                Some(*s)
            })
            .sum();
        a * t + b * b + c
    }

    #[differentiate]
    fn counts(m: &[Vec<f64>], y: &[f64], t: f64) -> f64 {
        let mut n = 0.0;
        let a: f64 = m
            .iter()
            .inspect(|_| n += 1.0)
            .flatten()
            .take_while(|a| **a < 2.0)
            .zip(y)
            .map(|(a, b)| a * b)
            .sum();
        let b: f64 = m.iter().inspect(|_| n += t).flatten().take(4).sum();
        let c: f64 = m.iter().inspect(|_| n *= t).flatten().skip(1).step_by(2).sum();
        a + b * t + c * n
    }

    #[differentiate]
    fn deep(m: &[Vec<f64>], y: &[f64], t: f64) -> f64 {
        let mut s = 0.0;
        for w in m
            .iter()
            .flat_map(|row| row.iter().flat_map(|a| y.iter().map(move |b| a * b)))
        {
            if w > 0.7 {
                break;
            }
            s += w * t;
        }
        let mut tries = 0.0;
        let few: f64 = m
            .iter()
            .flat_map(|row| {
                row.iter()
                    .flat_map(|a| y.iter().map(move |b| a - b))
            })
            .filter(|w| {
                tries += 1.0;
                *w > 0.0
            })
            .take(2)
            .sum();
        s + few * tries
    }

    // the names of the closure are its own
    #[differentiate]
    fn shadowed(m: &[Vec<f64>], a: f64) -> f64 {
        let row = a * a;
        let mut s = 0.0;
        for w in m.iter().flat_map(|row| row.iter().map(|a| a * 2.0)) {
            s += w * a + row;
        }
        s
    }

    // ---- chains one after the other, without positions ----

    #[differentiate]
    fn joined(x: &[f64], m: &[Vec<f64>], t: f64) -> f64 {
        let a: f64 = x.iter().filter(|v| **v > t).chain(m.iter().flatten()).sum();
        let mut n = t;
        let b: f64 = x
            .iter()
            .filter(|_| { n += 1.0; true })
            .chain(x.iter().map_while(|v| if *v < 0.91 { Some(v) } else { None }))
            .chain(m.iter().flatten())
            .skip(1)
            .take(4)
            .map(|v| v * v)
            .sum();
        let mut s = a * b;
        'all: for v in m.iter().flatten().chain(x).chain(x.iter().skip_while(|v| **v < t)) {
            for k in 0..2 {
                if v * k as f64 > 0.75 {
                    continue 'all;
                }
                s += v * t;
            }
            if *v > 0.93 {
                break;
            }
            s *= 0.9;
        }
        let c: f64 = std::iter::once(t)
            .chain(x.iter().copied().filter(|v| *v > 0.52))
            .scan(1.0, |p, v| { *p *= v; if *p < 0.1 { None } else { Some(*p) } })
            .sum();
        s + c * n
    }

    // begins with a call, and is no option
    #[differentiate]
    fn begins_with_one(x: &[f64], t: f64) -> f64 {
        let sum: f64 = std::iter::once(t).chain(x.iter().copied()).map(|v| v * t).sum();
        let least = std::iter::once(t * t)
            .chain(x.iter().copied())
            .filter(|v| *v > 0.25)
            .map(|v| v * t)
            .min_by(|p, q| p.total_cmp(q));
        sum + least.unwrap_or(t)
    }

    #[differentiate]
    fn finds_mapped(m: &[Vec<f64>], t: f64) -> f64 {
        let a = m
            .iter()
            .flatten()
            .find_map(|v| if *v > t { Some(v * t) } else { None })
            .unwrap_or(t);
        match m.iter().find_map(|row| if row.len() > 2 { Some((row[0], row[1])) } else { None }) {
            Some((p, q)) => a * p + q,
            None => a,
        }
    }

    // ---- closures that own what they change ----

    #[differentiate]
    fn moved(x: &[f64], a: f64) -> f64 {
        let mut acc = a;
        let mapped: f64 = x.iter().map(move |v| { acc += v; acc }).sum();
        let kept: f64 = x.iter().filter(move |v| { acc += **v; acc > 2.05 }).sum();
        let folded = x.iter().fold(0.0, move |p, v| { acc *= 0.5; p + acc * v });
        let scanned: f64 = x
            .iter()
            .scan(0.0, move |s, v| { acc *= 0.5; *s += v * acc; Some(*s) })
            .sum();
        let last = x.iter().copied().reduce(move |p, v| { acc *= 0.5; p * acc + v });
        mapped * kept + folded - scanned * acc + last.unwrap_or(a)
    }

    #[differentiate]
    fn moved_in_loop(x: &[f64], a: f64) -> f64 {
        let mut acc = a;
        let mut s = 0.0;
        for w in x.iter().map(move |v| { acc += v; acc }) {
            s += w * acc;
        }
        acc *= 2.0;
        let c: [f64; 3] = std::array::from_fn(move |i| { acc *= 0.5; acc + i as f64 });
        let d = [a, 1.0].map(move |w| { acc *= 0.5; acc * w });
        s + c[0] * c[1] + c[2] + d[0] * d[1] + acc
    }

    #[differentiate]
    fn moved_array(x: &[f64], a: f64) -> f64 {
        let mut v = [a, 0.0];
        let s: f64 = x
            .iter()
            .map(move |w| {
                v[1] += w;
                v[0] *= 0.5;
                v[0] * v[1]
            })
            .sum();
        s + v[0] + v[1]
    }

    // a closure that is `Copy` is copied where it is passed by value
    #[differentiate]
    fn named(x: &[f64], a: f64) -> f64 {
        let mut c = a;
        let mut halve = move |w: f64| { c *= 0.5; c * w };
        let first = halve(1.0);
        let passed: f64 = x.iter().copied().map(halve).sum();
        let lent: f64 = x.iter().copied().map(&mut halve).sum();
        let inner: f64 = x.iter().map(move |v| halve(*v)).sum();
        c += 1.0;
        first + passed * 2.0 + lent * 3.0 + inner * 5.0 + halve(7.0) * c
    }

    // ---- how often closures run ----

    #[differentiate]
    fn skips(x: &[f64], k: f64) -> f64 {
        let mut level = k;
        let a: f64 = x.iter().map(|v| { level *= v; level }).skip(1).sum();
        let b: f64 = x.iter().map(|v| { level += v; level }).step_by(2).sum();
        let mut n = 0.0;
        let c: f64 = x.iter().inspect(|_| n += 1.0).skip(1).sum();
        let d: f64 = (0..x.len()).map(|i| { level *= 1.5; x[i] * level }).step_by(2).sum();
        let e: f64 = x.iter().map(|v| { level -= v; level }).enumerate().skip(1)
            .map(|(i, v)| v * i as f64).sum();
        a + b * k + c * n + d - e * level
    }

    #[differentiate]
    fn takes(x: &[f64], k: f64) -> f64 {
        let mut c = 0.0;
        let a: f64 = x.iter().filter(|v| { c += 1.0; **v > 0.4 }).take(1).sum();
        let b: f64 = x
            .iter()
            .filter_map(|v| { c *= 1.5; if *v > 0.4 { Some(v * k) } else { None } })
            .take(2)
            .sum();
        let d: f64 = x
            .iter()
            .map_while(|v| { c += k; if *v < 9.0 { Some(v * c) } else { None } })
            .take(2)
            .sum();
        let none: f64 = x.iter().skip_while(|v| { c += 3.0; **v < 0.2 }).take(0).sum();
        let mut s = 0.0;
        for v in x.iter().filter(|v| { c += 0.5; **v > 0.1 }).take(2) {
            if *v > 0.8 {
                continue;
            }
            s += v * k;
        }
        a + b + d + none + s * c
    }

    #[differentiate]
    fn zips(x: &[f64], y: &[f64], k: f64) -> f64 {
        let mut level = k;
        // the left closure runs once more than there are pairs
        let a: f64 = x.iter().filter(|v| { level += **v; level > 1.3 }).zip(y).map(|(a, b)| a * b).sum();
        let b: f64 = y.iter().zip(x.iter().map(|v| { level *= v; level })).skip(1)
            .map(|(a, b)| a * b).sum();
        let c: f64 = y.iter().zip(x.iter().map(|v| { level += v; level })).take(2)
            .map(|(a, b)| a - b).sum();
        let d: f64 = x.iter().map(|v| { level += v; level }).rev().take(2).sum();
        a + b + c * level + d
    }

    // closures without a trace may be left out, and positions stay known
    #[differentiate]
    fn pure(x: &[f64], y: &[f64], k: f64) -> f64 {
        let a: f64 = x.iter().map(|v| v * k).skip(1).rev().step_by(2).sum();
        let b: f64 = y
            .iter()
            .zip(x.iter().map(|v| { let mut t = *v; t *= k; t.exp() }).skip(1))
            .map(|(a, b)| a * b)
            .sum();
        let c: f64 = x.iter().copied().map(f64::sin).enumerate().rev().map(|(i, v)| v * i as f64).sum();
        let d: f64 = (0..x.len()).map(|i| i as f64 * k).step_by(2).rev().take(2).sum();
        a + b * c - d
    }

    // ---- ranges at the ends of their types ----

    #[differentiate]
    fn ends(x: &[f64]) -> f64 {
        let a: f64 = (0_u8..=255).zip(x.iter()).map(|(i, v)| v * f64::from(i)).sum();
        let b: f64 = (250_u8..=255).rev().skip(1).zip(x).map(|(i, v)| v * f64::from(i)).sum();
        let c: f64 = (-100_i8..100).skip(150).zip(x).map(|(i, v)| v * f64::from(i)).sum();
        let d: f64 = (-128_i8..=127).rev().zip(x).map(|(i, v)| v * v * f64::from(i)).sum();
        let e: f64 = (0..=usize::MAX).zip(x).map(|(i, v)| v * v * i as f64).sum();
        let f: f64 = (i64::MIN..=i64::MAX).take(2).zip(x).map(|(i, v)| v * (i % 7) as f64).sum();
        let g: f64 = (-100_i8..).skip(190).zip(x).map(|(i, v)| v * f64::from(i)).sum();
        a + b * c + d - e + f + g
    }

    #[expect(clippy::reversed_empty_ranges, reason = "it is empty")]
    #[differentiate]
    fn empty(x: &[f64]) -> f64 {
        let a: f64 = (3_u8..=2).zip(x).map(|(i, v)| v * f64::from(i)).sum();
        a + (1..=0).rev().skip(1).map(|i: usize| x[i]).sum::<f64>() + x[0]
    }

    // ---- states of `scan` that are taken apart ----

    #[differentiate]
    fn state(x: &[f64], t: f64) -> f64 {
        let a: f64 = x
            .iter()
            .scan((t, 1.0), |(level, power), v| {
                *level = *level * 0.5 + v;
                *power *= *level;
                Some(*power)
            })
            .sum();
        let b: f64 = x
            .iter()
            .scan(None, |before: &mut Option<f64>, &v| {
                let step = match *before {
                    Some(p) => v - p,
                    None => 0.0,
                };
                *before = Some(v);
                Some(step)
            })
            .map(|step| step * step)
            .sum();
        a + b * t
    }
}

fn matrices() -> [Vec<Vec<f64>>; 3] {
    [
        vec![vec![0.3, 0.9, 0.2], vec![0.8, 0.1], vec![0.95, 0.4]],
        vec![vec![0.3, 0.2], vec![], vec![0.82, 0.1, 0.7]],
        vec![],
    ]
}

#[test]
fn flattened() {
    for m in &matrices() {
        for t in [0.65, 0.99] {
            oracle::check!(breaks(m, t));
            oracle::check!(continues(m, t));
            oracle::check!(finds(m, t));
            oracle::check!(cuts(m, t));
            oracle::check!(shadowed(m, t));
            oracle::check!(finds_mapped(m, t));
            for x in [&[0.5, 0.6, 0.92, 0.45][..], &[0.25], &[]] {
                oracle::check!(joined(x, m, t));
            }
            for y in [&[0.5, 0.6, 0.72, 0.45][..], &[0.25], &[]] {
                oracle::check!(counts(m, y, t));
                oracle::check!(deep(m, y, t));
            }
        }
    }
}

#[test]
fn owned_by_closures() {
    for x in [&[0.3, 0.91, 0.2, 0.75][..], &[0.4], &[]] {
        oracle::check!(moved(x, 1.6));
        oracle::check!(moved_in_loop(x, 1.6));
        oracle::check!(moved_array(x, 1.6));
        oracle::check!(named(x, 1.6));
    }
}

#[test]
fn runs_of_closures() {
    for x in [&[0.3, 0.91, 0.2, 0.75, 0.6][..], &[0.45, 0.5], &[]] {
        oracle::check!(skips(x, 0.7));
        oracle::check!(takes(x, 0.7));
        for y in [&[0.5, 0.6, 0.72, 0.45, 0.3, 0.2][..], &[0.25, 0.35], &[]] {
            oracle::check!(zips(x, y, 0.7));
            oracle::check!(pure(x, y, 0.7));
        }
    }
}

#[test]
fn ends_of_types() {
    oracle::check!(ends(&[0.3, 0.91, 0.2]));
    oracle::check!(empty(&[0.3, 0.91, 0.2]));
}

#[test]
fn begins() {
    oracle::check!(begins_with_one(&[0.9, 0.3, 0.2], 0.7));
    oracle::check!(begins_with_one(&[], 0.4));
}

#[test]
fn states() {
    oracle::check!(state(&[0.9, 0.3, 0.7], 0.4));
    oracle::check!(state(&[], 0.4));
}

#[test]
#[should_panic(expected = "step != 0")]
fn steps_of_zero() {
    #[differentiate]
    fn f(x: &[f64], n: usize) -> f64 {
        x.iter().filter(|v| **v > 9.0).step_by(n).sum()
    }
    f_grad(&[], 0);
}
