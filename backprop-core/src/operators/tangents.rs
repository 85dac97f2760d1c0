//! Operators in forward mode, and with second derivatives.
//!
//! `#[differentiate(jvp)] impl Mul for Complex` implements the traits of tangents,
//! `#[differentiate(hvp)]` those of the split form with tangents. An operand is lent
//! with its tangent, which a constant has none of.

use super::{
    AddAssignRule, AddRule, DivAssignRule, DivRule, MulAssignRule, MulRule, NegRule, SubAssignRule,
    SubRule,
};
use crate::Differentiable;
use crate::protocol::{Active, AddedInPlace, Mut};
use crate::records::Run;
use crate::tangent::MutDirection;

/// A pair of gradients: of a value and of its tangent.
type Pair<T> = (
    <T as Differentiable>::Gradient,
    <T as Differentiable>::Gradient,
);

macro_rules! binary {
    ($($tangent:ident $doubled:ident of $rule:ident $symbol:literal;)*) => {$(
        #[doc = concat!("The operator `", $symbol, "` in forward mode.")]
        #[diagnostic::on_unimplemented(
            message = "an operator of `{Self}` and `{R}` has no forward mode",
            label = "its operands are active",
            note = "write `#[differentiate(jvp)]` on the `impl` of the operator"
        )]
        pub trait $tangent<R: Differentiable = Self>: $rule<R> {
            /// The value and its tangent.
            fn jvp(
                &self,
                right: &R,
                tangents: (Option<&Self::Gradient>, Option<&R::Gradient>),
            ) -> (Self::Output, <Self::Output as Differentiable>::Gradient);
        }

        #[doc = concat!("The operator `", $symbol, "` with second derivatives.")]
        #[diagnostic::on_unimplemented(
            message = "an operator of `{Self}` and `{R}` has no second derivatives",
            label = "its operands are active",
            note = "write `#[differentiate(hvp)]` on the `impl` of the operator"
        )]
        pub trait $doubled<R: Differentiable = Self>: $rule<R> {
            /// Value and tangent, and the pullback of both.
            fn doubled<const ACTIVE: u64>(
                &self,
                right: &R,
                tangents: ((Option<&Self::Gradient>, Option<&R::Gradient>), Active<ACTIVE>),
            ) -> (
                (Self::Output, <Self::Output as Differentiable>::Gradient),
                impl Fn(
                    Run,
                    &Pair<Self::Output>,
                    (),
                    (),
                    (),
                    (),
                ) -> (Self::Gradient, Self::Gradient, R::Gradient, R::Gradient)
                + use<Self, R, ACTIVE>,
            );
        }
    )*};
}

binary! {
    AddTangent AddDoubled of AddRule "+";
    SubTangent SubDoubled of SubRule "-";
    MulTangent MulDoubled of MulRule "*";
    DivTangent DivDoubled of DivRule "/";
}

/// The operator `-` of one operand, in forward mode.
#[diagnostic::on_unimplemented(
    message = "the operator `-` of `{Self}` has no forward mode",
    label = "its operand is active",
    note = "write `#[differentiate(jvp)]` on the `impl` of the operator"
)]
pub trait NegTangent: NegRule {
    /// The value and its tangent.
    fn jvp(
        &self,
        tangents: (Option<&Self::Gradient>,),
    ) -> (Self::Output, <Self::Output as Differentiable>::Gradient);
}

/// The operator `-` of one operand, with second derivatives.
#[diagnostic::on_unimplemented(
    message = "the operator `-` of `{Self}` has no second derivatives",
    label = "its operand is active",
    note = "write `#[differentiate(hvp)]` on the `impl` of the operator"
)]
pub trait NegDoubled: NegRule {
    /// Value and tangent, and the pullback of both.
    #[expect(clippy::type_complexity, reason = "what a pullback takes and gives")]
    fn doubled<const ACTIVE: u64>(
        &self,
        tangents: ((Option<&Self::Gradient>,), Active<ACTIVE>),
    ) -> (
        (Self::Output, <Self::Output as Differentiable>::Gradient),
        impl Fn(Run, &Pair<Self::Output>, (), ()) -> (Self::Gradient, Self::Gradient)
        + use<Self, ACTIVE>,
    );
}

macro_rules! assigning {
    ($($tangent:ident $doubled:ident of $rule:ident $symbol:literal;)*) => {$(
        #[doc = concat!("The operator `", $symbol, "` in forward mode.")]
        #[diagnostic::on_unimplemented(
            message = "an operator of `{Self}` and `{R}` has no forward mode",
            label = "its operands are active",
            note = "write `#[differentiate(jvp)]` on the `impl` of the operator"
        )]
        pub trait $tangent<R: Differentiable = Self>: $rule<R> {
            /// Changes the left operand and its tangent.
            fn jvp(
                &mut self,
                right: &R,
                tangents: (Option<&mut Self::Gradient>, Option<&R::Gradient>),
            ) -> ((), ());
        }

        #[doc = concat!("The operator `", $symbol, "` with second derivatives.")]
        #[diagnostic::on_unimplemented(
            message = "an operator of `{Self}` and `{R}` has no second derivatives",
            label = "its operands are active",
            note = "write `#[differentiate(hvp)]` on the `impl` of the operator"
        )]
        pub trait $doubled<R: Differentiable = Self>: $rule<R> {
            /// Changes the left operand and its tangent; gives the pullback of both.
            fn doubled<const ACTIVE: u64>(
                &mut self,
                right: &R,
                tangents: ((Option<&mut Self::Gradient>, Option<&R::Gradient>), Active<ACTIVE>),
            ) -> (
                ((), ()),
                impl Fn(
                    Run,
                    &((), ()),
                    Mut<'_, Self>,
                    MutDirection<'_, Self>,
                    (),
                    (),
                ) -> (AddedInPlace, AddedInPlace, R::Gradient, R::Gradient)
                + use<Self, R, ACTIVE>,
            );
        }
    )*};
}

