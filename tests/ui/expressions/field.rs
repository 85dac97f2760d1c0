use backprop::differentiate;

struct S {
    a: f64,
}

#[differentiate]
fn f(s: S) -> f64 {
    s.a * 2.0
}

fn main() {}
