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
//! **"no method named `__lens_m`"**, **"no function .. named `lens`"**: the call is taken for
//! one that gives a `&mut` reference, but the function is not differentiated, or returns no
//! such reference. **"no function .. named `split`"**: the function returns one, which is not
//! seen at the call. Annotate it: `let r: &mut f64 = g(..)`.
//!
//! **"no method named `__differentiated_dyn_m`"**: `m` is called through a trait object, and
//! is a default method, takes `&mut self`, or has type parameters; **`__mode_of_dyn_m`**: in
//! a mode, which trait objects do not have.
//!
//! **E0407, "`__differentiated_m` is not a member of trait"** (and `__object_m`, which trait
//! objects have): the `impl` is marked, but
//! the trait is not. Mark it, or write `#[differentiate(inherent)]` on the `impl`.
//! **E0046, "missing: `__differentiated_m`"**: the trait is marked, but the `impl` is not.
//!
//! **`ParameterExcludedByWrt`** in a message: an active argument goes to a
//! parameter that the callee's `wrt(..)` excludes. List the parameter there,
//! or pass `backprop::constant(..)`.
//!
//! **"used as a real number"**: a value whose type `#[differentiate]` cannot
//! see was taken for a real number. Annotate it (`let n: usize = ..`), or
//! exclude the parameter with `wrt(..)`.
//!
//! **E0720, "cannot resolve opaque type"**: functions call each other in a
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
    Circuit, Differentiable, DifferentiableFn, DynGradient, Numbers, Real, Workspace, circuit,
    constant,
};
pub use objective::{GradientOf, Objective, TwiceDifferentiable};

