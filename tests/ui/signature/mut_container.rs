use backprop::differentiate;

#[differentiate]
fn f(x: &mut [f64]) {
    x[0] = 1.0;
}

fn main() {}
