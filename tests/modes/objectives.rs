//! `f::objective`: what solvers take.

use backprop::{
    Differentiable, GradientOf, Numbers, Objective, TwiceDifferentiable, differentiate,
};

#[differentiate(objective, hessian, wrt(p))]
fn misfit(xs: &[f64], p: Vec<f64>, n: usize, ys: &[f64], scale: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += (p[0] * xs[i] + p[1] - ys[i]).powi(2);
    }
    sum * scale
}

fn trace<O: TwiceDifferentiable<Value = f64>>(objective: O, at: &O::Point) -> f64
where
    GradientOf<O>: Numbers,
{
    let (_, _, rows) = objective.hessian(at);
    let diagonal = rows.iter().enumerate().map(|(i, row)| row.numbers()[i]);
    diagonal.sum()
}

#[test]
fn arguments_that_stay_may_stand_anywhere() {
    let (xs, ys) = (vec![1.0, 2.0], vec![3.0, 4.0]);
    let objective = misfit::objective(&xs, 2, &ys, 2.0);
    let p = vec![1.0, 2.5];
    assert_eq!(objective.value(&p), 1.0);
    let (value, gradient) = objective.grad(&p);
    assert_eq!((value, gradient), misfit_grad(&xs, p.clone(), 2, &ys, 2.0));
    assert_eq!(trace(&objective, &p), 2.0 * (2.0 * 5.0 + 2.0 * 2.0));
}

#[derive(Differentiable)]
struct Shape {
    width: f64,
    sides: [f64; 2],
}

#[differentiate(objective, hvp, wrt(shape))]
fn volume(shape: &Shape, height: f64) -> f64 {
    shape.width * height + shape.sides[0] * shape.sides[1]
}

#[differentiate(objective, hvp)]
fn cube(x: f32) -> f32 {
    x * x * x
}

#[differentiate(objective)]
fn norm<T: num_traits::Float>(x: &[T]) -> T {
    x.iter().fold(T::zero(), |sum, v| sum + *v * *v)
}

#[test]
fn points_of_any_shape() {
    let shape = Shape {
        width: 1.0,
        sides: [2.0, 3.0],
    };
    let along = ShapeGradient {
        width: 0.0,
        sides: [1.0, 0.0],
    };
    let (value, gradient, product) = volume::objective(3.0).hvp(&shape, &along);
    assert_eq!(value, 9.0);
    assert_eq!(gradient.numbers(), [3.0, 3.0, 2.0]);
    assert_eq!(product.numbers(), [0.0, 0.0, 1.0]);
    assert_eq!(cube::objective().hessian(&2.0), (8.0, 12.0, vec![12.0]));
    assert_eq!(
        norm::objective().grad(&[1.0_f32, 2.0]),
        (5.0, vec![2.0, 4.0])
    );
    assert_eq!(size_of_val(&cube::objective()), 0);
}

#[differentiate(objective, hvp)]
fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[test]
#[should_panic(expected = "another shape")]
fn a_direction_of_another_shape_panics() {
    sum::objective().hvp(&[1.0, 2.0], &vec![1.0]);
}
