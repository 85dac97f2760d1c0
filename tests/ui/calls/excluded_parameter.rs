use backprop::differentiate;

#[derive(Clone, Copy)]
struct Scalar(f64);

#[differentiate(wrt(x))]
fn g(x: f64, s: Scalar) -> f64 {
    let _ = s;
    x
}

#[differentiate]
fn f(x: f64, s: Scalar) -> f64 {
    g(x, s) + g(x, s)
}

fn main() {}
