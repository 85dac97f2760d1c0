//! Differentiated functions among names that could be taken for those that generated
//! code uses. Each module has the same functions, with what is hostile around them.

#![deny(warnings)]

pub mod hygiene;
pub mod named;
pub mod without_prelude;

/// The functions, and the check of their gradients.
macro_rules! functions {
    () => {
        #[::backprop::differentiate(jvp, jacobian, hvp, hessian)]
        pub fn branchy(x: f64, y: f64) -> f64 {
            if x > y {
                return x * y;
            }
            let s = if y > 1.0 { x.sin() } else { y.exp() };
            s.max(x) / (1.0 + y * y)
        }

        #[::backprop::differentiate(jvp)]
        pub fn recorded(x: &[f64], n: usize) -> f64 {
            let mut s = 1.0;
            for i in 0..n {
                for v in x {
                    s *= (s + *v).sin();
                }
                if i == 3 {
                    break;
                }
            }
            while s > 0.5 {
                s = s.sqrt() * 0.5;
            }
            s * branchy(s, x[0])
        }

        #[::backprop::differentiate]
        pub fn in_place(x: &mut [f64], k: f64) -> f64 {
            for i in 1..x.len() {
                x[i] = x[i] * k + x[i - 1];
            }
            recorded(x, 2) + x[0]
        }

        #[derive(::backprop::Differentiable)]
        pub struct Pair {
            pub left: f64,
            pub right: [f64; 2],
        }

        #[::backprop::differentiate]
        pub fn of_struct(pair: &Pair, scale: f64) -> f64 {
            let [a, b] = pair.right;
            pair.left * a + scale * b
        }

        #[cfg(test)]
        #[::core::prelude::v1::test]
        fn gradients() {
            ::backprop::assert_gradient!(branchy(1.5, 0.5));
            ::backprop::assert_gradient!(branchy(0.5, 1.5));
            ::backprop::assert_gradient!(recorded(&[0.3, 0.7], 3));
            let (got, (dx, dk)) = in_place_grad(&mut [0.3, 0.7, 0.2], 0.5);
            ::core::assert!(got.is_finite() && dx[0] != 0.0 && dk != 0.0);
            let pair = Pair {
                left: 2.0,
                right: [3.0, 4.0],
            };
            let (got, (d_pair, d_scale)) = of_struct_grad(&pair, 0.5);
            ::core::assert_eq!((got, d_pair.left, d_scale), (8.0, 3.0, 4.0));
        }
    };
}
use functions;
