//! Methods, associated functions and operators of the user's own types: modes of
//! functions that call them, and their own.

use crate::agree::{check, check_jvp};
use backprop::{Differentiable, differentiate};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Complex {
    re: f64,
    im: f64,
}

#[differentiate(jvp, hvp)]
impl Mul for Complex {
    type Output = Complex;
    fn mul(self, o: Complex) -> Complex {
        Complex {
            re: self.re * o.re - self.im * o.im,
            im: self.re * o.im + self.im * o.re,
        }
    }
}
#[differentiate(jvp, hvp)]
impl Add for Complex {
    type Output = Self;
    fn add(self, o: Self) -> Self::Output {
        Complex {
            re: self.re + o.re,
            im: self.im + o.im,
        }
    }
}
#[differentiate(jvp, hvp)]
impl Mul<f64> for Complex {
    type Output = Complex;
    fn mul(self, k: f64) -> Complex {
        Complex {
            re: self.re * k,
            im: self.im * k,
        }
    }
}
#[differentiate(jvp, hvp)]
impl Mul<Complex> for f64 {
    type Output = Complex;
    fn mul(self, z: Complex) -> Complex {
        z * self
    }
}
#[differentiate(jvp, hvp)]
impl Div for &Complex {
    type Output = Complex;
    fn div(self, o: &Complex) -> Complex {
        let n = o.norm2();
        Complex::new(
            (self.re * o.re + self.im * o.im) / n,
            (self.im * o.re - self.re * o.im) / n,
        )
    }
}
#[differentiate(jvp, hvp)]
impl Neg for Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        Complex {
            re: -self.re,
            im: -self.im,
        }
    }
}
#[differentiate(jvp, hvp)]
impl AddAssign for Complex {
    fn add_assign(&mut self, o: Complex) {
        self.re += o.re;
        self.im += o.im;
    }
}
#[differentiate(jvp, hvp, hessian)]
impl Complex {
    fn new(re: f64, im: f64) -> Self {
        Complex { re, im }
    }
    fn norm2(self) -> f64 {
        self.re * self.re + self.im * self.im
    }
    fn exponential(&self) -> Complex {
        Complex::new(self.im.cos(), self.im.sin()) * self.re.exp()
    }
    fn shear(&self, by: &Complex, k: f64) -> f64 {
        let mut z = *self;
        for i in 0..3 {
            z = z * *by + Complex::new(k * i as f64, 1.0);
        }
        z.norm2() * k
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Sequence(Vec<f64>);
#[differentiate(jvp, hvp)]
impl<'a> Sub<&'a Sequence> for &'a Sequence {
    type Output = Sequence;
    fn sub(self, o: &Sequence) -> Sequence {
        Sequence(
            self.0
                .iter()
                .zip(o.0.iter())
                .map(|(a, b)| a * b - b)
                .collect(),
        )
    }
}

#[differentiate(jvp, hvp)]
fn julia(z: Complex, c: Complex, n: usize) -> f64 {
    let mut w = z;
    for _ in 0..n {
        w = w * w + c;
    }
    let k = 3.0 * w;
    let q: Complex = &k / &c;
    (q * -z).norm2() + w.exponential().re
}

#[differentiate(jvp, hvp)]
fn assigned(z: Complex, c: Complex) -> f64 {
    let mut w = z * c;
    w += c * 2.0;
    w += -z;
    w += w * z;
    w.norm2()
}

#[differentiate(jvp, hvp)]
fn poly(zs: &[Complex], x: f64) -> f64 {
    let mut s = Complex::new(0.0, x);
    for z in zs {
        s = s * *z + Complex { re: x, im: 1.0 };
    }
    for i in 1..zs.len() {
        s = zs[i] * zs[i - 1] + s;
    }
    s.norm2()
}

#[differentiate(jvp, hvp)]
fn distance(a: &Sequence, b: &Sequence) -> f64 {
    let d = a - b;
    d.0.iter().map(|v| v * v).sum()
}

/// What has a name may be a number.
type Scalar = f64;

#[differentiate(jvp, hvp)]
fn alias(x: Scalar, y: Scalar) -> f64 {
    let s = (x * y - x / y) + x;
    let t = s * s / y;
    -t + 3.0 * y * s
}

#[differentiate(jvp, hvp)]
fn alias_assigned(x: Scalar, y: Scalar) -> f64 {
    let mut s = x * y;
    s += y;
    s *= x;
    s -= x * x;
    s /= y;
    s * x
}

type Index = usize;

#[differentiate(jvp, hvp)]
fn counted(x: f64, n: Index, k: Index) -> f64 {
    let mut sum = x;
    let last: usize = n * k + n - k;
    for i in 0..last {
        sum += x * x * i as f64;
    }
    sum
}

fn complex(x: &[f64]) -> Complex {
    Complex { re: x[0], im: x[1] }
}

fn along(d: &[f64]) -> ComplexGradient {
    ComplexGradient { re: d[0], im: d[1] }
}

#[test]
fn operators() {
    let x = [0.3, -0.4, 0.8, 0.6];
    for n in [0, 1, 3] {
        let grad = |x: &[f64]| julia_grad(complex(x), complex(&x[2..]), n);
        check_jvp(&x, grad, |x, d| {
            julia_jvp(complex(x), along(d), complex(&x[2..]), along(&d[2..]), n)
        });
        check(
            &x,
            |x| grad(x).1,
            |x, d| julia_hvp(complex(x), along(d), complex(&x[2..]), along(&d[2..]), n),
        );
    }
    check_jvp(
        &x,
        |x| assigned_grad(complex(x), complex(&x[2..])),
        |x, d| assigned_jvp(complex(x), along(d), complex(&x[2..]), along(&d[2..])),
    );
    check(
        &x,
        |x| assigned_grad(complex(x), complex(&x[2..])).1,
        |x, d| assigned_hvp(complex(x), along(d), complex(&x[2..]), along(&d[2..])),
    );
}

#[test]
fn operators_of_elements() {
    let x = [0.3, -0.4, 0.8, 0.6, 1.1, 0.2, 0.9];
    let points = |x: &[f64]| -> Vec<Complex> { x[..6].chunks(2).map(complex).collect() };
    let tangents = |d: &[f64]| -> Vec<ComplexGradient> { d[..6].chunks(2).map(along).collect() };
    let grad = |x: &[f64]| poly_grad(&points(x), x[6]);
    check_jvp(&x, grad, |x, d| {
        poly_jvp(&points(x), &tangents(d), x[6], d[6])
    });
    check(
        &x,
        |x| grad(x).1,
        |x, d| poly_hvp(&points(x), &tangents(d), x[6], d[6]),
    );
}

#[test]
fn operators_of_what_is_lent() {
    let x = [0.3, -0.4, 0.8, 0.6];
    let part = |x: &[f64]| Sequence(x.to_vec());
    let tangent = |d: &[f64]| SequenceGradient(d.to_vec());
    let grad = |x: &[f64]| distance_grad(&part(&x[..2]), &part(&x[2..]));
    check_jvp(&x, grad, |x, d| {
        distance_jvp(
            &part(&x[..2]),
            &tangent(&d[..2]),
            &part(&x[2..]),
            &tangent(&d[2..]),
        )
    });
    check(
        &x,
        |x| grad(x).1,
        |x, d| {
            distance_hvp(
                &part(&x[..2]),
                &tangent(&d[..2]),
                &part(&x[2..]),
                &tangent(&d[2..]),
            )
        },
    );
}

#[test]
fn numbers_under_another_name() {
    let x = [0.7, 1.6];
    let grad = |x: &[f64]| alias_grad(x[0], x[1]);
    check_jvp(&x, grad, |x, d| alias_jvp(x[0], d[0], x[1], d[1]));
    check(&x, |x| grad(x).1, |x, d| alias_hvp(x[0], d[0], x[1], d[1]));
    check_jvp(
        &x,
        |x| alias_assigned_grad(x[0], x[1]),
        |x, d| alias_assigned_jvp(x[0], d[0], x[1], d[1]),
    );
    check(
        &x,
        |x| alias_assigned_grad(x[0], x[1]).1,
        |x, d| alias_assigned_hvp(x[0], d[0], x[1], d[1]),
    );
    assert_eq!(counted_jvp(2.0, 1.0, 3, (), 1, ()).1, 1.0 + 4.0 * 10.0);
}

#[test]
fn modes_of_methods() {
    let x = [0.3, -0.4, 0.8, 0.6, 1.2];
    let grad = |x: &[f64]| complex(x).shear_grad(&complex(&x[2..]), x[4]);
    check_jvp(&x, grad, |x, d| {
        let (z, by) = (complex(x), complex(&x[2..]));
        z.shear_jvp(&along(d), &by, &along(&d[2..]), x[4], d[4])
    });
    check(
        &x,
        |x| grad(x).1,
        |x, d| {
            let (z, by) = (complex(x), complex(&x[2..]));
            z.shear_hvp(&along(d), &by, &along(&d[2..]), x[4], d[4])
        },
    );
    let (value, gradient, rows) = complex(&x).shear_hessian(&complex(&x[2..]), x[4]);
    assert_eq!((value, gradient), grad(&x));
    for (i, row) in rows.iter().enumerate() {
        let mut unit = [0.0; 5];
        unit[i] = 1.0;
        let (z, by) = (complex(&x), complex(&x[2..]));
        let (_, _, (d_z, d_by, d_k)) =
            z.shear_hvp(&along(&unit), &by, &along(&unit[2..]), x[4], unit[4]);
        let expected = [d_z.re, d_z.im, d_by.re, d_by.im, d_k];
        let found = [row.0.re, row.0.im, row.1.re, row.1.im, row.2];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-12 * expected.abs());
        }
    }
}

