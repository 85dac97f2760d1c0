//! Options, results and sequences, and copies of their content.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// The payload of the gradient of an option that is `Some`.
#[inline]
#[track_caller]
pub fn some_mut<G>(gradient: &mut Option<G>) -> &mut G {
    gradient.as_mut().expect("the gradient of `Some` is `Some`")
}

/// The same of a tangent that is only read.
#[inline]
#[track_caller]
pub fn some_ref<G>(gradient: &Option<G>) -> &G {
    gradient.as_ref().expect("the gradient of `Some` is `Some`")
}

/// What a method asks for its payload, whichever of the two it is.
pub trait Fallible {
    /// What is inside.
    type Payload;
    /// The payload, if there is one.
    fn into_option(self) -> Option<Self::Payload>;
}

impl<T> Fallible for Option<T> {
    type Payload = T;

    #[inline]
    fn into_option(self) -> Option<T> {
        self
    }
}

impl<T, E> Fallible for Result<T, E> {
    type Payload = T;

    #[inline]
    fn into_option(self) -> Option<T> {
        self.ok()
    }
}

/// Whether there is a payload, and the payload or a default in its place.
#[inline]
pub fn take_apart<O: Fallible<Payload: Default>>(option: O) -> (bool, O::Payload) {
    match option.into_option() {
        Some(payload) => (true, payload),
        None => (false, Default::default()),
    }
}

/// The same of a result, and its error.
#[inline]
pub fn take_result_apart<T: Default, E>(result: Result<T, E>) -> ((bool, T), Option<E>) {
    match result {
        Ok(payload) => ((true, payload), None),
        Err(error) => ((false, T::default()), Some(error)),
    }
}

/// The error type of a `Result`, where an alias hides it.
pub trait ErrorOf {
    /// It.
    type Error;
}

impl<T, E> ErrorOf for Result<T, E> {
    type Error = E;
}

/// What `iter()` is known for: the elements in order, by index.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to be a sequence",
    label = "iterated over here",
    note = "`#[differentiate]` iterates over arrays, slices and vectors"
)]
pub trait Sequence {
    /// The number of elements.
    fn length(&self) -> usize;
}

impl<T> Sequence for [T] {
    #[inline]
    fn length(&self) -> usize {
        self.len()
    }
}

impl<T, const N: usize> Sequence for [T; N] {
    #[inline]
    fn length(&self) -> usize {
        N
    }
}

impl<T> Sequence for Vec<T> {
    #[inline]
    fn length(&self) -> usize {
        self.len()
    }
}

impl<T: Sequence + ?Sized> Sequence for &T {
    #[inline]
    fn length(&self) -> usize {
        (**self).length()
    }
}

impl<T: Sequence + ?Sized> Sequence for Box<T> {
    #[inline]
    fn length(&self) -> usize {
        (**self).length()
    }
}

/// A vector.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to be a vector",
    label = "changed in length here"
)]
pub trait Vector {}

impl<T> Vector for Vec<T> {}

/// The same reference, to what is a sequence.
#[inline]
pub fn sequence<S: Sequence + ?Sized>(sequence: &S) -> &S {
    sequence
}

/// The same reference, to what is a sequence.
#[inline]
pub fn sequence_mut<S: Sequence + ?Sized>(sequence: &mut S) -> &mut S {
    sequence
}

/// The same reference, to what is a vector.
#[inline]
pub fn vector_mut<V: Vector>(vector: &mut V) -> &mut V {
    vector
}

/// Whether there are no elements.
#[inline]
pub fn is_empty<S: Sequence + ?Sized>(sequence: &S) -> bool {
    sequence.length() == 0
}

/// The number of elements.
#[inline]
pub fn length<S: Sequence + ?Sized>(sequence: &S) -> usize {
    sequence.length()
}

/// `vec![value; n]`
#[inline]
pub fn repeat<T: Clone>(value: T, n: usize) -> Vec<T> {
    alloc::vec![value; n]
}

/// Content that can be copied and put back.
pub trait Content {
    /// The copy.
    type Copy: Clone;
    /// Copies the content.
    fn snapshot(&self) -> Self::Copy;
    /// Puts a copy back.
    fn restore(&mut self, copy: Self::Copy);
}

impl<T: Clone> Content for T {
    type Copy = T;

    #[inline]
    fn snapshot(&self) -> T {
        self.clone()
    }

    #[inline]
    fn restore(&mut self, copy: T) {
        *self = copy;
    }
}

impl<T: Clone> Content for [T] {
    type Copy = Vec<T>;

    #[inline]
    fn snapshot(&self) -> Vec<T> {
        self.to_vec()
    }

    #[inline]
    fn restore(&mut self, copy: Vec<T>) {
        self.clone_from_slice(&copy);
    }
}

/// A copy of some content.
#[inline]
pub fn snapshot<T: Content + ?Sized>(content: &T) -> T::Copy {
    content.snapshot()
}

/// Puts a copy of some content back.
#[inline]
pub fn restore<T: Content + ?Sized>(content: &mut T, copy: T::Copy) {
    content.restore(copy);
}
