//! What a pullback takes for each argument.

use super::{Content, InPlace, Mut, Shared};
use crate::tangent::MutDirection;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A reference to one type, passed where a reference to another is expected.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is passed to a differentiated function that takes `{T}`",
    label = "called here",
    note = "a value of a known type is not passed on as a trait object: take a `&dyn Trait`, or call a function of the type itself"
)]
pub trait Lend<T: ?Sized> {
    /// As `&T`.
    fn lend(&self) -> &T;
    /// As `&mut T`.
    fn lend_mut(&mut self) -> &mut T;
}

macro_rules! lend {
    ($([$($generics:tt)*] $from:ty => $to:ty: $this:ident $deref:expr, $deref_mut:expr;)*) => {$(
        impl<$($generics)*> Lend<$to> for $from {
            #[inline]
            fn lend(&self) -> &$to {
                let $this = self;
                $deref
            }
            #[inline]
            fn lend_mut(&mut self) -> &mut $to {
                let $this = self;
                $deref_mut
            }
        }
    )*};
}

lend! {
    [T: ?Sized] T => T: this this, this;
    [T] Vec<T> => [T]: this this, this;
    [T, const N: usize] [T; N] => [T]: this this, this;
    [T: ?Sized] Box<T> => T: this this, this;
}

/// What a pullback takes for an argument `&value`: the callee decides.
#[diagnostic::on_unimplemented(
    message = "a method changes what it is called on, but that is only lent to it here",
    label = "in `x.m(x.n())` the method `n` changes `x`",
    note = "bind it first, in the order that is meant: `let k = x.n();` or `let y = x;`"
)]
pub trait SharedEntry<'a, C: ?Sized, A: ?Sized> {
    /// Makes the entry.
    fn entry(content: &'a C, adjoint: Option<&'a mut A>) -> Self;
}

impl<'a, C: ?Sized, A: ?Sized> SharedEntry<'a, C, A> for () {
    #[inline]
    fn entry(_: &'a C, _: Option<&'a mut A>) {}
}

impl<'a, T, C, A> SharedEntry<'a, C, A> for Shared<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T> + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(content: &'a C, adjoint: Option<&'a mut A>) -> Self {
        Shared {
            value: content.lend(),
            adjoint: adjoint.map(A::lend_mut),
        }
    }
}

/// The entry for an active argument `&value`.
#[inline]
pub fn shared_entry<'a, C: ?Sized, A: ?Sized, E: SharedEntry<'a, C, A>>(
    content: &'a C,
    adjoint: Option<&'a mut A>,
) -> E {
    E::entry(content, adjoint)
}

/// What a pullback takes for an argument that is a `&mut` reference: the callee
/// may ask for `&mut` or only for `&`.
pub trait MutEntry<'a, C: ?Sized, A: ?Sized> {
    /// Makes the entry.
    fn entry(content: &'a mut C, adjoint: &'a mut A) -> Self;
}

impl<'a, T, C, A> MutEntry<'a, C, A> for Mut<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T> + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(content: &'a mut C, adjoint: &'a mut A) -> Self {
        Mut {
            value: Some(content.lend_mut()),
            adjoint: adjoint.lend_mut(),
        }
    }
}

impl<'a, T, C, A> MutEntry<'a, C, A> for Shared<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T> + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(content: &'a mut C, adjoint: &'a mut A) -> Self {
        let content: &'a C = content;
        Shared {
            value: content.lend(),
            adjoint: Some(adjoint.lend_mut()),
        }
    }
}

impl<'a, C: ?Sized, A: ?Sized> MutEntry<'a, C, A> for () {
    #[inline]
    fn entry(_: &'a mut C, _: &'a mut A) {}
}

/// The entry for an argument that is a `&mut` reference.
#[inline]
pub fn mut_entry<'a, C: ?Sized, A: ?Sized, E: MutEntry<'a, C, A>>(
    content: &'a mut C,
    adjoint: &'a mut A,
) -> E {
    E::entry(content, adjoint)
}

