use backprop::differentiate;

#[differentiate]
fn f(m: &[Vec<f64>]) -> f64 {
    m.iter().map(|row| row[0]).skip(1).rev().sum()
}

fn main() {}
