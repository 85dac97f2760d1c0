use backprop::differentiate;

#[differentiate]
fn f(m: &[Vec<f64>]) -> f64 {
    let mut numbers = m.iter().flatten();
    let first = numbers.next().unwrap();
    first * numbers.sum::<f64>()
}

#[differentiate]
fn g(x: &[f64]) -> f64 {
    let mut small = x.iter().take_while(|v| **v < 2.0);
    let s: f64 = small.by_ref().take(2).sum();
    s * small.sum::<f64>()
}

fn main() {}
