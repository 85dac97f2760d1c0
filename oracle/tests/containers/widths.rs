//! `f32`, alone and beside `f64`: literals without suffix on both sides.

oracle::twins! {
    #[derive(Debug, Clone)]
    struct Weights { w: Vec<f32>, b: f32, rate: f64 }
    struct Single { x: f32 }

    fn dense(x: &[f32], w: &[[f32; 2]], b: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; b.len()];
        for (i, row) in w.iter().enumerate() {
            out[i] = (x[0] * row[0] + x[1] * row[1] + b[i]).max(0.0) * 0.5;
        }
        out
    }

    fn mean_square(x: &[f32]) -> f32 {
        let sum = x.iter().fold(0.0, |sum, v| sum + v * v);
        (sum / x.len() as f32).sqrt()
    }

    fn no_width_written(single: &Single) -> Single { Single { x: 2.0 * single.x + 0.5 } }

    fn mixed(x: &[f32], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        let mut terms = vec![0.0; 2];
        let mut fixed = [0.0; 2];
        for (a, b) in x.iter().zip(y) { sum += *a as f64 * b; }
        terms[0] = x[0] * 2.0;
        fixed[1] = y[1] * 0.5;
        let wide: Vec<f64> = x.iter().map(|&v| v.into()).collect();
        let listed: Vec<f32> = vec![0.5, 1.5];
        sum + terms[0] as f64 + fixed[1] + wide[1] * 3.0 + (listed[1] * 2.0) as f64
    }

    fn update(weights: &mut Weights, gradient: &[f64]) -> f64 {
        for (w, g) in weights.w.iter_mut().zip(gradient) { *w -= (weights.rate * g) as f32; }
        weights.b *= 0.5;
        let fresh = Weights { w: vec![0.0; 2], b: 0.25, rate: 0.1 };
        weights.rate = weights.rate * 2.0 + fresh.rate;
        f64::from(weights.b * 2.0 + fresh.b * 3.0)
    }

    fn narrow(x: f64) -> (f32, f64) {
        let a = [x as f32; 2];
        (a[0] * 1.5, x * 1.5)
    }
}

#[test]
fn single_precision() {
    oracle::check!(dense(&[1.0, 2.0], &[[0.5, 0.25], [-1.0, 0.1]], &[0.1, 0.2]));
    oracle::check!(mean_square(&[1.0, 2.0, -0.5]));
    oracle::check!(no_width_written(&Single { x: 1.5 }));
}

#[test]
fn both_widths() {
    oracle::check!(mixed(&[1.0, 2.0], &[0.5, -0.25]));
    let weights = Weights {
        w: vec![1.0, 2.0],
        b: 0.5,
        rate: 0.1,
    };
    oracle::check!(update(&mut weights.clone(), &[0.5, -1.0]));
    oracle::check!(narrow(0.75));
}
