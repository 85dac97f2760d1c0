use backprop::differentiate;

#[differentiate]
fn descend(f: impl Fn(&f64) -> f64, x: f64) -> f64 {
    f(&x)
}

fn main() {}
