//! Methods of sequences and of iterators that few other programs use: each at least once,
//! in the forms in which people write them.

#![expect(
    clippy::ref_patterns,
    clippy::manual_repeat_n,
    clippy::inspect_for_each,
    clippy::double_ended_iterator_last,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Differentiable, Clone, Debug, Default, PartialEq)]
    struct Pair {
        a: f64,
        b: f64,
    }

    #[differentiate]
    fn lengths(x: &[f64], k: f64) -> f64 {
        let mut v: Vec<f64> = Vec::with_capacity(8);
        v.extend(x.iter().map(|a| a * k));
        v.extend_from_slice(&x[..2]);
        v.resize(x.len() + 4, k * k);
        v.truncate(x.len() + 3);
        let last = v.pop().unwrap_or(1.0);
        let mut s = last * v[0];
        if !v.is_empty() {
            s += v.iter().product::<f64>();
        }
        v.clear();
        v.push(s * k);
        v.push(k);
        v[0] * v[1] + v.as_slice()[1]
    }

    #[differentiate]
    fn looked_up(x: &[f64], i: usize) -> f64 {
        let mut s = match x.get(i) {
            Some(v) => v * v,
            None => 0.5,
        };
        if let Some(v) = x.get(1) {
            s *= v;
        }
        if let Some(v) = x.first() {
            s += v.sin();
        }
        s + x.last().map_or(2.0, |v| v * v * v) + x.get(i + 1).copied().unwrap_or(s * 0.5)
    }

    #[differentiate]
    fn rearranged(x: &[f64], k: f64) -> f64 {
        let mut v = x.to_vec();
        v.rotate_right(1);
        v.swap(0, 2);
        v.reverse();
        v[1..].rotate_left(1);
        let mut w = [0.0; 6];
        w[..3].copy_from_slice(&v[1..4]);
        w[3..=4].clone_from_slice(&x[..=1]);
        w[4..].fill(k * v[0]);
        let mut s = 0.0;
        for (i, a) in w.iter().enumerate() {
            s += a * a * (i as f64 + 0.5);
        }
        s
    }

    #[differentiate]
    fn parts(x: &[f64]) -> f64 {
        let mut s = 0.0;
        if let Some((head, tail)) = x.split_first() {
            s += head * tail.iter().sum::<f64>();
        }
        if let Some((last, rest)) = x.split_last() {
            s -= last * rest[0] * rest[0];
        }
        let (a, b) = x.split_at(2);
        for (p, q) in a.iter().zip(b) {
            s += p * q;
        }
        for (i, chunk) in x.chunks(2).enumerate() {
            s += chunk.iter().map(|v| v * v).sum::<f64>() * (i + 1) as f64;
        }
        for pair in x.chunks_exact(2) {
            s += pair[0] * pair[1];
        }
        s
    }

    #[differentiate]
    fn halves(x: &mut [f64], k: f64) -> f64 {
        let n = x.len() / 2;
        let (left, right) = x.split_at_mut(n);
        for (a, b) in left.iter_mut().zip(right.iter_mut()) {
            let old = *a;
            *a = old * *b;
            *b += k * old;
        }
        left[0] * right[n - 1]
    }

    #[differentiate]
    fn owned_items(x: Vec<f64>, y: [f64; 3]) -> f64 {
        let mut s = 1.0;
        for v in x.into_iter().rev() {
            s = s * 0.5 + v * v;
        }
        for v in y.into_iter().skip(1) {
            s *= v;
        }
        s
    }

    #[differentiate]
    fn sources(x: &[f64], k: f64) -> f64 {
        let weighted: f64 =
            x.iter().cloned().zip(std::iter::repeat(k).take(3)).map(|(v, w)| v * w).sum();
        let framed: f64 = std::iter::once(k).chain(x.iter().copied()).map(|v| v * v).sum();
        let stepped: f64 = x.iter().step_by(2).map(|v| v.sin()).sum();
        weighted * framed + stepped
    }

    #[differentiate]
    fn effects(x: &[f64], k: f64) -> f64 {
        let mut s = 0.0;
        let mut seen = 0;
        x.iter().for_each(|v| s += v * k);
        x.iter().inspect(|_| seen += 1).for_each(|v| s = s * 0.9 + v.cos());
        s * seen as f64
    }

    #[differentiate]
    fn ends(x: &[f64]) -> f64 {
        let least = x.iter().copied().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap_or(0.0);
        let most = x.iter().max_by(|a, b| a.total_cmp(b)).map_or(1.0, |v| *v);
        let joined = x.iter().copied().reduce(|a, b| a * 0.5 + b).unwrap_or(0.0);
        let last = x.iter().map(|v| v * v).last().unwrap_or(3.0);
        let many = x.iter().filter(|v| **v > 0.0).count() as f64;
        let all = if x.iter().all(|v| *v > -9.0) { joined } else { 0.0 };
        let any = if x.iter().any(|v| *v < 0.0) { last } else { most };
        least * most + all * any + many * joined
    }

    #[differentiate]
    fn adaptors(x: &[f64], k: f64) -> f64 {
        let a: f64 = x.iter().take_while(|v| **v > -0.5).map(|v| v * k).sum();
        let b: f64 = x.iter().skip_while(|v| **v > 0.0).map(|v| v * v).sum();
        let c: f64 = x.iter().map_while(|v| (*v > -1.0).then_some(v * 3.0)).sum();
        let d: f64 = x.iter().filter_map(|v| if *v > 0.0 { Some(v.ln() * k) } else { None }).sum();
        let e: f64 = x.iter().flat_map(|v| [v * k, v * v]).sum();
        let f: f64 = x.iter().scan(k, |s, v| { *s = *s * 0.5 + v; Some(*s * *s) }).sum();
        a * b + c * d + e * f
    }

    #[differentiate]
    fn optional(x: f64, y: f64) -> f64 {
        let positive = |v: f64| if v > 0.0 { Some(v) } else { None };
        let a = positive(x).and_then(|v| positive(v - 0.1)).unwrap_or(0.25);
        let b = positive(y).map(|v| v.sqrt()).map_or(1.0, |v| v * x);
        let c = positive(x * y).ok_or(()).map(|v| v * v).unwrap_or(y);
        let d = positive(y).filter(|v| *v < 2.0).or(Some(x * x)).unwrap_or(1.0);
        let e = positive(x).zip(positive(y)).map_or(0.5, |(p, q)| p * q);
        a * b + c * d + e
    }

    #[differentiate]
    fn by_reference(p: (f64, f64), v: Vec<f64>, pair: Pair) -> f64 {
        let (ref x, ref y) = p;
        let ref z = v[1];
        let Pair { ref a, b: ref second } = pair;
        let mut s = x * y + z * a;
        match v.as_slice() {
            [first, .., last] => s += first * last * second,
            [only] => s += only,
            [] => {}
        }
        match pair {
            Pair { ref b, .. } if *b > 0.0 => s * b,
            Pair { a: ref first, .. } => s - first,
        }
    }

    #[differentiate]
    fn ordered(x: &[f64], k: f64) -> f64 {
        let mut v = x.to_vec();
        v.sort_by(|a, b| b.partial_cmp(a).unwrap());
        let mut w: Vec<f64> = x.iter().map(|v| v * k).collect();
        w.sort_by(|a, b| a.total_cmp(b));
        let mut s = 0.0;
        for i in 0..v.len() {
            s += v[i] * w[i] * (i + 1) as f64;
        }
        s + [v, w].concat().iter().map(|v| v * v).sum::<f64>()
    }

    #[differentiate]
    fn taken(x: f64, y: f64) -> f64 {
        let (mut a, mut b) = (vec![x, y], vec![x * y]);
        std::mem::swap(&mut a, &mut b);
        let old = std::mem::replace(&mut a[0], y);
        let list = std::mem::take(&mut b);
        let squares = [x, y, old].map(|v| v * v);
        let grown: [f64; 3] = std::array::from_fn(|i| squares[i] * (i + 1) as f64);
        old * a[0] + list[0] * list[1] + grown[0] * grown[2] + b.len() as f64
    }
}

