use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let t = (x, x);
    t[0]
}

fn main() {}
