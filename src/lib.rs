//! Reverse-mode automatic differentiation by source transformation.
//!
//! Write an ordinary Rust function, put [`#[differentiate]`](macro@differentiate)
//! on it, and get a second function that returns the value and the gradient.
//! The gradient is generated code, compiled and optimised like your own; no
//! graph is built at run time.
//!
//! ```
//! use backprop::differentiate;
//!
//! #[differentiate]
//! fn f(x: f64, y: f64, z: f64) -> f64 {
//!     (x + y) * z
//! }
//!
//! let (value, (d_x, d_y, d_z)) = f_grad(-2.0, 5.0, -4.0);
//! assert_eq!(value, -12.0);
//! assert_eq!((d_x, d_y, d_z), (-4.0, -4.0, 3.0));
//! ```
//!
//! # What is generated
//!
//! For `fn f(x: f64, n: usize) -> f64`, beside `f` itself, which is unchanged:
//!
//! | function | signature | meaning |
//! |---|---|---|
//! | `f_grad` | `(x: f64, n: usize) -> (f64, f64)` | value and gradient; for one real result |
//! | `f_backprop` | `(x: f64, n: usize, upstream: f64, d_x: &mut f64) -> f64` | returns the value, **adds** upstream × local gradient to the `d_` buffers |
//! | `f_jvp` | `(x: f64, d_x: f64, n: usize) -> (f64, f64)` | forward mode: value and directional derivative; with the option [`jvp`](macro@differentiate#modes) |
//! | `f_jacobian` | `(x: f64, n: usize) -> (R, Vec<f64>)` | the gradient of each number of the result; option `jacobian` |
//! | `f_hvp` | `(x: f64, d_x: f64, n: usize) -> (f64, f64, f64)` | value, gradient, Hessian times the vector of the `d_`; option `hvp` |
//! | `f::objective` | `(n: usize) -> impl Objective` | the function as [solvers](Objective) take it; option `objective` |
//! | `f_hessian` | `(x: f64, n: usize) -> (f64, f64, Vec<f64>)` | value, gradient, rows of the Hessian; option `hessian` |
//!
//! One parameter has its gradient itself, several have a tuple in their order.
//! Each has the parameter's own shape:
//!
//! | parameter | gradient | buffer |
//! |---|---|---|
//! | `f64` | `f64` | `&mut f64` |
//! | `[f64; 3]`, `&[f64; 3]` | `[f64; 3]` | `&mut [f64; 3]` |
//! | `&[f64]` | `Vec<f64>` | `&mut [f64]` |
//! | `Vec<f64>`, `&Vec<f64>` | `Vec<f64>` | `&mut Vec<f64>` |
//! | `(f64, usize)` | `(f64, ())` | `&mut (f64, ())` |
//! | `&Params`, with [`#[derive(Differentiable)]`](macro@Differentiable) | `ParamsGradient` | `&mut ParamsGradient` |
//!
//! Integers, `bool`, `char`, strings and containers of them are not listed. The
//! upstream of one real number is passed by value, any other result's by
//! reference; that of an `Option<R>` is the upstream of an `R`, and without a
//! value nothing is added. For a `&mut` parameter the `d_` buffer holds the
//! upstream of its final content on entry and the gradient of its initial
//! content on return. A buffer of another shape panics; any other panic may
//! leave the buffers partly updated.
//!
//! ```
//! # use backprop::differentiate;
//! #[differentiate]
//! fn power(x: f64, n: usize) -> f64 {
//!     let mut product = 1.0;
//!     for _ in 0..n {
//!         product *= x;
//!     }
//!     product
//! }
//!
//! assert_eq!(power_grad(2.0, 3), (8.0, 12.0));
//!
//! let mut d_x = 1.0;
//! power_backprop(2.0, 3, 10.0, &mut d_x);
//! assert_eq!(d_x, 1.0 + 10.0 * 12.0);
//! ```
//!
//! # Correct or a compile error
//!
//! Each piece of a function is either differentiated or refused with a message
//! at its place that says what to write instead. Differentiated today: functions
//! and [methods](macro@differentiate#methods-and-traits), [generic](macro@differentiate#generic-functions)
//! ones too, of `f32`, `f64`, arrays, slices, vectors, structs, tuples and
//! references to them; assignments at any place; `if`, `match`, `loop`, `while`,
//! `for` with `break`, `continue` and `return`; the methods of `f32` and `f64`
//! and most of sequences; iterator chains, closures and `Option`s; calls of
//! other differentiated functions, recursion included.
//!
//! ```
//! # use backprop::differentiate;
//! /// `ln det A` of a symmetric positive definite matrix, in place.
//! #[differentiate]
//! fn log_det(a: &mut [[f64; 2]; 2]) -> f64 {
//!     for j in 0..2 {
//!         for k in 0..j {
//!             for i in j..2 {
//!                 a[i][j] -= a[i][k] * a[j][k];
//!             }
//!         }
//!         let pivot = a[j][j].sqrt();
//!         for row in a[j..].iter_mut() {
//!             row[j] /= pivot;
//!         }
//!     }
//!     a.iter().enumerate().map(|(i, row)| 2.0 * row[i].ln()).sum()
//! }
//!
//! let (value, gradient) = log_det_grad(&mut [[4.0, 0.0], [1.0, 1.0]]);
//! // det = 4·1 − 1², read from the lower triangle
//! assert!((value - 3.0_f64.ln()).abs() < 1e-12);
//! // the gradient is the inverse: 1/3 · [[1, −1], [−1, 4]], both off-diagonal
//! // entries in the one that is read
//! assert!((gradient[0][0] - 1.0 / 3.0).abs() < 1e-12);
//! assert!((gradient[1][0] + 2.0 / 3.0).abs() < 1e-12);
//! ```
//!
//! | option | meaning |
//! |---|---|
//! | `wrt(x, y)` | only these parameters are listed |
//! | `name = stem` | `stem_grad`, `stem_backprop` |
//! | `rule = path` | your own value and pullback, as `fn rule(x: f64) -> (f64, impl FnOnce(f64) -> f64)` |
//! | `recursive` | part of a cycle of calls; `recursive = false`: not, although it calls another method of its own name |
//! | `impl<T: Float>` | on one method of a generic `impl` that is not marked itself: the parameters of that `impl` |
//! | `inherent` | on the `impl` of a trait that is not marked itself |
//! | `jvp`, `jacobian`, `hvp`, `hessian` | [more derivatives](macro@differentiate#modes) |
//! | `circuit` | [`f_circuit`](circuit): the gates that a call executed |
//! | `workspace` | [`f_backprop_in`](macro@differentiate#workspaces): records keep their memory from call to call |
//! | `#[checkpoint]` on a loop | [snapshots](macro@differentiate#long-loops) instead of a record of each iteration |
//! | `crate = path` | where this crate is, if renamed |
//! | `show` | the compiler prints the generated code |
//!
//! [`constant`](fn@constant) stops a gradient; [`assert_gradient!`] compares
//! one with differences, in your own tests.
//!
//! # Conventions at kinks
//!
//! One rule: the derivative of the branch that the function takes.
//!
//! | where | derivative |
//! |---|---|
//! | `max`, `min` | all to the operand that is returned; at a tie to the constant operand if one is written as a literal, `const` or integer cast (`x.max(0.0)` has slope 0 at 0), else to the receiver; a NaN operand gets nothing |
//! | `abs` at 0, `signum`, `floor`, `ceil`, `round`, `trunc`, casts to integers | 0 |
//! | `clamp` | 1 on the closed interval; outside it the bound that was returned gets the gradient |
//! | `%`, `rem_euclid` | 1 for the dividend; −trunc(x/m), −div_euclid for the divisor; `fract`: 1 |
//! | `sqrt`, `ln`, `powf`, `asin`, `acos` … where the slope is infinite | ±∞ for a non-zero upstream, 0 for a zero upstream; `hypot(0, 0)`, `atan2(0, 0)`: 0; `sqrt(-0.0)`: −∞ |
//! | `powf(x, y)` | no term for a constant exponent; at x = 0 with y > 0 the exponent's is 0; `powi(_, 0)`: 0 |
//! | branches not taken, values that do not reach the result | nothing, not even a NaN |
//!
//! # Errors of the compiler, explained
//!
//! **E0573, "expected type, found function `g`"** at a call of `g`: `g` is not
//! differentiated. Put `#[differentiate]` on it; wrap a function from another
//! crate in one of your own with `#[differentiate(rule = ..)]`; or stop the
//! gradient with `backprop::constant(g(x))`.
//!
//! ```compile_fail,E0573
//! # use backprop::differentiate;
//! fn g(x: f64) -> f64 {
//!     x * x
//! }
//!
//! #[differentiate]
//! fn f(x: f64) -> f64 {
//!     g(x) + 1.0
//! }
//! ```
//!
//! **E0599, "no method named `__differentiated_m`"** at a call of `m`: the method is
//! not differentiated. Put `#[differentiate]` on it, on its `impl`, or on its trait and
//! the `impl` of that; or stop the gradient with `backprop::constant(x.m())`.
//!
//! **"`T` is not known to carry a derivative"**, at a method that is marked alone in
//! `impl<T: Float> Poly<T>`: an attribute on a method does not see the `impl`. Write
//! `#[differentiate]` on the `impl`, or `#[differentiate(impl<T: Float>)]` on the method.
//!
//! **"no method named `__lens_m`"**, **"no function .. named `lens`"**: the call is taken for
//! one that gives a `&mut` reference, but the function is not differentiated, or returns no
//! such reference. **"no function .. named `split`"**: the function returns one, which is not
//! seen at the call. Annotate it: `let r: &mut f64 = g(..)`.
//!
//! **E0255, "the name `gamma` is defined multiple times"** at `pub use gamma::gamma` beside
//! `mod gamma`: a differentiated function has a companion of its name among the types, where
//! modules have theirs. Give the module another name.
//!
//! **"no method named `__differentiated_dyn_m`"**: `m` is called through a trait object, and
//! is a default method, takes `&mut self`, or has type parameters.
//!
//! **"no method named `__repeats_m`"**: a loop with `#[checkpoint]` calls `m`, which is a method
//! of a trait, or not differentiated. Only of methods in `impl` blocks of types is it known
//! whether they may run again.
//!
//! **E0407, "`__differentiated_m` is not a member of trait"** (and `__object_m`, which trait
//! objects have): the `impl` is marked, but
//! the trait is not. Mark it, or write `#[differentiate(inherent)]` on the `impl`.
//! **E0046, "missing: `__differentiate_this_impl`"**: the trait is marked, but the `impl` is not.
//!
//! **`ParameterExcludedByWrt`** in a message: an active argument goes to a
//! parameter that the callee's `wrt(..)` excludes. List the parameter there,
//! or pass `backprop::constant(..)`.
//!
//! **"used as a real number"**: a value whose type `#[differentiate]` cannot
//! see was taken for a real number. Annotate it (`let n: usize = ..`), or
//! exclude the parameter with `wrt(..)`.
//!
//! **E0720, "cannot resolve opaque type"**, and E0391, "cycle detected": functions call each other in a
//! cycle. Write `#[differentiate(recursive)]` on one of them at least.
//!
//! **Panic "companion belongs to another function"**: a function without
//! `#[differentiate]` hides a differentiated one of the same name. Mark it
//! too, rename it, or call the other by its path.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

