//! Calls between differentiated functions, custom rules, options.

use backprop::{constant, differentiate};

mod library {
    use backprop::differentiate;

    #[differentiate]
    pub(crate) fn cube(x: f64) -> f64 {
        x * x * x
    }

    pub(crate) mod inner {
        #[backprop::differentiate]
        pub(crate) fn polar(x: f64, y: f64) -> (f64, f64) {
            (x.hypot(y), y.atan2(x))
        }
    }
}

use library::cube as third_power;
use library::inner::*;

oracle::programs! {
    #[differentiate]
    fn add_to(into: &mut f64, x: f64) {
        *into += x * x;
    }

    #[differentiate]
    fn split(x: f64, y: f64) -> (f64, f64) {
        (x * y, x - y)
    }

    #[differentiate]
    fn by_reference(x: &f64, y: f64) -> f64 {
        x * y + *x
    }

    #[differentiate]
    fn scaled(x: f64, n: usize) -> f64 {
        x * n as f64
    }

    #[differentiate]
    fn pairs(p: (f64, f64), k: f64) -> f64 {
        p.0 * p.1 * k
    }

    #[differentiate]
    fn relu(x: f64) -> f64 {
        x.max(0.0)
    }

    // a sum of results, whose types only rustc knows, lives on under `&mut`
    #[differentiate]
    fn results_in_place(x: f64, y: f64) -> f64 {
        let mut s = relu(x) + scaled(y, 2);
        for _ in 0..3 {
            add_to(&mut s, x);
        }
        let before = s;
        add_to(&mut s, before);
        s * relu(x)
    }

    // the sum has the tangent of the result, until it changes
    #[differentiate]
    fn results_of_one_slope(x: f64, y: f64) -> f64 {
        let h = scaled(x, 3);
        let mut s = h + 1.0;
        add_to(&mut s, y);
        let mut negated = -h;
        add_to(&mut negated, x);
        s * h + negated * h
    }

    #[differentiate]
    fn results_behind_references(x: f64, y: f64) -> f64 {
        let mut s = relu(x) * scaled(y, 2);
        let seen = by_reference(&s, y);
        let r = &mut s;
        *r += seen;
        if x > 1.0 {
            add_to(r, y);
        }
        let shared = &s;
        by_reference(shared, *shared) + seen
    }

    #[differentiate]
    fn calls(x: f64, y: f64) -> f64 {
        let (a, b) = split(x, y);
        let mut s = a;
        add_to(&mut s, b);
        add_to(&mut s, x);
        s * by_reference(&x, y) + scaled(a, 3) + pairs((a, b), 2.0)
    }

    #[differentiate]
    fn call_in_branch(x: f64, y: f64) -> f64 {
        let a = if x > y { scaled(x, 2) } else { relu(y) };
        match a > 1.0 {
            true => split(a, x).0,
            false => a,
        }
    }

    #[differentiate]
    fn call_in_loop(x: f64, n: usize) -> f64 {
        let mut s = x;
        for i in 0..n {
            if i % 2 == 0 {
                s = by_reference(&s, 0.5);
            }
            add_to(&mut s, 0.3 * x);
        }
        s
    }

    #[differentiate]
    fn opaque_tuple(x: f64, y: f64) -> f64 {
        let t = split(x, y);
        t.0 * t.0 + t.1
    }

    #[differentiate]
    fn nested_calls(x: f64) -> f64 {
        relu(scaled(relu(x), 2)) + relu(-x)
    }

    #[differentiate]
    fn factorial_like(x: f64, n: u32) -> f64 {
        if n == 0 { 1.0 } else { (x + n as f64) * factorial_like(x, n - 1) }
    }

    #[differentiate]
    fn constant_calls(x: f64) -> f64 {
        let k = scaled(2.0, 3);
        x * k
    }

    #[differentiate]
    fn result_through_tuple(x: f64, y: f64) -> (f64, f64) {
        let (a, b) = split(x, y);
        split(a * b, a)
    }
}

#[differentiate]
fn other_modules(x: f64, y: f64) -> f64 {
    let (r, phi) = polar(x, y);
    crate::calls::library::cube(r) + third_power(phi) + self::library::cube(x)
}

