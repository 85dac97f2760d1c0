//! Loops over constants that are no sequences: text, maps, sets, iterators.

use backprop::differentiate;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

struct Down(u32);

impl Down {
    fn new(n: u32) -> Down {
        Down(n)
    }
}

impl Iterator for Down {
    type Item = u32;

    // without an end: only as many items are asked for as the loop takes
    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.wrapping_sub(1);
        Some(self.0)
    }
}

fn table(n: usize) -> Vec<usize> {
    (0..n).collect()
}

oracle::programs! {
    #[differentiate]
    fn word(s: &str, x: f64) -> f64 {
        let mut y = x;
        for c in s.chars() {
            if c == 'a' {
                y *= x;
            } else {
                y += c as u32 as f64 * 0.01;
            }
        }
        for (i, c) in s.chars().enumerate() {
            if c == 'b' {
                y += i as f64 * x;
            }
        }
        for b in s.bytes() {
            y += b as f64 * x * 0.01;
        }
        for w in s.split(' ') {
            y += w.len() as f64 * x;
        }
        for _ in s.lines() {
            y *= x;
        }
        y
    }
    #[differentiate]
    fn made_here(x: &[f64]) -> f64 {
        let mut s = 0.0;
        let m: BTreeMap<usize, usize> = BTreeMap::from([(0, 1), (1, 0)]);
        for (k, v) in &m {
            s += x[*k] * x[*v] * x[*k];
        }
        for k in m.keys() {
            s += x[*k];
        }
        for v in m.values() {
            s *= x[*v];
        }
        let t = BTreeSet::from([0usize, 1]);
        for i in &t {
            s += x[*i] * x[*i];
        }
        for i in t {
            s += x[i] * x[i];
        }
        s + m.iter().map(|(k, v)| x[*k] * x[*v]).sum::<f64>()
    }

    #[differentiate]
    fn weight(name: &str, x: f64) -> f64 {
        if name == "a" { x * x } else { x }
    }
    #[differentiate]
    fn by_name(m: &BTreeMap<String, usize>, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for (name, i) in m {
            s += weight(name, x[*i]);
            if name == "b" && *i > 0 {
                s *= 2.0;
            }
        }
        for (_, &i) in m.iter() {
            s += x[i] * (i as f64 + 1.0);
        }
        'outer: for i in m.values() {
            for j in m.values() {
                if i == j {
                    continue 'outer;
                }
                if *j > 4 {
                    break 'outer;
                }
                s += x[*i] * x[*j];
            }
        }
        s
    }
    #[differentiate]
    fn endless(x: f64) -> f64 {
        let mut y = x;
        for k in Down::new(7) {
            y = y.sin() + x * k as f64;
            if k < 3 {
                break;
            }
        }
        y
    }
    #[differentiate]
    fn tables(x: &[f64], n: usize) -> f64 {
        let mut s = 1.0;
        for i in table(n) {
            s *= x[i] + 1.0;
        }
        for i in &table(n) {
            s += x[*i] * x[*i];
        }
        let t = table(n);
        for i in t.iter().rev() {
            s *= x[*i];
        }
        for (i, v) in t.iter().zip(x) {
            s += *i as f64 * v;
        }
        for i in &t {
            s += x[*i];
        }
        for i in t {
            s += x[i] * x[i] * i as f64;
        }
        s
    }
    #[differentiate]
    fn words(t: &str, x: f64) -> f64 {
        let mut s = x;
        for w in t.split_whitespace() {
            s *= match w {
                "double" => 2.0 * x,
                "half" => 0.5,
                _ => x,
            };
            if let Ok(v) = w.parse::<i32>() {
                s += v as f64 * x * x;
            }
        }
        for (k, line) in t.lines().enumerate() {
            s += (line.len() + k) as f64 * x;
        }
        for (a, b) in t.chars().zip(t.chars().skip(1)) {
            if a == b {
                s *= x;
            }
        }
        s
    }
    #[differentiate]
    fn queue(x: &[f64], q: &VecDeque<usize>) -> f64 {
        let mut s = 0.0;
        for i in q {
            s += x[*i] * x[*i];
        }
        s + q.iter().map(|&i| x[i].exp()).sum::<f64>()
            + q.iter()
                .filter(|i| **i > 0)
                .map(|&i| x[i] * 3.0)
                .fold(0.0, |a, b| a * 0.5 + b)
    }
    #[differentiate]
    fn sets(x: &[f64], t: &BTreeSet<usize>) -> f64 {
        let mut s = 0.0;
        let extra: BTreeSet<usize> = t.iter().map(|i| i + 1).filter(|i| *i < 3).collect();
        for i in t.union(&extra) {
            s += x[*i] * x[0];
        }
        for i in &extra {
            s += x[*i] * x[*i];
        }
        if t.contains(&1) {
            s *= x[1];
        }
        s
    }
}

#[test]
fn text() {
    oracle::check!(word("ab ba", 0.4));
    oracle::check!(words("double x 3 half\naab", 0.7));
}

#[test]
fn collections() {
    let m: BTreeMap<String, usize> = [("a".to_string(), 0), ("b".to_string(), 1)].into();
    oracle::check!(by_name(&m, &[0.9, 0.2]));
    oracle::check!(made_here(&[0.9, 0.2]));
    oracle::check!(tables(&[0.9, 0.2, 0.4], 3));
    oracle::check!(queue(&[0.9, 0.2, 0.4], &VecDeque::from([2, 0])));
    oracle::check!(sets(&[0.9, 0.2, 0.4], &BTreeSet::from([1, 0])));
}

#[test]
fn endless_iterator() {
    oracle::check!(endless(0.3));
}
