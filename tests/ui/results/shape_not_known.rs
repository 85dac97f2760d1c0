use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut r = Ok(x);
    for _ in 0..2 {
        r = match r {
            Ok(_) => Err("large"),
            Err(_) => Ok(x),
        };
    }
    r.unwrap_or(0.0)
}

fn main() {}
