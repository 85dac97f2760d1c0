//! Calls one gradient many times: `.ci/instructions` counts the instructions
//! of each under callgrind and compares.

#![expect(
    clippy::too_many_arguments,
    reason = "a `_backprop` takes the arguments, the upstream and one buffer for each argument"
)]

pub mod hand;
mod loops;

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

/// Runs a gradient over slices of 64 elements, if `which` names one.
fn run_loop(which: &str) -> bool {
    let x: Vec<f64> = (0..64).map(|i| 0.1 * f64::from(i) - 2.0).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 * x + 0.5).collect();
    let points: Vec<[f64; 3]> = x.iter().map(|x| [*x, x * x, 1.0]).collect();
    let (mut d_x, mut d_points, mut d_c) = (vec![0.0; 64], vec![[0.0; 3]; 64], [0.0; 3]);
    let centre = [0.5, 0.3, 0.8];
    for _ in 0..CALLS {
        match which {
            "valley_generated" => drop(black_box(loops::valley_generated(&x, &mut d_x))),
            "valley_by_hand" => drop(black_box(loops::valley_by_hand(&x, &mut d_x))),
            "line_generated" => drop(black_box(loops::line_generated(1.0, 2.0, &x, &y))),
            "line_by_hand" => drop(black_box(loops::line_by_hand(1.0, 2.0, &x, &y))),
            "closeness_generated" => drop(black_box(loops::closeness_generated(
                &points,
                &centre,
                &mut d_points,
                &mut d_c,
            ))),
            "closeness_by_hand" => drop(black_box(loops::closeness_by_hand(
                &points,
                &centre,
                &mut d_points,
                &mut d_c,
            ))),
            _ => return false,
        }
        black_box((&d_x, &d_points, &d_c));
    }
    true
}

fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    if run_loop(&which) {
        return;
    }
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
    use super::{generated, hand, loops};

    #[test]
    fn loops_agree() {
        let x = [0.3, -0.4, 1.2, 0.7];
        let (mut d_x, mut e_x) = ([0.0; 4], [0.0; 4]);
        let values = (
            loops::valley_generated(&x, &mut d_x),
            loops::valley_by_hand(&x, &mut e_x),
        );
        assert_eq!(values.0, values.1);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
        assert!(d_x.iter().zip(&e_x).all(|(a, b)| close(*a, *b)));
        let (generated, by_hand) = (
            loops::line_generated(1.0, 2.0, &x, &d_x),
            loops::line_by_hand(1.0, 2.0, &x, &d_x),
        );
        assert_eq!(generated.0, by_hand.0);
        assert!(close(generated.1.0, by_hand.1.0) && close(generated.1.1, by_hand.1.1));
        let points = [[0.1, 0.2, 0.3], [0.5, -0.3, 0.9]];
        let (mut d_p, mut e_p) = ([[0.0; 3]; 2], [[0.0; 3]; 2]);
        let (mut d_c, mut e_c) = ([0.0; 3], [0.0; 3]);
        let values = (
            loops::closeness_generated(&points, &[0.4, 0.5, 0.6], &mut d_p, &mut d_c),
            loops::closeness_by_hand(&points, &[0.4, 0.5, 0.6], &mut e_p, &mut e_c),
        );
        assert_eq!(values.0, values.1);
        let flat = d_p.iter().flatten().chain(&d_c);
        assert!(
            flat.zip(e_p.iter().flatten().chain(&e_c))
                .all(|(a, b)| close(*a, *b))
        );
    }

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
