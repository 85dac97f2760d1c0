//! Functions of a type parameter, in which numbers that are made must be of its type: sums
//! begin with them, and arms that give nothing back end with them.

use backprop::differentiate;
use num_traits::Float;

oracle::programs! {
    #[differentiate]
    fn arms<T: Float>(x: T, y: T, k: usize) -> T {
        let a = if x > y { x * y } else { -y };
        let b = match k {
            0 => a,
            1 => x.max(y) * a,
            _ => y.powi(3) - a.sqrt(),
        };
        let c = if k > 1 { b } else { T::one() };
        b * c + a.abs() * x.hypot(y)
    }

    #[differentiate]
    fn by_path<T: Float>(x: T, y: T) -> T {
        let (s, c) = T::sin_cos(x);
        let most = T::max(x * y, T::sqrt(y));
        let power = T::powi(T::abs(x), 3) + T::powf(y, x);
        T::mul_add(s, c, most) * power + T::floor(x) * T::from(2.0).unwrap()
    }

    #[differentiate]
    fn sums<T: Float>(x: &[T], k: T) -> T {
        let mut s = T::zero();
        let mut last = k;
        for (i, v) in x.iter().enumerate() {
            if i == 1 {
                last = *v * k;
            }
            s = s + *v * last.sin();
        }
        let mut p = T::one();
        for v in x {
            p = p * (*v + k);
        }
        let most = x.iter().fold(k, |a, v| a.max(*v));
        s * p + most
    }

    #[differentiate]
    fn written<T: Float>(x: &[T], n: usize, k: T) -> T {
        let mut v = vec![T::zero(); n + 1];
        let mut w = [k, T::one()];
        for i in 0..n {
            v[i] = x[i] * k;
            v[i + 1] = v[i] * v[i];
            w[i % 2] = w[(i + 1) % 2] * v[i + 1];
            if i == 1 {
                v[0] = T::zero();
            }
        }
        let mut list = Vec::new();
        for a in &v {
            list.push(*a * k);
        }
        list.push(k);
        let end = list.pop().unwrap_or(k);
        list[0] = -end;
        w[0] + w[1] * list[0] + list[n]
    }

    #[differentiate]
    fn state<T: Float>(x: T, n: usize) -> [T; 2] {
        let mut y = [x, T::one()];
        let mut best = x;
        for i in 0..n {
            y = match i % 3 {
                0 => [y[1], y[0] * x],
                1 => [y[0] - x, T::zero()],
                _ => [y[0], x],
            };
            if y[0] > best {
                best = y[0];
            }
        }
        [y[0] * best, y[1].exp()]
    }

    #[differentiate]
    fn left<T: Float>(x: &[T], k: T) -> T {
        let mut s = k;
        for v in x {
            if *v < T::zero() {
                return s * k;
            }
            if *v == k {
                continue;
            }
            s = s * *v + k.floor();
            if s > k * k * k * k {
                break;
            }
        }
        s.clamp(k, k + k)
    }

    #[differentiate]
    fn chains<T: Float + std::iter::Sum + std::iter::Product>(x: &[T], k: T) -> T {
        let dot: T = x.iter().map(|v| *v * k).sum();
        let all = x.iter().filter(|v| **v > k).map(|v| v.sin()).sum::<T>();
        let p: T = x.iter().map(|v| *v + k).product();
        let nested = x.iter().map(|v| x.iter().map(|w| *v * *w).sum::<T>()).sum::<T>();
        let chosen = if k > T::one() { x.iter().copied().sum() } else { k };
        let matched = match x.len() {
            0 => k,
            1 => x.iter().copied().product(),
            _ => -x.iter().copied().sum::<T>(),
        };
        let mut v = vec![x.iter().copied().sum::<T>(), k];
        v.push(x.iter().map(|v| *v * *v).sum());
        v[0] = x.iter().map(|v| *v * *v * *v).product::<T>();
        let row = [x.iter().copied().sum::<T>(); 2];
        let most = x.iter().copied().sum::<T>().max(k);
        let mut kept = k;
        for _ in 0..2 {
            kept = x.iter().copied().sum();
            kept = kept * k;
        }
        dot * all + p * nested + chosen * matched + v[0] * v[1] - v[2] * row[1] + most * kept
    }

    #[differentiate]
    fn rules<T: Float>(x: T, y: T) -> T {
        let a = x.asinh() + x.cbrt() + x.ln_1p() * x.tanh() + x.atan() * x.recip();
        let b = x.powi(-2) + x.powf(y) + x.log(y) + x.atan2(y) + (x / y) % y;
        let c = x.acosh() + x.exp_m1() + x.exp2() + x.log2() * x.log10() + x.tan();
        a * b + c * x.mul_add(y, x).fract() + x.signum() * y.floor()
    }

    #[differentiate]
    fn wide(x: f64, y: f64, k: usize) -> f64 {
        arms(x, y, k) + arms(y, x, k) * rules(x + 1.0, y) + by_path(x, y)
    }

    #[differentiate]
    fn narrow(x: f32, y: f32, k: usize) -> f32 {
        arms(x, y, k) + rules(y + 1.0, x) * by_path(x, y)
    }

    #[differentiate]
    fn all_wide(x: &[f64], k: f64) -> f64 {
        let n = x.len();
        let y = state(k, n);
        chains(x, k) + sums(x, k) + written(x, n, k) * y[0] - left(x, k) * y[1]
    }

    #[differentiate]
    fn all_narrow(x: &[f32], k: f32) -> f32 {
        let y = state(k, x.len());
        chains(x, k) + sums(x, k) + written(x, x.len(), k) * y[0] - left(x, k) * y[1]
    }
}

#[test]
fn type_parameters() {
    for k in 0..3 {
        oracle::check!(wide(0.75, 1.5, k), kink);
        oracle::check!(narrow(1.5, 0.75, k), kink);
    }
    for x in [
        &[][..],
        &[0.5],
        &[0.5, 1.25],
        &[0.5, 1.25, -0.5, 2.0],
        &[0.25, 0.5, 1.5, 0.75],
    ] {
        oracle::check!(all_wide(x, 0.75), kink);
        let x: Vec<f32> = x.iter().map(|v| *v as f32).collect();
        oracle::check!(all_narrow(&x, 0.75), kink);
    }
}
