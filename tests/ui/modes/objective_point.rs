use backprop::differentiate;

#[differentiate(objective)]
fn f(x: &[f64], k: f64) -> f64 {
    x[0] * k
}

fn main() {}
