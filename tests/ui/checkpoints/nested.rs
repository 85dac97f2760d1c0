#[backprop::differentiate]
fn f(x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        #[checkpoint]
        for _ in 0..n {
            s = s.sin();
        }
    }
    s
}

fn main() {}
