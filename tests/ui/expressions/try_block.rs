use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let _ = try { x };
    x
}

fn main() {}
