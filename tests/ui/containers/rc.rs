use backprop::differentiate;

#[differentiate]
fn f(x: std::rc::Rc<Vec<f64>>) -> f64 {
    x[0] * 2.0
}

fn main() {}
