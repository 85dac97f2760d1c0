use backprop::differentiate;

#[differentiate]
fn noisy(s: f64) -> f64 {
    println!("{}", 1);
    s.sin()
}

#[differentiate]
fn step(s: f64) -> f64 {
    noisy(s) * 0.5
}

#[differentiate]
fn f(x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        s = step(s);
    }
    s
}

fn main() {}
