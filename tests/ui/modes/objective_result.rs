use backprop::differentiate;

#[differentiate(objective)]
fn f(x: &[f64]) -> Option<f64> {
    x.first().copied()
}

fn main() {}
