//! Closures in differentiated functions.

use super::{Arguments, DifferentiableFn, FnDoubled, FnTangent};
use crate::Differentiable;
use crate::protocol::{AddedInPlace, Shared};
use crate::records::Run;
use crate::tangent::SharedDirection;

/// A closure in a differentiated function: copies of what it captures, its split form,
/// and the form of the mode that it is passed in. The forms capture nothing.
#[derive(Clone, Copy, Debug)]
pub struct Closure<E, S, M = ()> {
    environment: E,
    split: S,
    mode: M,
}

/// The form of forward mode.
#[derive(Clone, Copy, Debug)]
pub struct TangentForm<J>(J);

/// The form of second derivatives.
#[derive(Clone, Copy, Debug)]
pub struct DoubledForm<D>(D);

/// What the pullback of a closure returns for an argument, as its type asks for it.
#[diagnostic::on_unimplemented(
    message = "an argument of this closure is a reference",
    label = "write the type of the argument, as in `|v: &[f64]| ..`"
)]
pub trait IntoSlot<S> {
    /// The same.
    fn into_slot(self) -> S;
}

impl<G> IntoSlot<G> for G {
    #[inline]
    fn into_slot(self) -> G {
        self
    }
}

/// No slot: with it rustc does not take the one there is for granted, and tells what is wrong.
#[derive(Debug)]
pub struct NoSlot<G>(G);

impl<G> IntoSlot<NoSlot<G>> for G {
    #[inline]
    fn into_slot(self) -> NoSlot<G> {
        NoSlot(self)
    }
}

/// See [`IntoSlot`].
#[inline]
pub fn into_slot<G: IntoSlot<S>, S>(adjoint: G) -> S {
    adjoint.into_slot()
}

/// A constant that a closure captures, whatever its type.
#[derive(Clone, Copy, Debug)]
pub struct Fixed<T>(pub T);

impl<T> Differentiable for Fixed<T> {
    type Gradient = ();

    #[inline]
    fn zero_gradient(&self) {}

    #[inline]
    fn accumulate((): &mut (), (): &()) {}
}

/// See [`Closure`].
#[inline]
pub fn closure<E, S: Copy + 'static>(environment: E, split: S) -> Closure<E, S> {
    Closure {
        environment,
        split,
        mode: (),
    }
}

impl<E, S> Closure<E, S> {
    /// With its form in forward mode.
    #[inline]
    pub fn with_tangent<J: Copy + 'static>(self, form: J) -> Closure<E, S, TangentForm<J>> {
        Closure {
            environment: self.environment,
            split: self.split,
            mode: TangentForm(form),
        }
    }

    /// With its form in second derivatives.
    #[inline]
    pub fn doubled<D: Copy + 'static>(self, form: D) -> Closure<E, S, DoubledForm<D>> {
        Closure {
            environment: self.environment,
            split: self.split,
            mode: DoubledForm(form),
        }
    }
}

impl<E: Differentiable, S, M> Differentiable for Closure<E, S, M> {
    type Gradient = E::Gradient;

    #[inline]
    fn zero_gradient(&self) -> E::Gradient {
        self.environment.zero_gradient()
    }

    #[inline]
    fn accumulate(into: &mut E::Gradient, from: &E::Gradient) {
        E::accumulate(into, from);
    }

    #[inline]
    fn __fits(&self, gradient: &E::Gradient) -> bool {
        self.environment.__fits(gradient)
    }
}

