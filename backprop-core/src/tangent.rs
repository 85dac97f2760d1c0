//! How forward mode passes tangents: the vocabulary of `f::jvp`.
//!
//! A caller does not see the types of the function that it calls: it says what
//! tangent each argument has, and the type of the parameter decides what becomes of
//! it. A constant argument has none, which costs nothing for a number.

use crate::numbers::Numbers;
use crate::protocol::{
    ConstantEntry, InPlace, Lend, MutEntry, ParameterExcludedByWrt, SharedEntry,
};
use crate::records::Run;
use crate::{Differentiable, Real};
use alloc::vec::Vec;

/// Functions with `#[differentiate(jvp)]`: none of those without it.
#[diagnostic::on_unimplemented(
    message = "forward mode reaches a function without it: `{Self}`",
    label = "write `#[differentiate(jvp)]` on this function too",
    note = "`jvp` is needed on every differentiated function that is called with active arguments"
)]
pub trait HasForwardMode {}

/// Functions with `#[differentiate(hvp)]`: none of those without it.
#[diagnostic::on_unimplemented(
    message = "second derivatives reach a function without them: `{Self}`",
    label = "write `#[differentiate(hvp)]` on this function too",
    note = "`hvp` is needed on every differentiated function that is called with active arguments"
)]
pub trait HasSecondOrder {}

/// Forward mode of methods: none of those without it.
#[diagnostic::on_unimplemented(
    message = "forward mode reaches a method without it",
    label = "write `#[differentiate(jvp)]` on this method, or on the block around it",
    note = "`jvp` is needed on every differentiated method that is called with active arguments"
)]
pub trait MethodHasForwardMode {}

/// Second derivatives of methods: none of those without them.
#[diagnostic::on_unimplemented(
    message = "second derivatives reach a method without them",
    label = "write `#[differentiate(hvp)]` on this method, or on the block around it",
    note = "`hvp` is needed on every differentiated method that is called with active arguments"
)]
pub trait MethodHasSecondOrder {}

/// What the pullback of second derivatives takes for the tangent of an argument
/// `&mut value`: its adjoint, which goes from that after the call to that before it. The
/// tangent itself is not needed, and not restored; a constant has none.
#[derive(Debug)]
pub struct MutDirection<'a, T: InPlace + ?Sized>(pub Option<&'a mut T::Adjoint>);

impl<T: InPlace + ?Sized> NoTangent for MutDirection<'_, T> {
    #[inline]
    fn none() -> Self {
        MutDirection(None)
    }
}

impl<'a, T, C, A> MutEntry<'a, C, A> for MutDirection<'a, T>
where
    T: InPlace + ?Sized,
    C: ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(_: &'a mut C, adjoint: &'a mut A) -> Self {
        MutDirection(Some(adjoint.lend_mut()))
    }
}

impl<'a, T, C, A> MutEntry<'a, C, A> for SharedDirection<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T::Adjoint> + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(content: &'a mut C, adjoint: &'a mut A) -> Self {
        let content: &'a C = content;
        SharedDirection {
            tangent: Some(content.lend()),
            adjoint: Some(adjoint.lend_mut()),
        }
    }
}

/// The adjoint of the tangent of a `&mut` scalar after the call; zero if there is none.
#[inline]
pub fn direction_adjoint<T>(direction: &MutDirection<'_, T>) -> T::Gradient
where
    T: Differentiable<Gradient: Default>,
{
    match &direction.0 {
        Some(adjoint) => crate::protocol::copy_gradient(*adjoint),
        None => T::Gradient::default(),
    }
}

/// The same of what is changed in place. Where there is none, the caller says by the
/// content what shape it has.
#[inline]
#[track_caller]
pub fn direction_or_zero<'a, T>(
    value: &Option<&mut T>,
    direction: MutDirection<'a, T>,
    zero: &'a mut Option<T::Gradient>,
) -> &'a mut T::Adjoint
where
    T: InPlace + Differentiable<Gradient: Lend<<T as InPlace>::Adjoint>> + ?Sized,
{
    match (direction.0, value) {
        (Some(adjoint), _) => adjoint,
        (None, Some(value)) => Lend::lend_mut(zero.insert(value.zero_gradient())),
        (None, None) => panic!("a constant argument comes without its content"),
    }
}

