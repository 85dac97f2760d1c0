//! Structs, by value, by reference and in each other, with their methods.

use std::ops::{Add, Index, Mul};

oracle::twins! {
    #[derive(Clone, Debug, Differentiable)]
    struct Gate { input: Vec<f64>, hidden: f64, bias: f64 }

    #[derive(Debug, Differentiable)]
    struct Cell { forget: Gate, store: Gate, output: Gate, candidate: Gate, steps: usize }

    #[derive(Clone, Copy, PartialEq, Differentiable)]
    struct State { hidden: f64, memory: f64 }

    impl Gate {
        const SHIFT: f64 = 0.5 * 0.25;
        fn apply(&self, x: &[f64], hidden: f64) -> f64 {
            let z: f64 = self.input.iter().zip(x).map(|(w, x)| w * x).sum();
            z + self.hidden * hidden + self.bias + Self::SHIFT
        }
    }

    fn sigmoid(x: f64) -> f64 { 1.0 / (1.0 + (-x).exp()) }

    impl Cell {
        fn step(&self, state: State, x: &[f64]) -> State {
            let State { hidden, memory } = state;
            let forget = sigmoid(self.forget.apply(x, hidden));
            let store = sigmoid(self.store.apply(x, hidden));
            let output = sigmoid(self.output.apply(x, hidden));
            let candidate = self.candidate.apply(x, hidden).tanh();
            let memory = forget * memory + store * candidate;
            State { memory, hidden: output * memory.tanh() }
        }
    }

    fn lstm(cell: &Cell, inputs: &[Vec<f64>]) -> State {
        let mut state = State { hidden: 0.0, memory: 0.0 };
        for x in inputs.iter().take(cell.steps) { state = cell.step(state, x); }
        state
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Differentiable)]
    pub struct Vec3 { x: f64, y: f64, z: f64 }

    impl Vec3 {
        const UP: Vec3 = Vec3 { x: 0.0, y: 1.0, z: 0.0 };
        pub fn new(x: f64, y: f64, z: f64) -> Self { Self { x, y, z } }
        fn dot(self, other: Self) -> f64 { self.x * other.x + self.y * other.y + self.z * other.z }
        fn length(&self) -> f64 { self.dot(*self).sqrt() }
    }
    impl Add for Vec3 {
        type Output = Vec3;
        fn add(self, other: Vec3) -> Vec3 { Vec3::new(self.x + other.x, self.y + other.y, self.z + other.z) }
    }
    impl Mul<Vec3> for f64 {
        type Output = Vec3;
        fn mul(self, v: Vec3) -> Vec3 { Vec3 { x: self * v.x, y: self * v.y, z: self * v.z } }
    }
    impl Index<usize> for Vec3 {
        type Output = f64;
        fn index(&self, index: usize) -> &f64 {
            match index { 0 => &self.x, 1 => &self.y, _ => &self.z }
        }
    }

    const GRAVITY: Vec3 = Vec3 { x: 0.0, y: -9.81, z: 0.0 };
    const CORNERS: [Vec3; 2] = [GRAVITY, Vec3::UP];

    #[derive(Debug, Clone, Differentiable)]
    struct Body { position: Vec3, velocity: Vec3, mass: f64, name: String, kind: Kind }

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind { Fixed, Free }

    impl Kind {
        fn mobility(self) -> f64 { match self { Kind::Fixed => 0.0, Kind::Free => 1.0 } }
    }

    fn simulate(bodies: &mut Vec<Body>, steps: usize) -> f64 {
        for _ in 0..steps {
            for body in bodies.iter_mut() {
                let m = body.kind.mobility();
                body.velocity = body.velocity + 0.01 * (m * (GRAVITY + 0.1 * CORNERS[1]));
                body.position = body.position + 0.01 * body.velocity;
            }
        }
        bodies.iter().map(|body| body.mass * body.position.length() + body.velocity[1]).sum()
    }

    #[derive(Debug, Differentiable)]
    struct Pair(f64, [f32; 2]);

    fn exchange(pair: Pair, by: &Pair, into: &mut Pair) -> Pair {
        let Pair(a, [b, c]) = pair;
        into.0 *= a;
        into.1[0] += b * by.1[1];
        Pair(by.0 * a, [c * 2.0, -b])
    }

    #[derive(Differentiable)]
    struct Network { layers: Vec<Layer>, scale: Option<f64>, root: Box<Vec3> }
    #[derive(Differentiable)]
    struct Layer { weights: Vec<[f64; 2]>, bias: [f64; 2] }

    fn forward(network: &Network, x: [f64; 2]) -> [f64; 2] {
        let mut x = x;
        for Layer { weights, bias } in &network.layers {
            let mut y = *bias;
            for (j, w) in weights.iter().enumerate() { y[j] += w[0] * x[0] + w[1] * x[1]; }
            x = y.map(f64::tanh);
        }
        x[0] *= network.scale.unwrap_or(1.0) + network.root.x;
        x
    }

    #[derive(Debug, Clone)]
    enum Shape { Circle(f64), Box { width: f64, height: f64 }, Empty }

    fn area(shapes: &[Shape]) -> f64 {
        shapes.iter().map(|shape| match shape {
            Shape::Circle(r) => std::f64::consts::PI * r * r,
            Shape::Box { width, height } => width * height,
            Shape::Empty => 0.0,
        }).sum()
    }

    trait Activation { fn apply(&self, x: f64) -> f64; fn twice(&self, x: f64) -> f64 { self.apply(2.0 * x) } }
    struct Tanh;
    struct Leaky { slope: f64 }
    impl Activation for Tanh { fn apply(&self, x: f64) -> f64 { x.tanh() } }
    impl Activation for Leaky { fn apply(&self, x: f64) -> f64 { if x < 0.0 { self.slope * x } else { x } } }

    fn activate(x: f64, slope: f64) -> f64 {
        let all: Vec<Box<dyn Activation>> = vec![Box::new(Tanh), Box::new(Leaky { slope })];
        all.iter().map(|a| a.twice(x)).sum()
    }

    struct View<'a> { data: &'a [f64], stride: usize }
    impl View<'_> { fn at(&self, i: usize) -> f64 { self.data[i * self.stride] } }

    fn strided(view: View<'_>, n: usize) -> f64 { (0..n).map(|i| view.at(i) * view.at(i)).sum() }
}

