use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let iterator = x.iter();
    let pair = (iterator, x[0]);
    pair.0.sum::<f64>() * pair.1
}

fn main() {}
