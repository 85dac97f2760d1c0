//! How generated functions call each other: the vocabulary of the split form.
//!
//! The pullback of a call takes the upstream and one *entry* for each
//! parameter, and returns one *slot* for each: the adjoint of what was passed
//! by value, or a marker.

use crate::{Differentiable, Real};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::TypeId;

/// Which arguments of a call are active, one bit each.
#[derive(Clone, Copy, Debug)]
pub struct Active<const MASK: u64>;

/// Panics unless the companion was found for the very function that is called.
///
/// A name can mean one function among values and another companion among
/// types: a local `fn sq` beside a glob import of a differentiated `sq`.
#[inline]
#[track_caller]
pub fn check_companion<Called: 'static, Own: 'static>(_: &Called, _: &Own) {
    assert!(
        TypeId::of::<Called>() == TypeId::of::<Own>(),
        "companion belongs to another function: the function that is called and the \
         differentiated function of the same name are two; mark the one that is called \
         with `#[differentiate]`, or call the other by its full path",
    );
}

/// Where the adjoint of a reference is added: in the gradient of what it
/// refers to, or in a part of one.
pub trait InPlace {
    /// The gradient, or a slice of gradients for a slice.
    type Adjoint: ?Sized;

    /// Whether an adjoint has the shape of this value.
    fn fits(&self, adjoint: &Self::Adjoint) -> bool;
}

impl<T: Differentiable> InPlace for T {
    type Adjoint = T::Gradient;

    #[inline]
    fn fits(&self, adjoint: &T::Gradient) -> bool {
        self.__fits(adjoint)
    }
}

impl<T: Differentiable> InPlace for [T] {
    type Adjoint = [T::Gradient];

    #[inline]
    fn fits(&self, adjoint: &[T::Gradient]) -> bool {
        all_fit(self, adjoint)
    }
}

/// Whether two sequences have one length, and their elements one shape.
#[inline]
pub fn all_fit<T: Differentiable>(values: &[T], adjoints: &[T::Gradient]) -> bool {
    // on its own, so that the optimiser knows of it whatever the elements are
    if values.len() != adjoints.len() {
        return false;
    }
    let mut pairs = values.iter().zip(adjoints);
    pairs.all(|(value, adjoint)| value.__fits(adjoint))
}

/// Entry for `&T` where the adjoint is added in place.
#[derive(Debug)]
pub struct Shared<'a, T: InPlace + ?Sized> {
    /// The argument, as in the call.
    pub value: &'a T,
    /// Where its adjoint goes, if the caller wants it.
    pub adjoint: Option<&'a mut T::Adjoint>,
}

/// Entry for `&mut T`: goes in with the content after the call and its
/// adjoint, comes out with the content before the call and the adjoint of that.
#[derive(Debug)]
pub struct Mut<'a, T: InPlace + ?Sized> {
    /// The content.
    pub value: &'a mut T,
    /// Its adjoint.
    pub adjoint: &'a mut T::Adjoint,
}

/// Slot of what is passed by reference.
#[derive(Clone, Copy, Debug)]
pub struct AddedInPlace;

/// Slot of a parameter that `wrt(..)` excludes and whose type only rustc knows:
/// an active argument there is a type error.
#[derive(Clone, Copy, Debug)]
pub struct ParameterExcludedByWrt;

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

/// A gradient that is added to one, or to a part of one.
pub trait AddTo<B: ?Sized> {
    /// Adds it.
    fn add_to(&self, into: &mut B);
}

impl<G: Differentiable<Gradient = G>> AddTo<G> for G {
    #[inline]
    fn add_to(&self, into: &mut G) {
        G::accumulate(into, self);
    }
}

/// What has no gradient takes none: a field with `#[differentiate(skip)]`.
impl AddTo<()> for f32 {
    #[inline]
    fn add_to(&self, (): &mut ()) {}
}

impl AddTo<()> for f64 {
    #[inline]
    fn add_to(&self, (): &mut ()) {}
}

