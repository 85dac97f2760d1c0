//! `f_hvp` and `f_hessian`.

use backprop::{Differentiable, Numbers, differentiate};

#[differentiate(hvp, hessian)]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

#[test]
fn value_gradient_and_product() {
    let (x, y) = (-1.2, 1.0);
    let (value, gradient, product) = rosenbrock_hvp(x, 1.0, y, 0.5);
    assert_eq!((value, gradient), rosenbrock_grad(x, y));
    let (xx, xy, yy) = (1200.0 * x * x - 400.0 * y + 2.0, -400.0 * x, 200.0);
    assert!((product.0 - (xx + 0.5 * xy)).abs() < 1e-10);
    assert!((product.1 - (xy + 0.5 * yy)).abs() < 1e-10);
    let (again, slopes, rows) = rosenbrock_hessian(x, y);
    assert_eq!((again, slopes), (value, gradient));
    assert_eq!(rows[0].1, rows[1].0);
    assert!((rows[0].0 - xx).abs() < 1e-10 && (rows[0].1 - xy).abs() < 1e-10);
    assert_eq!(rows[1].1, yy);
}

#[derive(Differentiable, Clone, Debug)]
struct Network {
    hidden: Vec<[f64; 3]>,
    output: Vec<f64>,
    activation: Activation,
    layers: usize,
}

#[derive(Differentiable, Clone, Debug)]
enum Activation {
    Tanh,
    Scaled { slope: f64 },
}

#[differentiate(hvp, hessian, wrt(network))]
fn loss(network: &Network, inputs: &[[f64; 2]], targets: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, target) in inputs.iter().zip(targets) {
        let mut prediction = 0.0;
        for (w, v) in network.hidden.iter().zip(&network.output) {
            let z = w[0] * x[0] + w[1] * x[1] + w[2];
            let a = match &network.activation {
                Activation::Tanh => z.tanh(),
                Activation::Scaled { slope } => (slope * z).max(0.1 * z),
            };
            prediction += v * a;
        }
        let error = prediction - target;
        sum += error * error;
    }
    sum / (2.0 * targets.len() as f64)
}

/// Differences of gradients along each number of the network.
fn differences(network: &Network, inputs: &[[f64; 2]], targets: &[f64]) -> Vec<Vec<f64>> {
    let point = network.numbers();
    let gradient = |numbers: &[f64]| {
        let mut moved = network.clone();
        moved.set_numbers(numbers);
        loss_grad(&moved, inputs, targets).1.numbers()
    };
    let step = 1e-5;
    let row = |i: usize| {
        let (mut above, mut below) = (point.clone(), point.clone());
        above[i] += step;
        below[i] -= step;
        let pairs = gradient(&above).into_iter().zip(gradient(&below));
        pairs.map(|(a, b)| (a - b) / (2.0 * step)).collect()
    };
    (0..point.len()).map(row).collect()
}

#[test]
fn the_hessian_of_a_network_is_that_of_differences() {
    let inputs = [[0.3, -0.7], [1.1, 0.4], [-0.6, 0.9]];
    let targets = [0.5, -0.2, 0.1];
    for activation in [Activation::Tanh, Activation::Scaled { slope: 1.3 }] {
        let network = Network {
            hidden: vec![[0.4, -0.3, 0.1], [-0.8, 0.5, 0.2]],
            output: vec![0.7, -0.9],
            activation,
            layers: 2,
        };
        let (value, gradient, rows) = loss_hessian(&network, &inputs, &targets);
        let (expected, slopes) = loss_grad(&network, &inputs, &targets);
        assert_eq!(value, expected);
        let (gradient, slopes) = (gradient.numbers(), slopes.numbers());
        for (a, b) in gradient.iter().zip(&slopes) {
            assert!((a - b).abs() < 1e-14);
        }
        let rows: Vec<Vec<f64>> = rows.iter().map(Numbers::numbers).collect();
        let expected = differences(&network, &inputs, &targets);
        assert_eq!(rows.len(), network.count_numbers());
        for (i, row) in rows.iter().enumerate() {
            for (j, entry) in row.iter().enumerate() {
                assert_eq!(*entry, rows[j][i], "entry {i}, {j} and its mirror");
                assert!((entry - expected[i][j]).abs() < 1e-8, "entry {i}, {j}");
            }
        }
    }
}

/// A tangent that happens to be zero still changes: its guard is no branch.
#[differentiate(hvp)]
fn square_at_zero(x: f64, y: f64) -> f64 {
    (x * x).sin() * y.exp() + x * y
}

#[test]
fn a_tangent_of_zero_has_derivatives() {
    let (value, gradient, product) = square_at_zero_hvp(0.0, 1.0, 0.0, 0.0);
    assert_eq!((value, gradient), (0.0, (0.0, 0.0)));
    assert_eq!(product, (2.0, 1.0));
    let (_, gradient, product) = square_at_zero_hvp(0.5, 0.0, 0.0, 0.0);
    assert_eq!(product, (0.0, 0.0));
    assert_eq!(gradient, square_at_zero_grad(0.5, 0.0).1);
}

macro_rules! curvatures {
    ($($name:ident($x:ident) = $body:expr, $second:expr, at $($at:expr)*;)*) => {$(
        #[test]
        fn $name() {
            #[differentiate(hvp)]
            fn f($x: f64) -> f64 {
                $body
            }
            for $x in [$($at),*] {
                let (_, slope, product) = f_hvp($x, 1.0);
                assert_eq!(slope, f_grad($x).1);
                let expected: f64 = $second;
                let scale = expected.abs().max(1.0);
                assert!((product - expected).abs() < 1e-12 * scale, "{}: {product} {expected}", $x);
            }
        }
    )*};
}

curvatures! {
    power(x) = x.powf(2.5), 3.75 * x.powf(0.5), at 0.0 0.3 2.0;
    exponent(x) = 3.0_f64.powf(x), 3.0_f64.ln().powi(2) * 3.0_f64.powf(x), at -1.0 0.0 0.5;
    cube(x) = x.powi(3), 6.0 * x, at -2.0 0.0 1.5;
    inverse_square(x) = x.powi(-2), 6.0 / x.powi(4), at -2.0 0.5;
    root(x) = x.sqrt(), -0.25 * x.powf(-1.5), at 0.25 2.0;
    logarithm(x) = x.log(3.0), -1.0 / (x * x * 3.0_f64.ln()), at 0.5 2.0;
    logarithm_2(x) = x.log2(), -1.0 / (x * x * 2.0_f64.ln()), at 0.5 2.0;
    to_the_self(x) = x.powf(x), x.powf(x) * ((x.ln() + 1.0).powi(2) + 1.0 / x), at 0.5 2.0;
    relu(x) = x.max(0.0) * x, if x > 0.0 { 2.0 } else { 0.0 }, at -1.0 2.0;
    masked(x) = x.max(0.0).sqrt() + x * x, 2.0, at -1.0;
    degrees(x) = x.to_radians().sin(), -(1.0_f64.to_radians().powi(2)) * x.to_radians().sin(), at 30.0;
    tangent(x) = x.tanh(), -2.0 * x.tanh() * (1.0 - x.tanh().powi(2)), at -0.3 0.0 1.0;
    arc(x) = x.asin(), x / (1.0 - x * x).powf(1.5), at -0.5 0.0 0.3;
}
