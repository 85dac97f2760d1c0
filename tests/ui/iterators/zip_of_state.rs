use backprop::differentiate;

#[differentiate]
fn f(x: &[f64], y: &[f64]) -> f64 {
    let mut level = 0.0;
    let s: f64 = x
        .iter()
        .map(|v| {
            level += v;
            level
        })
        .zip(y)
        .map(|(a, b)| a * b)
        .sum();
    s * level
}

fn main() {}
