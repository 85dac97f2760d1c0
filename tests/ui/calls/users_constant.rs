use backprop::differentiate;

fn constant(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn f(x: f64) -> f64 {
    constant(x) * x
}

fn main() {}
