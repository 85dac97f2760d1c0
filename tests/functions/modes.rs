//! Forward mode, second derivatives, Jacobians and handles of functions that take functions.

use backprop::{
    DifferentiableFn, FnDoubled, FnTangent, Objective, TwiceDifferentiable, differentiate,
};

#[differentiate(jvp, hvp)]
fn sine(x: f64) -> f64 {
    x.sin()
}

#[differentiate(jvp, hessian)]
fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiate(jvp, hvp)]
fn scaled(v: [f64; 2], n: usize, is_negative: bool) -> [f64; 2] {
    let k = if is_negative { -1.0 } else { 1.0 };
    [v[0] * v[1] * n as f64, v[1] * v[1] * k]
}

#[differentiate(jvp, hessian)]
fn twice(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(f(x))
}

#[differentiate(jvp, hvp, hessian, objective)]
fn weighted<F: Fn(f64) -> f64>(f: F, v: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for x in v {
        sum += f(*x) * v[n];
    }
    sum
}

#[differentiate(jvp, hessian)]
fn pair(f: &impl Fn(f64, f64) -> f64, g: fn(f64) -> f64, x: f64, y: f64) -> f64 {
    f(g(x), y) * g(y)
}

#[differentiate(jvp, hvp)]
fn on_arrays(f: impl Fn([f64; 2], usize, bool) -> [f64; 2], x: f64, y: f64) -> f64 {
    let p = f([x, y], 2, false);
    let q = f([p[1], 1.5], 3, true);
    p[0] * q[0] + q[1]
}

#[differentiate(jvp, jacobian)]
fn both(f: impl Fn(f64) -> f64, x: f64, y: f64) -> [f64; 2] {
    [f(x) * y, f(x + y)]
}

#[differentiate(jvp, hvp, hessian)]
fn changes(f: impl Fn(f64) -> f64, out: &mut [f64], k: f64) -> f64 {
    for x in out.iter_mut() {
        *x = f(*x * k);
    }
    out[0] * out[1] * k
}

#[differentiate(jvp, hvp, hessian)]
fn root(f: impl Fn(f64) -> f64, x: f64) -> Option<f64> {
    let y = f(x);
    if y > 0.0 { Some(y.sqrt()) } else { None }
}

#[differentiate(jvp, hvp)]
fn down(f: impl Fn(f64) -> f64 + 'static, x: f64, n: usize) -> f64 {
    if n == 0 {
        x
    } else {
        f(x) * down(f, x * 0.5, n - 1)
    }
}

#[differentiate(hessian, objective)]
fn by_value(x: Vec<f64>, f: impl Fn(f64) -> f64, k: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += f(x[i] * x[k]);
    }
    s
}

/// Central differences of a gradient.
fn difference(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = 1e-5;
    (f(x + h) - f(x - h)) / (2.0 * h)
}

fn assert_near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-7 * (1.0 + b.abs()), "{a} is not {b}");
}

#[test]
fn forward_mode() {
    let (value, tangent) = twice_jvp(sine {}, 0.7, 2.0);
    assert_eq!(value, 0.7_f64.sin().sin());
    assert_near(tangent, 2.0 * 0.7_f64.sin().cos() * 0.7_f64.cos());
    assert_eq!(twice_jvp(&sine {}, 0.7, 2.0), (value, tangent));

    let (_, along) = pair_jvp(&product {}, sine {}, 0.7, 2.0, 0.3, -1.0);
    let exact = |t: f64| {
        let (x, y) = (0.7 + 2.0 * t, 0.3 - t);
        x.sin() * y * y.sin()
    };
    assert_near(along, difference(exact, 0.0));

    let (_, along) = on_arrays_jvp(scaled {}, 0.7, 1.0, 0.3, 0.5);
    let exact = |t: f64| on_arrays(scaled, 0.7 + t, 0.3 + 0.5 * t);
    assert_near(along, difference(exact, 0.0));

    let (rows, along) = both_jvp(sine {}, 0.7, 1.0, 0.3, 2.0);
    let (value, jacobian) = both_jacobian(sine {}, 0.7, 0.3);
    assert_eq!(rows, value);
    for (row, along) in jacobian.into_iter().zip(along) {
        assert_near(along, row.0 + 2.0 * row.1);
    }

    let (mut out, mut d_out) = (vec![0.3, 0.7], vec![1.0, 0.0]);
    let (value, along) = changes_jvp(sine {}, &mut out, &mut d_out, 0.5, 0.0);
    let of = |t: f64| changes(f64::sin, &mut [0.3 + t, 0.7], 0.5);
    assert_eq!(value, of(0.0));
    assert_near(along, difference(of, 0.0));
    assert_near(d_out[0], 0.5 * 0.15_f64.cos());
    assert_eq!(d_out[1], 0.0);

    assert_near(down_jvp(sine {}, 0.7, 1.0, 3).1, {
        difference(|x| down(f64::sin, x, 3), 0.7)
    });
    let (value, along) = root_jvp(sine {}, 0.7, 1.0).unwrap();
    assert_eq!(value, 0.7_f64.sin().sqrt());
    assert_near(along, 0.5 * 0.7_f64.cos() / value);
    assert_eq!(root_jvp(sine {}, -0.7, 1.0), None);
}

