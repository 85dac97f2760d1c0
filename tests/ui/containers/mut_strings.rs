use backprop::differentiate;

#[differentiate]
fn f(x: f64, names: &mut Vec<String>) -> f64 {
    names.clear();
    x
}

fn main() {}
