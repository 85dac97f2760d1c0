use backprop::differentiate;

#[differentiate]
fn f(x: f64, n: u8) -> f64 {
    let o = if n > 3 { None } else { Some((x, n)) };
    match o {
        Some((v, 0)) | Some((v, 1)) => v,
        _ => 2.0 * x,
    }
}

fn main() {}
