use backprop::differentiate;

#[differentiate]
fn f(x: f64, n: u8) -> f64 {
    let o = if n > 3 { None } else { Some((x, n)) };
    match o {
        Some((v, u8::MAX)) => v,
        _ => 2.0 * x,
    }
}

fn main() {}