macro_rules! add_slices {
    ($([$($generics:tt)*] $from:ty => $into:ty;)*) => {$(
        impl<G: Differentiable<Gradient = G>, $($generics)*> AddTo<$into> for $from {
            #[inline]
            #[track_caller]
            fn add_to(&self, into: &mut $into) {
                add_slice(&self[..], &mut into[..]);
            }
        }
    )*};
}

add_slices! {
    [] [G] => [G];
    [] Vec<G> => [G];
    [const N: usize] [G; N] => [G];
    [const N: usize] Vec<G> => [G; N];
    [const N: usize] [G; N] => Vec<G>;
    [] [G] => Vec<G>;
    [const N: usize] [G] => [G; N];
}

#[inline]
#[track_caller]
fn add_slice<G: Differentiable<Gradient = G>>(from: &[G], into: &mut [G]) {
    assert_eq!(into.len(), from.len(), "gradients of different lengths");
    for (into, from) in into.iter_mut().zip(from) {
        G::accumulate(into, from);
    }
}

/// Adds a gradient to another or to a part of another.
#[inline]
#[track_caller]
pub fn add_to<D: AddTo<B> + ?Sized, B: ?Sized>(from: &D, into: &mut B) {
    from.add_to(into);
}

/// Adds each of several gradients to one.
#[inline]
pub fn add_each<G: Differentiable<Gradient = G>>(from: &[G], into: &mut G) {
    for from in from {
        G::accumulate(into, from);
    }
}

/// The sum of several real numbers.
#[inline]
pub fn sum_of<G: Real>(from: &[G]) -> G {
    let mut sum = G::__from_f64(0.0);
    for from in from {
        G::accumulate(&mut sum, from);
    }
    sum
}

/// Takes a gradient and leaves zero.
#[inline]
pub fn take_gradient<G: Differentiable<Gradient = G>>(place: &mut G) -> G {
    let zero = place.zero_gradient();
    core::mem::replace(place, zero)
}

/// A copy of a gradient.
#[inline]
pub fn copy_gradient<G: Differentiable<Gradient = G>>(gradient: &G) -> G {
    let mut copy = gradient.zero_gradient();
    G::accumulate(&mut copy, gradient);
    copy
}

/// The adjoint of what was pushed.
#[inline]
#[track_caller]
pub fn pop<G>(adjoint: &mut Vec<G>) -> G {
    adjoint
        .pop()
        .expect("an adjoint is shorter than its vector")
}

/// The order in which a stable sort puts the elements.
#[inline]
pub fn sort_order<T>(
    elements: &[T],
    mut compare: impl FnMut(&T, &T) -> core::cmp::Ordering,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..elements.len()).collect();
    order.sort_by(|a, b| compare(&elements[*a], &elements[*b]));
    order
}

/// Puts the elements into an order.
#[inline]
pub fn permute<T: Clone>(elements: &mut [T], order: &[usize]) {
    let sorted: Vec<T> = order.iter().map(|i| elements[*i].clone()).collect();
    elements.clone_from_slice(&sorted);
}

/// Puts elements back that were put into an order.
#[inline]
pub fn unpermute<G: Differentiable<Gradient = G>>(elements: &mut [G], order: &[usize]) {
    let mut before: Vec<G> = elements.iter().map(G::zero_gradient).collect();
    for (from, to) in elements.iter_mut().zip(order) {
        core::mem::swap(from, &mut before[*to]);
    }
    for (to, from) in elements.iter_mut().zip(before) {
        *to = from;
    }
}

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
    type Copy;
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

/// What comes back for an argument that is lent: nothing, or its adjoint.
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait Deposit<B: ?Sized> {
    /// Adds it to the adjoint.
    fn deposit(self, into: Option<&mut B>);
}

impl<B: ?Sized> Deposit<B> for AddedInPlace {
    #[inline]
    fn deposit(self, _: Option<&mut B>) {}
}

impl<G: Differentiable<Gradient = G>> Deposit<G> for G {
    #[inline]
    fn deposit(self, into: Option<&mut G>) {
        if let Some(into) = into {
            G::accumulate(into, &self);
        }
    }
}

/// Adds what came back for an argument that was lent.
#[inline]
pub fn deposit<D: Deposit<B>, B: ?Sized>(returned: D, into: Option<&mut B>) {
    returned.deposit(into);
}

