//! Methods that change their receiver.

use backprop::{Differentiable, differentiate};

oracle::programs! {

    #[derive(Clone, Copy, Debug, PartialEq, Default, Differentiable)]
    struct Particle { x: f64, v: f64, mass: f64, steps: usize }

    #[differentiate]
    impl Particle {
        fn step(&mut self, force: f64, dt: f64) {
            self.v += force / self.mass * dt;
            self.x += self.v * dt;
            self.steps += 1;
        }
        fn energy(&self) -> f64 { 0.5 * self.mass * self.v * self.v + 0.5 * self.x * self.x }
        fn force(&self) -> f64 { -self.x.sin() }
        fn kick(&mut self, by: f64) -> f64 {
            let before = self.energy();
            if by.abs() < 1e-3 { return 0.0; }
            self.v += by;
            self.energy() - before
        }
        fn run(&mut self, n: usize, dt: f64) {
            for k in 0..n {
                let f = self.force();
                self.step(f, dt);
                if self.x > 2.0 { self.v = -0.8 * self.v; self.x = 2.0; }
                if k == 7 { break; }
            }
        }
    }

    #[differentiate]
    fn simulate(p: Particle, n: usize, dt: f64) -> f64 {
        let mut p = p;
        for _ in 0..n {
            let f = p.force();
            p.step(f, dt);
        }
        p.energy() + p.x
    }

    #[differentiate]
    fn in_place(p: &mut Particle, n: usize, dt: f64) -> f64 {
        p.run(n, dt);
        let gained = p.kick(dt);
        p.run(2, dt * 0.5);
        gained + p.energy()
    }

    #[differentiate]
    fn all(particles: &mut [Particle], dt: f64) -> f64 {
        for p in &mut *particles { p.step(0.3, dt); }
        for p in particles.iter_mut() { p.kick(dt); }
        for i in 0..particles.len() {
            let f = particles[i].force();
            particles[i].step(f, dt);
        }
        particles.iter().map(|p| p.energy()).sum()
    }

    #[differentiate]
    fn owned(particles: Vec<Particle>, dt: f64) -> f64 {
        let mut particles = particles;
        for p in &mut particles { p.step(-0.3, dt); }
        for p in particles.iter_mut().rev() { p.step(p.x, dt); }
        particles.iter().map(Particle::energy).sum::<f64>() + particles[0].v
    }

    // running statistics and stacks
    #[derive(Clone, Debug, PartialEq, Default, Differentiable)]
    struct Stats { count: usize, mean: f64, m2: f64 }

    #[differentiate]
    impl Stats {
        fn add(&mut self, x: f64) {
            self.count += 1;
            let delta = x - self.mean;
            self.mean += delta / self.count as f64;
            self.m2 += delta * (x - self.mean);
        }
        fn variance(&self) -> f64 {
            if self.count < 2 { return 0.0; }
            self.m2 / (self.count - 1) as f64
        }
    }

    #[differentiate]
    fn spread(x: &[f64]) -> f64 {
        let mut stats = Stats { count: 0, mean: 0.0, m2: 0.0 };
        for x in x { if *x > -5.0 { stats.add(*x); } }
        stats.variance().sqrt() + stats.mean
    }

    #[derive(Clone, Debug, PartialEq, Default, Differentiable)]
    struct Stack { items: Vec<f64>, scale: f64 }

    #[differentiate]
    impl Stack {
        fn push(&mut self, x: f64) { self.items.push(x * self.scale); }
        fn pop(&mut self) -> Option<f64> { self.items.pop() }
        fn len(&self) -> usize { self.items.len() }
        fn multiply(&mut self) {
            let a = self.pop().unwrap_or(1.0);
            let b = self.pop().unwrap_or(1.0);
            self.push(a * b / self.scale * self.len() as f64);
        }
        fn add(&mut self) -> bool {
            let Some(a) = self.pop() else { return false };
            match self.pop() {
                Some(b) => { self.items.push(a + b); true }
                None => { self.items.push(a); false }
            }
        }
    }

    #[differentiate]
    fn machine(x: f64, y: f64) -> f64 {
        let mut stack = Stack { items: vec![], scale: 1.5 };
        Stack::push(&mut stack, x);
        Stack::push(&mut stack, y);
        Stack::push(&mut stack, x * y);
        stack.multiply();
        let ok = stack.add();
        let n = stack.items.len();
        Stack::push(&mut stack, y);
        if ok { stack.multiply(); }
        Stack::pop(&mut stack).unwrap_or(0.0) * n as f64
    }

    #[differentiate]
    fn machine_in_place(stack: &mut Stack, program: &[usize], x: f64) -> f64 {
        for op in program {
            match op {
                0 => Stack::push(stack, x),
                1 => stack.multiply(),
                _ => { stack.add(); }
            }
        }
        stack.scale = stack.scale * x;
        stack.items.iter().sum()
    }

    // builders
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Spring { k: f64, rest: f64, knots: Vec<f64>, name: String }

    #[differentiate]
    impl Spring {
        fn new(k: f64) -> Self { Spring { k, rest: 0.0, knots: Vec::new(), name: String::new() } }
        fn rest(mut self, rest: f64) -> Self { self.rest = rest * self.k; self }
        fn knot(mut self, at: f64) -> Self { self.knots.push(at); self }
        fn energy(&self, x: f64) -> f64 {
            let d = x - self.rest;
            0.5 * self.k * d * d + self.knots.iter().map(|k| (x - k).powi(2)).sum::<f64>()
        }
        fn consumed(self, x: f64) -> f64 { self.energy(x) + self.k }
    }

    #[differentiate]
    fn built(k: f64, x: f64) -> f64 {
        let spring = Spring::new(k).rest(x).knot(2.0 * x).knot(k * k);
        spring.energy(1.0) * spring.knots[1] + spring.clone().consumed(x) + spring.consumed(k)
    }

    #[differentiate]
    fn built_in_loop(k: f64, n: usize) -> f64 {
        let mut spring = Spring::new(k);
        for i in 0..n { spring = spring.knot(k * i as f64).rest(k); }
        spring.consumed(0.3)
    }

    // methods of fields, with other fields as arguments
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct World { a: Particle, b: Particle, rest: Vec<Particle>, dt: f64, stats: Stats }

    #[differentiate]
    impl World {
        fn step(&mut self) {
            let f = self.attraction();
            self.a.step(f, self.dt);
            self.b.step(-f, self.dt);
            for p in &mut self.rest { p.step(f, self.dt); }
            for i in 0..self.rest.len() { self.rest[i].step(self.a.x, self.dt); }
            self.stats.add(self.a.energy());
        }
        fn attraction(&self) -> f64 { (self.b.x - self.a.x) / (1.0 + self.rest.len() as f64) }
        fn measure(&mut self, n: usize) -> f64 {
            for _ in 0..n { self.step(); }
            self.stats.variance() + self.stats.mean + self.a.energy() * self.b.energy()
        }
    }

    #[differentiate]
    fn run_world(world: &mut World, n: usize) -> f64 { world.measure(n) + world.attraction() }

    #[differentiate]
    fn own_world(world: World, n: usize) -> f64 {
        let mut world = world;
        world.dt *= 0.5;
        let first = world.measure(n);
        let other = world.clone();
        world.step();
        first * world.measure(1) + other.stats.mean
    }
}

