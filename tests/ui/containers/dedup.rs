use backprop::differentiate;

#[differentiate]
fn f(x: &mut Vec<f64>) {
    x.dedup();
}

fn main() {}
