use backprop::differentiate;

#[differentiate]
fn f(x: f64, y: f64) -> f64 {
    std::mem::swap(x, y);
    x
}

fn main() {}
