use backprop::differentiate;

#[differentiate]
fn f(x: &mut Vec<f64>, y: f64) {
    x.retain(|v| *v < y);
}

fn main() {}
