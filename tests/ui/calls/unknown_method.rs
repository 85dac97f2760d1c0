use backprop::differentiate;

trait Twice {
    fn twice(self) -> Self;
}

impl Twice for f64 {
    fn twice(self) -> f64 {
        self + self
    }
}

#[differentiate]
fn f(x: f64) -> f64 {
    x.twice()
}

fn main() {}
