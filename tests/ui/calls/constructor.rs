use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    Some(x).unwrap_or(1.0)
}

fn main() {}