#[test]
fn programs() {
    let x = [0.7, -0.4, 1.3, 0.2, 0.9];
    oracle::check!(lengths(&x, 0.8));
    for i in [0, 3, 4, 9] {
        oracle::check!(looked_up(&x, i));
    }
    oracle::check!(looked_up(&[], 0));
    oracle::check!(rearranged(&x, 0.6));
    oracle::check!(parts(&x));
    oracle::check!(halves(&mut [0.3, 0.8, -0.4, 0.9], 0.7));
    oracle::check!(owned_items(vec![0.3, -0.6, 0.9], [0.5, 1.2, -0.7]));
    oracle::check!(owned_items(vec![], [0.5, 1.2, -0.7]));
    oracle::check!(sources(&x, 0.4));
    oracle::check!(effects(&x, 0.4));
    oracle::check!(ends(&x));
    oracle::check!(ends(&[]));
    oracle::check!(ends(&[0.4, 0.8]));
    oracle::check!(adaptors(&x, 0.3));
    for (a, b) in [(0.5, 0.7), (-0.5, 0.7), (0.05, -0.3), (0.8, 4.0)] {
        oracle::check!(optional(a, b));
    }
    for b in [0.6, -0.6] {
        oracle::check!(by_reference(
            (0.4, 0.9),
            vec![0.2, 0.5, 0.8],
            Pair { a: 0.3, b }
        ));
    }
    oracle::check!(ordered(&x, 1.7));
    oracle::check!(taken(0.6, 1.1));
}
