//! Implements traits and calls functions of another differentiated crate.

#![deny(warnings)]

use autodiff::{Differentiable, differentiate};
use library::{Complex, Shape, sum_of_squares};

/// Shapes with one or two sides.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident($($side:ident),*) $this:ident => $area:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Differentiable, Clone, Debug, PartialEq)]
        #[differentiate(crate = autodiff)]
        pub struct $name {
            $(
                /// A length.
                pub $side: f64,
            )*
        }

        #[differentiate(crate = autodiff)]
        impl Shape for $name {
            fn area(&$this) -> f64 {
                $area
            }
        }
    )*};
}

shapes! {
    /// A disc.
    Disc(radius) self => std::f64::consts::PI * self.radius * self.radius;
    /// A rectangle.
    Rectangle(width, height) self => self.width * self.height;
}

/// The cost of covering all of several shapes.
#[differentiate(crate = autodiff)]
pub fn cover<S: Shape>(shapes: &[S], price: f64) -> f64 {
    let mut total = 0.0;
    for shape in shapes {
        total += shape.cost(price);
    }
    total
}

/// What a signal is worth after `steps` turns.
#[differentiate(crate = autodiff)]
pub fn signal(z: Complex, angle: f64, steps: usize) -> f64 {
    let mut state = z;
    let mut power = 0.0;
    for _ in 0..steps {
        state.turn(angle);
        let square = state * z;
        power += square.norm() * square.re;
    }
    power + sum_of_squares(&[state.re, state.im])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_checked_by_their_path() {
        let rectangle = Rectangle {
            width: 2.0,
            height: 3.0,
        };
        autodiff::assert_gradient!(Rectangle::area(&rectangle.clone()), crate = autodiff);
        autodiff::assert_gradient!(
            <Rectangle as Shape>::cost(&rectangle, 0.5),
            crate = autodiff
        );
        let mut z = Complex { re: 0.3, im: 0.4 };
        autodiff::assert_gradient!(Complex::turn(&mut z, 0.5), crate = autodiff);
        z.turn(0.0);
    }
}
