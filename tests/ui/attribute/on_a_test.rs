use backprop::differentiate;

#[differentiate]
#[test]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
