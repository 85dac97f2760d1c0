//! Differentiates through another crate, by every kind of path.

#![deny(warnings)]

use backprop::differentiate;
use library::sigmoid as squash;
use library::*;
use middle::{Disc, Rectangle, cover, signal};

#[differentiate]
fn model(w: f64, x: f64) -> f64 {
    let (length, angle) = polar(w * x, x);
    let mut state = squash(length) + ::library::sigmoid(angle);
    for _ in 0..3 {
        step(&mut state, &0.1);
    }
    state * falling(w, 2)
}

#[differentiate]
fn pulled(start: &[Point], k: f64) -> f64 {
    let mut points = start.to_vec();
    let mut total = 0.0;
    for _ in 0..2 {
        total += pull(&mut points[..], k).iter().sum::<f64>();
    }
    total * points[0].at[1]
}

#[differentiate]
fn worth(radius: f64, price: f64, z: Complex) -> f64 {
    let discs = vec![
        Disc { radius },
        Disc {
            radius: 2.0 * price,
        },
    ];
    let rectangle = Rectangle {
        width: radius,
        height: price,
    };
    cover(&discs, price) + rectangle.cost(radius) + signal(z * z, radius, 3)
}

#[differentiate]
fn integrals(a: f64, b: f64) -> f64 {
    let line = |x: f64| a * x + b;
    integrate(squash, a, 3) * moment(::library::sigmoid, b) + ::library::moment(line, a)
}

fn main() {
    let (value, (d_w, d_x)) = model_grad(1.5, -0.7);
    let start = [Point {
        at: [0.3, 0.5],
        name: "p".to_owned(),
    }];
    let (total, (gradient, d_k)) = pulled_grad(&start, 0.1);
    println!("{total:.6} ({:.6?}, {d_k:.6})", gradient[0].at);
    println!("{value:.6} ({d_w:.6}, {d_x:.6})");
    let (value, (d_radius, d_price, d_z)) = worth_grad(1.5, 0.7, Complex { re: 0.3, im: -0.4 });
    println!("{value:.6} ({d_radius:.6}, {d_price:.6}, {:.6})", d_z.re);
    let (value, (d_a, d_b)) = integrals_grad(0.7, 0.4);
    println!("{value:.6} ({d_a:.6}, {d_b:.6})");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn through_two_libraries() {
        backprop::assert_gradient!(worth(1.5, 0.7, Complex { re: 0.3, im: -0.4 }));
        let (area, gradient) = Rectangle {
            width: 2.0,
            height: 3.0,
        }
        .area_grad();
        assert_eq!(area, 6.0);
        assert_eq!((gradient.width, gradient.height), (3.0, 2.0));
    }

    #[test]
    fn functions_of_the_library() {
        backprop::assert_gradient!(integrals(0.7, 0.4));
        assert!(integrate_grad(squash {}, 0.7, 3).1 > 0.5);
    }

    #[test]
    fn through_the_library() {
        backprop::assert_gradient!(model(1.5, -0.7));
        let point = |x: f64| Point {
            at: [x, 0.5],
            name: "p".to_owned(),
        };
        backprop::assert_gradient!(pulled(&vec![point(0.3), point(-1.2)], 0.1));
    }
}
