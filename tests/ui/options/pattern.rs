use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let o = Some((x, 1));
    match o {
        Some((v, 1)) => v,
        _ => 0.0,
    }
}

fn main() {}
