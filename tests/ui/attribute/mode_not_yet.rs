use backprop::differentiate;

#[differentiate(bound(T: Copy))]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
