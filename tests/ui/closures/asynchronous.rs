use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let g = async |a: f64| a * x;
    let _ = g;
    x
}

fn main() {}
