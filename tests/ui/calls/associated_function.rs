use backprop::differentiate;

struct S;

impl S {
    fn g(x: f64) -> f64 {
        x
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    S::g(x)
}

fn main() {}
