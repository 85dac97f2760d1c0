//! Variants and structs inside variants, by their own names alone, changed where they are.

use backprop::{Differentiable, assert_gradient, differentiate};

#[derive(Differentiable, Clone, Debug)]
enum Inner {
    Small(Vec<f64>),
    Pair(f64, f64),
}

#[derive(Differentiable, Clone, Debug)]
struct Spot(f64, f64);

#[derive(Differentiable, Clone, Debug)]
struct Part {
    a: f64,
    list: Vec<f64>,
}

#[derive(Differentiable, Clone, Debug)]
enum Outer {
    Deep(Inner),
    At(Spot, f64),
    Of { part: Part, k: f64 },
    Maybe(Option<Inner>),
    Empty,
}

use Inner::{Pair, Small};
use Outer::{At, Deep, Empty, Maybe, Of};

#[differentiate(jvp, hvp)]
fn change(o: &mut Outer, k: f64) -> f64 {
    match o {
        Deep(Small(w)) if w.is_empty() => k,
        Deep(Small(w)) => {
            w[0] *= k;
            w.push(k * k);
            w[0]
        }
        Deep(Pair(a, b)) => {
            *a *= k * *b;
            *b += *a;
            *a
        }
        At(Spot(x, y), z) => {
            *x *= *y * *z;
            *y = k * *x;
            *x
        }
        Of {
            part: Part { a, list },
            k: q,
        } => {
            *a *= list[0] * *q;
            list[0] = *a;
            *q *= k;
            *a
        }
        Maybe(Some(Pair(a, _))) => {
            *a = a.sin() * k;
            *a
        }
        Maybe(_) | Empty => k,
    }
}

#[differentiate(jvp, hvp)]
fn value(o: &Outer, k: f64) -> f64 {
    match o {
        Deep(Small(w)) => w.iter().sum::<f64>() * k,
        Deep(Pair(a, b)) => a * b * k,
        At(Spot(x, y), z) => x * y * z,
        Of {
            part: Part { a, list },
            k: q,
        } => a * list[0] * q,
        Maybe(Some(Pair(a, b))) => a * b,
        _ => k,
    }
}

#[differentiate(jvp, hvp)]
fn twice(o: &Outer, k: f64) -> f64 {
    let mut o = o.clone();
    let first = change(&mut o, k);
    let between = value(&o, first);
    let second = change(&mut o, first);
    if let Deep(Pair(a, b)) = &mut o {
        std::mem::swap(a, b);
        *b *= k;
    }
    first * second * between + value(&o, k)
}

#[test]
fn changed_inside() {
    let all = [
        Deep(Small(vec![1.5, 2.0])),
        Deep(Small(Vec::new())),
        Deep(Pair(1.5, 0.5)),
        At(Spot(0.5, 1.5), 2.5),
        Of {
            part: Part {
                a: 0.5,
                list: vec![1.5],
            },
            k: 3.0,
        },
        Maybe(Some(Pair(0.5, 1.5))),
        Maybe(Some(Small(vec![2.0]))),
        Maybe(None),
        Empty,
    ];
    for o in &all {
        assert_gradient!(value(&o.clone(), 0.7));
        assert_gradient!(change(&mut o.clone(), 0.7));
        assert_gradient!(twice(&o.clone(), 0.7));
        assert_gradient!(twice(&o.clone(), -1.25));
    }
    // by hand: a' = a b k, b' = b + a b k, result a'
    let mut pair = Deep(Pair(1.5, 0.5));
    let (value, (d_o, d_k)) = change_grad(&mut pair, 2.0);
    assert_eq!((value, d_k), (1.5, 0.75));
    assert!(matches!(pair, Deep(Pair(a, b)) if a == 1.5 && b == 2.0));
    let OuterGradient::Deep(InnerGradient::Pair(d_a, d_b)) = d_o else {
        panic!("the gradient of another variant");
    };
    assert_eq!((d_a, d_b), (1.0, 3.0));
}

// a guard sees what is bound inside
#[differentiate(jvp, hvp)]
fn guarded(o: &Outer, k: f64) -> f64 {
    match o {
        At(Spot(x, y), z) if x > y => x * y * z * k,
        At(Spot(x, _), z) if *z > 1.0 => x * z,
        Of {
            part: Part { a, list },
            k: q,
        } if list.len() > 1 => a * list[1] * q,
        Deep(Pair(a, b)) if *a > *b * k => a.sin() * b,
        _ => k * k,
    }
}

#[test]
fn guards() {
    let part = |list: &[f64]| Of {
        part: Part {
            a: 0.5,
            list: list.to_vec(),
        },
        k: 3.0,
    };
    for o in [
        At(Spot(1.5, 0.5), 2.5),
        At(Spot(0.5, 1.5), 2.5),
        At(Spot(0.5, 1.5), 0.5),
        part(&[1.5, 2.0]),
        part(&[1.5]),
        Deep(Pair(1.5, 0.5)),
        Deep(Pair(0.25, 0.75)),
        Empty,
    ] {
        assert_gradient!(guarded(&o.clone(), 0.7));
    }
    let (value, (d_o, d_k)) = guarded_grad(&At(Spot(1.5, 0.5), 2.0), 3.0);
    assert_eq!((value, d_k), (4.5, 1.5));
    let OuterGradient::At(SpotGradient(d_x, d_y), d_z) = d_o else {
        panic!("the gradient of another variant");
    };
    assert_eq!((d_x, d_y, d_z), (3.0, 9.0, 2.25));
}
