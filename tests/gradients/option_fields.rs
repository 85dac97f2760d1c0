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

    #[derive(Differentiable, Clone, Debug)]
    struct Data {
        list: Option<Vec<f64>>,
        shift: Option<f64>,
        order: Option<usize>,
        limits: Limits,
    }

    #[differentiate]
    fn flags(d: &Data, x: f64) -> f64 {
        let a = if d.list.is_some() { x * x } else { x };
        let b = if d.shift.is_none() { a.sin() } else { a * 2.0 };
        let c = d.shift.is_some_and(|s| s > x) && d.order.is_some_and(|n| n > 1);
        if c { b * x } else { b }
    }

    #[differentiate]
    fn mapped(d: &Data, x: f64) -> f64 {
        let a = d.shift.map(|s| s * x).unwrap_or(x);
        let b: Option<f64> = d.shift.filter(|s| *s > 0.0).map(|s| s.sqrt() + x);
        let c = d.limits.low.and_then(|low| (low < x).then_some(low * x));
        let e = d.shift.map(f64::sin).or(d.limits.high).map_or(x, |v| v * a);
        a * b.unwrap_or(0.5) + c.unwrap_or_default() + e
    }

    #[differentiate]
    fn lent(d: &Data, x: f64) -> f64 {
        let sum = d.list.as_ref().map(|v| v.iter().sum::<f64>() * x).unwrap_or(0.5 * x);
        let first = d.list.as_ref().map_or(x, |v| v[0] * sum);
        let shift = d.shift.as_ref().map(|s| s * x).unwrap_or(sum);
        match d.list.as_ref().and_then(|v| v.iter().copied().reduce(f64::max)) {
            Some(most) => first * most + shift,
            None => first - shift,
        }
    }

    #[differentiate]
    fn taken(d: &Data, x: f64) -> f64 {
        let shift = d.shift.unwrap();
        let order = d.order.expect("an order");
        (shift * x).powi(order as i32) + d.list.as_ref().unwrap().iter().map(|v| v * shift).sum::<f64>()
    }

    #[differentiate]
    fn chosen(d: &Data, x: f64) -> f64 {
        let a = d.shift.or(Some(x));
        let b = d.shift.zip(Some(x * x)).map_or(1.0, |(s, y)| s * y);
        let c = d.limits.low.or_else(|| d.limits.high.map(|h| h * x));
        let e = if let Some(v) = d.limits.high.map(|h| h.exp()) { v * x } else { x };
        a.unwrap() * b + c.unwrap_or(x) * e
    }

    #[differentiate]
    fn asked(d: &Data, x: f64) -> Option<f64> {
        let low = d.limits.low?;
        let high = d.limits.high.filter(|h| *h > low)?;
        d.shift.map(|s| s * x * low / high)
    }

    #[differentiate]
    fn failing(d: &Data, x: f64) -> Result<f64, String> {
        let shift = d.shift.ok_or_else(|| format!("no shift of {x}"))?;
        let low = d.limits.low.map(|low| low * x).ok_or("no limit")?;
        Ok(shift * low)
    }

    #[differentiate]
    fn either(d: &Data, x: f64) -> f64 {
        asked(d, x).unwrap_or(x) * failing(d, x).unwrap_or(0.25 * x)
    }

    // what the field held is overwritten after it was read
    #[differentiate]
    fn overwritten(d: &mut Data, x: f64) -> f64 {
        let a = d.shift.map(|s| s * s * x).unwrap_or(x);
        let b = d.list.as_ref().map_or(x, |v| v[0] * a);
        d.shift = Some(a * b);
        if d.list.is_some() {
            d.list = None;
        }
        let c = d.list.as_ref().map_or(a, |v| v[0]);
        d.shift.unwrap() * c + d.shift.map(f64::cos).unwrap_or(x)
    }

    // in a loop that may run zero times
    #[differentiate]
    fn looped(all: &[Data], x: f64) -> f64 {
        let mut s = x;
        for d in all {
            s += d.shift.map(|v| v * s).unwrap_or(x);
            if d.list.is_none() {
                continue;
            }
            s *= d.list.as_ref().map(|v| v[0]).unwrap_or(1.0);
        }
        s
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

fn data(list: Option<Vec<f64>>, shift: Option<f64>, order: Option<usize>, low: f64) -> Data {
    let limits = Limits {
        low: (low > 0.0).then_some(low),
        high: (low != 0.25).then_some(0.75),
        steps: None,
        pair: None,
    };
    Data {
        list,
        shift,
        order,
        limits,
    }
}

#[test]
fn every_method() {
    let all = [
        data(Some(vec![0.5, 1.5]), Some(0.75), Some(2), 0.5),
        data(None, Some(-0.75), Some(1), 0.25),
        data(Some(vec![-0.5]), None, None, -1.0),
        data(None, None, Some(3), 0.9),
    ];
    for d in &all {
        for x in [0.6, -1.5] {
            oracle::check!(flags(d, x));
            oracle::check!(mapped(d, x));
            oracle::check!(lent(d, x));
            oracle::check!(chosen(d, x));
            oracle::check!(either(d, x));
            oracle::check!(overwritten(&mut d.clone(), x));
        }
    }
    oracle::check!(taken(&all[0], 0.6));
    oracle::check!(looped(&all, 0.6));
    oracle::check!(looped(&[], 0.6));
    assert_eq!(
        failing_grad(&all[3], 0.5),
        Err("no shift of 0.5".to_owned())
    );
}

#[test]
#[should_panic(expected = "an order")]
fn nothing_to_take() {
    taken_grad(&data(None, Some(0.5), None, 0.5), 1.0);
}
