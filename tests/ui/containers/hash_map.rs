use backprop::differentiate;

#[differentiate]
fn f(x: &std::collections::HashMap<String, f64>) -> f64 {
    x["a"] * 2.0
}

fn main() {}
