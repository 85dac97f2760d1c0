//! The oracle against companions written by hand: right ones pass, wrong ones
//! are caught, and every construct survives the way to dual numbers.

#![allow(
    clippy::all,
    unused_assignments,
    reason = "the program texts are test data"
)]

use oracle::by_hand::differentiate;

oracle::programs! {
    #![reverse_only]

    const HALF: f64 = 0.5;
    const PAIR: (f64, f32) = (HALF * 4.0, 0.25);

    #[derive(Clone, Copy, Debug)]
    enum Mode { Square, Sine }

    #[differentiate]
    fn product(x: f64, y: f64) -> f64 { x * y + x }

    #[differentiate]
    fn wrong(x: f64, y: f64) -> f64 { x * y }

    #[differentiate]
    fn overwrites(x: f64) -> f64 { 2.0 * x }

    #[differentiate]
    fn chosen(x: &f64, mode: Mode, n: usize) -> f64 {
        let n = n + mode as usize;
        match mode { Mode::Square => x * x * n as f64, Mode::Sine => x.sin() * n as f64 }
    }

    #[differentiate]
    fn both(p: (f64, usize), z: f32) -> (f64, usize, f32) {
        let (x, n) = p;
        (x * x + z as f64 * 0.5, n, x as f32 * 1.5)
    }

    #[differentiate]
    fn scale(x: f64, y: &mut f64) { *y *= x; }

    #[differentiate]
    fn rectified(x: f64) -> f64 { x.max(0.0) }

    fn control(x: f64, n: usize) -> f64 {
        const LIMIT: f64 = HALF * 20.0;
        let mut sum = 0.0;
        let late;
        'outer: for i in (0..n).rev().step_by(2) {
            let mut j = 0usize;
            while j < i {
                if (i + j) % 3 == 0 { j += 2; continue 'outer; }
                sum += x / (1.0 + j as f64);
                j += 1;
            }
        }
        late = loop { sum *= 0.75; if sum < LIMIT { break sum; } };
        let some = if x > 0.0 { Some(late) } else { None };
        let Some(value) = some else { return -late * f64::consts() };
        let scaled = match (value, n) {
            (0.0, _) | (_, 0) => 0.0,
            (v @ -1.0..=1.0, _) if v > 0.5 => v * 2.0,
            (v, 1 | 2) => v - PAIR.0,
            (v, _) => v.powi(2) + f64::max(v, 1.0) + std::f64::consts::PI,
        };
        assert!(scaled.is_finite(), "{scaled} from {}", x * 1.0);
        if matches!(x, 2.0..=3.0 | 5.0) { scaled * 3.0 } else { backprop_constant(scaled) }
    }

    fn mixed(x: f32, y: f64) -> f64 {
        let a = (x * 2.0).exp().min(1e3);
        let b = 0.1 * y + 2.0 * (1.0 - y);
        let mut sum = 0.0;
        sum += x;
        a as f64 + b * 0.5 + -1.0 * f64::from(sum) + (3.7 as i32) as f64 + (PAIR.1 * x) as f64
    }

    fn backprop_constant(x: f64) -> f64 { constant(x) * x }

    fn factorial(x: f64, n: u32) -> f64 { if n == 0 { 1.0 } else { x * factorial(x, n - 1) } }
}

/// `constant` as the primal has it.
fn constant(x: f64) -> f64 {
    x
}

trait Consts {
    fn consts() -> f64;
}
impl Consts for f64 {
    fn consts() -> f64 {
        1.0
    }
}
impl Consts for oracle::Dual64 {
    fn consts() -> f64 {
        1.0
    }
}

fn product_grad(x: f64, y: f64) -> (f64, (f64, f64)) {
    (product(x, y), (y + 1.0, x))
}
fn product_backprop(x: f64, y: f64, upstream: f64, d_x: &mut f64, d_y: &mut f64) -> f64 {
    *d_x += upstream * (y + 1.0);
    *d_y += upstream * x;
    product(x, y)
}

fn wrong_grad(x: f64, y: f64) -> (f64, (f64, f64)) {
    (wrong(x, y), (y, y))
}
fn wrong_backprop(x: f64, y: f64, _: f64, _: &mut f64, _: &mut f64) -> f64 {
    wrong(x, y)
}

