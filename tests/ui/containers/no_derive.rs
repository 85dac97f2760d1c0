use backprop::differentiate;

struct Point {
    x: f64,
}

#[differentiate]
fn f(p: &Point) -> f64 {
    p.x * 2.0
}

fn main() {}
