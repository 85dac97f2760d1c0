use backprop::differentiate;

#[differentiate(wrt(x))]
fn twice(f: fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

fn main() {
    let sine: fn(f64) -> f64 = f64::sin;
    let _ = twice_grad(sine, 2.0);
}
