use backprop::differentiate;

#[differentiate]
fn g(x: &mut f64) {
    *x *= 2.0;
}

#[differentiate]
fn f(x: f64) -> f64 {
    g(&mut (x + 1.0));
    x
}

fn main() {}
