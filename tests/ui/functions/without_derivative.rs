use backprop::differentiate;

#[differentiate(wrt(x))]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

fn main() {
    let _ = twice_grad(|x: f64| x * x, 2.0);
}
