use backprop::differentiate;

#[differentiate]
fn on_slice(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> f64 {
    f(x)
}

#[differentiate]
fn f(x: &[f64]) -> f64 {
    on_slice(|v| v[0] * v[1], x)
}

fn main() {}
