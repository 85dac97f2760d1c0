//! What solvers ask of a function: its value, its gradient, and its curvature.

use crate::__private;
use crate::{Differentiable, Numbers, Real};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// The gradient of an objective: the shape of its point.
pub type GradientOf<O> = <<O as Objective>::Point as Differentiable>::Gradient;

/// A real function of one point, with its gradient: what a solver takes.
///
/// The option `objective` makes one of a differentiated function, under the
/// function's own name: `f::objective(..)` takes the arguments that stay as they are,
/// in order. It is zero-sized if there are none.
///
/// ```
/// use backprop::{Objective, differentiate};
///
/// /// Gradient descent on whatever can be differentiated.
/// fn descend(objective: impl Objective<Point = [f64], Value = f64>, x: &mut [f64]) {
///     for _ in 0..100 {
///         let (_, gradient) = objective.grad(x);
///         for (x, d) in x.iter_mut().zip(&gradient) {
///             *x -= 0.1 * d;
///         }
///     }
/// }
///
/// /// The mean squared distance of `p[0] + p[1] x` from the observations.
/// #[differentiate(objective, wrt(p))]
/// fn misfit(p: &[f64], xs: &[f64], ys: &[f64]) -> f64 {
///     let squares = xs.iter().zip(ys).map(|(x, y)| (p[0] + p[1] * x - y).powi(2)).sum::<f64>();
///     squares / xs.len() as f64
/// }
///
/// let mut p = [0.0, 0.0];
/// descend(misfit::objective(&[-1.0, 0.0, 1.0], &[1.0, 3.0, 5.0]), &mut p);
/// assert!((p[0] - 3.0).abs() < 1e-3 && (p[1] - 2.0).abs() < 1e-3);
/// ```
///
/// It can be implemented by hand, too: for a function whose gradient comes from
/// elsewhere.
pub trait Objective {
    /// What it is a function of: `[f64]` for a parameter `&[f64]`.
    type Point: Differentiable + ?Sized;
    /// `f64` or `f32`.
    type Value: Real;

    /// f(x)
    fn value(&self, point: &Self::Point) -> Self::Value;

    /// f(x) and ∇f(x), which has the shape of the point.
    fn grad(&self, point: &Self::Point) -> (Self::Value, GradientOf<Self>);
}

/// An [`Objective`] with second derivatives: `f::objective(..)` where the function has
/// the option `hvp` or `hessian` besides.
///
/// ```
/// use backprop::{Objective, TwiceDifferentiable, differentiate};
///
/// /// One step of Newton's method in two dimensions.
/// fn newton(f: &impl TwiceDifferentiable<Point = [f64; 2], Value = f64>, x: [f64; 2]) -> [f64; 2] {
///     let (_, g, h) = f.hessian(&x);
///     let det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
///     let step = |a: f64, b: f64| (a * g[0] + b * g[1]) / det;
///     [x[0] - step(h[1][1], -h[0][1]), x[1] - step(-h[1][0], h[0][0])]
/// }
///
/// #[differentiate(objective, hvp)]
/// fn bowl(x: &[f64; 2]) -> f64 {
///     (x[0] - 1.0).powi(2) + x[0] * x[1] + 2.0 * x[1].powi(2)
/// }
///
/// let f = bowl::objective();
/// assert_eq!(size_of_val(&f), 0);
/// // one step is enough for a quadratic function
/// let x = newton(&f, [5.0, 5.0]);
/// assert!(f.grad(&x).1.iter().all(|d| d.abs() < 1e-12));
/// ```
pub trait TwiceDifferentiable: Objective {
    /// f(x), ∇f(x), and the Hessian times a direction of the shape of the gradient.
    ///
    /// # Panics
    ///
    /// If the direction has another shape than the point.
    fn hvp(
        &self,
        point: &Self::Point,
        direction: &GradientOf<Self>,
    ) -> (Self::Value, GradientOf<Self>, GradientOf<Self>);

    /// f(x), ∇f(x), and a row of second derivatives for each number of the point, in
    /// the order of [`Numbers`]: `hvp` for each. It is symmetric: an entry and its
    /// mirror get the mean of both.
    fn hessian(&self, point: &Self::Point) -> (Self::Value, GradientOf<Self>, Vec<GradientOf<Self>>)
    where
        GradientOf<Self>: Numbers,
    {
        __private::hessian(point.zero_gradient(), |d| self.hvp(point, d))
    }
}

impl<O: Objective + ?Sized> Objective for &O {
    type Point = O::Point;
    type Value = O::Value;

    fn value(&self, point: &O::Point) -> O::Value {
        (**self).value(point)
    }

    fn grad(&self, point: &O::Point) -> (O::Value, GradientOf<O>) {
        (**self).grad(point)
    }
}

impl<O: TwiceDifferentiable + ?Sized> TwiceDifferentiable for &O {
    fn hvp(
        &self,
        point: &O::Point,
        direction: &GradientOf<O>,
    ) -> (O::Value, GradientOf<O>, GradientOf<O>) {
        (**self).hvp(point, direction)
    }
}

/// What `f::objective(..)` returns: the arguments that stay, and functions of the point
/// and of them.
#[derive(Clone, Copy, Debug)]
struct Handle<P: ?Sized, D, V, G, H> {
    fixed: D,
    value: V,
    grad: G,
    hvp: H,
    point: PhantomData<fn(&P)>,
}

/// The handle of a function with a gradient.
#[inline]
pub fn objective<P, D, R>(
    fixed: D,
    value: impl Fn(&P, &D) -> R,
    grad: impl Fn(&P, &D) -> (R, P::Gradient),
) -> impl Objective<Point = P, Value = R>
where
    P: Differentiable + ?Sized,
    R: Real,
{
    Handle {
        fixed,
        value,
        grad,
        hvp: (),
        point: PhantomData,
    }
}

/// The handle of a function with second derivatives.
#[inline]
pub fn twice_differentiable<P, D, R>(
    fixed: D,
    value: impl Fn(&P, &D) -> R,
    grad: impl Fn(&P, &D) -> (R, P::Gradient),
    hvp: impl Fn(&P, &P::Gradient, &D) -> (R, P::Gradient, P::Gradient),
) -> impl TwiceDifferentiable<Point = P, Value = R>
where
    P: Differentiable + ?Sized,
    R: Real,
{
    Handle {
        fixed,
        value,
        grad,
        hvp,
        point: PhantomData,
    }
}

impl<P, D, R, V, G, H> Objective for Handle<P, D, V, G, H>
where
    P: Differentiable + ?Sized,
    R: Real,
    V: Fn(&P, &D) -> R,
    G: Fn(&P, &D) -> (R, P::Gradient),
{
    type Point = P;
    type Value = R;

    #[inline]
    fn value(&self, point: &P) -> R {
        (self.value)(point, &self.fixed)
    }

    #[inline]
    fn grad(&self, point: &P) -> (R, P::Gradient) {
        (self.grad)(point, &self.fixed)
    }
}

impl<P, D, R, V, G, H> TwiceDifferentiable for Handle<P, D, V, G, H>
where
    P: Differentiable + ?Sized,
    R: Real,
    V: Fn(&P, &D) -> R,
    G: Fn(&P, &D) -> (R, P::Gradient),
    H: Fn(&P, &P::Gradient, &D) -> (R, P::Gradient, P::Gradient),
{
    #[inline]
    fn hvp(&self, point: &P, direction: &P::Gradient) -> (R, P::Gradient, P::Gradient) {
        (self.hvp)(point, direction, &self.fixed)
    }
}
