use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut level = 1.0;
    x.iter()
        .map(|v| {
            level *= v;
            level
        })
        .take(2)
        .rev()
        .sum()
}

fn main() {}