/// Whether the content that a call leaves behind an argument that is a `&mut`
/// reference is recorded: `true` where the callee takes it as `&` and reads it again.
#[derive(Clone, Copy, Debug)]
pub struct Keep<const NEEDED: bool>;

/// What [`Keep`] makes of content.
pub trait KeepContent<C: ?Sized> {
    /// A copy, or nothing.
    type Kept;
    /// Copies the content, if it is needed.
    fn keep(content: &C) -> Self::Kept;
}

impl<C: Content + ?Sized> KeepContent<C> for Keep<true> {
    type Kept = Held<C::Copy>;

    #[inline]
    fn keep(content: &C) -> Self::Kept {
        Held(content.snapshot())
    }
}

impl<C: ?Sized> KeepContent<C> for Keep<false> {
    type Kept = NotHeld;

    #[inline]
    fn keep(_: &C) -> NotHeld {
        NotHeld
    }
}

/// A copy of the content behind a `&mut` argument.
#[derive(Clone, Copy, Debug)]
pub struct Held<C>(C);

/// Stands for content that no pullback reads.
#[derive(Clone, Copy, Debug)]
pub struct NotHeld;

/// Makes the entry for an argument that is a `&mut` reference of what was kept.
pub trait KeptEntry<'a, A: ?Sized, E> {
    /// Makes the entry.
    fn entry(&'a mut self, adjoint: &'a mut A) -> E;
}

impl<'a, C: 'a, A: ?Sized, E: MutEntry<'a, C, A>> KeptEntry<'a, A, E> for Held<C> {
    #[inline]
    fn entry(&'a mut self, adjoint: &'a mut A) -> E {
        E::entry(&mut self.0, adjoint)
    }
}

impl<'a, T, A> KeptEntry<'a, A, Mut<'a, T>> for NotHeld
where
    T: InPlace + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(&'a mut self, adjoint: &'a mut A) -> Mut<'a, T> {
        Mut {
            value: None,
            adjoint: adjoint.lend_mut(),
        }
    }
}

impl<'a, T, A> KeptEntry<'a, A, MutDirection<'a, T>> for NotHeld
where
    T: InPlace + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(&'a mut self, adjoint: &'a mut A) -> MutDirection<'a, T> {
        MutDirection(Some(adjoint.lend_mut()))
    }
}

impl<'a, A: ?Sized> KeptEntry<'a, A, ()> for NotHeld {
    #[inline]
    fn entry(&'a mut self, _: &'a mut A) {}
}

/// What a record keeps of the content behind a `&mut` argument after the call.
#[inline]
pub fn keep<const NEEDED: bool, C: ?Sized>(content: &C) -> <Keep<NEEDED> as KeepContent<C>>::Kept
where
    Keep<NEEDED>: KeepContent<C>,
{
    Keep::<NEEDED>::keep(content)
}

/// The entry for an argument that is a `&mut` reference, of what was kept.
#[inline]
pub fn kept_entry<'a, K: KeptEntry<'a, A, E>, A: ?Sized, E>(
    kept: &'a mut K,
    adjoint: &'a mut A,
) -> E {
    kept.entry(adjoint)
}

/// What a pullback takes for a constant argument `&value`.
pub trait ConstantEntry<A> {
    /// Makes the entry.
    fn entry(argument: A) -> Self;
}

impl<A> ConstantEntry<A> for () {
    #[inline]
    fn entry(_: A) {}
}

impl<'a, T, C> ConstantEntry<&'a C> for Shared<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T> + ?Sized,
{
    #[inline]
    fn entry(content: &'a C) -> Self {
        Shared {
            value: content.lend(),
            adjoint: None,
        }
    }
}

/// The entry for a constant argument `&value`.
#[inline]
pub fn constant_entry<A, E: ConstantEntry<A>>(argument: A) -> E {
    E::entry(argument)
}
