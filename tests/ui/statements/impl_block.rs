use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    struct S;
    impl S {}
    x
}

fn main() {}
