use backprop::differentiate;

struct S {
    a: f64,
}

#[differentiate(wrt(x))]
fn f(x: f64, mut s: S) -> f64 {
    s.a = x;
    x
}

fn main() {}
