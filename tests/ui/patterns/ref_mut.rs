use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let ref mut y = x;
    *y *= 2.0;
    *y
}

fn main() {}
