#[backprop::differentiate]
fn f(x: &mut [f64], n: usize) {
    let head = &mut x[..2];
    #[checkpoint]
    for _ in 0..n {
        head[0] = head[0].sin() * head[1];
    }
}

fn main() {}
