//! Vectors in variants, changed through `&mut`: several at once, in other variants, passed on.

#![expect(
    clippy::single_match,
    reason = "the programs use every form that people write"
)]

use backprop::{Differentiable, differentiate};
oracle::programs! {
    #[derive(Differentiable, Clone, Debug)]
    enum Inner {
        Dense(Vec<f64>),
        None,
    }
    #[derive(Differentiable, Clone, Debug)]
    enum Layer {
        Dense(Vec<f64>),
        Deep(Inner),
        None,
    }
    #[derive(Differentiable, Clone, Debug)]
    struct Held {
        layer: Layer,
    }

    #[differentiate]
    fn beside_a_number(layer: &mut Layer, k: f64, n: usize) {
        match (layer, n) {
            (Layer::Dense(w), 0) => w[0] *= k * w[1],
            (Layer::Deep(Inner::Dense(v)), _) => v.push(k),
            _ => {}
        }
    }
    #[differentiate]
    fn two_at_once(layer: &mut Layer, mut own: Layer, k: f64) -> f64 {
        if let (Layer::Dense(w), Layer::Dense(v)) = (layer, &mut own) {
            w[0] *= v[0];
            v[1] = w[0] * k;
        }
        if let Layer::Dense(v) = own {
            v[0] * v[1]
        } else {
            k
        }
    }
    #[differentiate]
    fn of_a_field(h: &mut Held, k: f64, n: usize) {
        match (&mut h.layer, n) {
            (Layer::Dense(w), 0) => w[0] *= k,
            (Layer::Deep(i), _) => match (i, n) {
                (Inner::Dense(w), 1) => w[0] *= k,
                _ => {}
            },
            _ => {}
        }
    }
    #[differentiate]
    fn two_levels(layer: &mut Layer, other: &mut [f64], k: f64) {
        match layer {
            Layer::Dense(w) => {
                w.push(k);
                w[0] *= k;
                other[0] *= w[0]
            }
            Layer::Deep(i) => match i {
                Inner::Dense(w) => w[0] *= k,
                _ => {}
            },
            Layer::None => {}
        }
    }
    #[differentiate]
    fn by_methods(layer: &mut Layer, k: f64) -> f64 {
        match layer {
            Layer::Dense(w) => {
                let v = w;
                v[0] = k * v[1];
                let (_, end) = v.split_at_mut(1);
                end[0] *= k;
                v.swap(0, 1);
                v.pop().unwrap()
            }
            _ => k,
        }
    }
    #[differentiate]
    fn product(x: &[f64]) -> f64 {
        let mut p = 1.0;
        for v in x {
            p *= v;
        }
        p
    }
    #[differentiate]
    fn cubed(x: &f64) -> f64 {
        x * x * x
    }
    #[differentiate]
    fn widen(x: &mut Vec<f64>, k: f64) {
        let last = x[0] * k;
        x.push(last);
    }
    #[differentiate]
    fn passed_on(layer: &mut Layer, held: &mut Option<f64>, k: f64) -> f64 {
        let mut total = k;
        if let Layer::Dense(w) = layer {
            total += product(w);
            widen(w, k);
            total *= product(w) + w[2];
        }
        if let Some(h) = held {
            total += cubed(h);
            *h *= total;
            total += cubed(h);
        }
        total
    }
    #[differentiate]
    fn let_else(layer: &mut Layer, k: f64) {
        let Layer::Dense(w) = layer else { return };
        w[0] *= k;
        for e in w.iter_mut() {
            *e = *e * *e * k;
        }
    }
}
#[test]
fn layers() {
    let all = [
        Layer::Dense(vec![0.3, 0.7]),
        Layer::Deep(Inner::Dense(vec![0.4, 0.6])),
        Layer::Deep(Inner::None),
        Layer::None,
    ];
    for l in &all {
        for (n, own) in all.iter().take(2).enumerate() {
            oracle::check!(beside_a_number(&mut l.clone(), 1.3, n));
            oracle::check!(two_at_once(&mut l.clone(), own.clone(), 1.3));
            let mut h = Held { layer: l.clone() };
            oracle::check!(of_a_field(&mut h, 1.3, n));
            for k in [1.3, -0.4] {
                oracle::check!(two_levels(&mut l.clone(), &mut [0.2, 0.9], k));
                for o in [None, Some(0.6)] {
                    oracle::check!(passed_on(&mut l.clone(), &mut o.clone(), k));
                }
                oracle::check!(by_methods(&mut l.clone(), k));
                oracle::check!(let_else(&mut l.clone(), k));
            }
        }
    }
}
