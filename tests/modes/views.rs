//! References that go on from one iteration to the next, and that may not be there.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn heads(x: &[f64], k: f64) -> f64 {
        let mut rest = x;
        let mut s = k;
        while let Some((head, tail)) = rest.split_first() {
            s = s * 0.5 + head * head * head * k;
            rest = tail;
        }
        s
    }

    #[differentiate]
    fn lasts(x: &[f64], k: f64) -> f64 {
        let mut rest = x;
        let mut s = k;
        while let [front @ .., last] = rest {
            s = s.sin() * last + rest.iter().sum::<f64>() * last;
            rest = front;
        }
        s
    }

    #[differentiate]
    fn early(x: &[f64], k: f64) -> f64 {
        let mut rest = x;
        let mut s = k;
        while !rest.is_empty() {
            let Some((head, tail)) = rest.split_first() else { break };
            s *= head * x[tail.len()];
            if s > 2.0 { return s * tail.iter().sum::<f64>(); }
            rest = tail;
        }
        s * rest.len() as f64 + s * s
    }

    #[differentiate]
    fn shorter(x: &[f64], k: f64) -> f64 {
        let part = if let Some((_, tail)) = x.split_last() {
            if k > 0.5 { tail } else { x }
        } else {
            x
        };
        part.iter().map(|v| v * v * k).sum()
    }
}

#[test]
fn programs() {
    for x in [&[0.7, -1.2, 1.9, 0.4][..], &[2.0, 1.5], &[-0.3], &[]] {
        for k in [0.4, 0.9, 2.5] {
            oracle::check!(heads(x, k));
            oracle::check!(lasts(x, k));
            oracle::check!(early(x, k));
            oracle::check!(shorter(x, k));
        }
    }
}