#[differentiate(recursive)]
fn even(x: f64, n: u32) -> f64 {
    if n == 0 { x } else { x * odd(x, n - 1) }
}

#[differentiate(recursive)]
fn odd(x: f64, n: u32) -> f64 {
    if n == 0 {
        1.0
    } else {
        (x + 1.0) * even(x, n - 1)
    }
}

#[differentiate]
fn stopped(x: f64, y: f64) -> f64 {
    let c = constant(x * y);
    let d = backprop::constant({
        let v = Vec::from([x, y]);
        v.iter().sum::<f64>()
    });
    x * c + y * d
}

fn table_lookup(x: f64) -> f64 {
    x.floor() + (x - x.floor()) * (x - x.floor())
}

fn table_rule(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    let slope = 2.0 * (x - x.floor());
    (table_lookup(x), move |d| d * slope)
}

#[differentiate(rule = table_rule)]
fn table(x: f64) -> f64 {
    table_lookup(x)
}

fn product_rule(x: &f64, y: f64, _: usize) -> (f64, impl FnOnce(f64) -> (f64, f64) + use<>) {
    let (a, b) = (*x, y);
    (a * b, move |d| (d * b, d * a))
}

#[differentiate(rule = product_rule)]
fn product(x: &f64, y: f64, n: usize) -> f64 {
    let _ = n;
    x * y
}

#[differentiate]
fn with_rules(x: f64, y: f64) -> f64 {
    table(x) * product(&x, y, 3)
}

#[differentiate(wrt(w, b), name = neuron)]
fn forward(x: f64, w: f64, b: f64) -> f64 {
    (w * x + b).tanh()
}

#[differentiate]
fn through_wrt(x: f64) -> f64 {
    forward(x, x, 1.0)
}

#[differentiate]
fn nested_items(x: f64) -> f64 {
    const K: f64 = 3.0;
    fn double(n: usize) -> usize {
        n * 2
    }
    #[differentiate]
    fn inner(x: f64) -> f64 {
        x * x * K
    }
    inner(x) * double(2) as f64
}

type Scalar = f64;

#[differentiate]
fn aliased(x: Scalar, y: &Scalar) -> Scalar {
    let z = x * y;
    z.sin() + x
}

#[test]
fn programs() {
    for (x, y) in [(0.7, 1.3), (-1.1, 2.3), (2.5, 0.4)] {
        oracle::check!(results_in_place(1.3, 0.4));
        oracle::check!(results_of_one_slope(1.3, 0.4));
        oracle::check!(results_behind_references(1.3, 0.4));
        oracle::check!(results_behind_references(0.3, 0.4));
        oracle::check!(calls(x, y));
        oracle::check!(call_in_branch(x, y));
        oracle::check!(opaque_tuple(x, y));
        oracle::check!(nested_calls(x));
        oracle::check!(constant_calls(x));
        oracle::check!(result_through_tuple(x, y));
        for n in 0..5 {
            oracle::check!(call_in_loop(x, n as usize));
            oracle::check!(factorial_like(x, n));
        }
    }
}

#[test]
fn mutual_recursion() {
    // x · (x + 1) · x · 1
    let (value, slope) = even_grad(2.0, 3);
    assert_eq!((value, slope), (12.0, 16.0));
}

#[test]
fn constants_stop_the_gradient() {
    let (value, (d_x, d_y)) = stopped_grad(2.0, 3.0);
    assert_eq!(value, 2.0 * 6.0 + 3.0 * 5.0);
    assert_eq!((d_x, d_y), (6.0, 5.0));
}

#[test]
fn custom_rules() {
    assert_eq!(table_grad(2.5), (2.25, 1.0));
    assert_eq!(product_grad(&2.0, 3.0, 1), (6.0, (3.0, 2.0)));
}

#[test]
fn wrt_shapes_only_the_public_functions() {
    let (_, (d_w, d_b)) = neuron_grad(0.5, 1.5, 0.25);
    let slope = 1.0 - 1.0_f64.tanh().powi(2);
    approx::assert_relative_eq!(d_w, 0.5 * slope, epsilon = 1e-12);
    approx::assert_relative_eq!(d_b, slope, epsilon = 1e-12);
}

#[test]
fn items_in_the_body() {
    assert_eq!(nested_items_grad(2.0), (48.0, 48.0));
}

