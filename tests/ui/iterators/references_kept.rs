use backprop::differentiate;

#[differentiate]
fn f(a: &[f64], b: &[f64], k: usize) -> f64 {
    let rows = [a, b];
    rows[k][0]
}

fn main() {}
