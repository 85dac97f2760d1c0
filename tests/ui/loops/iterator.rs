use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut s = 0.0;
    for v in [1.0, 2.0] {
        s += v * x;
    }
    s
}

fn main() {}
