use backprop::differentiate;

fn twice(g: impl Fn(f64) -> f64, x: f64) -> f64 {
    g(g(x))
}

#[differentiate]
fn f(x: f64) -> f64 {
    twice(|a| a * x, x)
}

fn main() {}
