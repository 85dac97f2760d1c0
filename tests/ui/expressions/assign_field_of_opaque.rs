use backprop::differentiate;

#[differentiate]
fn g(x: f64) -> (f64, f64) {
    (x, x)
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut t = g(x);
    t.0 = x;
    t.1
}

fn main() {}