#[diagnostic::do_not_recommend]
impl<Args, Output, E, P, S, M> DifferentiableFn<Args, Output> for Closure<E, S, M>
where
    Args: Arguments,
    Output: Differentiable,
    E: Differentiable + Clone,
    P: Fn(Run, &Output::Gradient, &E, Option<&mut E::Gradient>, Args::Entries<'_>) -> Args::Slots,
    S: Fn(&E, Args::Passed<'_>) -> (Output, P) + Copy + 'static,
    M: Clone,
{
    #[inline]
    fn __call(&self, args: Args::Passed<'_>) -> Output {
        (self.split)(&self.environment, args).0
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
        + use<Args, Output, E, P, S, M>,
    ) {
        let (value, pullback) = (self.split)(&self.environment, args);
        (
            value,
            move |run: Run, upstream: &_, entry: Shared<'_, Self>, entries: Args::Entries<'_>| {
                let environment = &entry.value.environment;
                (
                    AddedInPlace,
                    pullback(run, upstream, environment, entry.adjoint, entries),
                )
            },
        )
    }
}

#[diagnostic::do_not_recommend]
impl<Args, Output, E, P, S, J> FnTangent<Args, Output> for Closure<E, S, TangentForm<J>>
where
    Args: Arguments,
    Output: Differentiable,
    E: Differentiable + Clone,
    P: Fn(Run, &Output::Gradient, &E, Option<&mut E::Gradient>, Args::Entries<'_>) -> Args::Slots,
    S: Fn(&E, Args::Passed<'_>) -> (Output, P) + Copy + 'static,
    J: Fn(&E, &E::Gradient, Args::Passed<'_>, Args::Tangents<'_>) -> (Output, Output::Gradient)
        + Copy
        + 'static,
{
    #[inline]
    fn __jvp(
        &self,
        along: Option<&E::Gradient>,
        args: Args::Passed<'_>,
        tangents: Args::Tangents<'_>,
    ) -> (Output, Output::Gradient) {
        let mut zero = None;
        let along = along_or_zero(&self.environment, along, &mut zero);
        (self.mode.0)(&self.environment, along, args, tangents)
    }
}

#[diagnostic::do_not_recommend]
impl<Args, Output, E, P, S, Q, D> FnDoubled<Args, Output> for Closure<E, S, DoubledForm<D>>
where
    Args: Arguments,
    Output: Differentiable,
    E: Differentiable + Clone,
    P: Fn(Run, &Output::Gradient, &E, Option<&mut E::Gradient>, Args::Entries<'_>) -> Args::Slots,
    S: Fn(&E, Args::Passed<'_>) -> (Output, P) + Copy + 'static,
    Q: Fn(
        Run,
        &(Output::Gradient, Output::Gradient),
        (&E, &E::Gradient),
        [Option<&mut E::Gradient>; 2],
        Args::Entries<'_>,
        Args::Directions<'_>,
    ) -> (Args::Slots, Args::Slots),
    D: Fn(
            &E,
            &E::Gradient,
            Args::Passed<'_>,
            Args::Tangents<'_>,
        ) -> ((Output, Output::Gradient), Q)
        + Copy
        + 'static,
{
    #[inline]
    fn __doubled(
        &self,
        along: Option<&E::Gradient>,
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
        + use<Args, Output, E, P, S, Q, D>,
    ) {
        let mut zero = None;
        let along = along_or_zero(&self.environment, along, &mut zero);
        let (values, pullback) = (self.mode.0)(&self.environment, along, args, tangents);
        (
            values,
            move |run: Run,
                  upstream: &_,
                  entry: Shared<'_, Self>,
                  direction: SharedDirection<'_, Self>,
                  entries: Args::Entries<'_>,
                  directions: Args::Directions<'_>| {
                let mut zero = None;
                let environment = &entry.value.environment;
                let along = along_or_zero(environment, direction.tangent, &mut zero);
                let adjoints = [entry.adjoint, direction.adjoint];
                let both = (environment, along);
                let (slots, along) = pullback(run, upstream, both, adjoints, entries, directions);
                (AddedInPlace, AddedInPlace, slots, along)
            },
        )
    }
}

/// The tangent of what a closure captures; zero if there is none.
fn along_or_zero<'a, E: Differentiable>(
    environment: &E,
    along: Option<&'a E::Gradient>,
    zero: &'a mut Option<E::Gradient>,
) -> &'a E::Gradient {
    match along {
        Some(along) => along,
        None => zero.insert(environment.zero_gradient()),
    }
}
