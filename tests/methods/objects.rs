//! Trait objects of marked traits: values and gradients are those of the types behind.

#![expect(
    clippy::too_many_arguments,
    reason = "f_backprop has two for each parameter"
)]

use backprop::{Differentiable, DynGradient, Numbers, differentiate};
use std::fmt::Debug;

#[differentiate]
trait Layer: Debug {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64>;
    fn energy(&self, x: f64) -> f64;
    fn order(&self) -> usize;

    // only where the type is known
    fn doubled(&self, x: f64) -> f64 {
        2.0 * self.energy(x)
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Dense {
    weights: Vec<f64>,
    bias: f64,
}

#[differentiate]
impl Layer for Dense {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64> {
        let n = x.len();
        let mut out = vec![0.0; n];
        for i in 0..n {
            for j in 0..n {
                out[i] += self.weights[i * n + j] * x[j] * scale;
            }
            out[i] = (out[i] + self.bias).tanh();
        }
        out
    }

    fn energy(&self, x: f64) -> f64 {
        if x > 0.0 {
            self.bias * x * x
        } else {
            self.weights[0] * x
        }
    }

    fn order(&self) -> usize {
        self.weights.len()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Swish {
    beta: f64,
    times: usize,
}

#[differentiate]
impl Layer for Swish {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64> {
        x.iter()
            .map(|v| scale * v / (1.0 + (-self.beta * v).exp()))
            .collect()
    }

    fn energy(&self, x: f64) -> f64 {
        let mut e = x;
        for _ in 0..self.times {
            e = (e * self.beta).sin();
        }
        e
    }

    fn order(&self) -> usize {
        self.times
    }

    fn doubled(&self, x: f64) -> f64 {
        self.energy(x) + self.energy(x)
    }
}

/// A type around another one, so that there are generic implementations.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Scaled<L> {
    inner: L,
    by: f64,
}

#[differentiate]
impl<L: Layer + Numbers + Differentiable<Gradient: Numbers> + 'static> Layer for Scaled<L> {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64> {
        self.inner.forward(x, scale * self.by)
    }

    fn energy(&self, x: f64) -> f64 {
        self.inner.energy(x) * self.by
    }

    fn order(&self) -> usize {
        self.inner.order()
    }
}

/// What borrows is no trait object, and has its gradients all the same.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Borrowed<'a> {
    weights: &'a [f64],
}

#[differentiate]
impl<'a> Layer for Borrowed<'a> {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64> {
        let mut out = x.to_vec();
        for (o, w) in out.iter_mut().zip(self.weights) {
            *o *= w * scale;
        }
        out
    }

    fn energy(&self, x: f64) -> f64 {
        self.weights[0] * x
    }

    fn order(&self) -> usize {
        1
    }
}

#[differentiate]
fn total(p: &dyn Layer, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += p.energy(*v) * v;
        if sum > 2.0 {
            sum *= p.energy(sum);
        }
    }
    sum / p.order() as f64
}

#[differentiate]
fn network(layers: &[Box<dyn Layer>], x: &[f64], scale: f64) -> f64 {
    let mut state = x.to_vec();
    for layer in layers {
        state = layer.forward(&state, scale);
    }
    let mut sum = 0.0;
    for k in 0..layers.len() {
        sum += state[k % state.len()] * layers[k].energy(scale);
    }
    sum + total(&*layers[0], &state)
}

#[differentiate(wrt(x))]
fn of_constants(layers: &Vec<Box<dyn Layer>>, x: &[f64]) -> f64 {
    let first = &layers[0];
    let mut sum = first.energy(x[0]);
    for (layer, v) in layers.iter().zip(x) {
        sum *= layer.energy(*v);
    }
    sum
}

// the same, where the types are known
#[differentiate]
fn total_of<L: Layer + Differentiable + 'static>(p: &L, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += p.energy(*v) * v;
        if sum > 2.0 {
            sum *= p.energy(sum);
        }
    }
    sum / p.order() as f64
}