#[test]
fn second_derivatives() {
    let (value, gradient, hessian) = twice_hessian(sine {}, 0.7);
    assert_eq!((value, gradient), twice_grad(sine {}, 0.7));
    assert_near(hessian[0], difference(|x| twice_grad(sine {}, x).1, 0.7));

    let (_, gradient, hessian) = pair_hessian(&product {}, sine {}, 0.7, 0.3);
    assert_eq!(gradient, pair_grad(&product {}, sine {}, 0.7, 0.3).1);
    let of = |x: f64, y: f64| pair_grad(&product {}, sine {}, x, y).1;
    assert_near(hessian[0].0, difference(|x| of(x, 0.3).0, 0.7));
    assert_near(hessian[0].1, difference(|y| of(0.7, y).0, 0.3));
    assert_near(hessian[1].0, hessian[0].1);
    assert_near(hessian[1].1, difference(|y| of(0.7, y).1, 0.3));

    let (_, gradient, along) = on_arrays_hvp(scaled {}, 0.7, 1.0, 0.3, -0.5);
    let of = |t: f64| on_arrays_grad(scaled {}, 0.7 + t, 0.3 - 0.5 * t).1;
    assert_eq!(gradient, of(0.0));
    assert_near(along.0, difference(|t| of(t).0, 0.0));
    assert_near(along.1, difference(|t| of(t).1, 0.0));

    let (mut out, mut along) = (vec![0.3, 0.7], vec![1.0, -1.0]);
    let (_, gradient, product) = changes_hvp(sine {}, &mut out, &mut along, 0.5, 2.0);
    let of = |t: f64| changes_grad(sine {}, &mut [0.3 + t, 0.7 - t], 0.5 + 2.0 * t).1;
    assert_eq!(gradient, of(0.0));
    assert_near(product.0[0], difference(|t| of(t).0[0], 0.0));
    assert_near(product.0[1], difference(|t| of(t).0[1], 0.0));
    assert_near(product.1, difference(|t| of(t).1, 0.0));
    let mut again = vec![0.3, 0.7];
    let (_, _, rows) = changes_hessian(sine {}, &mut again, 0.5);
    assert_near(
        rows[0].0[0] - rows[1].0[0] + 2.0 * rows[2].0[0],
        product.0[0],
    );
    assert_eq!(again, out);

    let (_, _, along) = down_hvp(sine {}, 0.7, 1.0, 3);
    assert_near(along, difference(|x| down_grad(sine {}, x, 3).1, 0.7));
    let (_, _, rows) = root_hessian(sine {}, 0.7).unwrap();
    assert_near(
        rows[0],
        difference(|x| root_grad(sine {}, x).unwrap().1, 0.7),
    );
    assert_eq!(root_hessian(sine {}, -0.7), None);
}

#[test]
fn handles() {
    let v = vec![0.3, 0.7, 1.1];
    let handle = weighted::objective(sine {}, 1);
    assert_eq!(handle.value(&v[..]), weighted(f64::sin, &v, 1));
    assert_eq!(handle.grad(&v[..]), weighted_grad(sine {}, &v, 1));
    let along = vec![1.0, -1.0, 0.5];
    assert_eq!(
        handle.hvp(&v[..], &along),
        weighted_hvp(sine {}, &v, &along, 1)
    );
    let handle = by_value::objective(&sine {}, 2);
    assert_eq!(handle.grad(&v), by_value_grad(v.clone(), sine {}, 2));
    let (_, _, rows) = handle.hessian(&v);
    assert_eq!(rows, by_value_hessian(v.clone(), sine {}, 2).2);
    let of = |t: f64| by_value_grad(vec![0.3, 0.7, t], sine {}, 2).1;
    for (k, row) in rows.iter().enumerate() {
        assert_near(row[2], difference(|t| of(t)[k], 1.1));
    }
}

/// Code of the user's own, generic over functions.
fn slope(f: impl FnTangent<(f64,), f64>, x: f64) -> f64 {
    twice_jvp(f, x, 1.0).1
}

fn curvature(f: impl FnDoubled<(f64,), f64>, x: f64) -> f64 {
    twice_hessian(f, x).2[0]
}

fn gradient(f: impl DifferentiableFn<(f64,), f64>, x: f64) -> f64 {
    twice_grad(f, x).1
}

#[test]
fn through_plain_code() {
    assert_near(slope(sine {}, 0.7), gradient(sine {}, 0.7));
    assert_near(
        curvature(sine {}, 0.7),
        difference(|x| slope(sine {}, x), 0.7),
    );
}

