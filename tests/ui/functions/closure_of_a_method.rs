use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Line {
    slope: f64,
}

#[differentiate]
impl Line {
    fn apply(&self, f: impl Fn(f64) -> f64) -> f64 {
        f(self.slope)
    }
}

#[differentiate]
fn f(line: &Line, a: f64) -> f64 {
    let g = |t: f64| a * t;
    line.apply(g)
}

fn main() {}
