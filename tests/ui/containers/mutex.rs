use backprop::differentiate;

#[differentiate]
fn f(x: &std::sync::Mutex<f64>) -> f64 {
    *x.lock().unwrap() * 2.0
}

fn main() {}
