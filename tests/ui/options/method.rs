use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let o = Some(x);
    o.is_none_or(|v| v > 1.0);
    x
}

fn main() {}