assigning! {
    AddAssignTangent AddAssignDoubled of AddAssignRule "+=";
    SubAssignTangent SubAssignDoubled of SubAssignRule "-=";
    MulAssignTangent MulAssignDoubled of MulAssignRule "*=";
    DivAssignTangent DivAssignDoubled of DivAssignRule "/=";
}

/// `$a * $slope`, zero where `$a` is, whatever it meets.
macro_rules! times {
    ($a:expr, $slope:expr) => {
        if $a == 0.0 { 0.0 } else { $a * $slope }
    };
}

/// For each operator its tangent, and from the upstreams `u` of the value and `v` of
/// the tangent the adjoints of the operands and of their tangents.
macro_rules! gates {
    ($float:ident: $($tangent:ident, $doubled:ident, $assigned:ident, $twice:ident, $symbol:tt:
        |$x:ident, $dx:ident, $y:ident, $dy:ident, $r:ident, $d:ident| $dr:expr,
        |$u:ident, $v:ident| ($x_bar:expr, $dx_bar:expr, $y_bar:expr, $dy_bar:expr);)*) => {$(
        impl $tangent for $float {
            #[inline]
            fn jvp(
                &self,
                right: &$float,
                (dx, dy): (Option<&$float>, Option<&$float>),
            ) -> ($float, $float) {
                let ($x, $dx) = (*self, dx.copied().unwrap_or(0.0));
                let ($y, $dy) = (*right, dy.copied().unwrap_or(0.0));
                let $r = $x $symbol $y;
                ($r, $dr)
            }
        }

        impl $doubled for $float {
            #[inline]
            fn doubled<const ACTIVE: u64>(
                &self,
                right: &$float,
                ((dx, dy), _): ((Option<&$float>, Option<&$float>), Active<ACTIVE>),
            ) -> (
                ($float, $float),
                impl Fn(Run, &Pair<$float>, (), (), (), ()) -> ($float, $float, $float, $float)
                + use<ACTIVE>,
            ) {
                let ($x, $dx) = (*self, dx.copied().unwrap_or(0.0));
                let ($y, $dy) = (*right, dy.copied().unwrap_or(0.0));
                let $r = $x $symbol $y;
                let $d = $dr;
                (($r, $d), move |_, &($u, $v): &Pair<$float>, (), (), (), ()| {
                    ($x_bar, $dx_bar, $y_bar, $dy_bar)
                })
            }
        }

        impl $assigned for $float {
            #[inline]
            fn jvp(
                &mut self,
                right: &$float,
                (dx, dy): (Option<&mut $float>, Option<&$float>),
            ) -> ((), ()) {
                let ($x, $dx) = (*self, dx.as_ref().map_or(0.0, |dx| **dx));
                let ($y, $dy) = (*right, dy.copied().unwrap_or(0.0));
                let $r = $x $symbol $y;
                *self = $r;
                if let Some(tangent) = dx {
                    *tangent = $dr;
                }
                ((), ())
            }
        }

        impl $twice for $float {
            #[inline]
            fn doubled<const ACTIVE: u64>(
                &mut self,
                right: &$float,
                ((dx, dy), _): ((Option<&mut $float>, Option<&$float>), Active<ACTIVE>),
            ) -> (
                ((), ()),
                impl Fn(
                    Run,
                    &((), ()),
                    Mut<'_, $float>,
                    MutDirection<'_, $float>,
                    (),
                    (),
                ) -> (AddedInPlace, AddedInPlace, $float, $float)
                + use<ACTIVE>,
            ) {
                let ($x, $dx) = (*self, dx.as_ref().map_or(0.0, |dx| **dx));
                let ($y, $dy) = (*right, dy.copied().unwrap_or(0.0));
                let $r = $x $symbol $y;
                let $d = $dr;
                *self = $r;
                if let Some(tangent) = dx {
                    *tangent = $d;
                }
                (((), ()), move |_, &((), ()): &((), ()), value: Mut<'_, $float>, along: MutDirection<'_, $float>, (), ()| {
                    let ($u, $v) = (*value.adjoint, along.0.as_ref().map_or(0.0, |d| **d));
                    if let Some(content) = value.value {
                        *content = $x;
                    }
                    *value.adjoint = $x_bar;
                    if let Some(adjoint) = along.0 {
                        *adjoint = $dx_bar;
                    }
                    (AddedInPlace, AddedInPlace, $y_bar, $dy_bar)
                })
            }
        }
    )*

        impl NegTangent for $float {
            #[inline]
            fn jvp(&self, (tangent,): (Option<&$float>,)) -> ($float, $float) {
                (-self, -tangent.copied().unwrap_or(0.0))
            }
        }

        impl NegDoubled for $float {
            #[inline]
            fn doubled<const ACTIVE: u64>(
                &self,
                ((tangent,), _): ((Option<&$float>,), Active<ACTIVE>),
            ) -> (
                ($float, $float),
                impl Fn(Run, &Pair<$float>, (), ()) -> ($float, $float) + use<ACTIVE>,
            ) {
                let tangent = tangent.copied().unwrap_or(0.0);
                ((-self, -tangent), |_, &(u, v): &Pair<$float>, (), ()| (-u, -v))
            }
        }
    };
    ($($float:ident)*) => {$(
        gates! { $float:
            AddTangent, AddDoubled, AddAssignTangent, AddAssignDoubled, +:
                |_x, dx, _y, dy, _r, _d| dx + dy,
                |u, v| (u, v, u, v);
            SubTangent, SubDoubled, SubAssignTangent, SubAssignDoubled, -:
                |_x, dx, _y, dy, _r, _d| dx - dy,
                |u, v| (u, v, -u, -v);
            MulTangent, MulDoubled, MulAssignTangent, MulAssignDoubled, *:
                |x, dx, y, dy, _r, _d| times!(dx, y) + times!(dy, x),
                |u, v| (
                    times!(u, y) + times!(v, dy),
                    times!(v, y),
                    times!(u, x) + times!(v, dx),
                    times!(v, x)
                );
            DivTangent, DivDoubled, DivAssignTangent, DivAssignDoubled, /:
                |_x, dx, y, dy, r, d| times!(dx, (1.0 / y)) - times!(dy, (r / y)),
                |u, v| (
                    times!(u, (1.0 / y)) - times!(v, times!(dy, (1.0 / (y * y)))),
                    times!(v, (1.0 / y)),
                    times!(v, (times!(dy, (r / (y * y))) - d / y)) - times!(u, (r / y)),
                    -times!(v, (r / y))
                );
        }
    )*};
}

