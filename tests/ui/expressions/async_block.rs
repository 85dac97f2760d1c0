use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let _ = async { x };
    x
}

fn main() {}
