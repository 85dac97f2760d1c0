use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x.iter().peekable().map(|v| v * 2.0).sum()
}

fn main() {}
