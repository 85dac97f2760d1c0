//! The activation functions: against values computed with many digits, against
//! dual numbers, and inside other functions.

use backprop::activations::{self, single};
use backprop::{assert_gradient, differentiate};
use reference::REFERENCE;

mod bodies;
mod reference;

/// Value and derivative of one function, `f64` and `f32`.
type Row = (&'static str, fn(f64) -> (f64, f64), fn(f32) -> (f32, f32));

const FUNCTIONS: &[Row] = &[
    (
        "identity",
        activations::identity_grad,
        single::identity_grad,
    ),
    ("sigmoid", activations::sigmoid_grad, single::sigmoid_grad),
    (
        "hard_sigmoid",
        activations::hard_sigmoid_grad,
        single::hard_sigmoid_grad,
    ),
    ("tanh", activations::tanh_grad, single::tanh_grad),
    ("relu", activations::relu_grad, single::relu_grad),
    (
        "leaky_relu",
        activations::leaky_relu_grad,
        single::leaky_relu_grad,
    ),
    ("leaky_relu_quarter", quarter_grad, single_quarter_grad),
    ("elu_two", elu_two_grad, single_elu_two_grad),
    ("selu", activations::selu_grad, single::selu_grad),
    (
        "softplus",
        activations::softplus_grad,
        single::softplus_grad,
    ),
    ("silu", activations::silu_grad, single::silu_grad),
    ("gelu", activations::gelu_grad, single::gelu_grad),
    (
        "gelu_tanh",
        activations::gelu_tanh_grad,
        single::gelu_tanh_grad,
    ),
    ("mish", activations::mish_grad, single::mish_grad),
];

#[differentiate(name = quarter)]
fn leaky_relu_quarter(x: f64) -> f64 {
    activations::leaky_relu_with(x, 0.25)
}

#[differentiate(name = single_quarter)]
fn single_leaky_relu_quarter(x: f32) -> f32 {
    single::leaky_relu_with(x, 0.25)
}

#[differentiate]
fn elu_two(x: f64) -> f64 {
    activations::elu(x, 2.0)
}

#[differentiate]
fn single_elu_two(x: f32) -> f32 {
    single::elu(x, 2.0)
}

/// Whether a number is near the reference, by either measure.
fn agrees(found: f64, reference: f64, relative: f64, absolute: f64) -> bool {
    let error = (found - reference).abs();
    found == reference || error <= relative * reference.abs() || error <= absolute
}

#[test]
fn the_table_names_every_function_and_has_enough_points() {
    let names: Vec<_> = FUNCTIONS.iter().map(|row| row.0).collect();
    let references: Vec<_> = REFERENCE.iter().map(|row| row.0).collect();
    assert_eq!(names, references);
    for (name, points) in REFERENCE {
        assert!(points.len() >= 12, "{name}");
        for extreme in [0.0, f64::MAX, f64::MIN] {
            assert!(points.iter().any(|point| point.0 == extreme), "{name}");
        }
    }
}

#[test]
fn values_and_derivatives_are_those_of_the_reference() {
    for ((name, function, _), (_, points)) in FUNCTIONS.iter().zip(REFERENCE) {
        for &(x, value, derivative) in *points {
            let found = function(x);
            let relative = 16.0 * f64::EPSILON;
            assert!(
                agrees(
                    found.0,
                    value,
                    relative * conditioning(name, x),
                    f64::MIN_POSITIVE
                ),
                "{name}({x}): {} but should be {value}",
                found.0
            );
            assert!(
                agrees(
                    found.1,
                    derivative,
                    relative * conditioning(name, x),
                    absolute(name)
                ),
                "{name}'({x}): {} but should be {derivative}",
                found.1
            );
        }
    }
}

#[test]
fn values_and_derivatives_of_f32_are_those_of_the_reference() {
    for ((name, _, function), (_, points)) in FUNCTIONS.iter().zip(REFERENCE) {
        for &(x, value, derivative) in points.iter().filter(|p| p.0.abs() <= f32::MAX.into()) {
            assert_eq!(f64::from(x as f32), x, "{name}: no point of `f32`");
            let found = function(x as f32);
            // some overflow to infinity
            let value = f64::from(value as f32);
            let relative = 16.0 * f64::from(f32::EPSILON) * conditioning(name, x);
            assert!(
                agrees(found.0.into(), value, relative, f32::MIN_POSITIVE.into()),
                "{name}({x}): {} but should be {value}",
                found.0
            );
            let scale = f64::from(f32::EPSILON) / f64::EPSILON;
            let absolute = (absolute(name) * scale).max(f32::MIN_POSITIVE.into());
            assert!(
                agrees(found.1.into(), derivative, relative, absolute),
                "{name}'({x}): {} but should be {derivative}",
                found.1
            );
        }
    }
}

/// How much an error of the last digit of the exponent is worth: `e^(−x²/2)`
/// and `e^(−0.07 x³)` are not known better than their arguments.
fn conditioning(name: &str, x: f64) -> f64 {
    match name {
        "gelu" => 1.0 + (x * x).min(1e4),
        "gelu_tanh" => 1.0 + (x * x * x).abs().min(1e4),
        _ => 1.0,
    }
}

/// What a derivative may be wrong by however small it is.
fn absolute(name: &str) -> f64 {
    match name {
        // it comes from the value
        "tanh" => 2.0 * f64::EPSILON,
        // it has a zero
        "silu" | "gelu" | "gelu_tanh" | "mish" => 2.0 * f64::EPSILON,
        _ => f64::MIN_POSITIVE,
    }
}

#[test]
fn forward_mode_has_the_same_derivatives() {
    type Tangent = fn(f64, f64) -> (f64, f64);
    let functions: &[(&str, Tangent)] = &[
        ("identity", activations::identity_jvp),
        ("sigmoid", activations::sigmoid_jvp),
        ("hard_sigmoid", activations::hard_sigmoid_jvp),
        ("tanh", activations::tanh_jvp),
        ("relu", activations::relu_jvp),
        ("leaky_relu", activations::leaky_relu_jvp),
        ("selu", activations::selu_jvp),
        ("softplus", activations::softplus_jvp),
        ("silu", activations::silu_jvp),
        ("gelu", activations::gelu_jvp),
        ("gelu_tanh", activations::gelu_tanh_jvp),
        ("mish", activations::mish_jvp),
    ];
    for (name, function) in functions {
        let row = REFERENCE.iter().find(|row| row.0 == *name).unwrap();
        for &(x, value, derivative) in row.1 {
            let found = function(x, 1.0);
            let relative = 16.0 * f64::EPSILON * conditioning(name, x);
            assert!(
                agrees(found.0, value, relative, f64::MIN_POSITIVE),
                "{name}({x})"
            );
            assert!(
                agrees(found.1, derivative, relative, absolute(name)),
                "{name}'({x}): {} but should be {derivative}",
                found.1
            );
        }
    }
}

#[test]
fn nan_is_handed_on() {
    for (name, function, single) in FUNCTIONS {
        assert!(function(f64::NAN).0.is_nan(), "{name}");
        assert!(single(f32::NAN).0.is_nan(), "{name}");
    }
    assert!(activations::maxout(&[f64::NAN], &[1.0, 1.0], &[0.0, 1.0]).is_nan());
    assert!(activations::maxout(&[1.0], &[f64::NAN, 1.0], &[0.0, 1.0]).is_nan());
    assert!(activations::maxout(&[1.0], &[1.0, f64::NAN], &[0.0, 1.0]).is_nan());
    assert!(
        activations::softmax(&[1.0, f64::NAN])
            .iter()
            .all(|p| p.is_nan())
    );
}

#[test]
fn parameters_have_gradients() {
    assert_eq!(
        activations::leaky_relu_with_grad(-3.0, 0.25),
        (-0.75, (0.25, -3.0))
    );
    assert_eq!(
        activations::leaky_relu_with_grad(3.0, 0.25),
        (3.0, (1.0, 0.0))
    );
    let (value, (d_x, d_alpha)) = activations::elu_grad(-1.0, 0.5);
    let power = (-1.0_f64).exp_m1();
    assert_eq!((value, d_alpha), (0.5 * power, power));
    assert_eq!(d_x, 0.5 * (-1.0_f64).exp());
}

#[test]
fn slices_are_treated_element_by_element() {
    type All = (fn(&[f64]) -> Vec<f64>, fn(f64) -> f64);
    let functions: &[All] = &[
        (activations::identity_all, activations::identity),
        (activations::sigmoid_all, activations::sigmoid),
        (activations::hard_sigmoid_all, activations::hard_sigmoid),
        (activations::tanh_all, activations::tanh),
        (activations::relu_all, activations::relu),
        (activations::leaky_relu_all, activations::leaky_relu),
        (activations::selu_all, activations::selu),
        (activations::softplus_all, activations::softplus),
        (activations::silu_all, activations::silu),
        (activations::gelu_all, activations::gelu),
        (activations::gelu_tanh_all, activations::gelu_tanh),
        (activations::mish_all, activations::mish),
    ];
    let x = [-2.5, -0.3, 0.4, 7.0];
    for (all, one) in functions {
        assert_eq!(all(&x), x.map(one));
    }
    assert_eq!(
        activations::elu_all(&x, 2.0),
        x.map(|x| activations::elu(x, 2.0))
    );
    assert_eq!(
        activations::leaky_relu_with_all(&x, 0.3),
        x.map(|x| activations::leaky_relu_with(x, 0.3))
    );
}

#[test]
fn gradients_of_slices_agree_with_differences() {
    let x = [-2.5, -0.3, 0.4, 2.0];
    assert_gradient!(activations::identity_all(&x));
    assert_gradient!(activations::sigmoid_all(&x));
    assert_gradient!(activations::hard_sigmoid_all(&x));
    assert_gradient!(activations::tanh_all(&x));
    assert_gradient!(activations::relu_all(&x));
    assert_gradient!(activations::leaky_relu_all(&x));
    assert_gradient!(activations::leaky_relu_with_all(&x, 0.3));
    assert_gradient!(activations::elu_all(&x, 2.0));
    assert_gradient!(activations::selu_all(&x));
    assert_gradient!(activations::softplus_all(&x));
    assert_gradient!(activations::silu_all(&x));
    assert_gradient!(activations::gelu_all(&x));
    assert_gradient!(activations::gelu_tanh_all(&x));
    assert_gradient!(activations::mish_all(&x));
    assert_gradient!(activations::log_sum_exp(&x));
    assert_gradient!(activations::softmax(&x));
    assert_gradient!(activations::log_softmax(&x));
    let weights = [
        0.5, -0.25, 1.0, 0.1, -1.5, 0.75, 0.2, 0.3, 0.9, 0.8, -0.7, -0.6,
    ];
    assert_gradient!(activations::maxout(&x, &weights, &[0.1, -0.2, 0.3]));
    assert_gradient!(single::softmax(&[1.0, 2.0]));
}

#[test]
fn maxout_routes_to_the_piece_that_is_largest() {
    // the lecture's two pieces: max(w₁ᵀx + b₁, w₂ᵀx + b₂) = max(1·1 + 2·1, 1·3 + 2·0 + 0.5)
    let (value, (d_x, d_weights, d_biases)) =
        activations::maxout_grad(&[1.0, 2.0], &[1.0, 1.0, 3.0, 0.0], &[0.0, 0.5]);
    assert_eq!(value, 3.5);
    assert_eq!(d_x, [3.0, 0.0]);
    assert_eq!(d_weights, [0.0, 0.0, 1.0, 2.0]);
    assert_eq!(d_biases, [0.0, 1.0]);
    // a tie, and one piece
    let (_, (.., d_biases)) = activations::maxout_grad(&[1.0], &[2.0, 1.0, 2.0], &[0.0, 1.0, 0.0]);
    assert_eq!(d_biases, [1.0, 0.0, 0.0]);
    assert_eq!(activations::maxout(&[1.0], &[2.0], &[-5.0]), -3.0);
}

#[test]
#[should_panic(expected = "a weight for each input and piece")]
fn maxout_of_another_shape_panics() {
    activations::maxout(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[0.0, 0.0]);
}

#[test]
fn softmax_is_stable() {
    let half = activations::softmax(&[f64::MAX, f64::MAX, f64::MIN]);
    assert_eq!(half, [0.5, 0.5, 0.0]);
    // a number that is masked out
    let (value, d_x) = activations::log_sum_exp_grad(&[f64::NEG_INFINITY, 3.0]);
    assert_eq!((value, d_x), (3.0, vec![0.0, 1.0]));
    assert_eq!(activations::softmax(&[f64::NEG_INFINITY, 3.0]), [0.0, 1.0]);
    let mut d_x = [0.0; 2];
    activations::softmax_backprop(&[f64::NEG_INFINITY, 3.0], &vec![5.0, 7.0], &mut d_x);
    assert_eq!(d_x, [0.0, 0.0]);
    // of none
    assert_eq!(activations::log_sum_exp(&[]), f64::NEG_INFINITY);
    assert_eq!(activations::softmax(&[]), [0.0; 0]);
    // far from the largest the logarithm is still known
    assert_eq!(activations::log_softmax(&[0.0, -1e5]), [0.0, -1e5]);
    assert_eq!(
        activations::log_sum_exp(&[1000.0, 1000.0]),
        1000.0 + 2.0_f64.ln()
    );
}
