//! Constants that are references go into calls: a name, a part of a table, a choice, what
//! a function without a derivative gives.

#![expect(
    clippy::needless_range_loop,
    reason = "the programs are written with indices, as numerical code is"
)]

use backprop::{Differentiable, assert_gradient, constant, differentiate};

oracle::programs! {
    /// Horner's rule, the highest power last.
    #[differentiate]
    fn polynomial(z: f64, coefficients: &[f64]) -> f64 {
        coefficients.iter().rev().fold(0.0, |sum, c| sum * z + c)
    }

    const LOW: &[f64] = &[0.5, -1.25, 2.0];
    const HIGH: &[f64] = &[1.5, 0.75];
    const STILL: &[f64] = &[0.25, 1.0, -0.5, 3.0];
    const POINT: f64 = 0.75;

    #[differentiate]
    fn quotient(z: f64) -> f64 {
        polynomial(z, LOW) / polynomial(z - 0.5, HIGH) + z * polynomial(POINT, LOW)
    }

    #[differentiate]
    fn under_another_name(z: f64) -> f64 {
        let low = LOW;
        polynomial(z, low) * polynomial(z, STILL)
    }

    #[differentiate]
    fn chosen(z: f64) -> f64 {
        let coefficients = if z < 0.5 { LOW } else { HIGH };
        let more = match z > 1.0 {
            true => STILL,
            false => HIGH,
        };
        polynomial(z, coefficients) * polynomial(z, more)
    }

    #[derive(Differentiable, Clone)]
    struct Model {
        scale: f64,
    }

    #[differentiate]
    impl Model {
        const OWN: &'static [f64] = &[0.5, 0.25];

        fn times(&self, coefficients: &[f64], z: f64) -> f64 {
            self.scale * polynomial(z, coefficients)
        }

        fn both(&self, z: f64) -> f64 {
            self.times(Self::OWN, z) - self.times(LOW, z)
        }
    }

    #[differentiate]
    fn of_model(scale: f64, z: f64) -> f64 {
        Model { scale }.both(z)
    }
}

const TABLE: [&[f64]; 3] = [&[1.0, 2.0], &[3.0], &[-0.5, 0.25, 1.5]];
const PAIRS: [(f64, &[f64]); 2] = [(0.5, &[1.0, 2.0]), (1.5, &[3.0, -1.0])];

#[differentiate]
fn at(z: f64, i: usize) -> f64 {
    polynomial(z, TABLE[1]) * polynomial(z, TABLE[i]) + polynomial(z, PAIRS[1].1)
}

#[differentiate]
fn all(z: f64) -> f64 {
    let mut sum = 0.0;
    for i in [2, 0, 1] {
        sum += polynomial(z, TABLE[i]) * z;
    }
    for coefficients in TABLE {
        sum *= polynomial(z, coefficients);
    }
    sum
}

fn of_degree(n: usize) -> &'static [f64] {
    if n > 1 { LOW } else { HIGH }
}

#[differentiate]
fn given(z: f64, n: usize) -> f64 {
    let mut sum = z;
    for k in 0..n {
        sum *= polynomial(z, constant(of_degree(k)));
    }
    sum
}

#[test]
fn constants_by_reference() {
    for z in [0.25, 0.9, 1.75] {
        oracle::check!(quotient(z));
        oracle::check!(under_another_name(z));
        oracle::check!(chosen(z));
        oracle::check!(of_model(1.25, z));
    }
}

#[test]
fn parts_of_tables() {
    for z in [0.25, 0.9, 1.75] {
        assert_gradient!(all(z));
        for n in 0..3 {
            assert_gradient!(at(z, n));
            assert_gradient!(given(z, n));
        }
    }
}

/// Elements of constants are looked up again in reverse, by numbers of loops and by integers
/// that are computed.
mod elements {
    use backprop::differentiate;

    oracle::programs! {
        const NODES: [f64; 3] = [-0.774_596_669_241_483_4, 0.0, 0.774_596_669_241_483_4];
        const WEIGHTS: [f64; 3] = [5.0 / 9.0, 8.0 / 9.0, 5.0 / 9.0];
        const ROWS: [[f64; 2]; 3] = [[0.5, -0.25], [1.5, 2.0], [-1.0, 0.75]];
        const PAIRS: &[(f64, usize)] = &[(0.5, 2), (1.5, 0), (-0.5, 1)];
        static SHIFTS: [f64; 2] = [0.25, -0.5];

        #[differentiate]
        fn quadrature(a: f64, b: f64) -> f64 {
            let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
            let mut sum = 0.0;
            for i in 0..3 {
                let x: f64 = middle + half * NODES[i];
                sum += WEIGHTS[i] * x * x.sin() * (half * NODES[i] + sum);
            }
            half * sum
        }

        #[differentiate]
        fn rows(x: f64, n: usize) -> f64 {
            let mut y = x;
            for i in 0..n {
                let k = (2 * i + 1) % 3;
                for j in 0..2 {
                    y = y * ROWS[k][j] + x * ROWS[2 - k][1 - j] * y;
                }
                y -= -SHIFTS[i % 2] * y * y;
            }
            y
        }

        #[differentiate]
        fn jumps(x: f64, n: usize) -> f64 {
            let mut at = 0;
            let mut y = x;
            let mut steps = 0;
            while steps < n {
                y = y * PAIRS[at].0 + x * y;
                at = PAIRS[at].1;
                steps += 1;
            }
            y
        }

        /// The same text by another number: of a variable that changes, and of another one.
        #[differentiate]
        fn moved(x: f64, n: usize) -> f64 {
            let mut at = n;
            let mut y = WEIGHTS[at] * x;
            at += 1;
            y += WEIGHTS[at] * x * y + NODES[at] * y;
            let at = 2 - n;
            y * WEIGHTS[at] * NODES[at] + y * y
        }

        /// The name is that of another constant in each block.
        #[differentiate]
        fn shadowed(x: f64) -> f64 {
            let mut y = x * WEIGHTS[1];
            for i in 0..2 {
                let first = WEIGHTS[i] * y * y;
                let second = {
                    const WEIGHTS: [f64; 2] = [0.25, -1.5];
                    WEIGHTS[i] * y * first
                };
                y += second * WEIGHTS[i] * y;
            }
            y
        }
    }

    #[test]
    fn elements_are_looked_up_again() {
        oracle::check!(quadrature(0.25, 1.5));
        for n in [0, 1, 5] {
            oracle::check!(rows(0.75, n));
            oracle::check!(jumps(0.75, n));
        }
        oracle::check!(moved(0.75, 0));
        oracle::check!(moved(0.75, 1));
        oracle::check!(shadowed(0.75));
    }
}
