use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    *x.iter().nth(1).unwrap()
}

fn main() {}
