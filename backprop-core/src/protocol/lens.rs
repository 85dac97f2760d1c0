//! Where the `&mut` reference leads that a function returns.
//!
//! A reference cannot be given back together with the one into the adjoint, and the
//! reverse half must not keep either. So the companion of such a function gives a
//! [`Lens`]: the integers that tell which part of its argument is referred to, and how
//! these find the part in the value and in a gradient of it.

use core::marker::PhantomData;

/// The number of the argument that a reference leads into. The caller says which one it
/// takes it for, and rustc compares.
#[derive(Clone, Copy, Debug)]
pub struct Root<const INDEX: usize>;

/// How a part is found: `E` in `M`, and its gradient `H` in the gradient `G`.
pub trait Finds<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized>: Copy {
    /// The part of a value.
    fn part(self, of: &M) -> &E;
    /// The same, to be changed.
    fn part_mut(self, of: &mut M) -> &mut E;
    /// The part of a gradient.
    fn gradient(self, of: &G) -> &H;
    /// The same, to be changed.
    fn gradient_mut(self, of: &mut G) -> &mut H;
}

/// A part of a value, and of its gradient.
pub struct Lens<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, F> {
    found: F,
    types: PhantomData<Types<M, E, G, H>>,
}

type Types<M, E, G, H> = (
    fn(PhantomData<M>) -> PhantomData<E>,
    fn(PhantomData<G>) -> PhantomData<H>,
);

impl<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, F: Copy> Clone for Lens<M, E, G, H, F> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, F: Copy> Copy for Lens<M, E, G, H, F> {}

impl<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, F> core::fmt::Debug for Lens<M, E, G, H, F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Lens").finish_non_exhaustive()
    }
}

impl<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, F> Lens<M, E, G, H, F>
where
    F: Finds<M, E, G, H>,
{
    /// The part of a value.
    #[inline]
    pub fn of(self, value: &M) -> &E {
        self.found.part(value)
    }

    /// The same, to be changed.
    #[inline]
    pub fn of_mut(self, value: &mut M) -> &mut E {
        self.found.part_mut(value)
    }

    /// The part of a gradient.
    #[inline]
    pub fn look(self, gradient: &G) -> &H {
        self.found.gradient(gradient)
    }

    /// The same, to be changed.
    #[inline]
    pub fn select(self, gradient: &mut G) -> &mut H {
        self.found.gradient_mut(gradient)
    }
}

/// Integers, and the four ways that they lead.
#[derive(Clone, Copy, Debug)]
pub struct Found<P, A, B, C, D>(P, A, B, C, D);

impl<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, P, A, B, C, D> Finds<M, E, G, H>
    for Found<P, A, B, C, D>
where
    P: Copy,
    A: Fn(&M, P) -> &E + Copy,
    B: Fn(&mut M, P) -> &mut E + Copy,
    C: Fn(&G, P) -> &H + Copy,
    D: Fn(&mut G, P) -> &mut H + Copy,
{
    #[inline]
    fn part(self, of: &M) -> &E {
        (self.1)(of, self.0)
    }

    #[inline]
    fn part_mut(self, of: &mut M) -> &mut E {
        (self.2)(of, self.0)
    }

    #[inline]
    fn gradient(self, of: &G) -> &H {
        (self.3)(of, self.0)
    }

    #[inline]
    fn gradient_mut(self, of: &mut G) -> &mut H {
        (self.4)(of, self.0)
    }
}

/// A lens out of integers and closures without captures.
#[expect(
    clippy::type_complexity,
    reason = "what is referred to, its gradient, and the ways there"
)]
#[inline]
pub fn lens<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, P, A, B, C, D>(
    part: P,
    of: A,
    of_mut: B,
    look: C,
    select: D,
) -> Lens<M, E, G, H, Found<P, A, B, C, D>>
where
    P: Copy,
    A: Fn(&M, P) -> &E + Copy,
    B: Fn(&mut M, P) -> &mut E + Copy,
    C: Fn(&G, P) -> &H + Copy,
    D: Fn(&mut G, P) -> &mut H + Copy,
{
    Lens {
        found: Found(part, of, of_mut, look, select),
        types: PhantomData,
    }
}

/// A lens that is made on some paths only. Where it is used, it was made.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<L>(Option<L>);

impl<L> Chosen<L> {
    /// Where it is made.
    #[inline]
    pub fn made(lens: L) -> Self {
        Chosen(Some(lens))
    }

    /// Where it is not.
    #[inline]
    #[must_use]
    pub fn absent() -> Self {
        Chosen(None)
    }
}

impl<M: ?Sized, E: ?Sized, G: ?Sized, H: ?Sized, F> Chosen<Lens<M, E, G, H, F>>
where
    F: Finds<M, E, G, H>,
{
    #[inline]
    fn lens(self) -> Lens<M, E, G, H, F> {
        self.0.expect("the reference leads through it")
    }

    /// The part of a value.
    #[inline]
    pub fn of(self, value: &M) -> &E {
        self.lens().of(value)
    }

    /// The same, to be changed.
    #[inline]
    pub fn of_mut(self, value: &mut M) -> &mut E {
        self.lens().of_mut(value)
    }

    /// The part of a gradient.
    #[inline]
    pub fn look(self, gradient: &G) -> &H {
        self.lens().look(gradient)
    }

    /// The same, to be changed.
    #[inline]
    pub fn select(self, gradient: &mut G) -> &mut H {
        self.lens().select(gradient)
    }
}
