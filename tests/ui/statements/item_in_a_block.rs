use backprop::differentiate;

const K: f64 = 1.0;

#[differentiate]
fn f(x: f64) -> f64 {
    let y = {
        const K: f64 = 2.0;
        x * K
    };
    y * K
}

#[differentiate]
fn g(x: f64) -> f64 {
    if x > 0.0 {
        use std::ops::Mul;
        return x.mul(2.0);
    }
    x
}

fn main() {}
