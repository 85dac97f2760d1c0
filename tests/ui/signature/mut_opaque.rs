use backprop::differentiate;

#[differentiate]
fn f(x: f64, _s: &mut std::time::Duration) -> f64 {
    x
}

fn main() {}
