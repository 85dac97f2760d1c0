use backprop::differentiate;

#[differentiate]
fn descend(f: impl Fn(&mut [f64]) -> f64, x: f64) -> f64 {
    f(&mut [x])
}

fn main() {}
