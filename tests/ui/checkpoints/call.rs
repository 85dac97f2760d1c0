use backprop::{Differentiable, differentiate};

#[differentiate]
trait Force {
    fn force(&self, x: f64) -> f64;
}

#[derive(Clone, Differentiable)]
struct Spring {
    stiffness: f64,
}

#[differentiate]
impl Force for Spring {
    fn force(&self, x: f64) -> f64 {
        -self.stiffness * x
    }
}

#[differentiate]
fn f(spring: &dyn Force, x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        s += 0.1 * spring.force(s);
    }
    s
}

fn main() {}
