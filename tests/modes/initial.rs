//! Second derivatives of functions that change their arguments, and of what may not be
//! there: of the initial content.

use backprop::{Differentiable, differentiate};

oracle::programs! {
    #[differentiate]
    fn relax(state: &mut [f64], dt: f64, steps: usize) -> f64 {
        let mut energy = 0.0;
        for _ in 0..steps {
            for i in 1..state.len() {
                state[i] += dt * state[i - 1] * state[i].sin();
                energy += state[i] * state[i];
            }
        }
        energy
    }

    #[differentiate]
    fn both(a: &mut f64, b: &mut (f64, f64), k: f64) -> f64 {
        *a *= k * b.0;
        b.1 = *a * b.1 * b.1;
        b.0 = 2.0;
        *a + b.1
    }

    #[differentiate]
    fn grows(v: &mut Vec<f64>, x: f64, count: &mut usize) -> f64 {
        let last = v.pop().unwrap_or(x);
        for i in 0..*count {
            v.push(x * last * i as f64);
        }
        *count += v.len();
        v.iter().map(|v| v * v * *count as f64).sum::<f64>() + last * x
    }

    #[differentiate]
    fn through(state: &mut [f64], x: &[f64], dt: f64) -> f64 {
        let e = relax(state, dt, 2);
        let (left, right) = state.split_at_mut(1);
        left[0] = x[0] * e;
        right[0] *= x[1] * x[1];
        let mut pair = (x[0], dt);
        both(&mut left[0], &mut pair, e) + right[0]
    }
}

#[test]
fn programs() {
    for dt in [0.1, -0.4, 0.0] {
        oracle::check!(relax(&mut [0.7, 1.2, -0.4], dt, 3));
        oracle::check!(relax(&mut [0.7], dt, 3));
        oracle::check!(both(&mut 0.8, &mut (1.2, -0.7), dt));
        oracle::check!(grows(&mut vec![0.4, 0.9], dt, &mut 3));
        oracle::check!(grows(&mut Vec::new(), dt, &mut 0));
        oracle::check!(through(&mut [0.5, 0.8], &[1.5, -0.6], dt));
    }
}

#[differentiate(hvp, hessian)]
fn quotient(a: f64, b: &[f64; 2]) -> Option<f64> {
    if b[0] == 0.0 {
        return None;
    }
    Some(a * a / b[0] * b[1])
}

#[differentiate(hvp, hessian)]
fn checked(v: &mut Vec<f64>, k: f64) -> Result<f64, String> {
    if v.is_empty() {
        return Err("empty".into());
    }
    v[0] = v[0] * v[0] * k;
    v.push(k);
    Ok(v[0] * k * v[0])
}

#[differentiate(hvp, hessian)]
fn wrapped(a: f64, b: f64) -> Result<f64, String> {
    let q = quotient(a, &[b, a]).ok_or("zero")?;
    let mut v = vec![q];
    checked(&mut v, b)
}

#[differentiate(hvp, hessian)]
fn turned(v: &mut [f64], k: f64) -> f64 {
    v[0] *= v[1] * k;
    v[1] = v[0] * v[0];
    v[1]
}

#[derive(Differentiable, Clone)]
struct Walker {
    at: f64,
    steps: usize,
}

#[differentiate(hvp, hessian)]
impl Walker {
    fn go(&mut self, by: f64) -> f64 {
        self.steps += 1;
        self.at = self.at * self.at * by;
        self.at * by
    }
}

#[test]
fn of_an_option() {
    // a² b₁ / b₀
    let (a, b) = (3.0, [2.0, 5.0]);
    let (value, gradient, product) = quotient_hvp(a, 1.0, &b, &[0.5, -1.0]).expect("a value");
    assert_eq!(value, 22.5);
    assert_eq!(gradient, (15.0, [-11.25, 4.5]));
    assert_eq!(product, (-1.75, [0.375, 1.875]));
    let (_, _, rows) = quotient_hessian(a, &b).expect("a value");
    assert_eq!(rows[0], (5.0, [-7.5, 3.0]));
    assert_eq!(rows[1], (-7.5, [11.25, -2.25]));
    assert_eq!(rows[2], (3.0, [-2.25, 0.0]));
    assert!(quotient_hvp(a, 1.0, &[0.0, 1.0], &[0.0; 2]).is_none());
    assert!(quotient_hessian(a, &[0.0, 1.0]).is_none());
}

#[test]
fn of_a_result() {
    // k³ v⁴, and what is pushed
    let (mut v, mut d_v) = (vec![1.5], vec![1.0]);
    let (value, (d, d_k), (h, h_k)) = checked_hvp(&mut v, &mut d_v, 2.0, 0.5).expect("a value");
    assert_eq!((value, d[0], d_k), (40.5, 108.0, 60.75));
    assert_eq!((h[0], h_k), (216.0 + 81.0, 162.0 + 30.375));
    assert_eq!((v, d_v), (vec![4.5, 2.0], vec![6.0 + 1.125, 0.5]));
    let mut v = vec![1.5];
    let (value, gradient, rows) = checked_hessian(&mut v, 2.0).expect("a value");
    assert_eq!((value, gradient), (40.5, (vec![108.0], 60.75)));
    assert_eq!(rows, [(vec![216.0], 162.0), (vec![162.0], 60.75)]);
    assert_eq!(v, [4.5, 2.0]);
    let mut none = Vec::new();
    assert_eq!(checked_hessian(&mut none, 2.0), Err("empty".into()));
    assert!(checked_hvp(&mut none, &mut Vec::new(), 2.0, 0.0).is_err());
    // (a³ / b)⁴ b³
    let (value, gradient, rows) = wrapped_hessian(1.0, 2.0).expect("a value");
    assert_eq!((value, gradient), (0.5, (6.0, -0.25)));
    assert_eq!(rows, [(66.0, -3.0), (-3.0, 0.25)]);
    assert_eq!(wrapped_hessian(1.0, 0.0), Err("zero".into()));
}

#[test]
fn what_is_changed_is_left_as_by_the_function() {
    // (v₀ v₁ k)²
    let mut v = [2.0, 3.0];
    let (value, gradient, rows) = turned_hessian(&mut v, 0.5);
    assert_eq!((value, v), (9.0, [3.0, 9.0]));
    assert_eq!(gradient, (vec![9.0, 6.0], 36.0));
    assert_eq!(rows[0], (vec![4.5, 6.0], 36.0));
    assert_eq!(rows[1], (vec![6.0, 2.0], 24.0));
    assert_eq!(rows[2], (vec![36.0, 24.0], 72.0));
    let mut walker = Walker { at: 3.0, steps: 1 };
    let (value, gradient, rows) = walker.go_hessian(2.0);
    assert_eq!((value, walker.at, walker.steps), (36.0, 18.0, 2));
    assert_eq!((gradient.0.at, gradient.1), (24.0, 36.0));
    assert_eq!((rows[0].0.at, rows[0].1), (8.0, 24.0));
    assert_eq!((rows[1].0.at, rows[1].1), (24.0, 18.0));
}
