//! Functions as values, with their derivatives.

#![expect(
    clippy::type_complexity,
    reason = "the result of a split form cannot be named"
)]

mod arguments;
mod closure;
mod lent;
mod named;

pub use arguments::*;
pub use closure::*;
pub use named::*;

use crate::Differentiable;
use crate::protocol::{AddedInPlace, Shared};
use crate::records::Run;
use crate::tangent::SharedDirection;
use core::any::TypeId;

/// A function that can be passed to a differentiated one: its value, and its derivative.
///
/// The companions of a differentiated function with a parameter `impl Fn(f64) -> f64`
/// take an `impl DifferentiableFn<(f64,), f64>` in its place: what the function gives is
/// not enough there. Each differentiated function of numbers is one, under its own name
/// with braces. It carries no numbers of its own: its gradient is `()`.
///
/// For `#[differentiate] fn sine(x: f64) -> f64` it is `sine {}`: `twice_grad(sine {}, x)`.
/// Inside a differentiated function the plain name is enough: `twice(sine, x)`. Its
/// arguments are numbers, types of your own, or arrays, tuples and vectors of them, up to
/// six; for `&[f64]` and the like stands [`Borrowed`].
///
/// `twice_jvp` also asks for [`FnTangent`], `twice_hvp` and `twice_hessian` for
/// [`FnDoubled`]: functions have them with the options `jvp` and `hvp`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no derivative as a function of `{Args}` that gives `{Output}`",
    label = "needed by `#[differentiate]`",
    note = "pass a function with `#[differentiate]` under its name with braces: `name {{}}`",
    note = "a closure and a function pointer have a value, but no derivative"
)]
pub trait DifferentiableFn<Args: Arguments, Output: Differentiable>:
    Differentiable + Clone
{
    /// The value.
    #[doc(hidden)]
    fn __call(&self, args: Args::Passed<'_>) -> Output;

    /// The value and the pullback, which adds to the adjoint of the function itself and
    /// returns those of the arguments.
    #[doc(hidden)]
    fn __split(
        &self,
        args: Args::Passed<'_>,
    ) -> (
        Output,
        impl Fn(
            Run,
            &Output::Gradient,
            Shared<'_, Self>,
            Args::Entries<'_>,
        ) -> (AddedInPlace, Args::Slots)
        + use<Self, Args, Output>,
    );

    /// The function that it is the companion of.
    #[doc(hidden)]
    fn __primal(&self) -> Option<TypeId> {
        None
    }
}

/// A function with forward mode that can be passed to a differentiated one.
///
/// `f_jvp` of a function that takes functions asks for it. Each function with
/// `#[differentiate(jvp)]` that is a [`DifferentiableFn`] is one: `twice_jvp(sine {}, x, d_x)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no forward mode as a function of `{Args}` that gives `{Output}`",
    label = "write `#[differentiate(jvp)]` on the function that is passed here",
    note = "`jvp` is needed on every differentiated function that forward mode reaches"
)]
pub trait FnTangent<Args: Arguments, Output: Differentiable>:
    DifferentiableFn<Args, Output>
{
    /// The value and its tangent, along the tangent of the function itself, if there is
    /// one, and those of the arguments.
    #[doc(hidden)]
    fn __jvp(
        &self,
        along: Option<&Self::Gradient>,
        args: Args::Passed<'_>,
        tangents: Args::Tangents<'_>,
    ) -> (Output, Output::Gradient);
}

/// A function with second derivatives that can be passed to a differentiated one.
///
/// `f_hvp` and `f_hessian` of a function that takes functions ask for it. Each function with
/// `#[differentiate(hvp)]` that is a [`DifferentiableFn`] is one: `twice_hessian(sine {}, x)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no second derivatives as a function of `{Args}` that gives `{Output}`",
    label = "write `#[differentiate(hvp)]` on the function that is passed here",
    note = "`hvp` is needed on every differentiated function that second derivatives reach"
)]
pub trait FnDoubled<Args: Arguments, Output: Differentiable>:
    DifferentiableFn<Args, Output>
{
    /// Value and tangent, and the pullback of both.
    #[doc(hidden)]
    fn __doubled(
        &self,
        along: Option<&Self::Gradient>,
        args: Args::Passed<'_>,
        tangents: Args::Tangents<'_>,
    ) -> (
        (Output, Output::Gradient),
        impl Fn(
            Run,
            &(Output::Gradient, Output::Gradient),
            Shared<'_, Self>,
            SharedDirection<'_, Self>,
            Args::Entries<'_>,
            Args::Directions<'_>,
        ) -> (AddedInPlace, AddedInPlace, Args::Slots, Args::Slots)
        + use<Self, Args, Output>,
    );
}
