//! A default method of a marked trait has a companion, which is not that of a method that
//! replaces it.

use backprop::{Differentiable, differentiate};

#[differentiate]
trait Potential {
    fn stiffness(&self) -> f64;

    fn energy(&self, x: f64) -> f64 {
        self.stiffness() * x * x
    }
}

#[derive(Clone, Differentiable)]
struct Spring {
    k: f64,
}

#[differentiate]
impl Potential for Spring {
    #[differentiate]
    fn stiffness(&self) -> f64 {
        self.k
    }

    fn energy(&self, x: f64) -> f64 {
        self.k * x.powi(4)
    }
}

#[differentiate]
trait Area {
    fn area(&self, scale: f64) -> f64 {
        scale
    }
}

impl Area for Spring {
    fn area(&self, scale: f64) -> f64 {
        scale * self.k
    }
}

fn main() {}
