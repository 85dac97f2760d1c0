use backprop::differentiate;

#[differentiate]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate]
fn f(state: &mut [f64], x: f64) -> f64 {
    twice(|t| t * state[0], x)
}

fn main() {}
