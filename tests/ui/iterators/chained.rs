use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x.iter().chain(x.iter()).sum()
}

fn main() {}
