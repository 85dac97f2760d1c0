//! Methods that are marked alone, in blocks with parameters.

use backprop::{Differentiable, differentiate};
use num_traits::Float;

oracle::programs! {

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Poly<T> { terms: Vec<T>, shift: T }

    impl<T: Float> Poly<T> {
        #[differentiate(impl<T: Float>)]
        fn eval(&self, x: T) -> T {
            let mut sum = T::zero();
            for c in self.terms.iter().rev() { sum = sum * x + *c; }
            sum * (x - self.shift).sin()
        }

        // calls another one that is marked alone
        #[differentiate(impl<T: Float>)]
        fn scaled(&mut self, k: T) -> T {
            for c in &mut self.terms { *c = *c * k; }
            self.shift = self.eval(k) * self.shift;
            self.shift
        }

        // names neither `self` nor `Self`
        #[differentiate(impl<T: Float>)]
        fn tilted(k: T, x: T) -> T { (k * x).exp() / (x + T::one()) }

        fn count(&self) -> usize { self.terms.len() }
    }

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    struct Bands<const N: usize> { w: [f64; N] }

    impl<const N: usize> Bands<N> {
        #[differentiate(impl<const N: usize>)]
        fn moved(self, by: &[f64; N]) -> Self {
            let mut w = self.w;
            for i in 0..N { w[i] *= by[(i + 1) % N]; }
            Bands { w }
        }
    }

    #[differentiate]
    fn evaluated(terms: &[f64], x: f64, y: f64) -> f64 {
        let p = Poly { terms: terms.to_vec(), shift: x * y };
        p.eval(x) * p.eval(x * y)
    }

    #[differentiate]
    fn changed(terms: &[f64], k: f64) -> f64 {
        let mut p = Poly { terms: terms.to_vec(), shift: k };
        let first = p.scaled(k);
        first * p.scaled(k * k) + p.eval(first)
    }

    #[differentiate]
    fn narrow(terms: &[f32], x: f32) -> f32 {
        let p = Poly { terms: terms.to_vec(), shift: terms[0] };
        p.eval(x) + Poly::tilted(terms[1], x)
    }

    #[differentiate]
    fn moves(w: [f64; 3], by: [f64; 3]) -> [f64; 3] {
        let bands = Bands { w };
        let once = bands.clone().moved(&by);
        once.moved(&bands.w).w
    }
}

#[test]
fn in_generic_blocks() {
    let terms = [0.5, -1.25, 2.0];
    let poly = Poly {
        terms: terms.to_vec(),
        shift: 0.75,
    };
    assert_eq!(poly.count(), 3);
    oracle::check!(evaluated(&terms, 0.625, -1.5));
    oracle::check!(changed(&terms, 0.875));
    oracle::check!(narrow(&[0.5, -1.25, 2.0], 0.75));
}

#[test]
fn with_constants() {
    oracle::check!(moves([0.5, -1.5, 2.0], [1.25, 0.75, -0.5]));
}

/// The public functions are those of the block.
#[test]
fn public() {
    let poly = Poly {
        terms: vec![1.0, 2.0],
        shift: 0.5,
    };
    let (value, (d_poly, d_x)) = poly.eval_grad(1.5);
    let sine = 1.0_f64.sin();
    assert_eq!(value, 4.0 * sine);
    assert!((d_poly.terms[1] - 1.5 * sine).abs() < 1e-15);
    assert!((d_x - (2.0 * sine + 4.0 * 1.0_f64.cos())).abs() < 1e-15);
}

struct Window<'a, T> {
    of: &'a [T],
}

impl<'a, T: Float> Window<'a, T> {
    #[differentiate(impl<'a, T: Float>, wrt(x), jvp, hessian)]
    fn smoothed(&self, x: T) -> T {
        self.of
            .iter()
            .fold(x, |sum, &w| (sum * w).sin() + sum * sum)
    }
}

#[test]
fn borrowed_types() {
    let window = Window { of: &[0.5, 0.25] };
    let (value, slope) = window.smoothed_grad(0.75_f64);
    assert_eq!(value, window.smoothed(0.75));
    assert_eq!(window.smoothed_jvp(0.75, 1.0), (value, slope));
    let step = 1e-5;
    let slopes = [-step, step].map(|by| window.smoothed_grad(0.75 + by).1);
    let (_, _, second) = window.smoothed_hessian(0.75);
    assert!(((slopes[1] - slopes[0]) / (2.0 * step) - second[0]).abs() < 1e-6);
}
