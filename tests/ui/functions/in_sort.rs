use backprop::differentiate;

#[differentiate]
fn smallest(key: impl Fn(f64) -> f64, x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
    sorted[0]
}

fn main() {}