/// Panics if a gradient buffer has another shape than what it is for.
#[inline]
#[track_caller]
pub fn check_shape<T: InPlace + ?Sized>(value: &T, adjoint: &T::Adjoint) {
    assert!(
        value.fits(adjoint),
        "a gradient buffer has another shape than the argument",
    );
}

/// What comes back for an argument `&value`: its adjoint, or [`AddedInPlace`].
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait Contribution<G> {
    /// The adjoint, given the buffer that was lent.
    fn take(self, buffer: G) -> G;
}

impl<G> Contribution<G> for AddedInPlace {
    #[inline]
    fn take(self, buffer: G) -> G {
        buffer
    }
}

impl<G: Differentiable<Gradient = G>> Contribution<G> for G {
    #[inline]
    fn take(self, _: G) -> G {
        self
    }
}

/// The adjoint of an argument `&value`.
#[inline]
pub fn contribution<G, C: Contribution<G>>(returned: C, buffer: G) -> G {
    returned.take(buffer)
}

/// The arm of a branch that ran, with what its reverse half needs.
#[derive(Clone, Copy, Debug)]
pub enum Branch<A, B> {
    /// The first arm.
    Then(A),
    /// Another arm.
    Else(B),
}

/// An active value of a type that only rustc knows is used as a real number.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as a real number",
    label = "only `f32` and `f64` carry derivatives here",
    note = "annotate an integer (`let n: usize = ..`), exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`",
    note = "a type parameter is taken for a real number if it has the bound `backprop::Real`, `num_traits::Float` or `nalgebra::RealField`"
)]
pub trait RealOperand {}

impl RealOperand for f32 {}
impl RealOperand for f64 {}
impl<T: RealOperand> RealOperand for &T {}

/// Holds if `T` is a real number.
#[inline]
pub fn real<T: RealOperand>(_: &T) {}

/// An active value of a type that only rustc knows meets integers.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as an integer or a flag",
    note = "`#[differentiate]` takes this operation for one of integers; write real literals as `2.0`, or annotate the value"
)]
pub trait DiscreteOperand {}

impl<T: Differentiable<Gradient = ()>> DiscreteOperand for T {}

/// Holds if `T` carries no derivative.
#[inline]
pub fn discrete<T: DiscreteOperand>(_: &T) {}

/// Holds if both arguments have one type, as the versions of a variable do.
#[inline]
pub fn same_type<T: ?Sized>(_: &T, _: &T) {}

/// What `as` makes a real number of.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is cast to a real number",
    label = "only numbers are cast here",
    note = "exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`"
)]
pub trait Castable: Differentiable {
    /// The adjoint of the value from that of the cast.
    fn cast_back(d: f64) -> Self::Gradient;

    /// The tangent of the cast from that of the value.
    fn cast_on(d: Self::Gradient) -> f64;
}

macro_rules! castable {
    ($([$($ty:ty)*] $d:ident => $back:expr, $on:expr;)*) => {$($(
        impl Castable for $ty {
            #[inline]
            fn cast_back($d: f64) -> Self::Gradient {
                $back
            }
            #[inline]
            fn cast_on($d: Self::Gradient) -> f64 {
                $on
            }
        }
    )*)*};
}

castable! {
    [f32] d => d as f32, f64::from(d);
    [f64] d => d, d;
    [i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char] _d => (), 0.0;
}

impl<T: Castable> Castable for &T {
    #[inline]
    fn cast_back(d: f64) -> T::Gradient {
        T::cast_back(d)
    }

    #[inline]
    fn cast_on(d: T::Gradient) -> f64 {
        T::cast_on(d)
    }
}

/// Holds if `T` is a number.
#[inline]
pub fn castable<T: Castable>(_: &T) {}

/// A number of any type in arithmetic whose result is cast to a real number.
#[diagnostic::on_unimplemented(
    message = "an active value of type `{Self}` is used as a number",
    label = "only numbers are computed with here",
    note = "exclude a constant parameter with `wrt(..)`, or wrap a constant in `backprop::constant(..)`"
)]
pub trait Number: Castable {}