gates! { f32 f64 }

/// Integers have no tangents: an alias may stand for one.
macro_rules! integers {
    ($($integer:ident)*: $($list:tt)*) => {
        integers! { @each [$($integer)*] $($list)* }
    };
    (@each [$($integer:ident)*]
        $tangent:ident, $doubled:ident, $assigned:ident, $twice:ident, $symbol:tt;
        $($rest:tt)*) => {
        $(
            impl $tangent for $integer {
                #[inline]
                fn jvp(
                    &self,
                    right: &$integer,
                    _: (Option<&()>, Option<&()>),
                ) -> ($integer, ()) {
                    (*self $symbol *right, ())
                }
            }

            impl $doubled for $integer {
                #[inline]
                fn doubled<const ACTIVE: u64>(
                    &self,
                    right: &$integer,
                    _: ((Option<&()>, Option<&()>), Active<ACTIVE>),
                ) -> (
                    ($integer, ()),
                    impl Fn(Run, &((), ()), (), (), (), ()) -> ((), (), (), ()) + use<ACTIVE>,
                ) {
                    ((*self $symbol *right, ()), |_, &((), ()): &((), ()), (), (), (), ()| ((), (), (), ()))
                }
            }

            impl $assigned for $integer {
                #[inline]
                fn jvp(
                    &mut self,
                    right: &$integer,
                    _: (Option<&mut ()>, Option<&()>),
                ) -> ((), ()) {
                    let before = *self;
                    *self = before $symbol *right;
                    ((), ())
                }
            }

            impl $twice for $integer {
                #[inline]
                fn doubled<const ACTIVE: u64>(
                    &mut self,
                    right: &$integer,
                    _: ((Option<&mut ()>, Option<&()>), Active<ACTIVE>),
                ) -> (
                    ((), ()),
                    impl Fn(
                        Run,
                    &((), ()),
                        Mut<'_, $integer>,
                        MutDirection<'_, $integer>,
                        (),
                        (),
                    ) -> (AddedInPlace, AddedInPlace, (), ())
                    + use<ACTIVE>,
                ) {
                    let before = *self;
                    *self = before $symbol *right;
                    (((), ()), move |_, &((), ()): &((), ()), entry: Mut<'_, $integer>, _: MutDirection<'_, $integer>, (), ()| {
                        if let Some(value) = entry.value {
                            *value = before;
                        }
                        (AddedInPlace, AddedInPlace, (), ())
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
        AddTangent, AddDoubled, AddAssignTangent, AddAssignDoubled, +;
        SubTangent, SubDoubled, SubAssignTangent, SubAssignDoubled, -;
        MulTangent, MulDoubled, MulAssignTangent, MulAssignDoubled, *;
        DivTangent, DivDoubled, DivAssignTangent, DivAssignDoubled, /;
}
