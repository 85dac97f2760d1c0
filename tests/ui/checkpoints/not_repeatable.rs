use std::cell::Cell;

fn roll() -> f64 {
    0.5
}

#[backprop::differentiate(wrt(x))]
fn f(x: f64, seen: &Cell<usize>, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        s = s.sin() * backprop::constant(roll());
        let k = seen.get();
        s = s * k as f64;
    }
    s
}

fn main() {}