#[differentiate(jvp, hvp)]
fn cube<T: backprop::Real + std::ops::Mul<Output = T>>(x: T) -> T {
    x * x * x
}

#[differentiate(jvp, hvp)]
fn of_any<T, F>(f: F, x: T) -> T
where
    T: backprop::Real + std::ops::Mul<Output = T>,
    F: Fn(T) -> T,
{
    f(x) * x
}

#[differentiate(jvp, hvp)]
fn any(x: f64) -> f64 {
    of_any(cube, x)
}

#[test]
fn generic_functions() {
    assert_near(any_jvp(1.5, 2.0).1, 2.0 * 4.0 * 1.5_f64.powi(3));
    assert_near(any_hvp(1.5, 2.0).2, 2.0 * 12.0 * 1.5_f64.powi(2));
    assert_eq!(of_any_hvp(cube {}, 1.5_f32, 1.0).2, 12.0 * 1.5 * 1.5);
    assert_eq!(of_any_jvp(cube {}, 1.5, 1.0).1, 4.0 * 1.5_f64.powi(3));
}

/// A slope that is infinite where nothing goes along, and one that is masked.
#[differentiate(jvp, hvp)]
fn masked(a: f64, x: f64) -> f64 {
    let y = twice(|t| (t * a).sqrt(), x);
    if x > 0.0 { y } else { a * a * x }
}

#[test]
fn infinite_slopes_that_do_not_count() {
    assert_eq!(masked_jvp(2.0, 1.0, 0.0, 0.0), (0.0, 0.0));
    assert_eq!(
        masked_hvp(2.0, 1.0, 0.0, 0.0),
        (0.0, (0.0, 4.0), (0.0, 4.0))
    );
}

mod other {
    use backprop::differentiate;

    #[differentiate(jvp, hvp)]
    pub(super) fn sine(x: f64) -> f64 {
        x
    }
}

mod beside {
    use super::other::*;
    use super::{differentiate, twice};

    fn sine(x: f64) -> f64 {
        2.0 * x
    }

    #[differentiate(jvp, hvp)]
    pub(super) fn confused(x: f64) -> f64 {
        twice(sine, x)
    }
}

#[test]
#[should_panic(expected = "companion belongs to another function")]
fn another_function_forward() {
    let _ = beside::confused_jvp(1.0, 1.0);
}

#[test]
#[should_panic(expected = "companion belongs to another function")]
fn another_function_twice() {
    let _ = beside::confused_hvp(1.0, 1.0);
}

#[derive(Clone, backprop::Differentiable)]
struct Line {
    slope: f64,
    offsets: Vec<f64>,
}

#[differentiate(jvp, hvp)]
impl Line {
    fn apply(&self, f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(self.slope * x) * self.offsets[0]
    }

    fn of(f: fn(f64) -> f64, x: f64) -> f64 {
        f(x) * x
    }
}

#[differentiate(jvp, hvp)]
trait Scene {
    fn shade(&self, f: impl Fn(f64) -> f64, x: f64) -> f64;

    fn shaded(&self, x: f64) -> f64 {
        self.shade(sine, x) + self.shade(sine, 1.0)
    }
}

#[differentiate(jvp, hvp)]
impl Scene for Line {
    fn shade(&self, f: impl Fn(f64) -> f64, x: f64) -> f64 {
        f(self.slope * x) + self.offsets[0]
    }
}

#[differentiate(jvp, hvp)]
fn methods(line: &Line, x: f64) -> f64 {
    line.apply(sine, x) * Line::of(sine, x) + line.shaded(x) * line.slope
}

#[test]
fn methods_that_take_functions() {
    let at = |t: f64| Line {
        slope: 0.7 + t,
        offsets: vec![0.3 - t],
    };
    let along = LineGradient {
        slope: 1.0,
        offsets: vec![-1.0],
    };
    let (_, tangent) = methods_jvp(&at(0.0), &along, 0.4, 2.0);
    assert_near(tangent, difference(|t| methods(&at(t), 0.4 + 2.0 * t), 0.0));
    let (_, gradient, product) = methods_hvp(&at(0.0), &along, 0.4, 2.0);
    let of = |t: f64| methods_grad(&at(t), 0.4 + 2.0 * t).1;
    assert_eq!(gradient.1, of(0.0).1);
    assert_near(product.0.slope, difference(|t| of(t).0.slope, 0.0));
    assert_near(
        product.0.offsets[0],
        difference(|t| of(t).0.offsets[0], 0.0),
    );
    assert_near(product.1, difference(|t| of(t).1, 0.0));
    let (_, tangent) = at(0.0).apply_jvp(&along, sine {}, 0.4, 0.0);
    assert_near(tangent, difference(|t| at(t).apply(f64::sin, 0.4), 0.0));
    assert_near(
        Line::of_hvp(sine {}, 0.4, 1.0).2,
        difference(|x| Line::of_grad(sine {}, x).1, 0.4),
    );
}
