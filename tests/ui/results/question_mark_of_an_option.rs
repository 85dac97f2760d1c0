use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> Result<f64, String> {
    let first = x.first()?;
    Ok(first * 2.0)
}

fn main() {}
