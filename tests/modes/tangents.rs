//! `f_jvp`: how tangents are passed and come back.

use backprop::{Differentiable, differentiate};

#[differentiate(jvp)]
fn product(x: f64, n: usize, y: f64) -> f64 {
    x.powi(2) * y * n as f64
}

#[test]
fn each_tangent_follows_its_parameter() {
    assert_eq!(product_jvp(3.0, 1.0, 2, 5.0, 10.0), (90.0, 60.0 + 180.0));
}

#[differentiate(jvp)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn references_have_references() {
    let (value, tangent) = dot_jvp(&[1.0, 2.0], &[1.0, 0.0], &[3.0, 4.0], &[0.0, 10.0]);
    assert_eq!((value, tangent), (11.0, 23.0));
}

#[test]
#[should_panic(expected = "another shape")]
fn a_tangent_of_another_shape_panics() {
    dot_jvp(&[1.0, 2.0], &[1.0], &[3.0, 4.0], &[0.0, 10.0]);
}

#[differentiate(jvp)]
fn step(x: &mut Vec<f64>, k: &mut f64, rate: f64) {
    x.push(*k);
    for v in x.iter_mut() {
        *v *= rate;
    }
    *k = x[0] * x[1];
}

#[test]
fn tangents_of_exclusive_references_go_in_and_come_out() {
    let (mut x, mut d_x) = (vec![2.0], vec![1.0]);
    let (mut k, mut d_k) = (3.0, 0.0);
    step_jvp(&mut x, &mut d_x, &mut k, &mut d_k, 10.0, 1.0);
    assert_eq!((x, d_x), (vec![20.0, 30.0], vec![12.0, 3.0]));
    assert_eq!((k, d_k), (600.0, 12.0 * 30.0 + 20.0 * 3.0));
}

#[derive(Differentiable, Clone, Debug)]
enum Shape {
    Disc(f64),
    Box { sides: Vec<f64>, name: String },
}

#[differentiate(jvp)]
fn content(shape: &Shape) -> (f64, usize) {
    match shape {
        Shape::Disc(r) => (3.0 * r * r, 1),
        Shape::Box { sides, .. } => (sides.iter().product(), 2),
    }
}

#[test]
fn a_tangent_of_an_enum_is_of_the_same_variant() {
    let disc = content_jvp(&Shape::Disc(2.0), &ShapeGradient::Disc(1.0));
    assert_eq!(disc, ((12.0, 1), (12.0, ())));
    let sides = vec![2.0, 3.0];
    let shape = Shape::Box {
        sides,
        name: "b".into(),
    };
    let tangent = ShapeGradient::Box {
        sides: vec![1.0, 10.0],
        name: (),
    };
    assert_eq!(content_jvp(&shape, &tangent), ((6.0, 2), (23.0, ())));
}

#[differentiate(jvp)]
fn logarithm(x: f64) -> Option<f64> {
    (x > 0.0).then(|| x.ln())
}

#[differentiate(jvp)]
fn scaled(x: f64, y: f64) -> Result<f64, String> {
    let log = logarithm(x).ok_or("not positive".to_owned())?;
    Ok(log * y)
}

#[test]
fn without_a_value_there_is_no_tangent() {
    assert_eq!(logarithm_jvp(0.5, 3.0), Some((0.5_f64.ln(), 6.0)));
    assert_eq!(logarithm_jvp(-0.5, 3.0), None);
    assert_eq!(scaled_jvp(1.0, 2.0, 3.0, 1.0), Ok((0.0, 6.0)));
    assert_eq!(
        scaled_jvp(-1.0, 2.0, 3.0, 1.0),
        Err("not positive".to_owned())
    );
}

#[differentiate(jvp, wrt(w), name = cell)]
fn neuron(x: &[f64], w: &[f64]) -> f64 {
    dot(w, x).tanh()
}

#[test]
fn only_what_wrt_lists_has_a_tangent() {
    let (value, tangent) = cell_jvp(&[0.0, 2.0], &[0.5, 0.0], &[7.0, 1.0]);
    assert_eq!((value, tangent), (0.0, 2.0));
}

#[differentiate(jvp)]
fn swap(from: &mut [f64], into: &mut [f64]) {
    for (a, b) in from.iter_mut().zip(into.iter_mut()) {
        let old = *a;
        *a = *b * 2.0;
        *b = old;
    }
}

#[differentiate(jvp)]
fn halves(x: &mut [f64]) -> f64 {
    let (left, right) = x.split_at_mut(1);
    swap(left, right);
    x[0] * x[1]
}

#[test]
fn two_parts_of_one_argument_are_changed_in_a_call() {
    let (mut x, mut d_x) = ([2.0, 5.0], [1.0, 10.0]);
    assert_eq!(halves_jvp(&mut x, &mut d_x), (20.0, 20.0 * 2.0 + 10.0));
    assert_eq!((x, d_x), ([10.0, 2.0], [20.0, 1.0]));
}

fn energy_rule(x: &[f64], k: f64) -> (f64, impl FnOnce(f64) -> (Vec<f64>, f64) + use<>) {
    let squares: f64 = x.iter().map(|x| x * x).sum();
    let twice: Vec<f64> = x.iter().map(|x| 2.0 * k * x).collect();
    let pullback = move |upstream| {
        let d_x = twice.iter().map(|slope| slope * upstream);
        (d_x.collect(), squares * upstream)
    };
    (k * squares, pullback)
}

#[differentiate(jvp, rule = energy_rule)]
fn energy(x: &[f64], k: f64) -> f64 {
    k * x.iter().map(|x| x * x).sum::<f64>()
}

#[differentiate(jvp)]
fn heated(x: f64) -> f64 {
    energy(&[x, 2.0], 3.0) + energy(&[1.0], x)
}

#[test]
fn a_custom_rule_has_the_tangents_of_its_gradient() {
    assert_eq!(
        energy_jvp(&[1.0, 2.0], &[1.0, 0.0], 3.0, 1.0),
        (15.0, 6.0 + 5.0)
    );
    assert_eq!(heated_jvp(4.0, 1.0), (60.0 + 4.0, 24.0 + 1.0));
}

#[differentiate(jvp)]
fn factorial(x: f64) -> f64 {
    if x > 1.0 { x * factorial(x - 1.0) } else { x }
}

#[test]
fn recursion() {
    let (value, tangent) = factorial_jvp(2.5, 1.0);
    // x (x - 1) (x - 2)
    assert_eq!(value, 2.5 * (1.5 * 0.5));
    assert_eq!(tangent, 1.5 * 0.5 + 2.5 * (0.5 + 1.5));
}

#[differentiate(jvp)]
fn blend<T, const N: usize>(x: [T; N], k: T) -> T
where
    T: backprop::Real,
{
    let mut sum = k * k;
    for v in x {
        sum = if v > k { sum * v } else { sum + v / k };
    }
    sum
}

#[test]
fn type_parameters() {
    // (k² · 3 + 1/k) along k, and along the second
    assert_eq!(blend_jvp([3.0, 1.0], [0.0, 0.0], 2.0, 1.0), (12.5, 11.75));
    assert_eq!(blend_jvp([3.0_f32, 1.0], [0.0, 1.0], 2.0, 0.0), (12.5, 0.5));
}
