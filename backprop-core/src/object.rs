//! Trait objects: gradients whose type is that of the value behind.

use crate::Differentiable;
use crate::protocol::Shared;
use crate::tangent::SharedDirection;
use alloc::boxed::Box;
use core::any::Any;

/// The gradient of a trait object of a marked trait: that of the value behind it.
///
/// ```
/// use backprop_core::{Differentiable, DynGradient};
///
/// let mut gradient = DynGradient::new(vec![1.0_f64, 2.0]);
/// let more = DynGradient::new(vec![0.5_f64, 0.5]);
/// DynGradient::accumulate(&mut gradient, &more);
/// assert_eq!(gradient.downcast_ref::<Vec<f64>>(), Some(&vec![1.5, 2.5]));
/// assert!(gradient.downcast_ref::<f64>().is_none());
/// ```
pub struct DynGradient(Box<dyn Erased>);

/// What can be done with a gradient whose type is not known.
trait Erased: Any {
    fn zero(&self) -> Box<dyn Erased>;
    fn add(&mut self, from: &dyn Any);
    fn type_name(&self) -> &'static str;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<G: Differentiable<Gradient = G> + 'static> Erased for G {
    fn zero(&self) -> Box<dyn Erased> {
        Box::new(self.zero_gradient())
    }

    fn add(&mut self, from: &dyn Any) {
        let from = from.downcast_ref().expect(OTHER_TYPE);
        G::accumulate(self, from);
    }

    fn type_name(&self) -> &'static str {
        core::any::type_name::<G>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

const OTHER_TYPE: &str = "the gradients are of values of different types";

impl DynGradient {
    /// Around a gradient.
    #[must_use]
    pub fn new<G: Differentiable<Gradient = G> + 'static>(gradient: G) -> Self {
        DynGradient(Box::new(gradient))
    }

    /// The gradient, if it is one of this type.
    #[must_use]
    pub fn downcast_ref<G: 'static>(&self) -> Option<&G> {
        (*self.0).as_any().downcast_ref()
    }

    /// The same, to be changed.
    #[must_use]
    pub fn downcast_mut<G: 'static>(&mut self) -> Option<&mut G> {
        (*self.0).as_any_mut().downcast_mut()
    }
}

impl Clone for DynGradient {
    fn clone(&self) -> Self {
        let mut copy = (*self.0).zero();
        (*copy).add((*self.0).as_any());
        DynGradient(copy)
    }
}

impl core::fmt::Debug for DynGradient {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let name = (*self.0).type_name();
        f.debug_tuple("DynGradient").field(&name).finish()
    }
}

impl Differentiable for DynGradient {
    type Gradient = DynGradient;

    fn zero_gradient(&self) -> DynGradient {
        DynGradient((*self.0).zero())
    }

    fn accumulate(into: &mut DynGradient, from: &DynGradient) {
        (*into.0).add((*from.0).as_any());
    }
}

/// What the pullback of a method takes for its receiver, where that is a trait object.
#[derive(Debug)]
pub struct ObjectEntry<'a> {
    /// The receiver.
    pub value: &'a dyn Any,
    /// Where its adjoint is added, if it is wanted.
    pub adjoint: Option<&'a mut DynGradient>,
}

impl<'a> ObjectEntry<'a> {
    /// The entry of the value behind.
    #[must_use]
    pub fn of<T>(self) -> Shared<'a, T>
    where
        T: Differentiable<Gradient: Sized + 'static> + 'static,
    {
        let value = self.value.downcast_ref();
        Shared {
            value: value.expect("the receiver is that of the call"),
            adjoint: self.adjoint.map(|adjoint| {
                let adjoint = adjoint.downcast_mut();
                adjoint.expect("a gradient of another type than that of the receiver")
            }),
        }
    }
}

/// What the pullback of second derivatives takes for the tangent of a receiver that is a
/// trait object.
#[derive(Debug)]
pub struct ObjectDirection<'a> {
    /// The tangent, as in the call; none of a constant.
    pub tangent: Option<&'a DynGradient>,
    /// Where its adjoint is added, if it is wanted.
    pub adjoint: Option<&'a mut DynGradient>,
}

impl<'a> ObjectDirection<'a> {
    /// The same of the value behind.
    #[must_use]
    pub fn of<T>(self) -> SharedDirection<'a, T>
    where
        T: Differentiable<Gradient: Sized + 'static> + 'static,
    {
        SharedDirection {
            tangent: tangent_behind::<T>(self.tangent),
            adjoint: self.adjoint.map(|adjoint| {
                let adjoint = adjoint.downcast_mut();
                adjoint.expect("a gradient of another type than that of the receiver")
            }),
        }
    }
}

/// The tangent of the value behind a trait object.
#[must_use]
pub fn tangent_behind<T>(tangent: Option<&DynGradient>) -> Option<&T::Gradient>
where
    T: Differentiable<Gradient: Sized + 'static>,
{
    tangent.map(|tangent| {
        let tangent = tangent.downcast_ref();
        tangent.expect("a tangent of another type than that of the receiver")
    })
}

/// Whether a gradient is one of values of the type of `T`, in the shape of this one.
#[must_use]
pub fn object_fits<T>(value: &T, gradient: &DynGradient) -> bool
where
    T: Differentiable<Gradient: Sized + 'static>,
{
    let gradient = gradient.downcast_ref();
    gradient.is_some_and(|gradient| value.__fits(gradient))
}
