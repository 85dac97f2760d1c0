//! Operators of the user's own types.
//!
//! `a * b` of types that only rustc knows finds its companion by these traits, as
//! the operator itself is found by `Mul`. `#[differentiate] impl Mul for Complex`
//! implements them; for `f32` and `f64` they are the gate rules. One rule serves
//! `a * b`, `&a * b`, `a * &b` and `&a * &b`.

mod indexing;
mod tangents;

pub use indexing::*;
pub use tangents::*;

use crate::Differentiable;
use crate::protocol::{Active, AddedInPlace, Mut};
use crate::records::Run;

macro_rules! binary {
    ($($rule:ident $symbol:literal;)*) => {$(
        #[doc = concat!("The operator `", $symbol, "` with a derivative.")]
        #[diagnostic::on_unimplemented(
            message = "an operator of `{Self}` and `{R}` is not differentiated",
            label = "its operands are active",
            note = "write `#[differentiate]` on the `impl` of the operator",
            note = "a type parameter is taken for a real number if it has the bound `backprop::Real`, `num_traits::Float` or `nalgebra::RealField`"
        )]
        pub trait $rule<R: Differentiable = Self>: Differentiable + Sized {
            /// What the operator gives.
            type Output: Differentiable;

            /// The value and the pullback.
            fn split<const ACTIVE: u64>(
                &self,
                right: &R,
                active: Active<ACTIVE>,
            ) -> (
                Self::Output,
                impl Fn(
                    Run,
                    &<Self::Output as Differentiable>::Gradient,
                    (),
                    (),
                ) -> (Self::Gradient, R::Gradient)
                + use<Self, R, ACTIVE>,
            );
        }
    )*};
}

binary! {
    AddRule "+";
    SubRule "-";
    MulRule "*";
    DivRule "/";
}

/// The operator `-` of one operand, with a derivative.
#[diagnostic::on_unimplemented(
    message = "the operator `-` of `{Self}` is not differentiated",
    label = "its operand is active",
    note = "write `#[differentiate]` on the `impl` of the operator"
)]
pub trait NegRule: Differentiable + Sized {
    /// What the operator gives.
    type Output: Differentiable;

    /// The value and the pullback.
    #[expect(clippy::type_complexity, reason = "what a pullback takes and gives")]
    fn split<const ACTIVE: u64>(
        &self,
        active: Active<ACTIVE>,
    ) -> (
        Self::Output,
        impl Fn(Run, &<Self::Output as Differentiable>::Gradient, ()) -> (Self::Gradient,)
        + use<Self, ACTIVE>,
    );
}

macro_rules! assigning {
    ($($rule:ident $symbol:literal;)*) => {$(
        #[doc = concat!("The operator `", $symbol, "` with a derivative.")]
        #[diagnostic::on_unimplemented(
            message = "an operator of `{Self}` and `{R}` is not differentiated",
            label = "its operands are active",
            note = "write `#[differentiate]` on the `impl` of the operator",
            note = "a type parameter is taken for a real number if it has the bound `backprop::Real`, `num_traits::Float` or `nalgebra::RealField`"
        )]
        pub trait $rule<R: Differentiable = Self>: Differentiable + Sized {
            /// Changes the left operand; gives the pullback.
            fn split<const ACTIVE: u64>(
                &mut self,
                right: &R,
                active: Active<ACTIVE>,
            ) -> (
                (),
                impl Fn(Run, &(), Mut<'_, Self>, ()) -> (AddedInPlace, R::Gradient)
                + use<Self, R, ACTIVE>,
            );
        }
    )*};
}

assigning! {
    AddAssignRule "+=";
    SubAssignRule "-=";
    MulAssignRule "*=";
    DivAssignRule "/=";
}

/// A share of an adjoint, which is zero where the adjoint is, whatever it meets.
macro_rules! masked {
    ($d:ident, $share:expr) => {
        if $d == 0.0 { 0.0 } else { $share }
    };
}

