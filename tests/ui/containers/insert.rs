use backprop::differentiate;

#[differentiate]
fn f(x: &mut Vec<f64>, y: f64) {
    x.insert(0, y);
}

fn main() {}
