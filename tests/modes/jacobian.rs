//! `f_jacobian`: a row for each number of the result, in the shape of the gradient.

use backprop::{Differentiable, differentiate};

#[differentiate(jacobian)]
fn polar(r: f64, angle: f64) -> (f64, f64) {
    (r * angle.cos(), r * angle.sin())
}

#[test]
fn the_rows_of_a_tuple() {
    let ((x, y), rows) = polar_jacobian(2.0, 0.5);
    let (sin, cos) = 0.5_f64.sin_cos();
    assert_eq!((x, y), (2.0 * cos, 2.0 * sin));
    assert_eq!(rows, [(cos, -2.0 * sin), (sin, 2.0 * cos)]);
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Layer {
    weights: Vec<[f64; 2]>,
    bias: f64,
    name: String,
}

#[differentiate]
fn dot(w: &[f64; 2], x: &[f64; 2]) -> f64 {
    w[0] * x[0] + w[1] * x[1]
}

#[differentiate(jacobian)]
fn outputs(layer: &Layer, x: [f64; 2], scale: f64) -> Vec<f64> {
    let weights = &layer.weights;
    weights
        .iter()
        .map(|w| scale * dot(w, &x) + layer.bias)
        .collect()
}

#[test]
fn a_row_has_the_shape_of_the_gradient() {
    let layer = Layer {
        weights: vec![[1.0, 2.0], [3.0, 4.0]],
        bias: 0.5,
        name: "hidden".into(),
    };
    let (value, rows) = outputs_jacobian(&layer, [5.0, 6.0], 10.0);
    assert_eq!(value, [170.5, 390.5]);
    let (d_layer, d_x, d_scale) = &rows[1];
    assert_eq!(d_layer.weights, [[0.0, 0.0], [50.0, 60.0]]);
    assert_eq!((d_layer.bias, *d_x, *d_scale), (1.0, [30.0, 40.0], 39.0));
    assert_eq!(rows.len(), 2);
}

#[derive(Differentiable, Debug, PartialEq)]
struct State {
    position: [f64; 2],
    steps: usize,
}

#[differentiate(jacobian, wrt(v), name = moved)]
fn move_on(x: [f64; 2], v: f64) -> State {
    State {
        position: [x[0] + v, x[1] * v],
        steps: 1,
    }
}

#[test]
fn integers_of_a_struct_have_no_row() {
    let (state, rows) = moved_jacobian([1.0, 2.0], 3.0);
    assert_eq!(state.position, [4.0, 6.0]);
    assert_eq!(rows, [1.0, 2.0]);
}

#[differentiate(jvp, jacobian)]
fn both(x: &[f64]) -> [f64; 3] {
    [x[0] * x[1], x[1].exp(), x[0] / x[1]]
}

#[test]
fn the_rows_agree_with_forward_mode() {
    let x = [0.7, 1.9];
    let (_, rows) = both_jacobian(&x);
    for column in 0..2 {
        let mut direction = [0.0; 2];
        direction[column] = 1.0;
        let (_, tangent) = both_jvp(&x, &direction);
        for row in 0..3 {
            assert!((rows[row][column] - tangent[row]).abs() < 1e-14);
        }
    }
}
