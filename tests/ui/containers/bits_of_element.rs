use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    f64::from_bits(x[0].to_bits())
}

fn main() {}
