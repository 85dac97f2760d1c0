use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    static N: usize = 2;
    x * N as f64
}

fn main() {}
