use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut r = 0.0..x;
    r.start += 1.0;
    r.start
}

fn main() {}
