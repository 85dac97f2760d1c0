use backprop::{Differentiable, differentiate};

#[derive(Clone, Differentiable)]
struct Spring {
    stiffness: f64,
}

#[differentiate]
impl Spring {
    fn told(&self, x: f64) -> f64 {
        println!("{x}");
        x
    }

    fn force(&self, x: f64) -> f64 {
        -self.stiffness * self.told(x)
    }
}

#[derive(Clone, Differentiable)]
struct Chain {
    first: Spring,
}

#[differentiate]
impl Chain {
    fn force(&self, x: f64) -> f64 {
        self.first.stiffness * x
    }

    // a method of this name, of another type
    fn through(spring: &Spring, x: f64) -> f64 {
        spring.force(x)
    }

    fn all(&self, x: f64) -> f64 {
        let mut s = x;
        #[checkpoint]
        for _ in 0..3 {
            s += Self::through(&self.first, s);
        }
        s
    }
}

#[differentiate]
fn f(spring: &Spring, x: f64, n: usize) -> f64 {
    let mut s = x;
    #[checkpoint]
    for _ in 0..n {
        s += 0.1 * spring.force(s);
    }
    s
}

fn main() {}