const P: Particle = Particle {
    x: 0.4,
    v: 1.2,
    mass: 0.8,
    steps: 0,
};
const Q: Particle = Particle {
    x: 1.9,
    v: 0.9,
    mass: 1.3,
    steps: 2,
};

#[test]
fn particles() {
    oracle::check!(simulate(P, 4, 0.1));
    oracle::check!(simulate(P, 0, 0.1));
    oracle::check!(in_place(&mut { P }, 3, 0.1));
    oracle::check!(in_place(&mut { Q }, 12, 0.2));
    oracle::check!(in_place(&mut { Q }, 2, 1e-4));
    oracle::check!(all(&mut [P, Q, P], 0.1));
    oracle::check!(owned(vec![P, Q, P], 0.1));
}

#[test]
fn statistics_and_stacks() {
    oracle::check!(spread(&[0.3, -9.0, 1.4, 0.8]));
    oracle::check!(spread(&[0.3, -9.0, 1.4]));
    oracle::check!(machine(0.7, 1.4));
    let stack = Stack {
        items: vec![0.3, 1.1],
        scale: 0.6,
    };
    oracle::check!(machine_in_place(
        &mut stack.clone(),
        &[0, 1, 0, 2, 1, 0],
        1.2
    ));
    oracle::check!(machine_in_place(&mut stack.clone(), &[2, 2, 1], 1.2));
}

#[test]
fn builders() {
    oracle::check!(built(0.7, 1.4));
    oracle::check!(built_in_loop(0.7, 3));
    oracle::check!(built_in_loop(0.7, 0));
}

#[test]
fn worlds() {
    let world = World {
        a: P,
        b: Q,
        rest: vec![Q, P],
        dt: 0.1,
        stats: Stats::default(),
    };
    oracle::check!(run_world(&mut world.clone(), 3));
    oracle::check!(own_world(world.clone(), 2));
}
