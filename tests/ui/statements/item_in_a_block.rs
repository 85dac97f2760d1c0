use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y = {
        struct K(f64);
        x * 2.0
    };
    y
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
