use backprop::differentiate;

#[differentiate]
fn double(x: &mut f64) {
    *x *= 2.0;
}

#[differentiate(hvp)]
fn f(x: f64) -> f64 {
    let mut y = x;
    double(&mut y);
    y * y
}

fn main() {}
