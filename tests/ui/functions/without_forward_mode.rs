use backprop::differentiate;

#[differentiate]
fn sine(x: f64) -> f64 {
    x.sin()
}

#[differentiate(jvp)]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate(jvp)]
fn f(x: f64) -> f64 {
    twice(sine, x)
}

fn main() {}
