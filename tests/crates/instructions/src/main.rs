//! Calls one gradient many times: `.ci/instructions` counts the instructions
//! of each under callgrind and compares.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]

pub mod hand;

use backprop::differentiate;
use std::hint::black_box;

#[differentiate]
fn circuit(x: f64, y: f64, z: f64) -> f64 {
    (x + y) * z
}

#[differentiate]
fn neuron(w0: f64, x0: f64, w1: f64, x1: f64, w2: f64) -> f64 {
    1.0 / (1.0 + (-(w0 * x0 + w1 * x1 + w2)).exp())
}

#[differentiate]
fn rosenbrock(x: f64, y: f64) -> f64 {
    let a = 1.0 - x;
    let b = y - x * x;
    a * a + 100.0 * b * b
}

#[differentiate]
fn log_product(x: f64, y: f64) -> f64 {
    (x.sin() * (y + x).exp()).ln()
}

#[differentiate]
fn distance(x0: f64, y0: f64, x1: f64, y1: f64) -> f64 {
    ((x1 - x0).powi(2) + (y1 - y0).powi(2)).sqrt()
}

#[differentiate]
fn cell(f: f64, c0: f64, i: f64, g: f64, o: f64) -> f64 {
    let c = f * c0 + i * g;
    o * c.tanh()
}

/// The generated gradients under names of their own, not inlined.
mod generated {
    macro_rules! generated {
        ($($name:ident = $grad:ident($($arg:ident),*) -> $gradient:ty;)*) => {$(
            #[inline(never)]
            pub(crate) fn $name($($arg: f64),*) -> (f64, $gradient) {
                super::$grad($($arg),*)
            }
        )*};
    }

    generated! {
        circuit_generated = circuit_grad(x, y, z) -> (f64, f64, f64);
        neuron_generated = neuron_grad(a, b, c, d, e) -> (f64, f64, f64, f64, f64);
        rosenbrock_generated = rosenbrock_grad(x, y) -> (f64, f64);
        log_product_generated = log_product_grad(x, y) -> (f64, f64);
        distance_generated = distance_grad(a, b, c, d) -> (f64, f64, f64, f64);
        cell_generated = cell_grad(a, b, c, d, e) -> (f64, f64, f64, f64, f64);
    }
}

/// How often each gradient is called.
const CALLS: usize = 1000;

macro_rules! run {
    ($which:expr; $($function:path: $name:literal($($arg:literal),*);)*) => {
        match $which {
            $($name => for _ in 0..CALLS {
                black_box($function($(black_box($arg)),*));
            },)*
            other => panic!("no function `{other}`"),
        }
    };
}

fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    run! { which.as_str();
        generated::circuit_generated: "circuit_generated"(-2.0, 5.0, -4.0);
        hand::circuit_by_hand: "circuit_by_hand"(-2.0, 5.0, -4.0);
        generated::neuron_generated: "neuron_generated"(2.0, -1.0, -3.0, -2.0, -3.0);
        hand::neuron_by_hand: "neuron_by_hand"(2.0, -1.0, -3.0, -2.0, -3.0);
        generated::rosenbrock_generated: "rosenbrock_generated"(1.5, 2.0);
        hand::rosenbrock_by_hand: "rosenbrock_by_hand"(1.5, 2.0);
        generated::log_product_generated: "log_product_generated"(1.1, 0.3);
        hand::log_product_by_hand: "log_product_by_hand"(1.1, 0.3);
        generated::distance_generated: "distance_generated"(1.0, 2.0, 4.0, 6.5);
        generated::cell_generated: "cell_generated"(0.5, -1.0, 0.7, 0.3, 0.9);
        hand::cell_by_hand: "cell_by_hand"(0.5, -1.0, 0.7, 0.3, 0.9);
        hand::distance_by_hand: "distance_by_hand"(1.0, 2.0, 4.0, 6.5);
    }
}

#[cfg(test)]
mod tests {
    use super::{generated, hand};

    #[test]
    fn both_agree() {
        let (value, (d_x, d_y)) = generated::log_product_generated(1.1, 0.3);
        let (by_hand, (e_x, e_y)) = hand::log_product_by_hand(1.1, 0.3);
        assert_eq!(value, by_hand);
        assert!((d_x - e_x).abs() + (d_y - e_y).abs() < 1e-12);
        assert_eq!(
            generated::circuit_generated(-2.0, 5.0, -4.0),
            hand::circuit_by_hand(-2.0, 5.0, -4.0)
        );
        let (value, slopes) = generated::distance_generated(1.0, 2.0, 4.0, 6.5);
        let (by_hand, expected) = hand::distance_by_hand(1.0, 2.0, 4.0, 6.5);
        assert_eq!(value, by_hand);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-14;
        assert!(close(slopes.0, expected.0) && close(slopes.3, expected.3));
    }
}
