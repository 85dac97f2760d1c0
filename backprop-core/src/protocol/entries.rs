//! What a pullback takes for each argument.

use super::{InPlace, Mut, Shared};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A reference to one type, passed where a reference to another is expected.
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
    [T] T => T: this this, this;
    [T] [T] => [T]: this this, this;
    [T] Vec<T> => [T]: this this, this;
    [T, const N: usize] [T; N] => [T]: this this, this;
    [T] Box<T> => T: this this, this;
}

/// What a pullback takes for an argument `&value`: the callee decides.
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
            value: content.lend_mut(),
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
