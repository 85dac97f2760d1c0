use backprop::{Differentiable, differentiate};

#[derive(Differentiable, Clone, Copy, Default)]
struct Complex {
    re: f64,
}

impl std::ops::Mul<Complex> for i32 {
    type Output = Complex;
    fn mul(self, c: Complex) -> Complex {
        Complex {
            re: f64::from(self) * c.re,
        }
    }
}

#[differentiate]
fn g(x: f64) -> Complex {
    Complex { re: x }
}

// an integer factor does not make an integer of what branches hand on
#[differentiate]
fn f(x: f64, twice: bool) -> f64 {
    let z = if twice { g(2.0 * x) } else { g(x) };
    let w = 2 * z;
    w.re * x
}

fn main() {}