extern crate self as backprop;

#[cfg(feature = "libm")]
pub mod activations;
#[cfg(feature = "libm")]
pub mod neural;
mod objective;
pub mod optimisers;

pub use backprop_core::{
    Borrowed, Circuit, Differentiable, DifferentiableFn, DynGradient, FnDoubled, FnTangent,
    Numbers, Real, Workspace, circuit, constant,
};
pub use objective::{GradientOf, Objective, TwiceDifferentiable};

#[doc = include_str!("differentiate.md")]
pub use backprop_macros::differentiate;

/// Generates the gradient type of a struct or an enum.
///
/// `struct Params` gets `ParamsGradient` with the same fields, each of them the
/// gradient of the field's type: the numbers that `f_grad` returns for a
/// parameter of that type. Integers, flags and text have the gradient `()`.
///
/// ```
/// use backprop::{Differentiable, Numbers, differentiate};
///
/// #[derive(Differentiable)]
/// struct Neuron {
///     weights: Vec<f64>,
///     bias: f64,
///     /// No number of it is learned.
///     name: String,
/// }
///
/// #[differentiate(wrt(neuron))]
/// fn loss(neuron: &Neuron, inputs: &[f64], target: f64) -> f64 {
///     let mut sum = neuron.bias;
///     for (w, x) in neuron.weights.iter().zip(inputs) {
///         sum += w * x;
///     }
///     let error = sum - target;
///     error * error
/// }
///
/// let mut neuron = Neuron { weights: vec![2.0, -3.0], bias: -3.0, name: "n".into() };
/// let (value, gradient) = loss_grad(&neuron, &[-1.0, -2.0], 0.0);
/// assert_eq!(value, 1.0);
/// assert_eq!((gradient.weights.as_slice(), gradient.bias), ([-2.0, -4.0].as_slice(), 2.0));
///
/// // one step of gradient descent
/// neuron.update(&gradient, |x, d| x - 0.01 * d);
/// assert_eq!(neuron.bias, -3.02);
/// ```
///
/// The gradient type has `Clone`, `Debug`, `PartialEq` and `Default` where its
/// fields have them, `+`, `+=`, `* f64`, and [`Numbers`]. An enum gets an enum
/// of the same variants; one without payloads has the gradient `()`. Type and
/// const parameters carry over, lifetimes do not: a gradient borrows nothing.
///
/// `#[differentiate(skip)]` on a field leaves it out (its gradient is `()`, its
/// type may be anything); on the type, `#[differentiate(gradient = Name)]` names
/// the gradient, and `crate = path` tells where this crate is, if renamed.
///
/// # Panics
///
/// Adding the gradients of two variants of an enum.
pub use backprop_macros::Differentiable;

/// Compares a gradient with central differences over several step sizes, in
/// your own tests.
///
/// Each parameter is checked for each output, `&mut` arguments included; the
/// value must be that of the function bit for bit. Tolerances are those of the
/// crate `approx`: `epsilon` (absolute, `1e-6` by default, `1e-2` with `f32`)
/// and `max_relative` (`1e-5`, `1e-2`). At a kink the two one-sided slopes
/// differ and the check fails: choose another point.
///
/// ```
/// use backprop::{assert_gradient, differentiate};
///
/// #[differentiate]
/// fn f(x: f64, y: &f64) -> f64 {
///     x.sin() * y
/// }
///
/// assert_gradient!(f(0.3, &2.0));
/// assert_gradient!(f(0.3, &2.0), epsilon = 1e-9, max_relative = 1e-8);
/// ```
///
/// # Panics
///
/// If they disagree: the message names the parameter, what was expected and
/// what reverse mode gave.
pub use backprop_macros::assert_gradient;

#[doc(hidden)]
pub mod __private {
    pub use crate::objective::{Objective, TwiceDifferentiable, objective, twice_differentiable};
    pub use backprop_core::__private::*;
}

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