/// A number, or the gradient of one, as a real number.
pub trait AsReal {
    /// The number; zero for the gradient of an integer.
    fn as_real(&self) -> f64;
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl Number for $ty {}

        impl AsReal for $ty {
            #[inline]
            fn as_real(&self) -> f64 {
                *self as f64
            }
        }
    )*};
}

numbers! { f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }

impl AsReal for () {
    #[inline]
    fn as_real(&self) -> f64 {
        0.0
    }
}

impl<T: Number> Number for &T {}

impl<T: AsReal> AsReal for &T {
    #[inline]
    fn as_real(&self) -> f64 {
        (**self).as_real()
    }
}

/// Holds if `T` is a number.
#[inline]
pub fn number<T: Number>(_: &T) {}

/// An adjoint in the type of `like`, for casts; nothing for an integer.
#[inline]
pub fn narrow<T: Castable, D: Real>(_: &T, d: D) -> T::Gradient {
    T::cast_back(d.__to_f64())
}

/// The tangent of a cast; none of an integer.
#[inline]
pub fn cast_tangent<T: Castable>(_: &T, d: T::Gradient) -> f64 {
    T::cast_on(d)
}

/// The zero of the gradient of a value.
#[inline]
pub fn zero_gradient<T: Differentiable + ?Sized>(value: &T) -> T::Gradient {
    value.zero_gradient()
}

/// Adds one gradient to another.
#[inline]
pub fn accumulate<G: Differentiable<Gradient = G>>(into: &mut G, from: &G) {
    G::accumulate(into, from);
}

/// The seed of a result whose type only rustc knows.
#[inline]
pub fn one<T: Real>() -> T {
    T::__from_f64(1.0)
}

/// The name of a place in something named.
pub fn joined(name: &str, place: &str) -> alloc::string::String {
    alloc::format!("{name}{place}")
}

/// One, in the type of another number.
#[inline]
pub fn one_like<T: Real>(_: T) -> T {
    one()
}

/// The upstream of a result that carries no derivative.
#[inline]
pub fn constant_upstream<G: Default>() -> G {
    G::default()
}

/// Stands in for the body of a function that was refused.
#[track_caller]
pub fn refused<T>() -> T {
    panic!("this function is not differentiated: see the compile error")
}

/// A constant that a pattern found, by value or by reference.
pub trait ByValue {
    /// The number itself.
    type Value;
    /// Reads it.
    fn by_value(self) -> Self::Value;
}

macro_rules! by_value {
    ($($ty:ty)*) => {$(
        impl ByValue for $ty {
            type Value = $ty;
            #[inline]
            fn by_value(self) -> $ty {
                self
            }
        }
    )*};
}

by_value! { f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char }

impl<T: ByValue + Copy> ByValue for &T {
    type Value = T::Value;
    #[inline]
    fn by_value(self) -> T::Value {
        (*self).by_value()
    }
}

pub mod constant {
    //! `constant`, a function and the companion that recognises it.

    /// The value, as a constant: inside a differentiated function no gradient
    /// flows through it. Any Rust is allowed in the argument; it runs once.
    ///
    /// Outside of differentiated functions it is the identity.
    ///
    /// ```
    /// use backprop_core::constant;
    ///
    /// assert_eq!(constant(2.0 + 1.0), 3.0);
    /// ```
    #[inline]
    pub fn constant<T>(value: T) -> T {
        value
    }

    /// Companion of the function [`constant()`]: how generated code makes sure
    /// that a call means that function and not another of its name.
    #[doc(hidden)]
    #[expect(non_camel_case_types, reason = "it has the name of its function")]
    #[derive(Debug)]
    pub enum constant {}

    impl constant {
        #[doc(hidden)]
        #[inline]
        #[track_caller]
        pub fn stop<F: FnOnce(T) -> T, T>(primal: F, value: T) -> T {
            // by name: a `TypeId` would demand that `T` is `'static`
            let called = core::any::type_name::<F>();
            assert!(
                called == core::any::type_name_of_val(&constant::<T>),
                "companion belongs to another function: `{called}` is called beside the \
                 companion of `backprop::constant`; call the latter by its path",
            );
            primal(value)
        }
    }
}