/// Gives the adjoint of the tangent of a `&mut` scalar back as it was before the call.
#[inline]
pub fn give_direction_back<T>(direction: MutDirection<'_, T>, adjoint: T::Gradient)
where
    T: Differentiable,
{
    if let Some(place) = direction.0 {
        *place = adjoint;
    }
}

/// What the pullback of second derivatives takes for the tangent of an argument
/// `&value`.
#[derive(Debug)]
pub struct SharedDirection<'a, T: InPlace + ?Sized> {
    /// The tangent, as in the call; none of a constant.
    pub tangent: Option<&'a T::Adjoint>,
    /// Where its adjoint goes, if the caller wants it.
    pub adjoint: Option<&'a mut T::Adjoint>,
}

impl<T: InPlace + ?Sized> NoTangent for SharedDirection<'_, T> {
    #[inline]
    fn none() -> Self {
        SharedDirection {
            tangent: None,
            adjoint: None,
        }
    }
}

impl<'a, T, C, A> SharedEntry<'a, C, A> for SharedDirection<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T::Adjoint> + ?Sized,
    A: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(content: &'a C, adjoint: Option<&'a mut A>) -> Self {
        SharedDirection {
            tangent: Some(content.lend()),
            adjoint: adjoint.map(A::lend_mut),
        }
    }
}

impl<'a, T, C> ConstantEntry<&'a C> for SharedDirection<'a, T>
where
    T: InPlace + ?Sized,
    C: Lend<T::Adjoint> + ?Sized,
{
    #[inline]
    fn entry(content: &'a C) -> Self {
        SharedDirection {
            tangent: Some(content.lend()),
            adjoint: None,
        }
    }
}

/// The tangent of a constant argument.
pub trait NoTangent {
    /// There is none.
    fn none() -> Self;
}

impl NoTangent for () {
    #[inline]
    fn none() {}
}

impl NoTangent for ParameterExcludedByWrt {
    #[inline]
    fn none() -> Self {
        ParameterExcludedByWrt
    }
}

impl<T> NoTangent for Option<T> {
    #[inline]
    fn none() -> Self {
        None
    }
}

/// The tangent of a constant argument.
#[inline]
pub fn no_tangent<E: NoTangent>() -> E {
    E::none()
}

/// The tangent of an argument that is passed by value.
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait ValueTangent<G> {
    /// Passes it on.
    fn value(tangent: G) -> Self;
}

impl<G> ValueTangent<G> for () {
    #[inline]
    fn value(_: G) {}
}

impl<G> ValueTangent<G> for Option<G> {
    #[inline]
    fn value(tangent: G) -> Self {
        Some(tangent)
    }
}

/// The tangent of an argument that is passed by value.
#[inline]
pub fn value_tangent<G, E: ValueTangent<G>>(tangent: G) -> E {
    E::value(tangent)
}

/// The tangent of an argument `&value`.
#[diagnostic::on_unimplemented(
    message = "the called function excludes this parameter with `wrt(..)`, but the argument is active",
    label = "called here with an active argument",
    note = "wrap the argument in `backprop::constant(..)`, or include the parameter in the `wrt(..)` of the called function"
)]
pub trait SharedTangent<'a, A: ?Sized> {
    /// Passes it on.
    fn shared(tangent: &'a A) -> Self;
}

impl<'a, A: ?Sized> SharedTangent<'a, A> for () {
    #[inline]
    fn shared(_: &'a A) {}
}

impl<'a, T: ?Sized, A: Lend<T> + ?Sized> SharedTangent<'a, A> for Option<&'a T> {
    #[inline]
    fn shared(tangent: &'a A) -> Self {
        Some(tangent.lend())
    }
}

/// The tangent of an argument `&value`.
#[inline]
pub fn shared_tangent<'a, A: ?Sized, E: SharedTangent<'a, A>>(tangent: &'a A) -> E {
    E::shared(tangent)
}

