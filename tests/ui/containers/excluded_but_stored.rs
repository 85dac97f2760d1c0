use backprop::differentiate;

#[derive(Clone, Copy)]
struct Point {
    x: f64,
}

#[differentiate(wrt(x))]
fn f(x: f64, mut p: Point) -> f64 {
    p.x = x;
    p.x * 2.0
}

fn main() {}
