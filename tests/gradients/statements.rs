//! Straight-line code: bindings, tuples, references, casts, blocks.

use backprop::differentiate;

const HALF: f64 = 0.5;

oracle::programs! {
    const SCALE: f64 = 1.5;

    #[differentiate]
    fn nested_blocks(x: f64, y: f64) -> f64 {
        let a = {
            let b = x * y;
            let c = { b + x };
            b * c
        };
        a + { y } * SCALE
    }

    #[differentiate]
    fn tuple_patterns(x: f64, y: f64) -> f64 {
        let (a, (b, c)) = (x * y, (x + y, 2.0));
        let (d, ..) = (a, b, c);
        let t = (a, b);
        d * t.1 + t.0 * c
    }

    #[differentiate]
    fn late_initialisation(x: f64) -> f64 {
        let y;
        let z: f64;
        y = x * x;
        z = y + 1.0;
        y * z
    }

    #[differentiate]
    fn compound(x: f64, y: f64) -> f64 {
        let mut a = x;
        a += y;
        a -= 0.5 * x;
        a *= y;
        a /= x + 3.0;
        a %= 0.7;
        a
    }

    #[differentiate]
    fn tuple_fields(x: f64, y: f64) -> f64 {
        let mut t = (x, y, 1.0);
        t.0 *= t.1;
        t.2 = t.0 + x;
        t.1 += t.2;
        t.0 * t.1 * t.2
    }

    #[differentiate]
    fn swapping(x: f64, y: f64) -> f64 {
        let (mut a, mut b) = (x, y);
        (a, b) = (b, a * b);
        (a, b) = (b, a);
        a - b * b
    }

    #[differentiate]
    fn references(x: f64, y: f64) -> f64 {
        let r = &x;
        let mut s = y;
        let m = &mut s;
        *m += *r;
        *m *= 2.0;
        let q = &s;
        *q * r
    }

    #[differentiate]
    fn reference_parameters(x: &f64, y: &f64) -> f64 {
        let s = x * y;
        s + *x
    }

    #[differentiate]
    fn tuple_parameters(p: (f64, f64), (a, b): (f64, usize)) -> f64 {
        p.0 * a + p.1 * b as f64
    }

    #[differentiate]
    fn nested_tuple(p: ((f64, i32), f64)) -> f64 {
        let ((x, n), y) = p;
        x.powi(n) * y
    }

    #[differentiate]
    fn casts(x: f32, n: i32) -> f64 {
        let wide = x as f64;
        let narrow = (wide * 1.25) as f32;
        f64::from(narrow * x) + n as f64 * wide
    }

    #[differentiate]
    fn integer_state(x: f64, n: usize) -> f64 {
        let k = (n * 3 + 1) % 7;
        let half = k / 2;
        x * k as f64 + x.powi(half as i32)
    }

    #[differentiate]
    fn constants(x: f64) -> f64 {
        x * std::f64::consts::PI + f64::EPSILON * x
    }

    #[differentiate]
    fn path_form(x: f64, y: f64) -> f64 {
        f64::sin(x) + f64::max(x, y) * f64::powi(y, 3) + f64::mul_add(x, y, 1.0)
    }

    #[differentiate]
    fn mutable_parameter(mut x: f64, y: f64) -> f64 {
        x *= y;
        x = x.exp();
        x - y
    }

    #[differentiate]
    fn in_out(x: &mut f64, y: f64) {
        *x *= y;
        *x += y;
    }

    #[differentiate]
    fn in_out_and_result(x: &mut f64, y: f64) -> f64 {
        let before = *x;
        *x = before * y;
        before.sin() + *x
    }

    #[differentiate]
    fn out_tuple(t: &mut (f64, f64), y: f64) {
        t.0 *= y;
        t.1 = t.0 + y;
    }

    #[differentiate]
    fn three_results(x: f64, y: f64) -> (f64, (f64, usize), bool) {
        (x * y, (y.exp(), 3), x > y)
    }

    #[differentiate]
    fn unused_and_dead(x: f64, y: f64) -> f64 {
        let _unused = x.ln() * y;
        let _ = y.exp();
        let mut dead = x * 2.0;
        dead += y;
        let _ = dead;
        x * 3.0
    }

    #[differentiate]
    fn checked(x: f64, n: usize) -> f64 {
        assert!(x > -100.0, "x is {x}");
        debug_assert!(n < 100);
        debug_assert_eq!(n / 200, 0);
        if x > 1e6 {
            println!("large: {x}");
        }
        x * x
    }

    #[differentiate]
    fn single(x: f32, y: f32) -> f32 {
        let z = x * y + 0.5;
        z.sin() * (x / y).sqrt()
    }

    #[differentiate]
    fn literal_versions(x: f64) -> f64 {
        let mut s = 1.0;
        let t = s / 3.0;
        s = x;
        s * t
    }

    #[differentiate]
    fn sums_of_differences(x: f64, y: f64) -> f64 {
        -(x - -y) - (x - y) * -(x + y)
    }

    #[differentiate]
    fn sine_and_cosine(x: f64) -> f64 {
        let (s, c) = x.sin_cos();
        s * c + x.sin_cos().0
    }

    #[differentiate]
    fn text(x: f64, name: &str, c: char) -> f64 {
        let n = name.len();
        if c == 'a' { x * n as f64 } else { x }
    }
}

#[differentiate]
fn module_constant(x: f64) -> f64 {
    x * HALF
}

#[test]
fn straight_line_programs() {
    for (x, y) in [(0.7, 1.3), (-1.1, 2.3), (2.5, 0.4)] {
        oracle::check!(nested_blocks(x, y));
        oracle::check!(tuple_patterns(x, y));
        oracle::check!(late_initialisation(x));
        oracle::check!(compound(x, y));
        oracle::check!(tuple_fields(x, y));
        oracle::check!(swapping(x, y));
        oracle::check!(references(x, y));
        oracle::check!(reference_parameters(&x, &y));
        oracle::check!(tuple_parameters((x, y), (y, 3)));
        oracle::check!(nested_tuple(((x, 3), y)));
        oracle::check!(constants(x));
        oracle::check!(path_form(x, y));
        oracle::check!(mutable_parameter(x, y));
        oracle::check!(unused_and_dead(x.abs(), y));
        oracle::check!(literal_versions(x));
        oracle::check!(sums_of_differences(x, y));
        oracle::check!(sine_and_cosine(x));
        oracle::check!(checked(x, 3));
        oracle::check!(integer_state(x, 5));
        oracle::check!(three_results(x, y));
    }
}

#[test]
fn both_float_types() {
    oracle::check!(casts(0.7, 3));
    oracle::check!(single(0.7, 1.3));
}

#[test]
fn mutable_references() {
    oracle::check!(in_out(&mut 1.5, 0.3));
    oracle::check!(in_out_and_result(&mut 1.5, 0.3));
    oracle::check!(out_tuple(&mut (1.5, 2.0), 0.3));
}

#[test]
fn strings_and_constants() {
    oracle::check!(text(0.5, "abc", 'a'));
    assert_eq!(module_constant_grad(3.0), (1.5, 0.5));
}
