use backprop::differentiate;

#[differentiate]
fn f(x: &[f64], y: &[f64]) -> f64 {
    let mut items = x.iter();
    let s: f64 = items.by_ref().zip(y).map(|(a, b)| a * b).sum();
    s * items.sum::<f64>()
}

fn main() {}
