use backprop::differentiate;

#[differentiate(hvp)]
fn swap(a: &mut [f64], b: &mut [f64]) {
    let first = a[0];
    a[0] = b[0] * first;
    b[0] = first;
}

#[differentiate(hvp)]
fn f(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    let (a, b) = y.split_at_mut(1);
    swap(a, b);
    y[0] * y[1]
}

fn main() {}
