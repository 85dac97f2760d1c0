use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> Result<f64, String> {
    if x < 0.0 {
        return Err(format!("{x} is negative"));
    }
    Ok(x.sqrt())
}

fn main() {}
