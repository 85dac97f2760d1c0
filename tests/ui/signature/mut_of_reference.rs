use backprop::differentiate;

#[differentiate]
fn f(x: &mut &f64) -> f64 {
    **x
}

fn main() {}
