use backprop::differentiate;

#[differentiate]
fn f(x: &[(f64, f64)]) -> f64 {
    let mut pairs = x.to_vec();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    pairs[0].1
}

fn main() {}
