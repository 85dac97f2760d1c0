//! A reference to a function is one, too.

use super::{Arguments, DifferentiableFn, FnDoubled, FnTangent};
use crate::Differentiable;
use crate::protocol::{AddedInPlace, Shared};
use crate::records::Run;
use crate::tangent::SharedDirection;
use core::any::TypeId;

#[diagnostic::do_not_recommend]
impl<'f, Args, Output, F> DifferentiableFn<Args, Output> for &'f F
where
    Args: Arguments,
    Output: Differentiable,
    F: DifferentiableFn<Args, Output>,
{
    #[inline]
    fn __call(&self, args: Args::Passed<'_>) -> Output {
        (**self).__call(args)
    }

    #[inline]
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
        + use<'f, Args, Output, F>,
    ) {
        let (value, pullback) = (**self).__split(args);
        (
            value,
            move |run: Run, upstream: &_, entry: Shared<'_, Self>, entries: Args::Entries<'_>| {
                pullback(run, upstream, shared(entry), entries)
            },
        )
    }

    #[inline]
    fn __primal(&self) -> Option<TypeId> {
        (**self).__primal()
    }
}

#[diagnostic::do_not_recommend]
impl<Args, Output, F> FnTangent<Args, Output> for &F
where
    Args: Arguments,
    Output: Differentiable,
    F: FnTangent<Args, Output>,
{
    #[inline]
    fn __jvp(
        &self,
        along: Option<&F::Gradient>,
        args: Args::Passed<'_>,
        tangents: Args::Tangents<'_>,
    ) -> (Output, Output::Gradient) {
        (**self).__jvp(along, args, tangents)
    }
}

#[diagnostic::do_not_recommend]
impl<'f, Args, Output, F> FnDoubled<Args, Output> for &'f F
where
    Args: Arguments,
    Output: Differentiable,
    F: FnDoubled<Args, Output>,
{
    #[inline]
    fn __doubled(
        &self,
        along: Option<&F::Gradient>,
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
        + use<'f, Args, Output, F>,
    ) {
        let (values, pullback) = (**self).__doubled(along, args, tangents);
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

fn shared<'a, F: Differentiable>(entry: Shared<'a, &F>) -> Shared<'a, F> {
    let (value, adjoint) = (*entry.value, entry.adjoint);
    Shared { value, adjoint }
}
