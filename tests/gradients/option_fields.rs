//! Methods of options in fields.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[derive(Differentiable, Clone, Copy, Debug)]
    struct Limits {
        low: Option<f64>,
        high: Option<f64>,
        steps: Option<usize>,
        pair: Option<(f64, f64)>,
    }

    #[derive(Differentiable, Clone, Debug)]
    struct Model {
        limits: Limits,
        scale: f64,
    }

    impl Model {
        #[differentiate]
        fn value(&self, x: f64) -> f64 {
            let low = self.limits.low.unwrap_or(x * x);
            let high = self.limits.high.unwrap_or_else(|| self.scale.sin() * x);
            low * high + self.limits.low.map_or(self.scale, |low| low.sin() * x)
        }
    }

    #[differentiate]
    fn method(m: &Model, x: f64) -> f64 {
        m.value(x) * m.limits.low.unwrap_or(0.5)
    }

    #[differentiate]
    fn owned(l: Limits, x: f64) -> f64 {
        let n = l.steps.unwrap_or(2);
        let mut y = x;
        for k in 0..n {
            y *= l
                .high
                .map_or_else(|| x + k as f64, |high| high * y.min(l.low.unwrap_or(1.0)));
        }
        let (a, b) = l.pair.unwrap_or((y, x));
        y + a * b * l.low.unwrap_or(y).max(0.1)
    }

    // read, changed and read again
    #[differentiate]
    fn changed(l: &mut Limits, x: f64) -> f64 {
        let before = l.low.unwrap_or(x);
        if let Some(low) = &mut l.low {
            *low *= x;
        }
        let between = l.low.unwrap_or(2.0 * x);
        l.low = Some(before * between);
        before + between * l.low.unwrap_or(3.0) + (l.scale_of(x) * x)
    }

    impl Limits {
        #[differentiate]
        fn scale_of(&self, x: f64) -> f64 {
            // what is not taken has no say, whatever it is
            if let Some(low) = self.low {
                return low * x;
            }
            self.high
                .map_or(x, |high| if high > 0.0 { high.sqrt() } else { 0.0 })
        }
    }
}

#[test]
fn methods_of_fields() {
    for low in [None, Some(0.7), Some(-0.3)] {
        for high in [None, Some(1.4), Some(0.0), Some(f64::NAN)] {
            for steps in [None, Some(0), Some(3)] {
                let limits = Limits {
                    low,
                    high,
                    steps,
                    pair: low.map(|v| (v, 0.4)),
                };
                if high.is_some_and(f64::is_nan) {
                    oracle::check!(changed(&mut { limits }, 0.8), kink);
                    continue;
                }
                oracle::check!(owned(limits, 0.8), kink);
                oracle::check!(changed(&mut { limits }, 0.8), kink);
                let model = Model { limits, scale: 1.2 };
                oracle::check!(method(&model, 0.8));
            }
        }
    }
}
