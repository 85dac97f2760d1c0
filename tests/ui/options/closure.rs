use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x.iter().filter_map(|v| (*v > 0.0).then(|| v.ln())).sum()
}

fn main() {}
