use backprop::differentiate;

#[differentiate]
fn count(x: f64) -> (f64, usize) {
    (x, 2)
}

#[differentiate]
fn f(x: f64) -> f64 {
    let n = count(x);
    x * n as f64
}

fn main() {}
