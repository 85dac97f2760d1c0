use backprop::differentiate;

const SCALE: f64 = 1.0;

#[differentiate]
fn f(x: f64) -> f64 {
    SCALE = x;
    x
}

fn main() {}
