use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let large: Vec<&f64> = x.iter().filter(|v| **v > 1.0).collect();
    *large[0]
}

fn main() {}
