use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let _ = &raw const x;
    x
}

fn main() {}
