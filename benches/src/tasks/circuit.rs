//! `(x + y) z`, the first circuit of every lecture: one call, or inlined into a
//! loop over many.

use crate::task::Task;
use backprop::differentiate;

#[differentiate]
fn circuit(x: f64, y: f64, z: f64) -> f64 {
    (x + y) * z
}

/// q = x + y: ∂/∂x = ∂/∂y = z, ∂/∂z = q.
#[inline]
fn circuit_by_hand(x: f64, y: f64, z: f64) -> (f64, (f64, f64, f64)) {
    let q = x + y;
    (q * z, (z, z, q))
}

pub(crate) struct Circuit;

impl Task for Circuit {
    type Input = Vec<[f64; 3]>;
    type Work = Vec<(f64, f64, f64)>;

    fn input(size: usize) -> Self::Input {
        let numbers = (0..size).map(|i| i as f64);
        numbers.map(|i| [i - 2.0, 5.0 - 0.5 * i, i - 4.0]).collect()
    }

    fn work(input: &Self::Input) -> Self::Work {
        vec![(0.0, 0.0, 0.0); input.len()]
    }

    fn primal(input: &Self::Input, _: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for [x, y, z] in input {
            total += circuit(*x, *y, *z);
        }
        total
    }

    fn generated(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for ([x, y, z], gradient) in input.iter().zip(work) {
            let value;
            (value, *gradient) = circuit_grad(*x, *y, *z);
            total += value;
        }
        total
    }

    fn by_hand(input: &Self::Input, work: &mut Self::Work) -> f64 {
        let mut total = 0.0;
        for ([x, y, z], gradient) in input.iter().zip(work) {
            let value;
            (value, *gradient) = circuit_by_hand(*x, *y, *z);
            total += value;
        }
        total
    }

    fn results(work: &Self::Work) -> Vec<f64> {
        work.iter().flat_map(|(x, y, z)| [*x, *y, *z]).collect()
    }
}
