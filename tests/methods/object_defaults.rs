//! Default methods called through trait objects: those of the trait, and those that types
//! have in their place.

use backprop::{Differentiable, DynGradient, Objective, differentiate};

#[differentiate(jvp, hvp, hessian)]
trait Body {
    fn mass(&self, x: f64) -> f64;
    fn at(&self, x: &[f64]) -> Vec<f64>;
    fn order(&self) -> usize;

    /// Calls what types have.
    fn energy(&self, v: f64) -> f64 {
        if v > 0.0 {
            0.5 * self.mass(v) * v * v
        } else {
            -v * self.mass(-v) / self.order() as f64
        }
    }

    /// Calls another default method.
    fn power(&self, v: f64, k: &f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..self.order() {
            sum += self.energy(v + i as f64) * *k;
        }
        sum
    }

    /// Calls itself, and takes a vector.
    fn nested(&self, x: Vec<f64>, depth: usize) -> f64 {
        if depth == 0 {
            return x.iter().sum();
        }
        let next = self.at(&x);
        self.nested(next, depth - 1) * self.mass(x[0])
    }

    /// Calls nothing.
    fn plain(&self, x: f64) -> f64 {
        x.sin()
    }

    /// Prints, and calls what has no gradient.
    fn told(&self, x: f64) -> f64 {
        assert!(self.name().len() > 1, "{} {}", self.name(), self.order());
        let squared = |v: f64| self.mass(v) * self.mass(v);
        squared(x) + squared(x + 1.0)
    }

    /// Without a gradient.
    fn name(&self) -> String {
        "body".to_owned()
    }

    /// Changes an argument.
    fn scale(&self, x: &mut [f64]) {
        for v in x.iter_mut() {
            *v *= self.mass(*v);
        }
    }

    /// Only where the type is known: it names the type.
    fn sum_with(&self, other: &Self, x: f64) -> f64
    where
        Self: Sized,
    {
        self.mass(x) + other.mass(x)
    }
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Ball {
    weights: Vec<f64>,
}

#[differentiate(jvp, hvp, hessian)]
impl Body for Ball {
    fn mass(&self, x: f64) -> f64 {
        self.weights[0] * x + self.weights[1]
    }
    fn at(&self, x: &[f64]) -> Vec<f64> {
        x.iter().map(|v| (v * self.weights[2]).cos()).collect()
    }
    fn order(&self) -> usize {
        self.weights.len()
    }
}

/// Has some methods of its own.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Rod {
    length: f64,
}

#[differentiate(jvp, hvp, hessian)]
impl Body for Rod {
    fn mass(&self, x: f64) -> f64 {
        (self.length * x).exp()
    }
    fn at(&self, x: &[f64]) -> Vec<f64> {
        x.iter().rev().map(|v| v * self.length).collect()
    }
    fn order(&self) -> usize {
        2
    }
    fn energy(&self, v: f64) -> f64 {
        self.length * v * v * v
    }
    fn plain(&self, x: f64) -> f64 {
        x * self.length
    }
    fn nested(&self, x: Vec<f64>, depth: usize) -> f64 {
        match depth {
            0 => x[0] * self.length,
            _ => self.mass(x[1]) * self.nested(self.at(&x), depth - 1),
        }
    }
}

#[differentiate(jvp, hvp)]
fn total(body: &dyn Body, x: &[f64], k: f64) -> f64 {
    let mut state = x.to_vec();
    body.scale(&mut state);
    let mut sum = body.nested(state.clone(), 3);
    for v in &state {
        sum += body.energy(*v) * body.power(k, v);
        if sum < 1.0 {
            sum *= body.plain(sum) + body.told(k);
        }
    }
    sum
}

#[differentiate(jvp, hvp)]
fn total_of<B: Body + Differentiable + 'static>(body: &B, x: &[f64], k: f64) -> f64 {
    let mut state = x.to_vec();
    body.scale(&mut state);
    let mut sum = body.nested(state.clone(), 3);
    for v in &state {
        sum += body.energy(*v) * body.power(k, v);
        if sum < 1.0 {
            sum *= body.plain(sum) + body.told(k);
        }
    }
    sum
}

#[differentiate]
fn of_all(bodies: &[Box<dyn Body>], x: f64) -> f64 {
    let mut sum = 0.0;
    for body in bodies {
        sum += body.energy(x) * bodies[0].plain(sum + x);
    }
    sum
}

#[differentiate]
fn of_both(ball: &Ball, rod: &Rod, x: f64) -> f64 {
    let mut sum = ball.energy(x) * ball.plain(x);
    sum += rod.energy(x) * ball.plain(sum + x);
    sum += ball.energy(x) * ball.plain(sum + x);
    sum
}

fn ball() -> Ball {
    Ball {
        weights: vec![0.4, 1.3, -0.7],
    }
}

fn behind<G: 'static>(gradient: &DynGradient) -> &G {
    gradient.downcast_ref().expect("the gradient of this type")
}

