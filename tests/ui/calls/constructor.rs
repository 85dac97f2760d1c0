use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    match Option::Some(x) {
        Some(v) => v,
        None => 0.0,
    }
}

fn main() {}
