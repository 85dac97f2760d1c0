//! Functions that are passed by name.

use backprop::differentiate;

oracle::programs! {

    #[differentiate]
    fn sine(x: f64) -> f64 {
        x.sin()
    }

    #[differentiate]
    fn bent(x: f64) -> f64 {
        if x > 0.5 { x * x } else { 0.75 - x }
    }

    #[differentiate]
    fn power(x: f64, y: f64) -> f64 {
        x.powf(y)
    }

    #[differentiate]
    fn turned(p: (f64, f64), k: usize) -> (f64, f64) {
        (p.0 * k as f64 - p.1, p.0 + p.1 * p.1)
    }

    #[differentiate]
    fn mixed(v: [f64; 3]) -> [f64; 2] {
        [v[0] * v[1], v[2].exp()]
    }

    #[differentiate]
    fn doubled(v: Vec<f64>) -> Vec<f64> {
        v.iter().map(|x| 2.0 * x * x).collect()
    }

    #[differentiate]
    fn halved(x: f32) -> f32 {
        x * 0.5 + x.sqrt()
    }

    #[differentiate]
    fn at_most(x: f64, strict: bool) -> f64 {
        if strict { x.min(1.0) } else { x }
    }

    // functions of std are closures that call them

    #[differentiate]
    fn of_std(x: f64, y: f64) -> f64 {
        let f = f64::exp;
        integrate(f64::sin, x, y, 4) * integrate(&f64::sqrt, y, x, 3) + integrate(f, x, y, 2)
    }

    #[differentiate]
    fn of_std_with_two(x: f64, y: f64) -> f64 {
        meet(f64::powf, x, y) + meet(f64::max, y, x) * meet(f64::atan2, x, y)
    }

    #[differentiate]
    fn meet(f: impl Fn(f64, f64) -> f64, x: f64, y: f64) -> f64 {
        f(x, y) * f(y, x)
    }

    // functions that take functions

    #[differentiate]
    fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
        let h = (b - a) / n as f64;
        let mut sum = 0.5 * (f(a) + f(b));
        for i in 1..n {
            let t = a + i as f64 * h;
            if t > 0.35 {
                sum += f(t);
            } else {
                sum += 2.0 * f(t) * t;
            }
        }
        sum * h
    }

    #[differentiate]
    fn twice<F: Fn(f64) -> f64>(f: F, x: f64) -> f64 {
        f(f(x))
    }

    #[differentiate]
    fn lent<F>(f: &F, x: f64) -> f64
    where
        F: Fn(f64) -> f64 + Copy + Send + 'static,
    {
        f(x) * twice(f, x) + twice(*f, x) + (*f)(x)
    }

    #[differentiate]
    fn pointed(f: fn(f64) -> f64, x: f64) -> f64 {
        f(x) * x
    }

    #[differentiate]
    fn newton(f: impl Fn(f64) -> f64, df: impl Fn(f64) -> f64, start: f64) -> f64 {
        let mut x = start;
        for _ in 0..4 {
            let slope = df(x);
            if slope == 0.0 {
                return x;
            }
            x -= 0.1 * f(x) / slope;
        }
        x
    }

    #[differentiate]
    fn combined(f: impl Fn(f64, f64) -> f64, v: &[f64]) -> f64 {
        let mut acc = 1.0;
        for x in v {
            acc = f(acc + 1.0, *x);
        }
        acc
    }

    #[differentiate]
    fn on_pairs(f: &impl Fn((f64, f64), usize) -> (f64, f64), x: f64, y: f64) -> f64 {
        let (a, b) = f((x, y), 2);
        let c = f((b, a), 3);
        c.0 * c.1
    }

    #[differentiate]
    fn on_arrays(f: impl Fn([f64; 3]) -> [f64; 2], x: f64, y: f64) -> f64 {
        let r = f([x, y, x * y]);
        let s = f([r[0], r[1], 0.1]);
        s[0] + r[1] * s[1]
    }

    #[differentiate]
    fn on_vectors(f: impl Fn(Vec<f64>) -> Vec<f64>, x: &[f64]) -> f64 {
        let once = f(x.to_vec());
        let more = f(once.clone());
        let mut s = 0.0;
        for i in 0..more.len() {
            s += more[i] * once[i];
        }
        s
    }

    #[differentiate]
    fn single(f: impl Fn(f32) -> f32, x: f32) -> f32 {
        f(x) * f(2.0 * x)
    }

    #[differentiate]
    fn flagged(f: impl Fn(f64, bool) -> f64, x: f64) -> f64 {
        let mut y = x;
        let mut i = 0;
        while i < 3 {
            y *= f(y, i % 2 == 0);
            i += 1;
        }
        y
    }

    #[differentiate]
    fn changing(mut f: impl FnMut(f64) -> f64, g: impl FnOnce(f64) -> f64, x: f64) -> f64 {
        g(f(x) + f(x * x))
    }

    #[differentiate]
    fn chained(f: impl Fn(f64) -> f64, v: &[f64]) -> f64 {
        v.iter().map(|x| f(*x)).sum::<f64>() + v.iter().copied().map(&f).product::<f64>()
    }

    #[differentiate]
    fn in_closure(f: impl Fn(f64) -> f64, x: f64, y: f64) -> f64 {
        let g = |t: f64| f(t * y) + t;
        g(x) * g(y)
    }

    #[differentiate]
    fn unused_result(f: impl Fn(f64) -> f64, x: f64) -> f64 {
        let _ = f(x);
        let _unused = twice(&f, x);
        let constant = f(2.0);
        let steps = if f(x) > 0.5 { 2 } else { 3 };
        constant * x * steps as f64
    }

    #[differentiate]
    fn written(f: impl Fn(f64) -> f64, x: &[f64], out: &mut [f64]) {
        for i in 0..x.len() {
            out[i] = f(x[i]) * out[i];
        }
    }

    #[differentiate]
    fn maybe(f: impl Fn(f64) -> f64, x: f64) -> Option<f64> {
        let y = f(x);
        if y > 0.0 { Some(y.ln()) } else { None }
    }

    #[differentiate]
    fn down(f: impl Fn(f64) -> f64 + 'static, x: f64, n: usize) -> f64 {
        if n == 0 { x } else { f(x) * down(f, x * 0.5, n - 1) }
    }

    // functions that pass them

    #[differentiate]
    fn area(x: f64, y: f64) -> f64 {
        integrate(sine, 0.0, x, 7) * integrate(bent, y, x, 5) + integrate(sine, 0.0, 1.0, 3)
    }

    #[differentiate]
    fn several(x: f64, y: f64) -> f64 {
        let roots = newton(bent, sine, x) + newton(sine, bent, y);
        let v = [x, y, 1.5];
        roots + combined(power, &v) + lent(&sine, y) + twice(&bent, x) + pointed(sine, y)
    }

    #[differentiate]
    fn shapes(x: f64, y: f64) -> f64 {
        on_pairs(&turned, x, y) + on_arrays(mixed, x, y) + on_vectors(doubled, &[x, y])
    }

    #[differentiate]
    fn narrow(x: f32) -> f32 {
        single(halved, x) * x
    }

    #[differentiate]
    fn kinds(x: f64, y: f64) -> f64 {
        flagged(at_most, x) + changing(sine, bent, y) + chained(sine, &[x, y, x * y])
    }

    #[differentiate]
    fn nested(x: f64, y: f64) -> f64 {
        in_closure(sine, x, y) + unused_result(bent, x) + down(sine, x, 4)
    }

    #[differentiate]
    fn looped(x: &[f64]) -> f64 {
        let mut s = 0.0;
        for i in 0..x.len() {
            if i % 2 == 0 {
                s += integrate(sine, 0.0, x[i], i + 2);
            } else if x[i] > 0.4 {
                s *= twice(bent, x[i]);
            } else {
                continue;
            }
            s += x[i] * pointed(bent, s);
        }
        s
    }

    #[differentiate]
    fn through_memory(x: &[f64]) -> f64 {
        let mut out = vec![1.0, 2.0, 0.5];
        written(sine, x, &mut out);
        written(bent, x, &mut out);
        out[0] * out[1] + out[2]
    }

    #[differentiate]
    fn optional(x: f64) -> f64 {
        match maybe(sine, x) {
            Some(y) => y * x,
            None => x * x,
        }
    }

    #[differentiate]
    fn by_path(x: f64) -> f64 {
        twice(self::sine, x) + self::twice(self::bent, x)
    }
}

