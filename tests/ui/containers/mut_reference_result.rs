use backprop::differentiate;

#[differentiate]
fn f(x: &mut [f64]) -> &mut [f64] {
    &mut x[1..]
}

fn main() {}
