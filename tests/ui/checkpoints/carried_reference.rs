#[backprop::differentiate]
fn f(x: &[f64], n: usize) -> f64 {
    let mut rest = x;
    let mut s = 1.0;
    #[checkpoint]
    for _ in 0..n {
        s *= rest[0];
        rest = &rest[1..];
    }
    s
}

fn main() {}
