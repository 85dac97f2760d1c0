use backprop::differentiate;

#[differentiate]
fn f(x: f64, g: usize) -> f64 {
    g(x)
}

fn main() {}