#[differentiate]
fn network_of(a: &Dense, b: &Swish, c: &Scaled<Dense>, x: &[f64], scale: f64) -> f64 {
    let state = a.forward(x, scale);
    let state = b.forward(&state, scale);
    let state = c.forward(&state, scale);
    let mut sum = state[0] * a.energy(scale);
    sum += state[1] * b.energy(scale);
    sum += state[0] * c.energy(scale);
    sum + total_of(a, &state)
}

fn dense() -> Dense {
    Dense {
        weights: vec![0.3, -0.8, 0.6, 0.2],
        bias: 0.4,
    }
}

fn swish() -> Swish {
    Swish {
        beta: 1.3,
        times: 3,
    }
}

fn scaled() -> Scaled<Dense> {
    Scaled {
        inner: dense(),
        by: -0.7,
    }
}

fn behind<G: 'static>(gradient: &DynGradient) -> &G {
    gradient.downcast_ref().expect("the gradient of this type")
}

#[test]
fn one_object() {
    for x in [[0.3, 0.9], [-0.4, 2.5], [3.0, -1.0]] {
        let (value, (d_p, d_x)) = total_grad(&dense(), &x);
        let (known, (d_known, d_y)) = total_of_grad(&dense(), &x);
        assert_eq!((value, behind(&d_p), d_x), (known, &d_known, d_y));
        let (value, (d_p, d_x)) = total_grad(&swish(), &x);
        let (known, (d_known, d_y)) = total_of_grad(&swish(), &x);
        assert_eq!((value, behind(&d_p), d_x), (known, &d_known, d_y));
        let (value, (d_p, d_x)) = total_grad(&scaled(), &x);
        let (known, (d_known, d_y)) = total_of_grad(&scaled(), &x);
        assert_eq!((value, behind(&d_p), d_x), (known, &d_known, d_y));
        backprop::assert_gradient!(total_of(&dense(), &x));
        backprop::assert_gradient!(total_of(&swish(), &x));
    }
}

#[test]
fn several_objects() {
    let (a, b, c) = (dense(), swish(), scaled());
    let layers: Vec<Box<dyn Layer>> = vec![Box::new(a.clone()), Box::new(b), Box::new(c.clone())];
    let (x, scale) = ([0.4, -1.1], 0.8);
    let (value, (d_layers, d_x, d_scale)) = network_grad(&layers, &x, scale);
    let known = network_of_grad(&a, &b, &c, &x, scale);
    let (known, (d_a, d_b, d_c, d_y, d_s)) = known;
    assert_eq!(value, known);
    assert_eq!(behind::<DenseGradient>(&d_layers[0]), &d_a);
    assert_eq!(behind::<SwishGradient>(&d_layers[1]), &d_b);
    assert_eq!(behind::<ScaledGradient<Dense>>(&d_layers[2]), &d_c);
    assert_eq!((d_x, d_scale), (d_y, d_s));
    backprop::assert_gradient!(network_of(&a, &b, &c, &x, scale));
}

#[test]
fn added_to_buffers() {
    let layers: Vec<Box<dyn Layer>> = vec![Box::new(swish()), Box::new(dense())];
    let x = [0.4, -1.1];
    let (value, (d_layers, d_x, d_scale)) = network_grad(&layers, &x, 0.8);
    let mut buffers: Vec<Box<DynGradient>> = layers.iter().map(|l| l.zero_gradient()).collect();
    let (mut b_x, mut b_scale) = (vec![0.0; 2], 0.0);
    for _ in 0..2 {
        let again = network_backprop(&layers, &x, 0.8, 1.0, &mut buffers, &mut b_x, &mut b_scale);
        assert_eq!(again, value);
    }
    assert_eq!(b_scale, 2.0 * d_scale);
    assert_eq!(b_x, [2.0 * d_x[0], 2.0 * d_x[1]]);
    let (swish, known): (&SwishGradient, &SwishGradient) =
        (behind(&buffers[0]), behind(&d_layers[0]));
    assert!((swish.beta - 2.0 * known.beta).abs() < 1e-12);
}

#[test]
#[should_panic(expected = "another shape")]
fn a_buffer_of_another_type() {
    let mut buffer = swish().zero_gradient();
    assert_eq!(buffer.beta, 0.0);
    buffer.beta = 1.0;
    let mut wrong = DynGradient::new(buffer);
    total_backprop(&dense(), &[0.3], 1.0, &mut wrong, &mut [0.0]);
}

