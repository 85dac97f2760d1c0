use backprop::differentiate;

#[differentiate(wrt(y))]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