fn overwrites_grad(x: f64) -> (f64, f64) {
    (overwrites(x), 2.0)
}
fn overwrites_backprop(x: f64, upstream: f64, d_x: &mut f64) -> f64 {
    *d_x = 2.0 * upstream;
    overwrites(x)
}

fn chosen_slope(x: f64, mode: Mode, n: usize) -> f64 {
    let factor = (n + mode as usize) as f64;
    match mode {
        Mode::Square => 2.0 * x * factor,
        Mode::Sine => x.cos() * factor,
    }
}
fn chosen_grad(x: &f64, mode: Mode, n: usize) -> (f64, (f64, ())) {
    (chosen(x, mode, n), (chosen_slope(*x, mode, n), ()))
}
fn chosen_backprop(x: &f64, mode: Mode, n: usize, upstream: f64, d_x: &mut f64, _: &mut ()) -> f64 {
    *d_x += upstream * chosen_slope(*x, mode, n);
    chosen(x, mode, n)
}

fn both_backprop(
    p: (f64, usize),
    z: f32,
    upstream: &(f64, (), f32),
    d_p: &mut (f64, ()),
    d_z: &mut f32,
) -> (f64, usize, f32) {
    d_p.0 += upstream.0 * 2.0 * p.0 + f64::from(upstream.2 * 1.5);
    *d_z += upstream.0 as f32 * 0.5;
    both(p, z)
}

fn scale_backprop(x: f64, y: &mut f64, d_x: &mut f64, d_y: &mut f64) {
    *d_x += *d_y * *y;
    *d_y *= x;
    scale(x, y);
}

fn rectified_grad(x: f64) -> (f64, f64) {
    (rectified(x), if x > 0.0 { 1.0 } else { 0.0 })
}
fn rectified_backprop(x: f64, upstream: f64, d_x: &mut f64) -> f64 {
    *d_x += upstream * rectified_grad(x).1;
    rectified(x)
}

#[test]
fn right_companions_pass() {
    oracle::check!(product(2.0, 3.0));
    oracle::check!(product(-1.0, 0.5));
    oracle::check!(chosen(&0.7, Mode::Square, 3));
    oracle::check!(chosen(&0.7, Mode::Sine, 3));
    oracle::check!(both((1.25, 7), 0.5));
    oracle::check!(scale(3.0, &mut 1.5));
    oracle::check!(rectified(1.0));
    oracle::check!(rectified(0.0), kink);
}

#[test]
#[should_panic(
    expected = "f_grad: parameter 1 `y`, scalar 0: expected 2e0 (dual numbers), got 3e0"
)]
fn a_wrong_gradient_is_caught() {
    oracle::check!(wrong(2.0, 3.0));
}

#[test]
#[should_panic(expected = "call 1 into one buffer")]
fn overwriting_a_buffer_is_caught() {
    oracle::check!(overwrites(2.0));
}

#[test]
#[should_panic(expected = "is this a kink?")]
fn a_kink_disagrees_with_differences() {
    oracle::check!(rectified(0.0));
}

/// The dual twin has the primal's value, and its tangent is the slope.
fn compare(primal: impl Fn(f64) -> f64, dual: impl Fn(oracle::Dual64) -> oracle::Dual64, x: f64) {
    let twin = dual(oracle::Dual64::new(x, 1.0));
    assert_eq!(primal(x).to_bits(), twin.value().to_bits(), "value at {x}");
    let slope = (primal(x + 1e-6) - primal(x - 1e-6)) / 2e-6;
    let scale = slope.abs().max(1.0);
    assert!(
        (slope - twin.tangent()).abs() < 1e-5 * scale,
        "at {x}: {slope} {}",
        twin.tangent()
    );
}

#[test]
fn constructs_survive_the_translation() {
    for n in [0, 1, 2, 5, 9] {
        for x in [-1.5, 0.3, 2.5] {
            if !(x > 0.0 && x < 2.0) {
                compare(|x| control(x, n), |x| dual::control(x, n), x);
            }
        }
    }
    compare(|x| factorial(x, 4), |x| dual::factorial(x, 4), 1.3);
    compare(
        |y| mixed(0.25, y),
        |y| dual::mixed(oracle::Dual32::constant(0.25), y),
        0.8,
    );
    let stopped = dual::backprop_constant(oracle::Dual64::new(3.0, 1.0));
    assert_eq!((stopped.value(), stopped.tangent()), (9.0, 3.0));
}
