//! Gradients of loops over slices, generated and by hand.

#![expect(clippy::needless_range_loop, reason = "index loops are the subject")]

use backprop::differentiate;

/// Rosenbrock's valley in any number of dimensions.
#[differentiate]
fn valley(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        sum += a * a + 100.0 * b * b;
    }
    sum
}

/// The squared error of a line through points.
#[differentiate(wrt(w, b))]
fn line(w: f64, b: f64, x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in x.iter().zip(y) {
        let d = w * x + b - y;
        sum += d * d;
    }
    sum
}

/// How close points are to a centre: a radial basis function, summed.
#[differentiate]
fn closeness(points: &[[f64; 3]], centre: &[f64; 3]) -> f64 {
    let mut sum = 0.0;
    for p in points {
        let mut d = 0.0;
        for k in 0..3 {
            d += (p[k] - centre[k]) * (p[k] - centre[k]);
        }
        sum += (-0.5 * d).exp();
    }
    sum
}

#[inline(never)]
pub(crate) fn valley_generated(x: &[f64], d_x: &mut [f64]) -> f64 {
    valley_backprop(x, 1.0, d_x)
}

/// With a = 1 − xᵢ and b = xᵢ₊₁ − xᵢ²: ∂/∂xᵢ₊₁ = 200 b, ∂/∂xᵢ = −2 a − 2 xᵢ · 200 b.
/// Slices of one length let the bounds checks go.
#[inline(never)]
pub(crate) fn valley_by_hand(x: &[f64], d_x: &mut [f64]) -> f64 {
    assert_eq!(x.len(), d_x.len());
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = 1.0 - x[i];
        let b = x[i + 1] - x[i] * x[i];
        let c = 100.0 * b;
        sum += a * a + c * b;
        let d_b = c + c;
        d_x[i + 1] += d_b;
        d_x[i] -= 2.0 * (a + x[i] * d_b);
    }
    sum
}

#[inline(never)]
pub(crate) fn line_generated(w: f64, b: f64, x: &[f64], y: &[f64]) -> (f64, (f64, f64)) {
    line_grad(w, b, x, y)
}

/// With d = w x + b − y: ∂/∂w = 2 d x, ∂/∂b = 2 d.
#[inline(never)]
pub(crate) fn line_by_hand(w: f64, b: f64, x: &[f64], y: &[f64]) -> (f64, (f64, f64)) {
    let (mut sum, mut d_w, mut d_b) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let d = w * x + b - y;
        sum += d * d;
        let d_d = d + d;
        d_w += d_d * x;
        d_b += d_d;
    }
    (sum, (d_w, d_b))
}

#[inline(never)]
pub(crate) fn closeness_generated(
    points: &[[f64; 3]],
    centre: &[f64; 3],
    d_points: &mut [[f64; 3]],
    d_centre: &mut [f64; 3],
) -> f64 {
    closeness_backprop(points, centre, 1.0, d_points, d_centre)
}

/// With e = exp(−d / 2): ∂e/∂p = −e (p − c), ∂e/∂c = e (p − c).
#[inline(never)]
pub(crate) fn closeness_by_hand(
    points: &[[f64; 3]],
    centre: &[f64; 3],
    d_points: &mut [[f64; 3]],
    d_centre: &mut [f64; 3],
) -> f64 {
    assert_eq!(points.len(), d_points.len());
    let mut sum = 0.0;
    for (p, d_p) in points.iter().zip(d_points) {
        let difference: [f64; 3] = std::array::from_fn(|k| p[k] - centre[k]);
        let mut d = 0.0;
        for k in 0..3 {
            d += difference[k] * difference[k];
        }
        let e = (-0.5 * d).exp();
        sum += e;
        for k in 0..3 {
            let share = e * difference[k];
            d_p[k] -= share;
            d_centre[k] += share;
        }
    }
    sum
}
