use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let o = Some(x);
    match o {
        Some(v) if v > 0.0 => v,
        _ => 0.0,
    }
}

fn main() {}
