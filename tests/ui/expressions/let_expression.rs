use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let b = (let 1 = 2);
    if b { x } else { 0.0 }
}

fn main() {}
