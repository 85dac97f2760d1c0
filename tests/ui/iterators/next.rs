use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut iterator = x.iter();
    let first = iterator.next().unwrap();
    *first
}

fn main() {}
