//! Differentiated functions for other crates, with a renamed dependency.

#![deny(warnings)]

use autodiff::differentiate;

/// The sigmoid function.
#[differentiate(crate = autodiff)]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Length and angle of a vector.
#[differentiate(crate = autodiff)]
pub fn polar(x: f64, y: f64) -> (f64, f64) {
    (x.hypot(y), y.atan2(x))
}

/// Advances a value by one step.
#[differentiate(crate = autodiff)]
pub fn step(state: &mut f64, rate: &f64) {
    *state -= rate * state.sin();
}

/// A factorial of real numbers.
#[differentiate(crate = autodiff)]
pub fn falling(x: f64, n: u32) -> f64 {
    if n == 0 {
        1.0
    } else {
        x * falling(x - 1.0, n - 1)
    }
}

/// The midpoint rule with `n` steps, of a function and of a part of it.
#[differentiate(crate = autodiff)]
pub fn integrate(f: impl Fn(f64) -> f64, b: f64, n: u32) -> f64 {
    let h = b / f64::from(n);
    let mut sum = 0.0;
    for i in 0..n {
        sum += f((f64::from(i) + 0.5) * h);
    }
    sum * h
}

/// The moment of a function.
#[differentiate(crate = autodiff)]
pub fn moment<F: Fn(f64) -> f64>(f: F, b: f64) -> f64 {
    integrate(|x| x * f(x), b, 4) + integrate(sigmoid, b, 4)
}

/// The Gudermannian function, by functions that stand in its body.
#[differentiate(crate = autodiff)]
pub fn gudermannian(x: f64) -> f64 {
    fn half(x: f64) -> f64 {
        (0.5 * x).tanh()
    }
    #[cfg(test)]
    {
        const TWICE: f64 = 2.0;
        TWICE * half(x).atan()
    }
    #[cfg(not(test))]
    {
        const TWICE: f64 = 2.0;
        half(x).atan() * TWICE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients() {
        autodiff::assert_gradient!(sigmoid(0.3), crate = autodiff);
        autodiff::assert_gradient!(falling(4.5, 3), crate = autodiff);
        autodiff::assert_gradient!(gudermannian(0.7), crate = autodiff);
        let (value, d_b) = moment_grad(sigmoid {}, 0.5);
        assert_eq!(value, moment(sigmoid, 0.5));
        let difference = moment(sigmoid, 0.5 + 1e-6) - moment(sigmoid, 0.5 - 1e-6);
        assert!((d_b - difference / 2e-6).abs() < 1e-8);
        autodiff::assert_gradient!(step(&mut 0.4, &0.7), crate = autodiff);
    }
}

/// A point with a name.
#[derive(autodiff::Differentiable, Clone, Debug, PartialEq)]
#[differentiate(crate = autodiff)]
pub struct Point {
    /// Along x and y.
    pub at: [f64; 2],
    /// No number.
    pub name: String,
}

/// Moves points towards the origin; their squared distances before.
#[differentiate(crate = autodiff)]
pub fn pull(points: &mut [Point], k: f64) -> Vec<f64> {
    let mut distances = Vec::with_capacity(points.len());
    for p in points.iter_mut() {
        distances.push(p.at.iter().map(|c| c * c).sum());
        for c in p.at.iter_mut() {
            *c *= 1.0 - k;
        }
    }
    distances
}

/// What has an area.
#[differentiate(crate = autodiff)]
pub trait Shape {
    /// The area.
    fn area(&self) -> f64;

    /// The cost of covering it.
    fn cost(&self, price: f64) -> f64 {
        price * self.area()
    }
}

/// A complex number.
#[derive(autodiff::Differentiable, Clone, Copy, Debug, PartialEq)]
#[differentiate(crate = autodiff)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

#[differentiate(crate = autodiff)]
impl std::ops::Mul for Complex {
    type Output = Complex;

    fn mul(self, other: Complex) -> Complex {
        Complex {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

#[differentiate(crate = autodiff)]
impl Complex {
    /// The square of the absolute value.
    pub fn norm(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// Turns it by an angle, in place.
    pub fn turn(&mut self, angle: f64) {
        let (sin, cos) = angle.sin_cos();
        *self = Complex {
            re: cos * self.re - sin * self.im,
            im: sin * self.re + cos * self.im,
        };
    }
}

/// `Σ xᵢ²`
#[differentiate(crate = autodiff)]
pub fn sum_of_squares<T: autodiff::Real>(x: &[T]) -> T {
    let mut sum = x[0] * x[0];
    for v in &x[1..] {
        sum += *v * *v;
    }
    sum
}
