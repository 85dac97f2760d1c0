use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let (mut a, mut b) = (x, x);
    [a, b] = [b, 1.0];
    a * b
}

fn main() {}
