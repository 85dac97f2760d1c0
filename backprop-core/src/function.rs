//! Functions as values, with their derivatives.

#![expect(
    clippy::type_complexity,
    reason = "the result of a split form cannot be named"
)]

use crate::Differentiable;
use crate::protocol::{AddedInPlace, Shared};
use crate::records::Run;
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
/// arguments are numbers, or arrays, tuples and vectors of them, by value, up to six.
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no derivative as a function of `{Args}` that gives `{Output}`",
    label = "needed by `#[differentiate]`",
    note = "pass a function with `#[differentiate]` under its name with braces: `name {{}}`",
    note = "a closure and a function pointer have a value, but no derivative"
)]
pub trait DifferentiableFn<Args: Differentiable, Output: Differentiable>:
    Differentiable + Clone
{
    /// The value.
    #[doc(hidden)]
    fn __call(&self, args: Args) -> Output;

    /// The value and the pullback, which adds to the adjoint of the function itself and
    /// returns those of the arguments.
    #[doc(hidden)]
    fn __split(
        &self,
        args: Args,
    ) -> (
        Output,
        impl Fn(Run, &Output::Gradient, Shared<'_, Self>) -> (AddedInPlace, Args::Gradient)
        + use<Self, Args, Output>,
    );

    /// The function that it is the companion of.
    #[doc(hidden)]
    fn __primal(&self) -> Option<TypeId> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<'f, Args, Output, F> DifferentiableFn<Args, Output> for &'f F
where
    Args: Differentiable,
    Output: Differentiable,
    F: DifferentiableFn<Args, Output>,
{
    #[inline]
    fn __call(&self, args: Args) -> Output {
        (**self).__call(args)
    }

    #[inline]
    fn __split(
        &self,
        args: Args,
    ) -> (
        Output,
        impl Fn(Run, &Output::Gradient, Shared<'_, Self>) -> (AddedInPlace, Args::Gradient)
        + use<'f, Args, Output, F>,
    ) {
        let (value, pullback) = (**self).__split(args);
        (value, move |run, upstream: &_, entry: Shared<'_, Self>| {
            let (value, adjoint) = (*entry.value, entry.adjoint);
            pullback(run, upstream, Shared { value, adjoint })
        })
    }

    #[inline]
    fn __primal(&self) -> Option<TypeId> {
        (**self).__primal()
    }
}

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

/// A closure in a differentiated function: copies of what it captures, and its split
/// form, which captures nothing.
#[derive(Clone, Copy, Debug)]
pub struct Closure<E, S> {
    environment: E,
    split: S,
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
    Closure { environment, split }
}

impl<E: Differentiable, S> Differentiable for Closure<E, S> {
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
impl<Args, Output, E, P, S> DifferentiableFn<Args, Output> for Closure<E, S>
where
    Args: Differentiable,
    Output: Differentiable,
    E: Differentiable + Clone,
    P: Fn(Run, &Output::Gradient, &E, Option<&mut E::Gradient>) -> Args::Gradient,
    S: Fn(&E, Args) -> (Output, P) + Copy + 'static,
{
    #[inline]
    fn __call(&self, args: Args) -> Output {
        (self.split)(&self.environment, args).0
    }

    #[inline]
    fn __split(
        &self,
        args: Args,
    ) -> (
        Output,
        impl Fn(Run, &Output::Gradient, Shared<'_, Self>) -> (AddedInPlace, Args::Gradient)
        + use<Args, Output, E, P, S>,
    ) {
        let (value, pullback) = (self.split)(&self.environment, args);
        (value, move |run, upstream: &_, entry: Shared<'_, Self>| {
            let environment = &entry.value.environment;
            (
                AddedInPlace,
                pullback(run, upstream, environment, entry.adjoint),
            )
        })
    }
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

macro_rules! named {
    ($(($($arg:ident $index:tt)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<C, P, Output, $($arg),*> DifferentiableFn<($($arg,)*), Output> for Named<C, P>
        where
            $($arg: Differentiable,)*
            Output: Differentiable,
            C: DifferentiableFn<($($arg,)*), Output>,
            P: Fn($($arg),*) -> Output + Clone + 'static,
        {
            #[inline]
            fn __call(&self, args: ($($arg,)*)) -> Output {
                (self.primal)($(args.$index),*)
            }

            #[inline]
            #[track_caller]
            fn __split(
                &self,
                args: ($($arg,)*),
            ) -> (
                Output,
                impl Fn(
                    Run, &Output::Gradient,
                    Shared<'_, Self>,
                ) -> (AddedInPlace, <($($arg,)*) as Differentiable>::Gradient)
                + use<C, P, Output, $($arg),*>,
            ) {
                check_named(self.companion.__primal(), TypeId::of::<P>());
                let (value, pullback) = self.companion.__split(args);
                (value, move |run, upstream: &_, entry: Shared<'_, Self>| {
                    let (value, adjoint) = (&entry.value.companion, entry.adjoint);
                    pullback(run, upstream, Shared { value, adjoint })
                })
            }
        }
    )*};
}

named! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 D 2)
    (A 0 B 1 D 2 E 3)
    (A 0 B 1 D 2 E 3 G 4)
    (A 0 B 1 D 2 E 3 G 4 H 5)
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
