use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let v = vec![1.0; if x > 0.0 { return x } else { 2 }];
    x * v.len() as f64
}

fn main() {}
