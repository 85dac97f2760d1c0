use backprop::differentiate;

#[differentiate]
fn rotate(x: f64, y: f64) -> (f64, f64) {
    (-y, x)
}

#[differentiate(circuit)]
fn f(x: f64, y: f64) -> f64 {
    let (a, b) = rotate(x, y);
    a * b
}

fn main() {}