#[test]
fn constants() {
    let layers: Vec<Box<dyn Layer>> = vec![Box::new(dense()), Box::new(swish())];
    let x = [0.4, -1.1];
    let (value, d_x) = of_constants_grad(&layers, &x);
    let f = |x: &[f64]| of_constants(&layers, x);
    assert_eq!(value, f(&x));
    for i in 0..2 {
        let (mut up, mut down) = (x, x);
        up[i] += 1e-6;
        down[i] -= 1e-6;
        let slope = (f(&up) - f(&down)) / 2e-6;
        assert!((d_x[i] - slope).abs() < 1e-8, "{i}: {} and {slope}", d_x[i]);
    }
}

/// The same object twice in one call, beside a number and a slice.
#[differentiate]
trait Pair {
    fn with(&self, other: &dyn Pair, x: f64, w: &[f64]) -> f64;
    fn charge(&self) -> f64;
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Charge(f64);

#[differentiate]
impl Pair for Charge {
    fn with(&self, other: &dyn Pair, x: f64, w: &[f64]) -> f64 {
        self.0 * other.charge() * x * w[0] + other.charge().powi(2)
    }

    fn charge(&self) -> f64 {
        self.0
    }
}

#[differentiate]
fn pairs(list: &[Box<dyn Pair>], p: &dyn Pair, x: f64, w: &[f64]) -> f64 {
    let mut sum = p.with(p, x, w);
    for a in list.iter() {
        for b in list.iter() {
            sum += a.with(&**b, x, w) * p.charge();
        }
    }
    sum
}

#[test]
fn one_object_twice() {
    let list: Vec<Box<dyn Pair>> = vec![Box::new(Charge(2.0)), Box::new(Charge(-1.0))];
    let (x, w) = (0.5, [3.0]);
    let (value, (d_list, d_p, d_x, d_w)) = pairs_grad(&list, &Charge(4.0), x, &w);
    // q² (x w + 1) + q Σ (a b x w + b²), with a, b = 2, −1
    let (xw, q) = (1.5, 4.0);
    assert_eq!(value, q * q * (xw + 1.0) + q * (xw + 10.0));
    let charge = |d: &DynGradient| behind::<ChargeGradient>(d).0;
    assert_eq!(charge(&d_p), 2.0 * q * (xw + 1.0) + xw + 10.0);
    assert_eq!(charge(&d_list[0]), q * (2.0 * xw + 4.0 * 2.0));
    assert_eq!(charge(&d_list[1]), q * (2.0 * xw - 4.0));
    assert_eq!((d_x, d_w), ((q * q + q) * 3.0, vec![(q * q + q) * 0.5]));
}

#[differentiate(jacobian)]
fn outputs(p: &dyn Layer, x: &[f64]) -> Vec<f64> {
    p.forward(x, 0.8)
}

#[test]
fn rows_of_a_jacobian() {
    let x = [0.4, -1.1];
    let (value, rows) = outputs_jacobian(&dense(), &x);
    assert_eq!(value, outputs(&dense(), &x));
    for (i, (d_p, d_x)) in rows.iter().enumerate() {
        // tanh' (w x s + b)
        let slope = 1.0 - value[i] * value[i];
        let d_p: &DenseGradient = behind(d_p);
        assert!((d_p.bias - slope).abs() < 1e-12);
        for (j, (d, v)) in d_x.iter().zip(x).enumerate() {
            assert!((d - slope * dense().weights[2 * i + j] * 0.8).abs() < 1e-12);
            assert!((d_p.weights[2 * i + j] - slope * v * 0.8).abs() < 1e-12);
            assert_eq!(d_p.weights[2 * (1 - i) + j], 0.0);
        }
    }
}

#[test]
fn of_what_borrows() {
    let weights = [0.5, 2.0];
    let layer = Borrowed { weights: &weights };
    let (value, (d_layer, d_x)) = layer.energy_grad(0.25);
    assert_eq!((value, d_layer.weights, d_x), (0.125, vec![0.25, 0.0], 0.5));
}
