//! Operators of the user's own types, by value, by reference and assigning.

use backprop::{Differentiable, assert_gradient, differentiate};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A bound with this name stands for real numbers.
trait Float: Copy + Mul<Output = Self> + Div<Output = Self> {}

impl Float for f64 {}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Complex {
    re: f64,
    im: f64,
}

#[differentiate]
impl Mul for Complex {
    type Output = Complex;
    fn mul(self, o: Complex) -> Complex {
        Complex {
            re: self.re * o.re - self.im * o.im,
            im: self.re * o.im + self.im * o.re,
        }
    }
}
#[differentiate]
impl Add for Complex {
    type Output = Self;
    fn add(self, o: Self) -> Self::Output {
        Complex {
            re: self.re + o.re,
            im: self.im + o.im,
        }
    }
}
#[differentiate]
impl Mul<f64> for Complex {
    type Output = Complex;
    fn mul(self, k: f64) -> Complex {
        Complex {
            re: self.re * k,
            im: self.im * k,
        }
    }
}
#[differentiate]
impl Mul<Complex> for f64 {
    type Output = Complex;
    fn mul(self, z: Complex) -> Complex {
        z * self
    }
}
#[differentiate]
impl Neg for Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        Complex {
            re: -self.re,
            im: -self.im,
        }
    }
}
#[differentiate]
impl AddAssign for Complex {
    fn add_assign(&mut self, o: Complex) {
        self.re += o.re;
        self.im += o.im;
    }
}
#[differentiate]
impl Complex {
    fn new(re: f64, im: f64) -> Self {
        Complex { re, im }
    }
    fn norm2(self) -> f64 {
        self.re * self.re + self.im * self.im
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Sequence(Vec<f64>);
#[differentiate]
impl<'a> Sub<&'a Sequence> for &'a Sequence {
    type Output = Sequence;
    fn sub(self, o: &Sequence) -> Sequence {
        Sequence(self.0.iter().zip(o.0.iter()).map(|(a, b)| a - b).collect())
    }
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Pair<T> {
    x: T,
    y: T,
}
#[differentiate]
impl<T: Float> Mul for Pair<T> {
    type Output = Pair<T>;
    fn mul(self, o: Pair<T>) -> Pair<T> {
        Pair {
            x: self.x * o.x,
            y: self.y * o.y,
        }
    }
}

#[differentiate]
fn julia(z: Complex, c: Complex, n: usize) -> f64 {
    let mut w = z;
    for _ in 0..n {
        w = w * w + c;
    }
    w += c * 2.0;
    w += -z;
    let k = 3.0 * w;
    (k * z).norm2()
}

#[differentiate]
fn poly(zs: &[Complex], x: f64) -> f64 {
    let mut s = Complex::new(0.0, x);
    for z in zs {
        s = s * *z + Complex { re: x, im: 1.0 };
    }
    for i in 1..zs.len() {
        s += zs[i] * zs[i - 1];
    }
    s.norm2()
}

#[differentiate]
fn dist(a: &Sequence, b: &Sequence) -> f64 {
    let d = a - b;
    d.0.iter().map(|v| v * v).sum()
}

#[differentiate]
fn generic(a: f64, b: f64) -> f64 {
    let p = Pair { x: a, y: b };
    let q = p * p * Pair { x: b, y: a };
    q.x + 2.0 * q.y
}

type Scalar = f64;
#[differentiate]
fn alias(x: Scalar, y: Scalar) -> Scalar {
    let mut s = x * y - x / y;
    s += 2.0;
    s *= x;
    -s + 3.0 * y
}

#[differentiate]
impl Sequence {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.count() as f64
    }
}

/// What is read off a type has no derivative, and its method is found.
#[differentiate]
fn spread(a: &Sequence) -> f64 {
    let mean = a.mean();
    let mut sum = 0.0;
    for i in 0..a.count() {
        sum += (a.0[i] - mean) * (a.0[i] - mean);
    }
    sum / a.count() as f64
}

#[differentiate]
trait Model {
    fn predict(&self, x: f64) -> f64;

