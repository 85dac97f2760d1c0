use backprop::differentiate;

#[differentiate]
fn f(x: &mut Vec<f64>) {
    x.retain(|v| *v > 0.0);
}

fn main() {}