/// Generates the gradient of a function, beside the function.
///
/// The [crate documentation](crate) tells what is generated, what is
/// differentiated and which conventions hold at kinks.
///
/// # Options
///
/// `wrt(..)` lists the parameters of the public gradient, `name = ..` is the
/// stem of the generated names:
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate(wrt(w, b), name = cell)]
/// fn neuron(x: f64, w: f64, b: f64) -> f64 {
///     1.0 / (1.0 + (-(w * x + b)).exp())
/// }
///
/// let (firing_rate, (d_w, d_b)) = cell_grad(2.0, 0.5, -1.0);
/// assert_eq!((firing_rate, d_w, d_b), (0.5, 0.5, 0.25));
/// ```
///
/// `rule = path` names a function that returns the value and the pullback, as
/// ChainRules' `rrule` does; the body may then be any Rust. The pullback owns
/// its data: with reference parameters write `impl FnOnce(f64) -> f64 + use<>`.
///
/// ```
/// use backprop::differentiate;
///
/// fn cube_rule(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
///     (x * x * x, move |upstream| 3.0 * x * x * upstream)
/// }
///
/// #[differentiate(rule = cube_rule)]
/// fn cube(x: f64) -> f64 {
///     x * x * x
/// }
///
/// assert_eq!(cube_grad(2.0), (8.0, 12.0));
/// ```
///
/// `recursive` is needed on functions that call each other in a cycle (direct
/// recursion is seen); `crate = path` names this crate where the dependency
/// has another name; `show` makes the compiler print the generated code as a
/// warning at the option.
///
/// # Methods and traits
///
/// A method `m` gets `m_grad` and `m_backprop` beside it. The receiver is the first
/// parameter: its gradient is that of its type, which derives
/// [`Differentiable`](macro@Differentiable). The attribute goes on a method, or on a
/// whole `impl`: then it means all its functions that have a derivative, or those that
/// are marked inside.
///
/// ```
/// use backprop::{Differentiable, differentiate};
///
/// #[derive(Clone, Differentiable)]
/// struct Neuron {
///     weights: [f64; 2],
///     bias: f64,
/// }
///
/// #[differentiate]
/// impl Neuron {
///     fn score(&self, inputs: &[f64; 2]) -> f64 {
///         let sum: f64 = self.weights.iter().zip(inputs).map(|(w, x)| w * x).sum();
///         sum + self.bias
///     }
///
///     fn fire(&self, inputs: &[f64; 2]) -> f64 {
///         1.0 / (1.0 + (-self.score(inputs)).exp())
///     }
/// }
///
/// let neuron = Neuron { weights: [2.0, -3.0], bias: -3.0 };
/// let (rate, (d_neuron, d_inputs)) = neuron.fire_grad(&[-1.0, -2.0]);
/// // the lecture's neuron: a score of 1, a local gradient of 0.2
/// assert!((rate - 0.73).abs() < 0.01);
/// assert!((d_neuron.weights[0] + 0.20).abs() < 0.01);
/// assert!((d_inputs[0] - 0.39).abs() < 0.01);
/// ```
///
/// A method that only reads a count, a flag or a name off its receiver has no derivative;
/// marked, alone or with its `impl`, it can be called from other differentiated functions.
///
/// On a trait, the companions are members of the trait: a marked `impl` implements them,
/// default methods have theirs, and generic callers find them. An `impl` of the trait
/// without the attribute does not compile. For a trait that is not marked,
/// `#[differentiate(inherent)]` on its `impl` makes them functions of the type. On an
/// `impl` of `Add`, `Sub`, `Mul`, `Div`, `Neg` or an assigning form of one, the operator
/// is differentiated where an operand is of a named type:
///
/// ```
/// use backprop::{Differentiable, differentiate};
/// use std::ops::Mul;
///
/// #[derive(Clone, Copy, Differentiable)]
/// struct Complex {
///     re: f64,
///     im: f64,
/// }
///
/// #[differentiate]
/// impl Mul for Complex {
///     type Output = Complex;
///     fn mul(self, other: Complex) -> Complex {
///         Complex {
///             re: self.re * other.re - self.im * other.im,
///             im: self.re * other.im + self.im * other.re,
///         }
///     }
/// }
///
/// #[differentiate]
/// trait Shape {
///     fn area(&self) -> f64;
///     fn cost(&self, price: f64) -> f64 {
///         price * self.area()
///     }
/// }
///
/// #[differentiate]
/// impl Shape for Complex {
///     fn area(&self) -> f64 {
///         let square = *self * *self;
///         square.re
///     }
/// }
///
/// let (value, (d_z, d_price)) = Complex { re: 3.0, im: 2.0 }.cost_grad(10.0);
/// assert_eq!((value, d_price), (50.0, 5.0));
/// assert_eq!((d_z.re, d_z.im), (60.0, -40.0));
/// ```
///
/// On an `impl` of `Index` and of `IndexMut`, elements are read and written by the user's
/// own index, in place, in value and gradient. The body must lead to an element or a
/// field of `self`, one of finitely many that integers choose:
///
/// ```
/// use backprop::{Differentiable, differentiate};
/// use std::ops::{Index, IndexMut};
///
/// #[derive(Clone, Differentiable)]
/// struct Matrix {
///     data: Vec<f64>,
///     cols: usize,
/// }
///
/// #[differentiate]
/// impl Index<(usize, usize)> for Matrix {
///     type Output = f64;
///     fn index(&self, (i, j): (usize, usize)) -> &f64 {
///         &self.data[i * self.cols + j]
///     }
/// }
///
/// #[differentiate]
/// impl IndexMut<(usize, usize)> for Matrix {
///     fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
///         &mut self.data[i * self.cols + j]
///     }
/// }
///
/// #[differentiate]
/// fn eliminated(mut m: Matrix) -> f64 {
///     let factor = m[(1, 0)] / m[(0, 0)];
///     m[(1, 1)] -= factor * m[(0, 1)];
///     m[(0, 0)] * m[(1, 1)]
/// }
///
/// // the determinant
/// let m = Matrix { data: vec![2.0, 1.0, 4.0, 5.0], cols: 2 };
/// let (value, d_m) = eliminated_grad(m);
/// assert_eq!(value, 6.0);
/// assert_eq!(d_m.data, [5.0, -4.0, -1.0, 2.0]);
/// ```
///
/// A method that takes `self` by value needs a type that is `Clone`. A method in a
/// generic `impl` is marked by marking the `impl`.
///
/// # References to change
///
/// What a function or a method refers to by `&mut` is changed in place, in the value and in
/// the gradient. Such a function has no gradient of its own: it tells where the reference leads.
///
/// ```
/// use backprop::{Differentiable, differentiate};
///
/// #[derive(Clone, Differentiable)]
/// struct Matrix {
///     cells: Vec<f64>,
///     columns: usize,
/// }
///
/// #[differentiate]
/// impl Matrix {
///     fn at_mut(&mut self, i: usize, j: usize) -> &mut f64 {
///         &mut self.cells[i * self.columns + j]
///     }
///
///     fn row_mut(&mut self, i: usize) -> &mut [f64] {
///         let start = i * self.columns;
///         &mut self.cells[start..start + self.columns]
///     }
/// }
///
/// #[differentiate]
/// fn updated(m: &mut Matrix, x: f64) -> f64 {
///     *m.at_mut(0, 1) += x * x;
///     for cell in m.row_mut(0) {
///         *cell *= x;
///     }
///     m.cells[0] * m.cells[1]
/// }
///
/// let mut m = Matrix { cells: vec![2.0, 3.0], columns: 2 };
/// let (value, (d_m, d_x)) = updated_grad(&mut m, 1.0);
/// // a x (b + x²) x
/// assert_eq!(value, 8.0);
/// assert_eq!(d_m.cells, [4.0, 2.0]);
/// assert_eq!(d_x, 20.0);
/// ```
///
/// A call gives such a reference where it is written through, where the reference is
/// annotated (`let r: &mut [f64] = ..`), and where the name ends in `_mut`.
///
/// # Trait objects
///
/// A parameter may be a `&dyn Trait`, or hold boxes of objects, if the trait is marked. The
/// gradient of an object is a [`DynGradient`]: that of the value behind it.
///
/// ```
/// use backprop::{Differentiable, differentiate};
///
/// #[differentiate]
/// trait Potential {
///     fn energy(&self, x: f64) -> f64;
/// }
///
/// #[derive(Differentiable)]
/// struct Spring {
///     k: f64,
/// }
///
/// #[differentiate]
/// impl Potential for Spring {
///     fn energy(&self, x: f64) -> f64 {
///         0.5 * self.k * x * x
///     }
/// }
///
/// #[differentiate]
/// fn total(potentials: &[Box<dyn Potential>], x: f64) -> f64 {
///     let mut sum = 0.0;
///     for potential in potentials {
///         sum += potential.energy(x);
///     }
///     sum
/// }
///
/// let potentials: Vec<Box<dyn Potential>> = vec![Box::new(Spring { k: 3.0 })];
/// let (energy, (d_potentials, force)) = total_grad(&potentials, 2.0);
/// assert_eq!((energy, force), (6.0, 6.0));
/// let d_spring: &SpringGradient = d_potentials[0].downcast_ref().unwrap();
/// assert_eq!(d_spring.k, 2.0);
/// ```
///
/// Methods that the trait declares are called through objects, those with `&self` and
/// without type parameters; not its default methods, and no modes.
///
/// # Generic functions
///
/// A type parameter with a bound named `Float`, `Real`, `RealField` or `Scalar`
/// (`num_traits::Float`, [`Real`], `nalgebra::RealField`) stands for `f32` or `f64`; the
/// companions add the bound [`Real`]. Any other is of a type with a derivative:
/// [`Differentiable`](trait@Differentiable), with the methods of the marked traits that
/// bound it.
///
/// ```
/// use backprop::{Real, differentiate};
///
/// #[differentiate]
/// fn square_of_sum<T: Real>(x: &[T], shift: T) -> T {
///     let mut sum = shift;
///     for v in x {
///         sum += *v;
///     }
///     sum * sum
/// }
///
/// assert_eq!(square_of_sum_grad(&[1.0_f32, 2.0], 0.5), (12.25, (vec![7.0, 7.0], 7.0)));
/// assert_eq!(square_of_sum_grad(&[1.0_f64], 0.5).0, 2.25);
/// ```
///
/// # Modes
///
/// `jvp` generates forward mode: `f_jvp` takes the tangent `d_x` after each
/// parameter `x` and returns the value and its derivative along the tangents, the
/// Jacobian times them (Griewank and Walther, *Evaluating Derivatives*, chapter
/// 3.1). A tangent has the shape of the gradient and is passed as its parameter is;
/// that of a `&mut` parameter goes in and comes out. It records nothing
/// and costs up to three runs of the function (Rosenbrock in 64 dimensions: 2374
/// instructions, 921 for the value alone).
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate(jvp)]
/// fn polynomial(coefficients: &[f64], x: f64) -> f64 {
///     coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
/// }
///
/// // 1 + 2x + 3x², along x
/// let (value, slope) = polynomial_jvp(&[1.0, 2.0, 3.0], &[0.0, 0.0, 0.0], 2.0, 1.0);
/// assert_eq!((value, slope), (17.0, 14.0));
/// ```
///
/// The slopes are those of reverse mode, at kinks too, and a tangent of zero
/// contributes nothing. The result `(f64, usize)` has the tangent `(f64, ())`; a
/// function whose result carries no derivative returns it alone; `Option` and
/// `Result` have the pair inside. A differentiated function that is called with
/// active arguments needs the option, too; a custom rule of one real number gives
/// its tangents itself.
///
/// `jacobian` generates `f_jacobian`, for a result of several numbers: the value, and
/// for each number of the result, in the order of [`Numbers`], a row in the shape of
/// the gradient. The function runs once, its reverse half for each row; a function with
/// more results than parameters has the Jacobian sooner from `f_jvp`, column by column.
/// The rows of an array of numbers are an array, those of other results a `Vec`. After
/// the rows of the result come those of what the function leaves behind `&mut`
/// parameters; an `Option` or a `Result` has value and rows inside.
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate(jacobian)]
/// fn polar(r: f64, angle: f64) -> [f64; 2] {
///     [r * angle.cos(), r * angle.sin()]
/// }
///
/// let (point, rows) = polar_jacobian(2.0, 0.0);
/// assert_eq!(point, [2.0, 0.0]);
/// assert_eq!(rows, [(1.0, 0.0), (0.0, 2.0)]);
///
/// #[differentiate(jacobian)]
/// fn step(state: &mut [f64; 2], dt: f64) {
///     state[0] += dt * state[1];
///     state[1] -= dt * state[0];
/// }
///
/// let mut state = [1.0, 0.5];
/// let ((), rows) = step_jacobian(&mut state, 0.1);
/// assert_eq!(state, [1.05, 0.395]);
/// assert_eq!(rows[0], ([1.0, 0.1], 0.5));
/// ```
///
/// `hvp` generates `f_hvp`, for a result of one real number: value, gradient, and the
/// Hessian times the vector of the `d_`, which is the derivative of the gradient along
/// them. It is the gradient of the directional derivative (Griewank and Walther,
/// chapter 5.3) and costs about two gradients, whatever the number of parameters
/// (Rosenbrock in 64 dimensions: 5004 instructions, 2653 for the gradient). `hessian`
/// generates `f_hessian`: value, gradient, and a row of second derivatives for each
/// number of the parameters, in the order of [`Numbers`], each in the shape of the
/// gradient; it runs `f_hvp` for each of them. The Hessian is symmetric: an entry and
/// its mirror get the mean of both.
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate(hvp, hessian)]
/// fn energy(x: &[f64], k: f64) -> f64 {
///     k * x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>()
/// }
///
/// let (value, gradient, product) = energy_hvp(&[0.0, 3.0], &[1.0, 0.0], 0.5, 0.0);
/// assert_eq!(value, 4.5);
/// assert_eq!(gradient, (vec![-3.0, 3.0], 9.0));
/// assert_eq!(product, (vec![1.0, -1.0], -6.0));
///
/// let (_, _, rows) = energy_hessian(&[0.0, 3.0], 0.5);
/// assert_eq!(rows[0], (vec![1.0, -1.0], -6.0));
/// assert_eq!(rows[2], (vec![-6.0, 6.0], 0.0));
/// ```
///
/// With `&mut` parameters gradient and product are those of the initial content, and the
/// function leaves its final content behind; `f_hvp` turns the direction of such a
/// parameter into the tangent of that, as `f_jvp` does. An `Option` or a `Result` has all
/// three inside. `f_hessian` runs the function several times: what is passed by value is
/// cloned, the content of `&mut` parameters copied, and effects (printing) are repeated.
/// At a kink second derivatives are those of the branch taken. They go through calls of
/// other functions, which need the option `hvp`, too; such a function may return several
/// numbers, and has no `f_hvp` of its own then.
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate(hvp)]
/// fn spring(ends: &[f64]) -> (f64, f64) {
///     let length = ends[1] - ends[0];
///     (length.powi(2), length.powi(3))
/// }
///
/// #[differentiate(hvp)]
/// fn chain(x: &[f64], k: f64) -> f64 {
///     x.windows(2).map(|ends| { let (soft, stiff) = spring(ends); soft + k * stiff }).sum()
/// }
///
/// let (_, _, product) = chain_hvp(&[0.0, 1.0], &[0.0, 1.0], 0.5, 0.0);
/// assert_eq!(product, (vec![-5.0, 5.0], 3.0));
/// ```
///
/// Methods, associated functions, `impl` blocks and traits have the same modes
/// (`x.m_jvp(d_x, ..)`): an option on a block goes for each method that can have it. On
/// the `impl` of an operator `jvp` and `hvp` are for the functions that use it. An
/// `impl` of a marked trait has the modes of the trait, no more and no less.
///
/// ```
/// use backprop::{Differentiable, differentiate};
/// use std::ops::Mul;
///
/// #[derive(Clone, Copy, Differentiable)]
/// struct Complex { re: f64, im: f64 }
///
/// #[differentiate(jvp, hvp)]
/// impl Mul for Complex {
///     type Output = Complex;
///     fn mul(self, o: Complex) -> Complex {
///         Complex { re: self.re * o.re - self.im * o.im, im: self.re * o.im + self.im * o.re }
///     }
/// }
///
/// #[differentiate(jvp, hvp)]
/// impl Complex {
///     fn norm(&self) -> f64 { self.re * self.re + self.im * self.im }
///     fn fourth(&self) -> f64 { (*self * *self).norm() }
/// }
///
/// let (z, d) = (Complex { re: 1.0, im: 2.0 }, ComplexGradient { re: 1.0, im: 0.0 });
/// assert_eq!(z.fourth_jvp(&d), (25.0, 20.0));
/// let (_, _, product) = z.fourth_hvp(&d);
/// assert_eq!((product.re, product.im), (28.0, 16.0));
/// ```
///
/// # Panics
///
/// If a tangent has another shape than its parameter.
///
/// # Long loops
///
/// A loop keeps a record of each iteration until the reverse half takes it back.
/// `#[checkpoint]` on a loop keeps snapshots of what the loop carries instead, and the
/// reverse half runs the iterations between them again: of `n` iterations about `√(2n)`
/// snapshots, and each iteration runs at most three times. `#[checkpoint(snapshots = s)]`
/// keeps `s`, a number or a constant, and runs as few iterations as can be: none more than
/// `r + 1` times where `n` is less than `(s + r)! / (s! r!)` (Griewank and Walther,
/// "Algorithm 799: revolve", 2000). Value and gradient are the same bit for bit.
///
/// ```
/// use backprop::differentiate;
///
/// /// The angle of a pendulum after `steps` steps.
/// #[differentiate]
/// fn pendulum(mut angle: f64, mut speed: f64, length: f64, steps: usize) -> f64 {
///     #[checkpoint(snapshots = 10)]
///     for _ in 0..steps {
///         speed -= 1e-4 * 9.81 / length * angle.sin();
///         angle += 1e-4 * speed;
///     }
///     angle
/// }
///
/// // 100 000 steps: 10 snapshots of 16 bytes, in place of 100 000 records
/// let (_, (d_angle, d_speed, d_length)) = pendulum_grad(0.5, 0.0, 1.0, 100_000);
/// assert!(d_angle.is_finite() && d_speed.is_finite() && d_length.is_finite());
/// ```
///
/// A snapshot has the variables that the loop writes, and a copy of each container or
/// struct that it changes, whole: their types must be `Clone`. What the loop only reads is
/// not copied, unless the function changes it later. Where the number of iterations is not
/// known (`while`, `break`, `return`), `s` snapshots are spread over those that there were,
/// and `#[checkpoint]` alone keeps twice as many. A loop that needs no record (a sum of
/// independent terms) keeps no snapshots either.
///
/// An iteration that runs again must give the same. What prints or asserts runs once;
/// other code that is passed through (`constant(..)`, a method of your own) is refused if
/// it is not known to depend on its operands alone. Functions that the loop calls must be
/// differentiated, and neither print nor run such code themselves. Operators of your own
/// types and `clone` are taken to give the same.
///
/// # Workspaces
///
/// `workspace` adds `f_backprop_in`, which is `f_backprop` with a [`Workspace`] before the
/// arguments. The records of its loops are in the memory of the workspace, which the next
/// call finds again: from the second call on, none is allocated, unless it needs more.
///
/// ```
/// use backprop::{Workspace, differentiate};
///
/// #[differentiate(workspace)]
/// fn recurrence(x: f64, w: f64, n: usize) -> f64 {
///     let mut s = x;
///     for _ in 0..n {
///         s = (w * s + 0.1).tanh();
///     }
///     s
/// }
///
/// let mut workspace = Workspace::new();
/// let (mut d_x, mut d_w) = (0.0, 0.0);
/// for n in [100, 100, 50] {
///     // allocates the first time
///     recurrence_backprop_in(&mut workspace, 0.3, 0.9, n, 1.0, &mut d_x, &mut d_w);
/// }
/// assert!(d_x > 0.0 && d_w > 0.0);
/// ```
///
/// # Circuits
///
/// `circuit` adds `f_circuit`, which takes the arguments of the function and returns
/// its [`Circuit`]: the gates that ran, each wire with its value and its gradient.
/// The function returns one real number. A call of another differentiated function
/// is one gate; loops are unrolled, up to [`Circuit::GATE_LIMIT`] gates.
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate(circuit)]
/// fn f(x: f64, y: f64, z: f64) -> f64 {
///     let q = x + y;
///     q * z
/// }
///
/// let circuit = f_circuit(-2.0, 5.0, -4.0);
/// let q = circuit.wire("q").unwrap();
/// assert_eq!((q.value(), q.gradient()), (3.0, -4.0));
/// println!("{circuit}");
/// // line  wire  gate    value  gradient  local gradients
/// //       x             -2.00     -4.00
/// //       y              5.00     -4.00
/// //       z             -4.00      3.00
/// //    5  q     x + y    3.00     -4.00  x: 1.00, y: 1.00
/// //    6  f     q * z  -12.00      1.00  q: -4.00, z: 3.00
/// assert!(circuit.to_svg().starts_with("<svg"));
/// ```
///
/// # `&mut` parameters
///
/// ```
/// use backprop::differentiate;
///
/// #[differentiate]
/// fn scale(x: &mut f64, k: f64) {
///     *x *= k;
/// }
///
/// let (mut x, mut d_x, mut d_k) = (3.0, 1.0, 0.0);
/// scale_backprop(&mut x, 2.0, &mut d_x, &mut d_k);
/// // d_x was the upstream of the final content, and is the gradient of the initial
/// assert_eq!((x, d_x, d_k), (6.0, 2.0, 3.0));
/// ```
///
/// # Functions as parameters
///
/// A parameter `impl Fn(f64) -> f64`, `F: Fn(f64) -> f64` or `fn(f64) -> f64` is
/// called, or passed on. What is passed for it inside a differentiated function is
/// another differentiated function, by its name, or a closure: what that captures gets
/// its part of the gradient.
///
/// ```
/// use backprop::differentiate;
///
/// /// The trapezoidal rule with `n` steps.
/// #[differentiate(wrt(a, b))]
/// fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
///     let h = (b - a) / n as f64;
///     let inner: f64 = (1..n).map(|i| f(a + i as f64 * h)).sum();
///     (0.5 * (f(a) + f(b)) + inner) * h
/// }
///
/// #[differentiate]
/// fn bell(x: f64) -> f64 {
///     (-x * x).exp()
/// }
///
/// #[differentiate]
/// fn error_function(x: f64) -> f64 {
///     integrate(bell, 0.0, x, 100)
/// }
///
/// let (_, slope) = error_function_grad(0.5);
/// assert!((slope - bell(0.5)).abs() < 1e-4);
///
/// /// ∫ a x² from 0 to 1
/// #[differentiate]
/// fn moment(a: f64) -> f64 {
///     integrate(|x| a * x * x, 0.0, 1.0, 100)
/// }
///
/// assert!((moment_grad(2.0).1 - 1.0 / 3.0).abs() < 1e-4);
///
/// // from plain code: the function with its derivative
/// let (_, (_, d_b)) = integrate_grad(bell {}, 0.0, 0.5, 100);
/// assert!((d_b - slope).abs() < 1e-12);
/// ```
///
/// The companions take an `impl` [`DifferentiableFn`] in its place: of a closure in
/// plain code and of a function pointer only the value is known. A closure captures
/// copies, which it does not change, and is passed to free functions. Without `wrt` the gradient with respect to
/// the function is listed, too: of one by name it is `()`.
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