fn compare<B: Body + Differentiable<Gradient: PartialEq + std::fmt::Debug> + 'static>(body: &B) {
    for x in [[0.3, 0.9], [-0.4, 1.5], [0.0, -1.0]] {
        for k in [0.7, -1.2] {
            let (value, (d_body, d_x, d_k)) = total_grad(body, &x, k);
            let (known, (d_known, d_y, d_l)) = total_of_grad(body, &x, k);
            let known = (known, &d_known, d_y, d_l);
            assert_eq!((value, behind(&d_body), d_x, d_k), known);
        }
    }
}

#[test]
fn gradients() {
    compare(&ball());
    compare(&Rod { length: 0.8 });
    for x in [[0.3, 0.9], [-0.4, 1.5]] {
        backprop::assert_gradient!(total_of(&ball(), &x, 0.7));
        backprop::assert_gradient!(total_of(&Rod { length: 0.8 }, &x, 0.7));
    }
}

#[test]
fn several_types() {
    let (ball, rod) = (ball(), Rod { length: 0.8 });
    let bodies: Vec<Box<dyn Body>> = vec![
        Box::new(ball.clone()),
        Box::new(rod),
        Box::new(ball.clone()),
    ];
    for x in [0.6, -0.9] {
        let (value, (d_bodies, d_x)) = of_all_grad(&bodies, x);
        let (known, (d_ball, d_rod, d_y)) = of_both_grad(&ball, &rod, x);
        assert_eq!(value, known);
        assert!((d_x - d_y).abs() < 1e-12);
        // the sums may come in another order
        let of_rod = behind::<RodGradient>(&d_bodies[1]).length;
        assert!((of_rod - d_rod.length).abs() < 1e-12);
        let (first, last): (&BallGradient, &BallGradient) =
            (behind(&d_bodies[0]), behind(&d_bodies[2]));
        for i in 0..3 {
            let sum = first.weights[i] + last.weights[i];
            assert!((sum - d_ball.weights[i]).abs() < 1e-12);
        }
    }
}

/// The Hessian of what an object computes.
#[differentiate(hessian, objective, wrt(x))]
fn of_arguments(body: &dyn Body, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += body.energy(*v) * body.plain(x[0]) * body.mass(sum);
    }
    sum
}

#[test]
fn second_derivatives() {
    let bodies: [Box<dyn Body>; 2] = [Box::new(ball()), Box::new(Rod { length: 0.8 })];
    let (x, h) = ([0.3, -0.9, 1.1], 1e-5);
    for body in &bodies {
        let (value, d_x, hessian) = of_arguments_hessian(&**body, &x);
        assert_eq!((value, d_x), of_arguments_grad(&**body, &x));
        for i in 0..3 {
            let (mut up, mut down) = (x, x);
            up[i] += h;
            down[i] -= h;
            let (up, down) = (
                of_arguments_grad(&**body, &up).1,
                of_arguments_grad(&**body, &down).1,
            );
            for j in 0..3 {
                let slope = (up[j] - down[j]) / (2.0 * h);
                assert!((hessian[i][j] - slope).abs() < 1e-6, "{i} {j}");
            }
        }
        let objective = of_arguments::objective(&**body);
        assert_eq!(objective.value(&x), value);
    }
}

/// Of a default method and of a replaced one, with respect to the type as well.
#[test]
fn hessians() {
    let (k, v) = (0.8, 0.6);
    let (_, d_rod, rows) = Rod { length: k }.energy_hessian(v);
    assert!((d_rod.0.length - v.powi(3)).abs() < 1e-12);
    assert!((rows[0].1 - 3.0 * v * v).abs() < 1e-12);
    assert!((rows[1].1 - 6.0 * k * v).abs() < 1e-12);
    // (w v + u) v² / 2
    let (_, _, rows) = ball().energy_hessian(v);
    assert!((rows[3].1 - (3.0 * 0.4 * v + 1.3)).abs() < 1e-12);
    assert!((rows[3].0.weights[1] - v).abs() < 1e-12);
}

#[test]
fn modes() {
    let body = ball();
    let zeros = BallGradient {
        weights: vec![0.2, -0.5, 1.0],
    };
    let (along, x, d_x) = (DynGradient::new(zeros.clone()), [0.3, 0.9], [1.0, -2.0]);
    let forward = total_jvp(&body, &along, &x, &d_x, 0.7, 0.4);
    let known = total_of_jvp(&body, &zeros, &x, &d_x, 0.7, 0.4);
    assert_eq!(forward, known);
    let (value, (d_body, d_y, d_k), (h_body, h_x, h_k)) =
        total_hvp(&body, &along, &x, &d_x, 0.7, 0.4);
    let known = total_of_hvp(&body, &zeros, &x, &d_x, 0.7, 0.4);
    let (of, (d_known, d_z, d_l), (h_known, h_y, h_l)) = known;
    assert_eq!((value, behind(&d_body), d_y, d_k), (of, &d_known, d_z, d_l));
    assert_eq!((behind(&h_body), h_x, h_k), (&h_known, h_y, h_l));
    let rod = Rod { length: 0.8 };
    let along = DynGradient::new(RodGradient { length: 0.3 });
    let forward = total_jvp(&rod, &along, &x, &d_x, 0.7, 0.4);
    let known = total_of_jvp(&rod, &RodGradient { length: 0.3 }, &x, &d_x, 0.7, 0.4);
    assert_eq!(forward, known);
}
