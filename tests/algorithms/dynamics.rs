//! Differential equations and many bodies.

use backprop::differentiate;

oracle::programs! {
    /// Lotka and Volterra's predators and prey.
    #[differentiate]
    fn rate(y: [f64; 2], k: &[f64; 4]) -> [f64; 2] {
        [y[0] * (k[0] - k[1] * y[1]), y[1] * (k[2] * y[0] - k[3])]
    }

    #[differentiate]
    fn shifted(y: [f64; 2], k: [f64; 2], h: f64) -> [f64; 2] {
        std::array::from_fn(|i| y[i] + h * k[i])
    }

    /// The classical Runge-Kutta method.
    #[differentiate]
    fn runge_kutta(y0: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> [f64; 2] {
        let mut y = y0;
        for _ in 0..steps {
            let k1 = rate(y, k);
            let k2 = rate(shifted(y, k1, 0.5 * h), k);
            let k3 = rate(shifted(y, k2, 0.5 * h), k);
            let k4 = rate(shifted(y, k3, h), k);
            for i in 0..2 {
                y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
            }
        }
        y
    }

    /// Implicit Euler for y' = -k y³, with Newton's method in each step.
    #[differentiate]
    fn implicit_euler(y0: f64, k: f64, h: f64, steps: usize) -> f64 {
        let mut y = y0;
        for _ in 0..steps {
            let old = y;
            let mut iterations = 0;
            loop {
                let residual = y - old + h * k * y.powi(3);
                let step = residual / (1.0 + 3.0 * h * k * y * y);
                y -= step;
                iterations += 1;
                if step.abs() < 1e-12 || iterations == 20 {
                    break;
                }
            }
        }
        y
    }

    /// Accelerations of bodies that attract each other.
    #[differentiate]
    fn accelerations(x: &[[f64; 2]], mass: &[f64], into: &mut [[f64; 2]]) {
        for a in into.iter_mut() {
            *a = [0.0; 2];
        }
        for i in 0..x.len() {
            for j in 0..x.len() {
                if i == j {
                    continue;
                }
                let d = [x[j][0] - x[i][0], x[j][1] - x[i][1]];
                let r2 = d[0] * d[0] + d[1] * d[1] + 0.01;
                let pull = mass[j] / (r2 * r2.sqrt());
                into[i][0] += pull * d[0];
                into[i][1] += pull * d[1];
            }
        }
    }

    /// Leapfrog: kick, drift, kick. The final kinetic energy.
    #[differentiate]
    fn leapfrog(x0: &[[f64; 2]], v0: &[[f64; 2]], mass: &[f64], h: f64, steps: usize) -> f64 {
        let mut x = x0.to_vec();
        let mut v = v0.to_vec();
        let mut a = vec![[0.0; 2]; x.len()];
        accelerations(&x, mass, &mut a);
        for _ in 0..steps {
            for (v, a) in v.iter_mut().zip(&a) {
                v[0] += 0.5 * h * a[0];
                v[1] += 0.5 * h * a[1];
            }
            for (x, v) in x.iter_mut().zip(&v) {
                x[0] += h * v[0];
                x[1] += h * v[1];
            }
            accelerations(&x, mass, &mut a);
            for i in 0..v.len() {
                for c in 0..2 {
                    v[i][c] += 0.5 * h * a[i][c];
                }
            }
        }
        let mut energy = 0.0;
        for (m, v) in mass.iter().zip(&v) {
            energy += 0.5 * m * v.iter().map(|c| c * c).sum::<f64>();
        }
        energy
    }

    /// The heat equation with two buffers that change roles.
    #[differentiate]
    fn heat(initial: &[f64], k: f64, steps: usize) -> Vec<f64> {
        let mut now = initial.to_vec();
        let mut next = now.clone();
        for _ in 0..steps {
            for i in 1..now.len() - 1 {
                next[i] = now[i] + k * (now[i - 1] - 2.0 * now[i] + now[i + 1]);
            }
            std::mem::swap(&mut now, &mut next);
        }
        now
    }

    /// Lennard-Jones energy of all pairs.
    #[differentiate]
    fn lennard_jones(atoms: &[[f64; 3]], epsilon: f64, sigma: f64) -> f64 {
        let mut energy = 0.0;
        for (i, a) in atoms.iter().enumerate() {
            for b in &atoms[i + 1..] {
                let r2: f64 = a.iter().zip(b).map(|(p, q)| (p - q).powi(2)).sum();
                let s6 = (sigma * sigma / r2).powi(3);
                energy += 4.0 * epsilon * (s6 * s6 - s6);
            }
        }
        energy
    }
}

#[test]
fn programs() {
    let k = [1.1, 0.4, 0.1, 0.4];
    oracle::check!(runge_kutta([10.0, 5.0], &k, 0.1, 3));
    oracle::check!(runge_kutta([1.0, 2.0], &k, 0.05, 2));
    oracle::check!(implicit_euler(1.5, 0.7, 0.1, 3));
    let (x, v) = (
        [[0.0, 0.0], [1.0, 0.2], [-0.5, 0.8]],
        [[0.0, 0.1], [0.2, -0.3], [0.0, 0.0]],
    );
    oracle::check!(leapfrog(&x, &v, &[1.0, 0.5, 0.3], 0.05, 3));
    oracle::check!(heat(&[0.0, 1.0, 0.5, 2.0, 0.3], 0.2, 4));
    oracle::check!(heat(&[0.0, 1.0, 0.5, 2.0, 0.3], 0.2, 3));
    oracle::check!(lennard_jones(
        &[
            [0.0, 0.0, 0.0],
            [1.1, 0.1, -0.2],
            [0.3, 1.2, 0.4],
            [-0.9, 0.5, 0.7]
        ],
        0.8,
        1.05
    ));
}
