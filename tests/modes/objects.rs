//! Modes of functions of trait objects, compared with the same functions of known types.

#![expect(
    clippy::too_many_arguments,
    reason = "f_hvp has two for each parameter"
)]

use backprop::{Differentiable, DynGradient, Objective, TwiceDifferentiable, differentiate};

#[differentiate(jvp, hvp)]
trait Layer {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64>;
    fn energy(&self, x: f64, k: &f64) -> f64;
    fn weights(&self) -> &[f64];
    fn order(&self) -> usize;
    fn root(&self, x: f64) -> Option<f64>;
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Dense {
    weights: Vec<f64>,
    bias: f64,
}

#[differentiate(jvp, hvp)]
impl Layer for Dense {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64> {
        let n = x.len();
        let mut out = vec![0.0; n];
        for (row, o) in self.weights.chunks_exact(n).zip(&mut out) {
            for (w, x) in row.iter().zip(x) {
                *o += w * x * scale;
            }
            *o = (*o + self.bias).tanh();
        }
        out
    }
    fn energy(&self, x: f64, k: &f64) -> f64 {
        if x > 0.0 {
            self.bias * x * x * k
        } else {
            self.weights[0] * x * self.bias * k
        }
    }
    fn weights(&self) -> &[f64] {
        &self.weights[1..]
    }
    fn order(&self) -> usize {
        self.weights.len()
    }
    fn root(&self, x: f64) -> Option<f64> {
        if x < 0.0 {
            return None;
        }
        Some((x * self.bias).sqrt())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Swish {
    beta: [f64; 3],
}

#[differentiate(jvp, hvp)]
impl Layer for Swish {
    fn forward(&self, x: &[f64], scale: f64) -> Vec<f64> {
        x.iter()
            .map(|v| scale * v / (1.0 + (-self.beta[0] * v).exp()))
            .collect()
    }
    fn energy(&self, x: f64, k: &f64) -> f64 {
        (x * self.beta[1] * k).sin()
    }
    fn weights(&self) -> &[f64] {
        &self.beta
    }
    fn order(&self) -> usize {
        3
    }
    fn root(&self, x: f64) -> Option<f64> {
        (x < 2.0).then(|| x * x * self.beta[2])
    }
}

#[differentiate(jvp, hvp)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[differentiate(jvp, hvp)]
fn total(p: &dyn Layer, x: &[f64], k: f64) -> f64 {
    let state = p.forward(x, k);
    let mut sum = dot(p.weights(), &state) * p.energy(x[0], &k);
    for v in x {
        if let Some(root) = p.root(*v) {
            sum *= root;
        }
        sum += p.energy(sum * v, &0.5) / p.order() as f64;
    }
    sum
}

#[differentiate(jvp, hvp)]
fn total_of<L: Layer + Differentiable + 'static>(p: &L, x: &[f64], k: f64) -> f64 {
    let state = p.forward(x, k);
    let mut sum = dot(p.weights(), &state) * p.energy(x[0], &k);
    for v in x {
        if let Some(root) = p.root(*v) {
            sum *= root;
        }
        sum += p.energy(sum * v, &0.5) / p.order() as f64;
    }
    sum
}

#[differentiate(jvp, hvp)]
fn network(layers: &[Box<dyn Layer>], x: &[f64], scale: f64) -> f64 {
    let mut state = x.to_vec();
    for layer in layers {
        state = layer.forward(&state, scale);
    }
    let mut sum = 0.0;
    for k in 0..layers.len() {
        sum += state[k % state.len()] * layers[k].energy(scale, &sum);
    }
    sum + total(&*layers[0], &state, scale)
}

#[differentiate(jvp, hvp)]
fn network_of(a: &Dense, b: &Swish, x: &[f64], scale: f64) -> f64 {
    let first = a.forward(x, scale);
    let state = b.forward(&first, scale);
    let mut sum = state[0] * a.energy(scale, &0.0);
    sum += state[1] * b.energy(scale, &sum);
    sum + total_of(a, &state, scale)
}

// one object twice
#[differentiate(jvp, hvp)]
fn both(p: &dyn Layer, q: &dyn Layer, x: f64) -> f64 {
    p.energy(q.energy(x, &x), &x) * dot(p.weights(), q.weights())
}
#[differentiate(jvp, hvp)]
fn twice(p: &dyn Layer, x: f64) -> f64 {
    both(p, p, x) * x
}
#[differentiate(jvp, hvp)]
fn twice_of(p: &Swish, x: f64) -> f64 {
    p.energy(p.energy(x, &x), &x) * dot(p.weights(), p.weights()) * x
}

#[differentiate(hessian, objective, wrt(x))]
fn of_constants(p: &dyn Layer, x: &[f64]) -> f64 {
    let mut sum = p.energy(x[0], &x[1]);
    for v in p.forward(x, 0.5) {
        sum *= v;
    }
    sum
}
#[differentiate(hessian, wrt(x))]
fn of_a_constant(p: &Dense, x: &[f64]) -> f64 {
    let mut sum = p.energy(x[0], &x[1]);
    for v in p.forward(x, 0.5) {
        sum *= v;
    }
    sum
}

fn dense() -> Dense {
    Dense {
        weights: vec![0.3, -0.8, 0.6, 0.2],
        bias: 0.4,
    }
}

fn swish() -> Swish {
    Swish {
        beta: [1.3, 0.8, 0.6],
    }
}

fn behind<G: 'static>(gradient: &DynGradient) -> &G {
    gradient.downcast_ref().expect("the gradient of this type")
}

fn directions() -> (DenseGradient, SwishGradient) {
    let along = DenseGradient {
        weights: vec![0.2, -0.1, 0.7, 0.3],
        bias: -0.6,
    };
    let other = SwishGradient {
        beta: [0.4, -0.9, 0.5],
    };
    (along, other)
}

#[test]
fn one_object() {
    let (along, other) = directions();
    let (d_p, d_q) = (
        DynGradient::new(along.clone()),
        DynGradient::new(other.clone()),
    );
    let d_x = [0.9, -0.4];
    for x in [[0.3, 0.9], [-0.4, 2.5], [3.0, -1.0]] {
        let found = total_jvp(&dense(), &d_p, &x, &d_x, 0.7, 0.3);
        assert_eq!(found, total_of_jvp(&dense(), &along, &x, &d_x, 0.7, 0.3));
        let found = total_jvp(&swish(), &d_q, &x, &d_x, 0.7, 0.3);
        assert_eq!(found, total_of_jvp(&swish(), &other, &x, &d_x, 0.7, 0.3));
        let (value, (g, g_x, g_k), (h, h_x, h_k)) = total_hvp(&dense(), &d_p, &x, &d_x, 0.7, 0.3);
        let (known, (e, e_x, e_k), (i, i_x, i_k)) =
            total_of_hvp(&dense(), &along, &x, &d_x, 0.7, 0.3);
        assert_eq!((value, behind(&g), g_x, g_k), (known, &e, e_x, e_k));
        assert_eq!((behind(&h), h_x, h_k), (&i, i_x, i_k));
        let (value, (g, g_x, g_k), (h, h_x, h_k)) = total_hvp(&swish(), &d_q, &x, &d_x, 0.7, 0.3);
        let (known, (e, e_x, e_k), (i, i_x, i_k)) =
            total_of_hvp(&swish(), &other, &x, &d_x, 0.7, 0.3);
        assert_eq!((value, behind(&g), g_x, g_k), (known, &e, e_x, e_k));
        assert_eq!((behind(&h), h_x, h_k), (&i, i_x, i_k));
    }
}

/// The product is the difference of gradients along the direction.
#[test]
fn differences() {
    let (along, d_x, x, step) = (directions().0, [0.9, -0.4], [0.3, 0.9], 1e-6);
    let moved = |by: f64| {
        let mut p = dense();
        p.bias += by * along.bias;
        for (w, d) in p.weights.iter_mut().zip(&along.weights) {
            *w += by * d;
        }
        let x: Vec<f64> = x.iter().zip(&d_x).map(|(x, d)| x + by * d).collect();
        let (value, (d_p, d_x, d_k)) = total_grad(&p, &x, 0.7 + by * 0.3);
        let d_p: &DenseGradient = behind(&d_p);
        (
            value,
            [
                d_p.bias,
                d_p.weights[1],
                d_p.weights[2],
                d_x[0],
                d_x[1],
                d_k,
            ],
        )
    };
    let d_p = DynGradient::new(along.clone());
    let (_, slope) = total_jvp(&dense(), &d_p, &x, &d_x, 0.7, 0.3);
    let (_, _, (h, h_x, h_k)) = total_hvp(&dense(), &d_p, &x, &d_x, 0.7, 0.3);
    let h: &DenseGradient = behind(&h);
    let found = [h.bias, h.weights[1], h.weights[2], h_x[0], h_x[1], h_k];
    let ((up, above), (down, below)) = (moved(step), moved(-step));
    assert!((slope - (up - down) / (2.0 * step)).abs() < 1e-7);
    for (i, found) in found.iter().enumerate() {
        let wanted = (above[i] - below[i]) / (2.0 * step);
        assert!((found - wanted).abs() < 1e-6, "{i}: {found} and {wanted}");
    }
}

#[test]
fn several_objects() {
    let (a, b) = (dense(), swish());
    let layers: Vec<Box<dyn Layer>> = vec![Box::new(a.clone()), Box::new(b)];
    let (along, other) = directions();
    let d_layers = [
        Box::new(DynGradient::new(along.clone())),
        Box::new(DynGradient::new(other.clone())),
    ];
    let (x, d_x, k, d_k) = ([0.4, -1.1], [0.9, -0.4], 0.8, 0.2);
    let found = network_jvp(&layers, &d_layers, &x, &d_x, k, d_k);
    assert_eq!(
        found,
        network_of_jvp(&a, &along, &b, &other, &x, &d_x, k, d_k)
    );
    let (value, (g, g_x, g_k), (h, h_x, h_k)) = network_hvp(&layers, &d_layers, &x, &d_x, k, d_k);
    let (known, (ga, gb, e_x, e_k), (ha, hb, i_x, i_k)) =
        network_of_hvp(&a, &along, &b, &other, &x, &d_x, k, d_k);
    assert_eq!((value, g_x, g_k, h_x, h_k), (known, e_x, e_k, i_x, i_k));
    assert_eq!((behind(&g[0]), behind(&g[1])), (&ga, &gb));
    assert_eq!((behind(&h[0]), behind(&h[1])), (&ha, &hb));
}

#[test]
fn one_object_twice() {
    let other = directions().1;
    let d_p = DynGradient::new(other.clone());
    let found = twice_jvp(&swish(), &d_p, 0.6, 0.5);
    let known = twice_of_jvp(&swish(), &other, 0.6, 0.5);
    assert!((found.1 - known.1).abs() < 1e-14);
    let (_, (g, g_x), (h, h_x)) = twice_hvp(&swish(), &d_p, 0.6, 0.5);
    let (_, (e, e_x), (i, i_x)) = twice_of_hvp(&swish(), &other, 0.6, 0.5);
    let (g, h): (&SwishGradient, &SwishGradient) = (behind(&g), behind(&h));
    for (a, b) in g.beta.iter().zip(e.beta).chain(h.beta.iter().zip(i.beta)) {
        assert!((a - b).abs() < 1e-12, "{g:?} {e:?} {h:?} {i:?}");
    }
    assert!((g_x - e_x).abs() < 1e-13 && (h_x - i_x).abs() < 1e-12);
}

#[test]
fn constants() {
    let x = vec![0.4, -1.1];
    let found = of_constants_hessian(&dense(), &x);
    assert_eq!(found, of_a_constant_hessian(&dense(), &x));
    assert_eq!(found.0, of_a_constant(&dense(), &x));
    let p = dense();
    let objective = of_constants::objective(&p);
    assert_eq!(objective.hessian(&x), found);
    assert_eq!(objective.grad(&x).1, found.1);
}

#[test]
#[should_panic(expected = "another shape")]
fn a_tangent_of_another_type() {
    let d_p = DynGradient::new(directions().1);
    total_jvp(&dense(), &d_p, &[0.3, 0.4], &[0.0; 2], 1.0, 0.0);
}
