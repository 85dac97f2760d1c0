//! How modes have to agree.

use approx::assert_relative_eq;
use backprop::Numbers;

/// The gradient of `f_hvp` is that of `f_grad`, its products are differences of
/// gradients, and the Hessian is symmetric.
pub(crate) fn check<G: Numbers>(
    x: &[f64],
    grad: impl Fn(&[f64]) -> G,
    hvp: impl Fn(&[f64], &[f64]) -> (f64, G, G),
) {
    let step = 1e-5;
    let mut rows = Vec::new();
    for i in 0..x.len() {
        let mut unit = vec![0.0; x.len()];
        unit[i] = 1.0;
        let (_, slopes, product) = hvp(x, &unit);
        for (found, expected) in slopes.numbers().iter().zip(grad(x).numbers()) {
            assert_relative_eq!(*found, expected, epsilon = 1e-12, max_relative = 1e-12);
        }
        let (mut above, mut below) = (x.to_vec(), x.to_vec());
        above[i] += step;
        below[i] -= step;
        let (above, below) = (grad(&above).numbers(), grad(&below).numbers());
        let row = product.numbers();
        for (j, found) in row.iter().enumerate() {
            let expected = (above[j] - below[j]) / (2.0 * step);
            assert_relative_eq!(*found, expected, epsilon = 1e-6, max_relative = 1e-6);
        }
        rows.push(row);
    }
    for (i, row) in rows.iter().enumerate() {
        for (j, entry) in row.iter().enumerate() {
            assert_relative_eq!(*entry, rows[j][i], epsilon = 1e-12, max_relative = 1e-10);
        }
    }
}

/// The tangent of `f_jvp` is the gradient of `f_grad` times the direction.
pub(crate) fn check_jvp<G: Numbers>(
    x: &[f64],
    grad: impl Fn(&[f64]) -> (f64, G),
    jvp: impl Fn(&[f64], &[f64]) -> (f64, f64),
) {
    let (value, gradient) = grad(x);
    let gradient = gradient.numbers();
    let mut directions: Vec<Vec<f64>> = Vec::new();
    for i in 0..x.len() {
        let mut unit = vec![0.0; x.len()];
        unit[i] = 1.0;
        directions.push(unit);
    }
    directions.push((1..=x.len()).map(|i| 0.5 - i as f64).collect());
    for d in directions {
        let (found, tangent) = jvp(x, &d);
        assert_eq!(found.to_bits(), value.to_bits());
        let expected = gradient.iter().zip(&d).map(|(g, d)| g * d).sum::<f64>();
        assert_relative_eq!(tangent, expected, epsilon = 1e-12, max_relative = 1e-12);
    }
}
