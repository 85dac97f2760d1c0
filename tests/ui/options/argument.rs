use backprop::differentiate;

#[differentiate]
fn g(x: f64, o: Option<f64>) -> f64 {
    o.unwrap_or(x)
}

#[differentiate]
fn f(x: f64) -> f64 {
    g(x, Some(x))
}

fn main() {}
