use backprop::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    let mut best = None;
    for v in x {
        best = match best {
            Some(b) => Some(b + v),
            None => Some(*v),
        };
    }
    best.unwrap_or(0.0)
}

fn main() {}
