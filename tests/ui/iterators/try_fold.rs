use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    x.iter().try_fold(0.0, |a, v| Some(a + v)).unwrap()
}

fn main() {}