/// A receiver by value is copied; associated functions have modes, too.
#[test]
fn modes_of_what_takes_self_by_value() {
    let z = Complex { re: 3.0, im: 4.0 };
    let d = ComplexGradient { re: 1.0, im: 2.0 };
    assert_eq!(z.norm2_jvp(d.clone()), (25.0, 22.0));
    let (value, gradient, product) = z.norm2_hvp(d);
    assert_eq!((value, gradient.re, gradient.im), (25.0, 6.0, 8.0));
    assert_eq!((product.re, product.im), (2.0, 4.0));
    let (_, tangent) = Complex::new_jvp(1.0, 5.0, 2.0, 6.0);
    assert_eq!((tangent.re, tangent.im), (5.0, 6.0));
}

#[derive(Clone, Debug, Differentiable)]
struct Filter {
    taps: Vec<f64>,
    gain: f64,
    runs: usize,
}

impl Filter {
    #[differentiate(jvp, jacobian)]
    fn apply(&self, x: &[f64]) -> Vec<f64> {
        x.windows(self.taps.len())
            .map(|w| self.gain * w.iter().zip(&self.taps).map(|(a, b)| a * b).sum::<f64>())
            .collect()
    }

    #[differentiate(jvp)]
    fn adapt(&mut self, error: f64) -> f64 {
        self.runs += 1;
        for tap in self.taps.iter_mut() {
            *tap -= error * *tap * self.gain;
        }
        self.gain *= error;
        self.gain
    }

