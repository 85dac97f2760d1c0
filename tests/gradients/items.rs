//! Items inside bodies: constants and imports in nested blocks, functions without an
//! attribute of their own.

use backprop::differentiate;

oracle::programs! {
    #[differentiate]
    fn constants(x: f64, k: usize) -> f64 {
        if k == 0 {
            const HALF: f64 = 0.5;
            const QUARTER: f64 = 0.25;
            x * x * QUARTER + HALF * x
        } else {
            const DOUBLE: f64 = 2.0;
            (x * DOUBLE).sin()
        }
    }

    const STEP: f64 = 0.75;

    #[differentiate]
    fn of_one_name(x: f64, k: usize) -> f64 {
        let bent = match k {
            0 => {
                const A: f64 = 0.5;
                const B: f64 = 1.5;
                A * x * x + B
            }
            1 => {
                const A: f64 = -2.0;
                fn bend(x: f64) -> f64 {
                    x.sin()
                }
                A * bend(x)
            }
            _ => {
                fn bend(x: f64) -> f64 {
                    x * x * x
                }
                const STEP: f64 = 3.0;
                STEP * bend(x)
            }
        };
        bent * STEP
    }

    #[differentiate]
    fn in_loops(x: f64, n: usize) -> f64 {
        let mut sum = 0.0;
        for i in 0..n {
            use std::f64::consts::PI;
            const STEPS: usize = 3;
            for _ in 0..STEPS {
                sum += (x * PI * (i + 1) as f64).cos();
            }
        }
        sum
    }

    #[differentiate]
    fn in_closures(x: f64) -> f64 {
        let scaled = |y: f64| {
            const FACTOR: f64 = 1.5;
            y * FACTOR
        };
        scaled(x) * scaled(x * x)
    }

    #[differentiate]
    fn unmarked(x: f64, y: f64) -> f64 {
        fn square(x: f64) -> f64 {
            x * x
        }
        fn index(k: usize) -> usize {
            k + 1
        }
        fn norm(x: f64, y: f64) -> f64 {
            (square(x) + square(y)).sqrt()
        }
        norm(x, y) * index(1) as f64
    }

    #[differentiate]
    fn recursive(x: f64, n: usize) -> f64 {
        fn power(x: f64, n: usize) -> f64 {
            if n == 0 {
                return 1.0;
            }
            x * power(x, n - 1)
        }
        power(x, n) + power(x * x, 1)
    }

    #[differentiate]
    fn changing(x: &[f64], k: f64) -> f64 {
        fn scale(x: &mut [f64], k: f64) {
            for value in x {
                *value *= k;
            }
        }
        let mut values = x.to_vec();
        scale(&mut values, k);
        let mut sum = 0.0;
        for value in &values {
            fn curved(x: f64) -> f64 {
                x.sin()
            }
            sum += curved(*value);
        }
        sum
    }
}

#[test]
fn items_of_bodies() {
    for x in [0.25, 0.75, 1.5] {
        for n in 0..3 {
            oracle::check!(constants(x, n));
            oracle::check!(of_one_name(x, n));
            oracle::check!(in_loops(x, n));
            oracle::check!(recursive(x, n));
        }
        oracle::check!(in_closures(x));
        oracle::check!(unmarked(x, 0.5));
        oracle::check!(changing(&[x, 0.5, -1.0], 1.25));
    }
}