#[test]
fn named_functions() {
    oracle::check!(area(1.2, 0.3));
    oracle::check!(area(0.2, -0.4));
    oracle::check!(several(0.7, 1.1));
    oracle::check!(several(0.2, 0.3));
    oracle::check!(shapes(0.7, 0.4));
    oracle::check!(narrow(0.7));
    oracle::check!(kinds(0.7, 1.3));
    oracle::check!(kinds(1.7, 0.2));
    oracle::check!(nested(0.7, 1.3));
    oracle::check!(nested(0.3, 0.2));
    oracle::check!(by_path(0.3));
    oracle::check!(by_path(0.9));
}

#[test]
fn in_loops_and_memory() {
    oracle::check!(looped(&[0.72, 0.3, 0.9, 0.6, 1.1]));
    oracle::check!(looped(&[]));
    oracle::check!(through_memory(&[0.3, 0.6, 0.9]));
    oracle::check!(optional(0.3));
    oracle::check!(optional(-0.3));
}

#[test]
fn from_plain_code() {
    let (value, (d_a, d_b)) = integrate_grad(sine {}, 0.0, 1.0, 4);
    assert_eq!(value, integrate(sine, 0.0, 1.0, 4));
    let difference = |a: f64, b: f64| integrate(sine, a, b, 4);
    let h = 1e-6;
    let by_a = (difference(h, 1.0) - difference(-h, 1.0)) / (2.0 * h);
    let by_b = (difference(0.0, 1.0 + h) - difference(0.0, 1.0 - h)) / (2.0 * h);
    assert!((d_a - by_a).abs() < 1e-8 && (d_b - by_b).abs() < 1e-8);
}

