use backprop::differentiate;

struct S {
    a: f64,
}

#[differentiate]
fn f(x: f64) -> f64 {
    let s = S { a: x };
    s.a
}

fn main() {}