#[test]
fn aliases_of_the_scalar() {
    let (value, (d_x, d_y)) = aliased_grad(0.5, &2.0);
    assert_eq!(value, 1.0_f64.sin() + 0.5);
    assert_eq!(d_x, 2.0 * 1.0_f64.cos() + 1.0);
    assert_eq!(d_y, 0.5 * 1.0_f64.cos());
}

#[test]
fn gradient_checks() {
    backprop::assert_gradient!(other_modules(0.7, 1.3));
    backprop::assert_gradient!(with_rules(2.3, 0.7));
    backprop::assert_gradient!(through_wrt(0.4));
    backprop::assert_gradient!(by_reference(&0.4, 0.7));
    backprop::assert_gradient!(add_to(&mut 0.4, 0.7));
    backprop::assert_gradient!(calls(0.4, 0.7), epsilon = 1e-8);
    backprop::assert_gradient!(split(0.4, 0.7), max_relative = 1e-6,);
    backprop::assert_gradient!(pairs((0.4, 0.7), 2.0));
    backprop::assert_gradient!(self::library::inner::polar(0.4, 0.7));
    backprop::assert_gradient!(forward(0.4, 0.7, 0.1));
    backprop::assert_gradient!(aliased(0.4, &0.7));
}

fn wrong_rule(x: f64, y: f64) -> (f64, impl FnOnce(f64) -> (f64, f64)) {
    (x * y, move |d| (d * y, d * y))
}

#[differentiate(rule = wrong_rule)]
fn wrong(x: f64, y: f64) -> f64 {
    x * y
}

#[test]
#[should_panic(expected = "parameter: 2 (argument `0.7`)")]
fn a_wrong_rule_is_found() {
    backprop::assert_gradient!(wrong(0.4, 0.7));
}

fn another_value_rule(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x + 1e-9, move |d| 2.0 * x * d)
}

#[differentiate(rule = another_value_rule)]
fn another_value(x: f64) -> f64 {
    x * x
}

#[test]
#[should_panic(expected = "another value than the function itself")]
fn another_value_is_found() {
    backprop::assert_gradient!(another_value(0.4));
}

/// Rules with containers.
mod containers {
    use backprop::{assert_gradient, differentiate};

    fn log_sum_rule(x: &[f64], k: f64) -> (f64, impl FnOnce(f64) -> (Vec<f64>, f64) + use<>) {
        let terms: Vec<f64> = x.iter().map(|v| (v * k).exp()).collect();
        let (total, x): (f64, _) = (terms.iter().sum(), x.to_vec());
        (total.ln(), move |upstream| {
            let d_x = terms.iter().map(|e| upstream * k * e / total).collect();
            let pairs = terms.iter().zip(&x);
            (d_x, pairs.map(|(e, x)| upstream * e * x / total).sum())
        })
    }

    #[differentiate(rule = log_sum_rule)]
    fn log_sum(x: &[f64], k: f64) -> f64 {
        x.iter().map(|v| (v * k).exp()).sum::<f64>().ln()
    }

    fn twice_rule(x: Vec<f64>) -> (Vec<f64>, impl FnOnce(&Vec<f64>) -> Vec<f64>) {
        let doubled = |x: &Vec<f64>| x.iter().map(|v| v * 2.0).collect();
        (doubled(&x), doubled)
    }

    #[differentiate(rule = twice_rule)]
    fn twice(x: Vec<f64>) -> Vec<f64> {
        x.iter().map(|v| v * 2.0).collect()
    }

    #[differentiate]
    fn uses(x: &[f64], k: f64) -> f64 {
        let mut v = x.to_vec();
        v[0] *= k;
        let w = twice(v.clone());
        log_sum(&v[1..], k) * log_sum(x, 1.0) + w[0]
    }

    #[test]
    fn rules() {
        assert_gradient!(log_sum(&vec![1.0, 2.0], 0.5));
        assert_gradient!(twice(vec![1.0, 2.0]));
        assert_gradient!(uses(&vec![1.0, 2.0, 0.3], 0.5));
        let mut d_x = [1.0, 1.0];
        log_sum_backprop(&[0.0, 0.0], 1.0, 2.0, &mut d_x, &mut 0.0);
        assert_eq!(d_x, [2.0, 2.0]);
    }
}
