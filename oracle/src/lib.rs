//! An oracle for gradients that shares no code with the compiler it checks.
//!
//! [`programs!`] compiles one function text twice: as written (with its
//! `#[differentiate]`), and, in a module `dual` beside it, with every `f64`
//! and `f32` replaced by [`Dual64`] and [`Dual32`]. The second copy gives each
//! partial derivative exactly, by forward mode, with local derivatives from
//! `num-dual`. [`check!`] then compares everything the compiler generated for
//! one call: values, `f_grad`, and `f_backprop` under several upstreams.
//!
//! ```ignore
//! oracle::programs! {
//!     #[differentiate]
//!     fn f(x: f64, y: f64) -> f64 { x * y + x }
//! }
//!
//! #[test]
//! fn product() {
//!     oracle::check!(f(2.0, 3.0));
//!     oracle::check!(f(0.0, 0.5), kink); // without central differences
//! }
//! ```
//!
//! Arguments and results may be scalars, tuples, arrays, slices, `Vec`, `Option`,
//! `Box`, references to these, and structs and enums from the same block; a
//! struct that derives `Differentiable` has the gradient that the derive names.
//! `impl` blocks, traits and functions with type parameters are compiled twice
//! like the rest, and checked through functions that call them: a parameter
//! `T: num_traits::Float` is a dual number in the second copy.
//! [`twins!`] takes the same program texts and differentiates nothing: its
//! `check!` compares the twin with the program and with central differences.
//!
//! The modes `jvp` and, where it can be, `hvp` are asked for and checked, too:
//! `#![reverse_only]` at the head of the block, or `#[reverse_only]` on a function,
//! leaves them out, `first_order_only` second derivatives.
//!
//! A function that mentions `f32` and `f64` may need suffixes on literals whose
//! width only rustc could infer.
//!
//! One `programs!` or `twins!` per module, because it makes the modules `dual` and
//! `checks` there. Functions with the options `wrt`, `name` or `rule` get a
//! dual twin but no check: their generated signatures are the test's own. So do
//! functions that return an `Option`, a `Result` or a reference: check a caller.

mod cast;
mod check;
mod constant;
mod dual;
mod float;
mod pattern;
mod value;

pub use cast::Cast;
pub use check::{Backprop, Grad, Hvp, Jvp, Parameter, Program};
pub use constant::{Constant, Literal, constant, list, literal, repeat};
pub use dual::{Dual32, Dual64};
pub use oracle_macros::{programs, twins};
/// The attribute and the derive for companions written by hand.
pub mod by_hand {
    pub use oracle_macros::{Differentiable, differentiate};
}
pub use pattern::{Real, at_least, at_most, below, equals};
pub use value::{Own, Value, flat, flatten};

/// Checks every generated companion of one call of a function from
/// [`programs!`]; `check!(f(x), kink)` leaves out the central differences,
/// which mean nothing at a kink or beside `constant(..)`.
///
/// The arguments are those of the function itself: `check!(f(2.0, &mut 1.0))`.
///
/// # Panics
///
/// Where a value or a derivative disagrees, with the call and the parameter.
#[macro_export]
macro_rules! check {
    ($function:ident($($argument:expr),* $(,)?)) => {
        checks::$function($($argument,)* true)
    };
    ($function:ident($($argument:expr),* $(,)?), kink) => {
        checks::$function($($argument,)* false)
    };
}

/// Makes a `Copy + Debug` type without scalars usable as an argument or result
/// of a checked function. Enums and structs inside [`programs!`] need no such line.
#[macro_export]
macro_rules! inactive {
    ($($ty:ty),* $(,)?) => {$(
        impl $crate::Value for $ty {
            type Dual = Self;
            type Gradient = ();
            fn scalars(&self, _: &mut Vec<f64>) {}
            fn with_scalars(&self, _: &mut dyn Iterator<Item = f64>) -> Self { Clone::clone(self) }
            fn dual(&self, _: &mut dyn Iterator<Item = f64>) -> Self { Clone::clone(self) }
            fn tangents(_: &Self, _: &mut Vec<f64>) {}
            fn primal(dual: &Self) -> Self { Clone::clone(dual) }
            fn gradient(&self, _: &mut dyn Iterator<Item = f64>) {}
            fn flatten(_: &(), _: &mut Vec<f64>) {}
        }
    )*};
}

/// An expression that `programs!` leaves as it is in the dual twin.
#[doc(hidden)]
#[macro_export]
macro_rules! verbatim {
    ($expression:expr) => {
        $expression
    };
}

/// `as` from an enum without fields.
#[doc(hidden)]
#[macro_export]
macro_rules! cast_enum {
    ($ty:ty => $($int:ty)*) => {$(
        impl $crate::Cast<$int> for $ty {
            fn cast(self) -> $int { self as $int }
        }
    )*};
    ($ty:ty) => {
        $crate::cast_enum!($ty => i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
    };
}
