use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let o = Some(x);
    if let Some(y) = o { y } else { 0.0 }
}

fn main() {}