    #[differentiate(jvp, wrt(k))]
    fn scaled(&self, k: f64) -> Option<f64> {
        (k > 0.0).then_some(k * k * self.gain)
    }
}

#[test]
fn a_jacobian_of_a_method() {
    let filter = Filter {
        taps: vec![2.0, 3.0],
        gain: 10.0,
        runs: 0,
    };
    let (value, rows) = filter.apply_jacobian(&[1.0, 4.0, 5.0]);
    assert_eq!(value, [140.0, 230.0]);
    let (d_filter, d_x) = &rows[1];
    assert_eq!(
        (&d_filter.taps[..], d_filter.gain),
        (&[40.0, 50.0][..], 23.0)
    );
    assert_eq!(d_x, &[0.0, 20.0, 30.0]);
    let d = FilterGradient {
        taps: vec![1.0, 0.0],
        gain: 1.0,
        runs: (),
    };
    let (_, tangent) = filter.apply_jvp(&d, &[1.0, 4.0, 5.0], &[0.0, 0.0, 1.0]);
    assert_eq!(tangent, [10.0 + 14.0, 40.0 + 23.0 + 30.0]);
}

#[test]
fn a_method_that_changes_its_receiver() {
    let mut filter = Filter {
        taps: vec![2.0, 3.0],
        gain: 10.0,
        runs: 0,
    };
    let mut d = FilterGradient {
        taps: vec![1.0, 0.0],
        gain: 1.0,
        runs: (),
    };
    let (gain, tangent) = filter.adapt_jvp(&mut d, 0.5, 1.0);
    assert_eq!(
        (gain, filter.taps, filter.runs),
        (5.0, vec![-8.0, -12.0], 1)
    );
    assert_eq!(tangent, 0.5 + 10.0);
    assert_eq!(d.taps, [1.0 - 5.0 - 20.0 - 1.0, -30.0 - 1.5]);
    assert_eq!(d.gain, tangent);
    let filter = Filter {
        taps: vec![],
        gain: 10.0,
        runs: 0,
    };
    assert_eq!(filter.scaled_jvp(2.0, 3.0), Some((40.0, 120.0)));
    assert_eq!(filter.scaled_jvp(-2.0, 3.0), None);
}

