use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y = Some(x)?;
    y
}

fn main() {}
