use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    if let Some(first) = x.first() {
        return first * 2.0;
    }
    0.0
}

fn main() {}
