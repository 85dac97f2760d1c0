use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let r: Result<f64, ()> = Ok(x);
    r.unwrap_or(0.0)
}

fn main() {}
