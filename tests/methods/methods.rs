//! Methods that read: on structs of numbers, vectors, arrays and structs.

use backprop::{Differentiable, differentiate};

oracle::programs! {

    #[derive(Clone, Copy, Debug, PartialEq, Default, Differentiable)]
    struct Vec2 { x: f64, y: f64 }

    #[differentiate]
    impl Vec2 {
        const HALF: f64 = 0.5;
        const COUNT: usize = 3;

        fn new(x: f64, y: f64) -> Self { Self { x, y } }
        fn splat(x: f64) -> Self { Self::new(x, x) }
        fn dot(&self, other: &Self) -> f64 { self.x * other.x + self.y * other.y }
        fn norm(&self) -> f64 { self.dot(self).sqrt() }
        fn plus(self, other: Self) -> Self { Self { x: self.x + other.x, y: self.y + other.y } }
        fn times(self, factor: f64) -> Self { Vec2 { x: self.x * factor, ..self.plus(self).halved() }.fixed(factor, self.y) }
        fn fixed(self, factor: f64, y: f64) -> Self { Self { y: y * factor, ..self } }
        fn halved(self) -> Self { Self { x: self.x * Self::HALF, y: self.y * Self::HALF } }
        fn unit(&self) -> Self {
            let length = self.norm();
            if length > 1e-9 { self.times(1.0 / length) } else { *self }
        }
        fn pair(&self) -> (f64, f64) { (self.x * self.y, self.x - self.y) }
        fn array(&self) -> [f64; 2] { [self.x.sin(), self.y] }
        fn powers(&self) -> Vec<f64> { (0..Self::COUNT).map(|k| self.x.powi(k as i32) * self.y).collect() }
        fn crossed(&self, count: usize) -> usize { count + 1 }
    }

    #[differentiate]
    fn angle(a: Vec2, b: &Vec2) -> f64 {
        (a.dot(b) / (a.norm() * b.norm())).acos()
    }

    #[differentiate]
    fn chain(a: Vec2, b: Vec2, k: f64) -> f64 {
        a.plus(b).times(k).plus(Vec2::new(k, 1.0)).norm()
    }

    #[differentiate]
    fn associated(k: f64) -> f64 {
        let v = Vec2::splat(k).plus(Vec2 { x: 1.0, y: k });
        v.dot(&Vec2::new(2.0, k)) * Vec2::HALF
    }

    // one result used several times
    #[differentiate]
    fn reused(a: Vec2) -> f64 {
        let n = a.norm();
        n * n + a.unit().x / n + a.unit().dot(&a.unit())
    }

    #[differentiate]
    fn of_self(a: &Vec2) -> f64 {
        a.dot(a) + a.plus(*a).dot(&a.times(3.0))
    }

    #[differentiate]
    fn shapes(a: &Vec2, w: &[f64]) -> f64 {
        let (product, difference) = a.pair();
        let [s, y] = a.array();
        let powers = a.powers();
        let n: usize = a.crossed(1);
        product * w[0] + difference * w[1] + s * y + powers.iter().zip(w).map(|(p, w)| p * w).sum::<f64>() * n as f64
    }

    #[differentiate]
    fn in_closures(points: &[Vec2], to: Vec2) -> f64 {
        let shift = |p: &Vec2| p.plus(to).norm();
        points.iter().map(|p| p.dot(&to) + shift(p)).sum()
    }

    #[differentiate]
    fn nearest(points: &[Vec2], to: &Vec2) -> f64 {
        let mut best = f64::INFINITY;
        for (i, p) in points.iter().enumerate() {
            for q in &points[i + 1..] {
                let d = p.plus(q.times(-1.0)).norm() + p.dot(to);
                if d < best { best = d; }
            }
        }
        best
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Layer { weights: Vec<Vec<f64>>, bias: [f64; 2], kind: Kind }

    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    enum Kind { Tanh, Linear }

    #[differentiate]
    impl Kind { fn is_linear(self) -> bool { matches!(self, Kind::Linear) } }

    impl Layer {
        #[differentiate]
        fn forward(&self, x: &[f64]) -> Vec<f64> {
            let mut out = self.bias.to_vec();
            for (o, row) in out.iter_mut().zip(&self.weights) {
                *o += row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
                *o = self.activate(*o);
            }
            out
        }

        #[differentiate]
        fn activate(&self, z: f64) -> f64 {
            match self.kind { Kind::Tanh => z.tanh(), Kind::Linear => z }
        }

        // not marked, and with nothing active
        fn width(&self) -> usize { self.bias.len() }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Network { layers: Vec<Layer>, scale: f64, center: Vec2 }

    #[differentiate]
    impl Network {
        fn forward(&self, x: &[f64]) -> Vec<f64> {
            let mut x = x.to_vec();
            for layer in &self.layers { x = layer.forward(&x); }
            x
        }
        fn by_index(&self, x: &[f64]) -> Vec<f64> {
            let mut x: Vec<f64> = x.to_vec();
            for i in 0..self.layers.len() { x = self.layers[i].forward(&x); }
            x
        }
        fn loss(&self, x: &[f64], target: f64) -> f64 {
            let y = self.forward(x);
            let error = self.scale * (y[0] + y[1]) - target;
            error * error + self.penalty() + self.center.norm()
        }
        fn penalty(&self) -> f64 {
            let mut sum = 0.0;
            for layer in self.layers.iter().filter(|layer| !layer.kind.is_linear()) {
                for row in &layer.weights { sum += row.iter().map(|w| w * w).sum::<f64>(); }
            }
            0.01 * sum
        }
    }

    #[differentiate]
    fn train(network: &Network, data: &[(Vec<f64>, f64)]) -> f64 {
        data.iter().map(|(x, target)| network.loss(x, *target)).sum()
    }

    #[differentiate]
    fn indexed(network: &Network, x: [f64; 2]) -> f64 {
        let y = network.by_index(&x);
        y[0] * y[1] + network.layers[0].activate(x[0]) + network.layers[network.layers.len() - 1].bias[0]
    }

    // options and results of methods
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Grid { values: Vec<f64>, step: f64 }

    #[differentiate]
    impl Grid {
        fn at(&self, x: f64) -> Option<f64> {
            let position = x / self.step;
            if position < 0.0 { return None; }
            let i = position as usize;
            let a = *self.values.get(i)?;
            let b = *self.values.get(i + 1)?;
            let t = position - i as f64;
            Some(a + (b - a) * t)
        }
        fn checked(&self, x: f64) -> Result<f64, String> {
            match self.at(x) { Some(y) => Ok(y * y), None => Err(format!("outside")) }
        }
        fn both(&self, x: f64) -> Option<f64> {
            let y = self.at(x)?;
            Some(y * self.at(2.0 * x)? + y)
        }
    }

    #[differentiate]
    fn interpolated(grid: &Grid, x: f64) -> f64 {
        let a = grid.at(x).unwrap_or(-x);
        let b = match grid.checked(x) { Ok(y) => y, Err(_) => 3.0 * x };
        let c = if let Some(y) = grid.both(x) { y * x } else { 0.0 };
        a + b + c
    }

    // recursion over a tree
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    enum Tree { Leaf(f64), Sum(Box<Tree>, Box<Tree>), Scaled { by: f64, inner: Box<Tree> } }

    impl Tree {
        #[differentiate]
        fn value(&self, x: f64) -> f64 {
            match self {
                Tree::Leaf(k) => k * x,
                Tree::Sum(a, b) => a.value(x) + b.value(x * x),
                Tree::Scaled { by, inner } => by * inner.value(x).sin(),
            }
        }
    }

    #[differentiate]
    fn of_tree(k: f64, by: f64, x: f64) -> f64 {
        let inner = Tree::Scaled { by, inner: Box::new(Tree::Leaf(k * k)) };
        let tree = Tree::Sum(Box::new(Tree::Leaf(k)), Box::new(inner));
        tree.value(x) + tree.value(2.0)
    }

    // generic over constants
    #[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
    struct Fixed<const N: usize> { at: [f64; N] }

    #[differentiate]
    impl<const N: usize> Fixed<N> {
        fn dot(&self, other: &Self) -> f64 {
            let mut sum = 0.0;
            for i in 0..N { sum += self.at[i] * other.at[i]; }
            sum
        }
        fn mapped(self, k: f64) -> Self { let at = self.at; Self { at: std::array::from_fn(|i| (k * at[i]).sin()) } }
    }

    #[differentiate]
    fn of_constants(a: [f64; 3], k: f64) -> f64 {
        let a = Fixed { at: a };
        a.mapped(k).dot(&a) + Fixed::<3> { at: [1.0, k, 2.0] }.dot(&a)
    }
}

const A: Vec2 = Vec2 { x: 0.7, y: -1.2 };
const B: Vec2 = Vec2 { x: 1.5, y: 0.4 };

#[test]
fn vectors() {
    oracle::check!(angle(A, &B));
    oracle::check!(chain(A, B, 1.3));
    oracle::check!(associated(0.7));
    oracle::check!(reused(A));
    oracle::check!(of_self(&B));
    oracle::check!(shapes(&A, &[0.3, -2.0, 0.9]));
    oracle::check!(in_closures(&[A, B, A], B));
    oracle::check!(nearest(&[A, B, Vec2 { x: -0.3, y: 0.1 }], &A));
}

fn network() -> Network {
    let layer = |kind, k: f64| Layer {
        weights: vec![vec![0.3 * k, -0.4], vec![0.9, 0.2 * k]],
        bias: [0.1, -0.2 * k],
        kind,
    };
    Network {
        layers: vec![
            layer(Kind::Tanh, 1.0),
            layer(Kind::Linear, 0.7),
            layer(Kind::Tanh, -1.1),
        ],
        scale: 1.7,
        center: A,
    }
}

#[test]
fn networks() {
    let data = [(vec![0.4, -0.9], 0.3), (vec![1.4, 0.2], -0.8)];
    oracle::check!(train(&network(), &data));
    oracle::check!(indexed(&network(), [0.2, 0.9]));
    assert_eq!(network().layers[0].width(), 2);
}

#[test]
fn options_and_results() {
    let grid = Grid {
        values: vec![0.2, 1.1, -0.4, 0.9],
        step: 0.5,
    };
    oracle::check!(interpolated(&grid, 0.7));
    oracle::check!(interpolated(&grid, 0.3));
    oracle::check!(interpolated(&grid, 7.0));
    oracle::check!(interpolated(&grid, -1.0));
}

#[test]
fn recursion() {
    oracle::check!(of_tree(0.4, 1.2, 0.6));
}

#[test]
fn constants() {
    oracle::check!(of_constants([0.2, 0.5, -0.9], 1.2));
}
