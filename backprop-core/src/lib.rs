//! Runtime of the crate `backprop`: the traits that say what a gradient is,
//! and what generated gradients call. Use it through `backprop`.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod checkpoints;
mod collections;
mod differentiable;
mod function;
mod numbers;
mod real;

pub mod circuit;

#[cfg(feature = "std")]
mod check;
#[cfg(feature = "libm")]
mod math;
mod nest;
mod object;
mod operators;
mod protocol;
mod ranges;
mod records;
#[cfg(feature = "libm")]
mod slopes;
mod steps;
mod tangent;
mod tape;
mod window;
mod workspace;

pub use circuit::Circuit;
pub use differentiable::Differentiable;
pub use function::{Borrowed, DifferentiableFn, FnDoubled, FnTangent};
pub use numbers::Numbers;
pub use object::DynGradient;
pub use protocol::constant::constant;
pub use real::Real;
pub use workspace::Workspace;

/// What generated code calls; not for use by hand, and not stable.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "std")]
    pub use crate::check::{Check, Reverse, count, nothing, numbers, set, slot, upstream};
    pub use crate::checkpoints::{
        Checkpoints, MayCopy, MayRepeat, Repeats, is_small, item_at, repeats,
    };
    pub use crate::differentiable::Differentiable;
    pub use crate::function::*;
    #[cfg(feature = "libm")]
    pub use crate::math::{Float, erfc};
    pub use crate::nest::*;
    pub use crate::numbers::Numbers;
    pub use crate::object::{
        DynGradient, ObjectDirection, ObjectEntry, object_fits, tangent_behind,
    };
    pub use crate::operators::*;
    pub use crate::protocol::*;
    pub use crate::real::{Real, RealParameter, literal};
    pub use crate::records::*;
    pub use crate::steps::{beside, down};
    pub use crate::tangent::*;
    pub use crate::tape::*;
    pub use crate::window::{sum_of_1, sum_of_2, sum_of_3, window, window_mut};
    pub use crate::workspace::{PooledNest, PooledTape, Workspace, pooled_nest, pooled_tape};
    /// What `f_circuit` calls.
    pub mod circuit {
        pub use crate::circuit::build::*;
    }
    /// Functions that rules call by name.
    pub mod rules {
        pub use crate::circuit::build::upstream_one;
        pub use crate::protocol::one_like;
        pub use crate::ranges::*;
        #[cfg(feature = "libm")]
        pub use crate::slopes::*;
    }
    pub use alloc::boxed::Box;
    pub use alloc::string::String;
    pub use alloc::vec::Vec;
}
