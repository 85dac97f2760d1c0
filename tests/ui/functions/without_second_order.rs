use backprop::differentiate;

#[differentiate(jvp)]
fn sine(x: f64) -> f64 {
    x.sin()
}

#[differentiate(hessian)]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

fn main() {
    let _ = twice_hessian(sine {}, 0.5);
}
