use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let make = if x > 0.0 { |v: f64| v } else { |v: f64| -v };
    make(x)
}

fn main() {}
