use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let ref y = x;
    *y
}

fn main() {}
