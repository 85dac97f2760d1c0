use backprop::{Differentiable, differentiate};

#[differentiate]
trait Potential {
    fn energy(&self, x: f64) -> f64;

    fn doubled(&self, x: f64) -> f64 {
        let this = self;
        2.0 * this.energy(x)
    }
}

#[derive(Clone, Differentiable)]
struct Spring {
    k: f64,
}

#[differentiate]
impl Potential for Spring {
    fn energy(&self, x: f64) -> f64 {
        0.5 * self.k * x * x
    }
}

#[differentiate]
fn f(p: &dyn Potential, x: f64) -> f64 {
    p.doubled(x)
}

fn main() {}
