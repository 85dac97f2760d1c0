use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    match x {
        [0.0, b] => *b,
        [a, ..] => *a,
        [] => 0.0,
    }
}

fn main() {}
