use backprop::differentiate;

#[differentiate]
fn twice(f: fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn f(x: f64) -> f64 {
    let g: fn(f64) -> f64 = square;
    twice(g, x)
}

fn main() {}
