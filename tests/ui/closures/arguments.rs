use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let g = |a: f64, b: f64| a * b * x;
    g(2.0)
}

fn main() {}