#[differentiate(jvp, hvp)]
trait Potential {
    fn at(&self, x: f64) -> f64;
    /// Not a method of all; with a body.
    fn force(&self, x: f64, k: f64) -> f64 {
        let value = self.at(x);
        value * k * self.at(x + k)
    }
    fn parts(&self) -> usize;
}

#[derive(Clone, Debug, Differentiable)]
struct Spring {
    stiffness: f64,
}

#[derive(Clone, Debug, Differentiable)]
struct Sum {
    all: Vec<Spring>,
}

#[differentiate(jvp, hvp)]
impl Potential for Spring {
    fn at(&self, x: f64) -> f64 {
        0.5 * self.stiffness * x * x * x
    }
    fn parts(&self) -> usize {
        1
    }
}

#[differentiate(jvp, hvp)]
impl Potential for Sum {
    fn at(&self, x: f64) -> f64 {
        let mut sum = 0.0;
        for part in &self.all {
            sum += part.at(x) * part.parts() as f64;
        }
        sum
    }
    fn parts(&self) -> usize {
        self.all.len()
    }
}

#[differentiate(jvp, hvp)]
fn work<P: Potential>(p: &P, x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += p.force(x * i as f64, 0.5 * x) * p.at(sum);
        sum += x.sin() * p.at(x);
    }
    sum
}

#[test]
fn methods_of_traits() {
    let springs = |x: &[f64]| Sum {
        all: x.iter().map(|k| Spring { stiffness: *k }).collect(),
    };
    let tangents = |d: &[f64]| SumGradient {
        all: d.iter().map(|k| SpringGradient { stiffness: *k }).collect(),
    };
    let x = [0.4, 0.9, 0.7];
    let grad = |x: &[f64]| work_grad(&springs(&x[..2]), x[2], 3);
    check_jvp(&x, grad, |x, d| {
        work_jvp(&springs(&x[..2]), &tangents(&d[..2]), x[2], d[2], 3)
    });
    check(
        &x,
        |x| grad(x).1,
        |x, d| work_hvp(&springs(&x[..2]), &tangents(&d[..2]), x[2], d[2], 3),
    );
    let x = [0.4, 0.9, 0.7, 1.5];
    let grad = |x: &[f64]| springs(&x[..2]).force_grad(x[2], x[3]).1;
    check(&x, grad, |x, d| {
        springs(&x[..2]).force_hvp(&tangents(&d[..2]), x[2], d[2], x[3], d[3])
    });
}
