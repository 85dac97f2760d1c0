//! The predators and prey of `ode` with `#[checkpoint]`, against the same gradient
//! without it, which takes the place of the one by hand: they must be equal.

use super::ode::{self, Gradient, Steps, rate, shifted};
use crate::task::Task;
use backprop::differentiate;

/// The same loop under each attribute.
macro_rules! tasks {
    ($($euler:ident, $runge_kutta:ident: $(#[$mark:meta])?;)*) => {$(
        #[differentiate(wrt(start, k))]
        fn $euler(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
            let [mut u, mut v] = start;
            $(#[$mark])?
            for _ in 0..steps {
                let d_u = u * (k[0] - k[1] * v);
                let d_v = v * (k[2] * u - k[3]);
                u += h * d_u;
                v += h * d_v;
            }
            u
        }

        #[differentiate(wrt(start, k))]
        fn $runge_kutta(start: [f64; 2], k: &[f64; 4], h: f64, steps: usize) -> f64 {
            let mut y = start;
            $(#[$mark])?
            for _ in 0..steps {
                let k1 = rate(y, k);
                let k2 = rate(shifted(y, k1, 0.5 * h), k);
                let k3 = rate(shifted(y, k2, 0.5 * h), k);
                let k4 = rate(shifted(y, k3, h), k);
                for i in 0..2 {
                    y[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
                }
            }
            y[0]
        }
    )*};
}

tasks! {
    euler, runge_kutta: ;
    euler_root, runge_kutta_root: #[checkpoint];
    euler_ten, runge_kutta_ten: #[checkpoint(snapshots = 10)];
    euler_thirty, runge_kutta_thirty: #[checkpoint(snapshots = 30)];
    euler_hundred, runge_kutta_hundred: #[checkpoint(snapshots = 100)];
}

macro_rules! task {
    ($name:ident: $primal:ident, $backprop:ident against $plain:ident) => {
        pub(crate) struct $name;

        impl Task for $name {
            type Input = Steps;
            type Work = Gradient;

            fn input(size: usize) -> Self::Input {
                Steps(size, 10.0 / size as f64)
            }

            fn work(_: &Self::Input) -> Self::Work {
                Gradient::default()
            }

            fn primal(&Steps(steps, h): &Self::Input, _: &mut Self::Work) -> f64 {
                $primal(ode::START, &ode::RATES, h, steps)
            }

            fn generated(&Steps(steps, h): &Self::Input, d: &mut Self::Work) -> f64 {
                $backprop(
                    ode::START,
                    &ode::RATES,
                    h,
                    steps,
                    1.0,
                    &mut d.start,
                    &mut d.k,
                )
            }

            fn by_hand(&Steps(steps, h): &Self::Input, d: &mut Self::Work) -> f64 {
                $plain(
                    ode::START,
                    &ode::RATES,
                    h,
                    steps,
                    1.0,
                    &mut d.start,
                    &mut d.k,
                )
            }

            fn results(d: &Self::Work) -> Vec<f64> {
                ode::numbers(d)
            }
        }
    };
}

task!(EulerRoot: euler_root, euler_root_backprop against euler_backprop);
task!(EulerTen: euler_ten, euler_ten_backprop against euler_backprop);
task!(EulerThirty: euler_thirty, euler_thirty_backprop against euler_backprop);
task!(EulerHundred: euler_hundred, euler_hundred_backprop against euler_backprop);
task!(RungeKuttaRoot: runge_kutta_root, runge_kutta_root_backprop against runge_kutta_backprop);
task!(RungeKuttaTen: runge_kutta_ten, runge_kutta_ten_backprop against runge_kutta_backprop);
task!(RungeKuttaThirty: runge_kutta_thirty, runge_kutta_thirty_backprop against runge_kutta_backprop);
task!(RungeKuttaHundred: runge_kutta_hundred, runge_kutta_hundred_backprop against runge_kutta_backprop);
