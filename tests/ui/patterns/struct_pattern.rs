use backprop::differentiate;

struct S {
    a: f64,
}

#[differentiate]
fn f(s: S) -> f64 {
    let S { a } = s;
    a
}

fn main() {}