/// The tangent of an argument that is a `&mut` reference: the callee may ask for
/// `&mut` or only for `&`.
pub trait MutTangent<'a, A: ?Sized> {
    /// Passes it on.
    fn exclusive(tangent: &'a mut A) -> Self;
}

impl<'a, A: ?Sized> MutTangent<'a, A> for () {
    #[inline]
    fn exclusive(_: &'a mut A) {}
}

impl<'a, T: ?Sized, A: Lend<T> + ?Sized> MutTangent<'a, A> for Option<&'a mut T> {
    #[inline]
    fn exclusive(tangent: &'a mut A) -> Self {
        Some(tangent.lend_mut())
    }
}

impl<'a, T: ?Sized, A: Lend<T> + ?Sized> MutTangent<'a, A> for Option<&'a T> {
    #[inline]
    fn exclusive(tangent: &'a mut A) -> Self {
        let tangent: &'a A = tangent;
        Some(tangent.lend())
    }
}

/// The tangent of an argument that is a `&mut` reference.
#[inline]
pub fn mut_tangent<'a, A: ?Sized, E: MutTangent<'a, A>>(tangent: &'a mut A) -> E {
    E::exclusive(tangent)
}

/// The tangent of a parameter that is passed by value: zero if there is none.
#[inline]
pub fn tangent_or_zero<T: Differentiable + ?Sized>(
    value: &T,
    tangent: Option<T::Gradient>,
) -> T::Gradient {
    tangent.unwrap_or_else(|| value.zero_gradient())
}

/// The same of a reference to scalars.
#[inline]
pub fn copy_or_zero<T: Differentiable + ?Sized>(
    value: &T,
    tangent: Option<&T::Gradient>,
) -> T::Gradient {
    match tangent {
        Some(tangent) => tangent.copy(),
        None => value.zero_gradient(),
    }
}

/// The same of a reference that is read in place; `zero` keeps what there is not.
#[inline]
pub fn shared_or_zero<'a, T>(
    value: &T,
    tangent: Option<&'a T::Adjoint>,
    zero: &'a mut Option<T::Gradient>,
) -> &'a T::Adjoint
where
    T: InPlace + Differentiable<Gradient: Lend<<T as InPlace>::Adjoint>> + ?Sized,
{
    match tangent {
        Some(tangent) => tangent,
        None => Lend::lend(&*zero.insert(value.zero_gradient())),
    }
}

/// The same of a `&mut` reference.
#[inline]
pub fn mut_or_zero<'a, T>(
    value: &T,
    tangent: Option<&'a mut T::Adjoint>,
    zero: &'a mut Option<T::Gradient>,
) -> &'a mut T::Adjoint
where
    T: InPlace + Differentiable<Gradient: Lend<<T as InPlace>::Adjoint>> + ?Sized,
{
    match tangent {
        Some(tangent) => tangent,
        None => Lend::lend_mut(zero.insert(value.zero_gradient())),
    }
}

/// A tangent, or a slice of tangents, that can be copied.
pub trait CopyTangent {
    /// The copy.
    type Copy;
    /// Copies it.
    fn copy(&self) -> Self::Copy;
}

impl<G: Differentiable<Gradient = G>> CopyTangent for G {
    type Copy = G;

    #[inline]
    fn copy(&self) -> G {
        crate::protocol::copy_gradient(self)
    }
}

impl<G: Differentiable<Gradient = G>> CopyTangent for [G] {
    type Copy = Vec<G>;

    #[inline]
    fn copy(&self) -> Vec<G> {
        self.iter().map(G::copy).collect()
    }
}

/// A copy of a tangent.
#[inline]
pub fn copy_tangent<A: CopyTangent + ?Sized>(tangent: &A) -> A::Copy {
    tangent.copy()
}

/// So many copies of a tangent.
#[inline]
pub fn spread_tangent<G: Differentiable<Gradient = G>>(tangent: &G, n: usize) -> Vec<G> {
    (0..n).map(|_| tangent.copy()).collect()
}

/// The buffer for the adjoint of a reference.
#[inline]
pub fn lent<'a, T>(_: &T, buffer: &'a mut T::Gradient) -> &'a mut T::Adjoint
where
    T: InPlace + Differentiable<Gradient: Lend<<T as InPlace>::Adjoint>> + ?Sized,
{
    Lend::lend_mut(buffer)
}

