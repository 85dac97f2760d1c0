use backprop::differentiate;

#[differentiate]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate]
fn f(x: f64) -> f64 {
    twice(f64::sin, x)
}

fn main() {}
