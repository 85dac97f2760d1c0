use backprop::differentiate;

fn constant(a: f64, b: f64) -> f64 {
    a + b
}

#[differentiate]
fn f(x: f64, k: f64) -> f64 {
    x * constant(k, x)
}

fn main() {
    constant(1.0, 2.0);
}