/// A tangent as that of a reference.
#[inline]
pub fn lend<'a, T>(_: &T, tangent: &'a T::Gradient) -> &'a T::Adjoint
where
    T: InPlace + Differentiable<Gradient: Lend<<T as InPlace>::Adjoint>> + ?Sized,
{
    Lend::lend(tangent)
}

/// A row of a Jacobian for each number of the upstream: `row` is given the upstream that
/// is one there.
pub fn jacobian<U: Numbers, G>(mut upstream: U, mut row: impl FnMut(Run, &U) -> G) -> Vec<G> {
    let all = upstream.count_numbers();
    let each = (0..all).map(|index| {
        set_unit(&mut upstream, index);
        let run = match index + 1 == all {
            true => Run::Last,
            false => Run::Earlier,
        };
        row(run, &upstream)
    });
    each.collect()
}

/// The same for the numbers of an array.
pub fn jacobian_of_array<T: Real, G, const N: usize>(
    mut row: impl FnMut(Run, &[T; N]) -> G,
) -> [G; N] {
    let mut upstream = [T::__from_f64(0.0); N];
    core::array::from_fn(|index| {
        upstream[index] = T::__from_f64(1.0);
        let run = match index + 1 == N {
            true => Run::Last,
            false => Run::Earlier,
        };
        let row = row(run, &upstream);
        upstream[index] = T::__from_f64(0.0);
        row
    })
}

/// Value, gradient, and a row for each number of the directions: `run` gives all three
/// for one direction. Rounding may tell a row from its column: both get the mean.
pub fn hessian<D: Numbers, R, G: Numbers>(
    directions: D,
    mut run: impl FnMut(&D) -> (R, G, G),
) -> (R, G, Vec<G>) {
    match try_hessian(directions, |direction| {
        Ok::<_, core::convert::Infallible>(run(direction))
    }) {
        Ok(found) => found,
        Err(never) => match never {},
    }
}

/// The same of what may have no value.
///
/// # Errors
///
/// What `run` gives.
pub fn try_hessian<D: Numbers, R, G: Numbers, E>(
    mut directions: D,
    mut run: impl FnMut(&D) -> Result<(R, G, G), E>,
) -> Result<(R, G, Vec<G>), E> {
    let (value, gradient, _) = run(&directions)?;
    let rows = (0..directions.count_numbers()).map(|index| {
        set_unit(&mut directions, index);
        Ok(run(&directions)?.2)
    });
    let mut rows = rows.collect::<Result<Vec<G>, E>>()?;
    let numbers: Vec<Vec<f64>> = rows.iter().map(G::numbers).collect();
    for (i, row) in rows.iter_mut().enumerate() {
        let mean = |(entry, other): (&f64, &Vec<f64>)| match *entry == other[i] {
            true => *entry,
            false => 0.5 * entry + 0.5 * other[i],
        };
        let means: Vec<f64> = numbers[i].iter().zip(&numbers).map(mean).collect();
        row.set_numbers(&means);
    }
    Ok((value, gradient, rows))
}

fn set_unit<T: Numbers + ?Sized>(vector: &mut T, index: usize) {
    let mut position = 0;
    vector.map_numbers(&mut |_| {
        position += 1;
        f64::from(u8::from(position == index + 1))
    });
}

/// The sum of gradient × tangent, number by number; zero where the tangent is.
#[inline]
pub fn contract<A: Numbers + ?Sized, B: Numbers + ?Sized>(gradient: &A, tangent: &B) -> f64 {
    let gradient = gradient.numbers();
    let tangent = tangent.numbers();
    assert_eq!(gradient.len(), tangent.len(), "a tangent of another shape");
    let pairs = gradient.iter().zip(&tangent);
    pairs
        .filter(|(_, tangent)| **tangent != 0.0)
        .map(|(slope, tangent)| slope * tangent)
        .sum()
}

/// The tangent of an option that a call returned: zero if there is none.
#[inline]
pub fn payload_tangent<G: Default>(tangent: Option<G>) -> G {
    tangent.unwrap_or_default()
}
