use backprop::differentiate;

struct Point {
    x: f64,
}

impl Point {
    fn norm(&self) -> f64 {
        self.x.abs()
    }
}

impl backprop::Differentiable for Point {
    type Gradient = f64;
    fn zero_gradient(&self) -> f64 {
        0.0
    }
    fn accumulate(into: &mut f64, from: &f64) {
        *into += from;
    }
}

#[differentiate]
fn f(p: &Point) -> f64 {
    p.norm() * 2.0
}

fn main() {}
