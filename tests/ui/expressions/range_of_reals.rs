use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let r = 0.0..x;
    r.start
}

fn main() {}
