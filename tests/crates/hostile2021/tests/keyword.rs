//! `gen`, which is a name in edition 2021 and a keyword in the edition of generated code.

use backprop::{assert_gradient, differentiate, Differentiable};

#[differentiate(jvp, hvp, hessian)]
fn gen(x: f64, k: f64) -> f64 {
    (x * k).sin()
}

#[differentiate(jvp, hvp)]
fn caller(gen: f64) -> f64 {
    let x = crate::gen(gen, 2.0);
    let gen = x * gen;
    gen * x
}

#[differentiate(recursive)]
fn twice(x: f64) -> f64 {
    if x < 1.0 {
        gen(x, x)
    } else {
        twice(0.5 * x)
    }
}

mod inner {
    #[backprop::differentiate(jvp, objective)]
    pub fn gen(v: &[f64]) -> f64 {
        let mut product = 1.0;
        for gen in v {
            product *= gen;
        }
        product
    }
}

#[allow(non_camel_case_types)]
#[derive(Clone, Differentiable)]
struct gene {
    gen: f64,
}

#[differentiate(jvp)]
impl gene {
    fn gen(&self, x: f64) -> f64 {
        self.gen * x * x
    }

    fn checked(&self, v: &[f64]) -> f64 {
        self.gen(inner::gen(v)) + self.gen
    }
}

#[differentiate]
fn applied(f: impl Fn(f64, f64) -> f64, gen: f64) -> f64 {
    f(gen, gen)
}

#[differentiate]
fn passed(x: f64) -> f64 {
    applied(gen, x)
}

#[differentiate]
fn in_loop(x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        s = gen(s, x);
    }
    s
}

#[test]
fn gradients() {
    let (x, k) = (0.3, 1.7);
    assert_gradient!(gen(x, k));
    assert_gradient!(caller(x));
    assert_gradient!(twice(2.3));
    assert_gradient!(inner::gen(&[x, k]));
    assert_gradient!(passed(x));
    assert_gradient!(in_loop(x, 5));
    let (s, c) = (x * k).sin_cos();
    let (value, slope) = gen_jvp(x, 1.0, k, 0.0);
    assert_eq!((value, slope), (s, c * k));
    let (_, _, hessian) = gen_hessian(x, k);
    assert!((hessian[0].0 + s * k * k).abs() < 1e-12);
    let gene = gene { gen: k };
    let (value, (d_gene, d_v)) = gene.checked_grad(&[x, 2.0]);
    let product = 2.0 * x;
    assert_eq!(value, k * product * product + k);
    assert!((d_gene.gen - product * product - 1.0).abs() < 1e-12);
    assert!((d_v[1] - 2.0 * k * product * x).abs() < 1e-12);
}
