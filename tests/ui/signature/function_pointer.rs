use backprop::differentiate;

#[differentiate]
fn f(g: extern "C" fn(f64) -> f64, x: f64) -> f64 {
    g(x)
}

fn main() {}
