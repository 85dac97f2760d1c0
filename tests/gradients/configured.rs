//! `#[cfg(..)]` inside bodies: statements, arms, fields, parameters, elements.

#![allow(
    clippy::needless_return,
    reason = "what follows a `return` may be left out"
)]

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn statements(x: f64, y: f64) -> f64 {
        #[cfg(test)]
        let x = x * y;
        #[cfg(not(test))]
        let x = x.sin();
        let mut sum = x;
        #[cfg(any(test, unix))]
        {
            sum += y.cos();
        }
        #[cfg(all(not(test), unix))]
        {
            sum -= y.cos();
        }
        #[cfg(not(test))]
        for _ in 0..3 {
            sum *= x;
        }
        sum
    }

    #[differentiate]
    fn tails(x: f64) -> f64 {
        #[cfg(test)]
        {
            x.sin()
        }
        #[cfg(all(not(test), unix))]
        {
            x.cos()
        }
        #[cfg(not(any(test, unix)))]
        {
            panic!("no sine of {x}");
        }
    }

    #[differentiate]
    fn early(x: f64) -> f64 {
        #[cfg(not(test))]
        return x;
        #[cfg(test)]
        if x > 0.5 {
            return x * x;
        }
        x.exp()
    }

    #[differentiate]
    fn arms(x: f64, k: usize) -> f64 {
        match k {
            #[cfg(not(test))]
            0 => x,
            #[cfg(test)]
            0 => x * x,
            _ => x.sin(),
        }
    }

    #[differentiate]
    fn elements(x: f64, y: f64) -> f64 {
        let all = [
            x,
            #[cfg(test)]
            y,
            #[cfg(not(test))]
            1.0,
        ];
        all[0] * all[1]
    }

    #[derive(Clone, Differentiable)]
    struct Scale {
        factor: f64,
    }

    #[differentiate]
    impl Scale {
        fn of(&self, x: f64) -> f64 {
            #[cfg(test)]
            let x = x * x;
            self.factor * x
        }

        fn bare(&self, x: f64) -> f64 {
            self.factor * self.of(x)
        }
    }

    #[differentiate]
    fn scaled(factor: f64, x: f64) -> f64 {
        let scale = Scale {
            #[cfg(not(test))]
            factor: 1.0,
            #[cfg(test)]
            factor,
        };
        scale.bare(x)
    }
}

#[test]
fn what_is_configured() {
    for x in [0.25, 0.75, 1.5] {
        oracle::check!(statements(x, 0.5));
        oracle::check!(tails(x));
        oracle::check!(early(x));
        oracle::check!(arms(x, 0));
        oracle::check!(arms(x, 1));
        oracle::check!(elements(x, 1.25));
        oracle::check!(scaled(1.25, x));
    }
    assert_eq!(statements_grad(2.0, 0.0), (1.0, (0.0, 2.0)));
    assert_eq!(arms_grad(3.0, 0), (9.0, 6.0));
}

mod parameters {
    use backprop::differentiate;

    #[differentiate]
    pub(super) fn with(x: f64, #[cfg(test)] y: f64, #[cfg(not(test))] z: f64) -> f64 {
        #[cfg(test)]
        let z = y;
        x * z
    }
}

#[test]
fn parameters_are_configured() {
    assert_eq!(parameters::with_grad(2.0, 3.0), (6.0, (3.0, 2.0)));
}
