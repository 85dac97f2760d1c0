use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut s = x;
    for i in (0..3).skip(1) {
        s *= i as f64;
    }
    s
}

fn main() {}