mod other {
    use backprop::differentiate;

    #[differentiate]
    pub(super) fn square(x: f64) -> f64 {
        x * x
    }
}

mod beside {
    use super::other::*;
    use super::*;

    fn square(x: f64) -> f64 {
        x
    }

    #[differentiate]
    pub(super) fn confused(x: f64) -> f64 {
        twice(square, x)
    }
}

#[test]
#[should_panic(expected = "companion belongs to another function")]
fn another_function_of_the_same_name() {
    assert_eq!(beside::confused(2.0), 2.0);
    let _ = beside::confused_grad(2.0);
}

#[differentiate]
fn product<T: backprop::Real + std::ops::Mul<Output = T>>(x: T, y: T) -> T {
    x * y
}

#[differentiate]
fn dot<T: backprop::Real + std::ops::Mul<Output = T>, const N: usize>(x: [T; N]) -> T {
    x[0] * x[N - 1]
}

#[differentiate]
fn generic(x: f64, y: f32) -> f64 {
    let narrow = combined_narrow(product, y);
    combined(product, &[x, 2.0]) * f64::from(narrow) + on_three(dot, x)
}

#[differentiate]
fn combined_narrow(f: impl Fn(f32, f32) -> f32, x: f32) -> f32 {
    f(f(x, 2.0), x)
}

#[differentiate]
fn on_three(f: impl Fn([f64; 3]) -> f64, x: f64) -> f64 {
    f([x, 1.0, x * x])
}

#[differentiate]
fn of_any<T, F>(f: F, x: T) -> T
where
    T: backprop::Real + std::ops::Add<Output = T>,
    F: Fn(T, T) -> T,
{
    f(x, f(x, x)) + x
}

#[differentiate]
fn any(x: f64) -> f64 {
    of_any(product, x) + of_any(product::<f64>, x)
}

#[test]
fn generic_functions() {
    let (value, (d_x, d_y)) = generic_grad(1.5, 0.5);
    // 2 x (x + 2) y² · .. : ((1 + 1) x + 1) · 2 times (2 y²), and x³
    assert_eq!(value, (2.0 * 1.5 + 1.0) * 2.0 * 0.5 + 1.5_f64.powi(3));
    assert_eq!(d_x, 4.0 * 0.5 + 3.0 * 1.5 * 1.5);
    assert_eq!(d_y, 8.0 * 4.0 * 0.5);
    assert_eq!(
        any_grad(1.5),
        (2.0 * (1.5_f64.powi(3) + 1.5), 2.0 * (3.0 * 1.5 * 1.5 + 1.0))
    );
    assert_eq!(of_any_grad(&product {}, 1.5).1, 3.0 * 1.5 * 1.5 + 1.0);
}

#[test]
fn functions_of_std() {
    oracle::check!(of_std(0.5, 1.25));
    oracle::check!(of_std_with_two(0.5, 1.25));
}
