use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Matrix {
    data: Vec<f64>,
}

#[differentiate]
fn pick<'m>(w: &[f64], m: &'m mut Matrix) -> &'m mut f64 {
    &mut m.data[w.len()]
}

#[differentiate]
fn f(m: &mut Matrix, w: &mut [f64]) {
    *pick(w, m) *= w[0];
}

fn main() {}
