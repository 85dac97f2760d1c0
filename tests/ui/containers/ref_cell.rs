use backprop::differentiate;

#[differentiate]
fn f(x: f64, total: &std::cell::RefCell<f64>) -> f64 {
    *total.borrow_mut() += x;
    x
}

fn main() {}
