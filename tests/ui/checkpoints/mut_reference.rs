use backprop::differentiate;

#[differentiate]
fn last(x: &mut [f64]) -> &mut f64 {
    let n = x.len();
    &mut x[n - 1]
}

#[differentiate]
fn f(x: &[f64], n: usize) -> f64 {
    let mut state = x.to_vec();
    #[checkpoint]
    for _ in 0..n {
        *last(&mut state) *= x[0];
    }
    state[0]
}

fn main() {}
