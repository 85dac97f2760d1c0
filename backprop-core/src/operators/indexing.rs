//! Indexing of the user's own types.
//!
//! The adjoint of `m[i]` is a part of the adjoint of `m`. Which part it is, the index
//! and the integers of `m` tell: the companion of `Index` runs the same body for that,
//! and gives the part back as integers. Of types without a companion (an alias of `Vec`)
//! the gradient is indexed as the value is; rustc chooses.

use crate::Differentiable;
use core::ops::{Deref, IndexMut};

/// `m[index]`, or with `MUT` its change, with a derivative.
pub trait IndexRule<I, const MUT: bool>: Differentiable {
    /// What the index leads to.
    type Element: Differentiable;
    /// Where that is.
    type Part: Copy;

    /// Where the index leads.
    fn part(&self, index: I) -> Self::Part;

    /// That part of a gradient.
    fn look(
        gradient: &Self::Gradient,
        part: Self::Part,
    ) -> &<Self::Element as Differentiable>::Gradient;

    /// The same, to be changed.
    fn select(
        gradient: &mut Self::Gradient,
        part: Self::Part,
    ) -> &mut <Self::Element as Differentiable>::Gradient;
}

/// A value and an index.
#[derive(Debug)]
pub struct Indexed<'m, M: ?Sized, I, const MUT: bool>(Unruled<'m, M, I>);

/// The same, where there is no companion.
#[derive(Debug)]
pub struct Unruled<'m, M: ?Sized, I>(&'m M, I);

impl<'m, M: ?Sized, I, const MUT: bool> Indexed<'m, M, I, MUT> {
    /// Of what is indexed.
    #[inline]
    pub fn new(of: &'m M, index: I) -> Self {
        Indexed(Unruled(of, index))
    }
}

impl<'m, M: ?Sized, I, const MUT: bool> Deref for Indexed<'m, M, I, MUT> {
    type Target = Unruled<'m, M, I>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<M: IndexRule<I, MUT>, I: Copy, const MUT: bool> Indexed<'_, M, I, MUT> {
    /// Where the index leads.
    #[inline]
    pub fn part(&self) -> Part<M, I, MUT> {
        Part(self.0.0.part(self.0.1))
    }
}

impl<M: ?Sized, I: Copy> Unruled<'_, M, I> {
    /// The index itself.
    #[inline]
    pub fn part(&self) -> PlainPart<I> {
        PlainPart(self.1)
    }
}

/// Where an index leads in gradients of `M`.
pub struct Part<M: IndexRule<I, MUT>, I, const MUT: bool>(M::Part);

impl<M: IndexRule<I, MUT>, I, const MUT: bool> Clone for Part<M, I, MUT> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: IndexRule<I, MUT>, I, const MUT: bool> Copy for Part<M, I, MUT> {}

impl<M: IndexRule<I, MUT>, I, const MUT: bool> core::fmt::Debug for Part<M, I, MUT> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Part").finish_non_exhaustive()
    }
}

impl<M: IndexRule<I, MUT>, I, const MUT: bool> Part<M, I, MUT> {
    /// That part of a gradient.
    #[inline]
    pub fn look(self, gradient: &M::Gradient) -> &<M::Element as Differentiable>::Gradient {
        M::look(gradient, self.0)
    }

    /// The same, to be changed.
    #[inline]
    pub fn select(
        self,
        gradient: &mut M::Gradient,
    ) -> &mut <M::Element as Differentiable>::Gradient {
        M::select(gradient, self.0)
    }
}

/// A gradient that is indexed as its value is.
#[diagnostic::on_unimplemented(
    message = "an index into a value whose gradient is `{Self}` is not differentiated",
    label = "what it leads to is active",
    note = "write `#[differentiate]` on the `impl` of `Index`, and on that of `IndexMut`"
)]
pub trait IndexedAlike<I>: IndexMut<I> {}

impl<G: IndexMut<I> + ?Sized, I> IndexedAlike<I> for G {}

/// An index of value and gradient alike.
#[derive(Clone, Copy, Debug)]
pub struct PlainPart<I>(I);

impl<I> PlainPart<I> {
    /// That part of a gradient.
    #[inline]
    pub fn look<G: IndexedAlike<I> + ?Sized>(self, gradient: &G) -> &G::Output {
        &gradient[self.0]
    }

    /// The same, to be changed.
    #[inline]
    pub fn select<G: IndexedAlike<I> + ?Sized>(self, gradient: &mut G) -> &mut G::Output {
        &mut gradient[self.0]
    }
}
