//! Functions by name.

use super::{Arguments, DifferentiableFn, FnDoubled, FnTangent};
use crate::Differentiable;
use crate::protocol::{AddedInPlace, Shared};
use crate::records::Run;
use crate::tangent::SharedDirection;
use core::any::TypeId;

/// A function by name in a differentiated one: its companion, and the function that the
/// name means where it is called.
#[derive(Clone, Copy, Debug)]
pub struct Named<C, P> {
    companion: C,
    primal: P,
}

/// See [`Named`].
#[inline]
pub fn named<C, P>(companion: C, primal: P) -> Named<C, P> {
    Named { companion, primal }
}

impl<C: Differentiable, P> Differentiable for Named<C, P> {
    type Gradient = C::Gradient;

    #[inline]
    fn zero_gradient(&self) -> C::Gradient {
        self.companion.zero_gradient()
    }

    #[inline]
    fn accumulate(into: &mut C::Gradient, from: &C::Gradient) {
        C::accumulate(into, from);
    }
}

/// Says of a function that it is called with such arguments.
pub trait Called<Args: Arguments, Output>: Clone + 'static {
    /// Calls it.
    fn called<'a>(&self, args: Args::Passed<'a>) -> Output;
}

macro_rules! called {
    ($(($($arg:ident $index:tt)*))*) => {$(
        impl<P, Output, $($arg),*> Called<($($arg,)*), Output> for P
        where
            $($arg: super::Passable,)*
            P: for<'a> Fn($($arg::Passed<'a>),*) -> Output + Clone + 'static,
        {
            #[inline]
            fn called<'a>(&self, args: ($($arg::Passed<'a>,)*)) -> Output {
                self($(args.$index),*)
            }
        }
    )*};
}

called! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 D 2)
    (A 0 B 1 D 2 E 3)
    (A 0 B 1 D 2 E 3 G 4)
    (A 0 B 1 D 2 E 3 G 4 H 5)
}

#[diagnostic::do_not_recommend]
impl<Args, Output, C, P> DifferentiableFn<Args, Output> for Named<C, P>
where
    Args: Arguments,
    Output: Differentiable,
    C: DifferentiableFn<Args, Output>,
    P: Called<Args, Output>,
{
    #[inline]
    fn __call(&self, args: Args::Passed<'_>) -> Output {
        self.primal.called(args)
    }

    #[inline]
    #[track_caller]
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
        + use<Args, Output, C, P>,
    ) {
        check_named(self.companion.__primal(), TypeId::of::<P>());
        let (value, pullback) = self.companion.__split(args);
        (
            value,
            move |run: Run, upstream: &_, entry: Shared<'_, Self>, entries: Args::Entries<'_>| {
                pullback(run, upstream, shared(entry), entries)
            },
        )
    }
}

#[diagnostic::do_not_recommend]
impl<Args, Output, C, P> FnTangent<Args, Output> for Named<C, P>
where
    Args: Arguments,
    Output: Differentiable,
    C: FnTangent<Args, Output>,
    P: Called<Args, Output>,
{
    #[inline]
    #[track_caller]
    fn __jvp(
        &self,
        along: Option<&C::Gradient>,
        args: Args::Passed<'_>,
        tangents: Args::Tangents<'_>,
    ) -> (Output, Output::Gradient) {
        check_named(self.companion.__primal(), TypeId::of::<P>());
        self.companion.__jvp(along, args, tangents)
    }
}

#[diagnostic::do_not_recommend]
impl<Args, Output, C, P> FnDoubled<Args, Output> for Named<C, P>
where
    Args: Arguments,
    Output: Differentiable,
    C: FnDoubled<Args, Output>,
    P: Called<Args, Output>,
{
    #[inline]
    #[track_caller]
    fn __doubled(
        &self,
        along: Option<&C::Gradient>,
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
        + use<Args, Output, C, P>,
    ) {
        check_named(self.companion.__primal(), TypeId::of::<P>());
        let (values, pullback) = self.companion.__doubled(along, args, tangents);
        (
            values,
            move |run: Run,
                  upstream: &_,
                  entry: Shared<'_, Self>,
                  direction: SharedDirection<'_, Self>,
                  entries: Args::Entries<'_>,
                  directions: Args::Directions<'_>| {
                let SharedDirection { tangent, adjoint } = direction;
                let direction = SharedDirection { tangent, adjoint };
                pullback(run, upstream, shared(entry), direction, entries, directions)
            },
        )
    }
}

fn shared<C: Differentiable, P>(entry: Shared<'_, Named<C, P>>) -> Shared<'_, C> {
    let (value, adjoint) = (&entry.value.companion, entry.adjoint);
    Shared { value, adjoint }
}

/// The companion and the function were found under one name, but in two namespaces.
#[inline]
#[track_caller]
fn check_named(own: Option<TypeId>, called: TypeId) {
    assert!(
        own.is_none_or(|own| own == called),
        "companion belongs to another function: the function that is passed and the \
         differentiated function of the same name are two; mark the one that is passed \
         with `#[differentiate]`, or name the other by its full path",
    );
}

/// The type of a function, to tell it from others.
#[inline]
pub fn type_of<T: 'static>(_: &T) -> Option<TypeId> {
    Some(TypeId::of::<T>())
}