    fn loss(&self, data: &[f64]) -> f64 {
        let mut sum = 0.0;
        for x in data {
            let error = self.predict(*x);
            sum += error * error;
        }
        sum
    }
}

#[differentiate]
impl Model for Sequence {
    fn predict(&self, x: f64) -> f64 {
        self.0[0] * x + self.0[1]
    }
}

/// What a method gives decides, and does not reach the result.
#[differentiate]
fn nearest(zs: &[Complex], z: Complex) -> f64 {
    let mut best = zs[0];
    for c in zs {
        if (*c * z).norm2() < (best * z).norm2() && c.norm2() > 0.0 {
            best = *c;
        }
    }
    best.re * z.re
}

#[differentiate]
fn fitted(model: &Sequence, data: &[f64]) -> f64 {
    model.loss(data)
}

#[differentiate]
impl Complex {
    fn dot(&self, other: &Complex) -> f64 {
        self.re * other.re + self.im * other.im
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Counter {
    x: f64,
}

#[differentiate]
impl Counter {
    fn tick(&mut self) -> f64 {
        self.x *= 2.0;
        self.x
    }
}

#[differentiate]
trait Ticking {
    fn tick(&self) -> f64;
    fn go(&mut self, k: f64) -> f64;
}

#[differentiate]
impl Ticking for Counter {
    fn tick(&self) -> f64 {
        self.x
    }

    /// The type's own `tick` comes before that of the trait.
    fn go(&mut self, k: f64) -> f64 {
        let before = self.x;
        let ticked = self.tick();
        before * ticked * self.x * k
    }
}

#[differentiate]
fn ticked(x: f64, k: f64) -> f64 {
    let mut counter = Counter { x };
    counter.go(k) + Ticking::tick(&counter)
}

/// An argument refers to the receiver, a target stands on both sides.
#[differentiate]
fn with_itself(a: Complex, b: Complex) -> f64 {
    let mut x: Complex = a;
    x += b * x;
    let mut zs = [x, b];
    zs[0] = a;
    x.dot(&x) + zs[0].dot(&zs[1])
}

#[test]
fn gradients_agree_with_differences() {
    let (a, b) = (Complex { re: 0.3, im: 0.2 }, Complex { re: -0.4, im: 0.6 });
    assert_gradient!(with_itself(a, b));
    assert_gradient!(ticked(0.7, 1.3));
    assert_gradient!(fitted(&Sequence(vec![1.0, 2.0]), &vec![0.3, 0.6]));
    let zs = vec![Complex { re: 0.9, im: 0.2 }, Complex { re: 0.3, im: 0.1 }];
    assert_gradient!(nearest(&zs, Complex { re: 0.7, im: 0.4 }));
    assert_gradient!(spread(&Sequence(vec![1.0, 2.0, 0.5])));
    let (z, c) = (Complex { re: 0.3, im: 0.2 }, Complex { re: -0.4, im: 0.6 });
    for n in 0..4 {
        assert_gradient!(julia(z, c, n));
    }
    assert_gradient!(poly(&[z, c], 0.5));
    assert_gradient!(dist(&Sequence(vec![1.0, 2.0]), &Sequence(vec![0.3, 0.1])));
    assert_gradient!(generic(0.3, 0.7));
    assert_gradient!(alias(0.3, 0.7));
}

#[test]
fn the_square_of_a_complex_number() {
    #[differentiate]
    fn real_part(z: Complex) -> f64 {
        let w = z * z;
        w.re
    }
    let (value, gradient) = real_part_grad(Complex { re: 3.0, im: 2.0 });
    assert_eq!(value, 5.0);
    // d/dx (x² - y²) = 2 x, d/dy = -2 y
    assert_eq!((gradient.re, gradient.im), (6.0, -4.0));
}
