#[backprop::differentiate]
fn step(s: f64) -> f64 {
    s.sin()
}

#[backprop::differentiate]
fn f(x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        s = step(s);
    }
    s
}

fn main() {}
