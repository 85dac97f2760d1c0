use backprop::differentiate;

#[differentiate]
fn f(x: &std::collections::VecDeque<f64>) -> f64 {
    x[0] * 2.0
}

fn main() {}
