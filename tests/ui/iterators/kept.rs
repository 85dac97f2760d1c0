use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let iterator = x.iter();
    iterator.sum()
}

fn main() {}
