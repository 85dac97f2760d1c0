use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x.iter().skip_while(|v| **v > 0.0).rev().fold(0.0, |a, v| a * 0.5 + v)
}

fn main() {}
