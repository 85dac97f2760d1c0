use backprop::differentiate;

#[differentiate]
fn f(x: &mut [f64]) {
    let mut rest = &mut x[..];
    while rest.len() > 1 {
        rest[0] *= 2.0;
        rest = &mut rest[1..];
    }
}

fn main() {}
