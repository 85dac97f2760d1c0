use backprop::differentiate;

#[differentiate]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate(jvp)]
fn f(a: f64, x: f64) -> f64 {
    twice(|t| a * t, x)
}

fn main() {}
