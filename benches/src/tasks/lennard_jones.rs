//! The Lennard-Jones energy of all pairs of particles: the forces, and the slopes
//! for both parameters.

use crate::task::Task;
use backprop::differentiate;

#[differentiate]
fn energy(atoms: &[[f64; 3]], epsilon: f64, sigma: f64) -> f64 {
    let mut energy = 0.0;
    for i in 0..atoms.len() {
        for j in i + 1..atoms.len() {
            let x = atoms[i][0] - atoms[j][0];
            let y = atoms[i][1] - atoms[j][1];
            let z = atoms[i][2] - atoms[j][2];
            let r2 = x * x + y * y + z * z;
            let s2 = sigma * sigma / r2;
            let s6 = s2 * s2 * s2;
            energy += 4.0 * epsilon * (s6 * s6 - s6);
        }
    }
    energy
}

/// With s₆ = (σ²/r²)³ and u = s₆² − s₆: ∂/∂ε = 4 Σ u, ∂/∂s₆ = 4 ε (2 s₆ − 1), s₆ has
/// the slope −6 s₆/r² for half of r², and 6 s₆/σ for σ. The force on the outer atom
/// stays in registers.
fn by_hand(
    atoms: &[[f64; 3]],
    epsilon: f64,
    sigma: f64,
    d_atoms: &mut [[f64; 3]],
    d_epsilon: &mut f64,
    d_sigma: &mut f64,
) -> f64 {
    assert_eq!(atoms.len(), d_atoms.len());
    let (mut energy, mut all, mut virial) = (0.0, 0.0, 0.0);
    let four = 4.0 * epsilon;
    let squared = sigma * sigma;
    let factor = -6.0 * four / squared;
    for i in 0..atoms.len() {
        let [x0, y0, z0] = atoms[i];
        let mut force = [0.0; 3];
        for (atom, d) in atoms[i + 1..].iter().zip(&mut d_atoms[i + 1..]) {
            let (x, y, z) = (x0 - atom[0], y0 - atom[1], z0 - atom[2]);
            let r2 = x * x + y * y + z * z;
            let s2 = squared / r2;
            let s6 = s2 * s2 * s2;
            let u = s6 * s6 - s6;
            energy += four * u;
            all += u;
            // s6 ∂u/∂s6
            let w = s6 * s6 + u;
            virial += w;
            let pull = factor * w * s2;
            let (fx, fy, fz) = (pull * x, pull * y, pull * z);
            force[0] += fx;
            force[1] += fy;
            force[2] += fz;
            d[0] -= fx;
            d[1] -= fy;
            d[2] -= fz;
        }
        // atom i has no more pairs
        for (d, force) in d_atoms[i].iter_mut().zip(force) {
            *d += force;
        }
    }
    *d_epsilon += 4.0 * all;
    *d_sigma += 6.0 * four * virial / sigma;
    energy
}

/// The gradient.
pub(crate) struct Gradient {
    atoms: Vec<[f64; 3]>,
    epsilon: f64,
    sigma: f64,
}

pub(crate) struct LennardJones;

impl Task for LennardJones {
    type Input = Vec<[f64; 3]>;
    type Work = Gradient;

    fn input(size: usize) -> Self::Input {
        // a lattice that is a little out of order
        let atoms = (0..size).map(|i| {
            let noise = (1.7 * i as f64).sin() / 8.0;
            let [x, y, z] = [i % 10, i / 10 % 10, i / 100].map(|k| 1.1 * k as f64);
            [x + noise, y - noise, z + noise * noise]
        });
        atoms.collect()
    }

    fn work(input: &Self::Input) -> Self::Work {
        Gradient {
            atoms: vec![[0.0; 3]; input.len()],
            epsilon: 0.0,
            sigma: 0.0,
        }
    }

    fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
        energy(input, 0.8, 1.05)
    }

    fn generated(input: &Self::Input, d: &mut Self::Work) -> f64 {
        energy_backprop(
            input,
            0.8,
            1.05,
            1.0,
            &mut d.atoms,
            &mut d.epsilon,
            &mut d.sigma,
        )
    }

    fn by_hand(input: &Self::Input, d: &mut Self::Work) -> f64 {
        by_hand(input, 0.8, 1.05, &mut d.atoms, &mut d.epsilon, &mut d.sigma)
    }

    fn results(d: &Self::Work) -> Vec<f64> {
        let atoms = d.atoms.iter().flatten();
        atoms.chain([&d.epsilon, &d.sigma]).copied().collect()
    }
}
