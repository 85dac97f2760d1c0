use backprop::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let [first, rest @ ..] = [x, x, x];
    first * rest[0]
}

fn main() {}
