use backprop::differentiate;

#[differentiate]
fn f(x: &mut Vec<f64>) -> f64 {
    x.remove(0)
}

fn main() {}
