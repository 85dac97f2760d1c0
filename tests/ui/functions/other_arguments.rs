use backprop::differentiate;

#[differentiate(wrt(x))]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate]
fn length(v: &[f64]) -> f64 {
    v[0].hypot(v[1])
}

fn main() {
    let _ = twice_grad(length {}, 2.0);
}