macro_rules! gates {
    ($float:ident: $($rule:ident, $assigned:ident, $symbol:tt:
        |$x:ident, $y:ident, $r:ident, $d:ident| ($dx:expr, $dy:expr);)*) => {$(
        impl $rule for $float {
            type Output = $float;

            #[inline]
            fn split<const ACTIVE: u64>(
                &self,
                right: &$float,
                _: Active<ACTIVE>,
            ) -> ($float, impl Fn(Run, &$float, (), ()) -> ($float, $float) + use<ACTIVE>) {
                let ($x, $y) = (*self, *right);
                let $r = $x $symbol $y;
                ($r, move |_, $d: &$float, (), ()| {
                    let $d = *$d;
                    (masked!($d, $dx), masked!($d, $dy))
                })
            }
        }

        impl $assigned for $float {
            #[inline]
            fn split<const ACTIVE: u64>(
                &mut self,
                right: &$float,
                _: Active<ACTIVE>,
            ) -> (
                (),
                impl Fn(Run, &(), Mut<'_, $float>, ()) -> (AddedInPlace, $float) + use<ACTIVE>,
            ) {
                let ($x, $y) = (*self, *right);
                let $r = $x $symbol $y;
                *self = $r;
                ((), move |_, (): &(), entry: Mut<'_, $float>, ()| {
                    let $d = *entry.adjoint;
                    if let Some(value) = entry.value {
                        *value = $x;
                    }
                    *entry.adjoint = masked!($d, $dx);
                    (AddedInPlace, masked!($d, $dy))
                })
            }
        }
    )*

        impl NegRule for $float {
            type Output = $float;

            #[inline]
            fn split<const ACTIVE: u64>(
                &self,
                _: Active<ACTIVE>,
            ) -> ($float, impl Fn(Run, &$float, ()) -> ($float,) + use<ACTIVE>) {
                (-self, |_, d: &$float, ()| (-d,))
            }
        }
    };
    ($($float:ident)*) => {$(
        gates! { $float:
            AddRule, AddAssignRule, +: |_x, _y, _r, d| (d, d);
            SubRule, SubAssignRule, -: |_x, _y, _r, d| (d, -d);
            MulRule, MulAssignRule, *: |x, y, _r, d| (d * y, x * d);
            DivRule, DivAssignRule, /: |_x, y, r, d| (d / y, -(r * d / y));
        }
    )*};
}

gates! { f32 f64 }

/// Integers have nothing to hand back: an alias may stand for one.
macro_rules! integers {
    ($($integer:ident)*: $($rule:ident, $assigned:ident, $symbol:tt;)*) => {
        integers! { @each [$($integer)*] $($rule, $assigned, $symbol;)* }
    };
    (@each [$($integer:ident)*] $rule:ident, $assigned:ident, $symbol:tt; $($rest:tt)*) => {
        $(
            impl $rule for $integer {
                type Output = $integer;

                #[inline]
                fn split<const ACTIVE: u64>(
                    &self,
                    right: &$integer,
                    _: Active<ACTIVE>,
                ) -> ($integer, impl Fn(Run, &(), (), ()) -> ((), ()) + use<ACTIVE>) {
                    (*self $symbol *right, |_, (): &(), (), ()| ((), ()))
                }
            }

            impl $assigned for $integer {
                #[inline]
                fn split<const ACTIVE: u64>(
                    &mut self,
                    right: &$integer,
                    _: Active<ACTIVE>,
                ) -> (
                    (),
                    impl Fn(Run, &(), Mut<'_, $integer>, ()) -> (AddedInPlace, ()) + use<ACTIVE>,
                ) {
                    let before = *self;
                    *self = before $symbol *right;
                    ((), move |_, (): &(), entry: Mut<'_, $integer>, ()| {
                        if let Some(value) = entry.value {
                            *value = before;
                        }
                        (AddedInPlace, ())
                    })
                }
            }
        )*
        integers! { @each [$($integer)*] $($rest)* }
    };
    (@each [$($integer:ident)*]) => {};
}

integers! {
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize:
        AddRule, AddAssignRule, +;
        SubRule, SubAssignRule, -;
        MulRule, MulAssignRule, *;
        DivRule, DivAssignRule, /;
}