fn gate(a: f64, b: f64, hidden: f64, bias: f64) -> Gate {
    Gate {
        input: vec![a, b],
        hidden,
        bias,
    }
}

#[test]
fn recurrent_cell() {
    let cell = Cell {
        forget: gate(0.1, 0.2, 0.3, 0.4),
        store: gate(-0.5, 0.6, -0.7, 0.8),
        output: gate(0.9, -1.0, 0.15, 0.25),
        candidate: gate(0.35, 0.45, -0.55, 0.65),
        steps: 2,
    };
    oracle::check!(lstm(
        &cell,
        &[vec![1.0, 0.5], vec![-0.25, 0.75], vec![9.0, 9.0]]
    ));
}

#[test]
fn vectors() {
    let body = |kind| Body {
        position: Vec3::new(1.0, 2.0, 3.0),
        velocity: Vec3::new(0.1, -0.2, 0.3),
        mass: 1.5,
        name: "body".to_owned(),
        kind,
    };
    oracle::check!(simulate(&mut vec![body(Kind::Free), body(Kind::Fixed)], 3));
}

#[test]
fn every_way_to_pass() {
    let pair = |x| Pair(x, [0.5, -2.0]);
    oracle::check!(exchange(pair(1.0), &pair(2.0), &mut pair(3.0)));
    let network = Network {
        layers: vec![
            Layer {
                weights: vec![[0.1, 0.2], [0.3, -0.4]],
                bias: [0.5, 0.6],
            },
            Layer {
                weights: vec![[1.0, 2.0]],
                bias: [-0.5, 0.1],
            },
        ],
        scale: Some(2.0),
        root: Box::new(Vec3::UP),
    };
    oracle::check!(forward(&network, [0.7, -0.3]));
    oracle::check!(area(&[
        Shape::Circle(1.5),
        Shape::Empty,
        Shape::Box {
            width: 2.0,
            height: 0.5
        },
    ]));
    oracle::check!(activate(-0.5, 0.1));
    oracle::check!(strided(
        View {
            data: &[1.0, 2.0, 3.0],
            stride: 2
        },
        2
    ));
}
