use backprop::differentiate;

#[differentiate]
fn f(x: &mut Vec<f64>) -> f64 {
    x.drain(..).sum()
}

fn main() {}
