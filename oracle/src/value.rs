//! Argument and result values as flat lists of scalars.

use crate::{Dual32, Dual64};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A value that may carry scalars. All scalars of one value, in order, make
/// its flat form, in which the check computes.
pub trait Value: Sized {
    /// The same value made of dual numbers.
    type Dual;
    /// The shape of its gradient.
    type Gradient;

    /// Appends the scalars.
    fn scalars(&self, flat: &mut Vec<f64>);
    /// The same value with other scalars.
    fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self;
    /// The dual twin with these tangents.
    fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual;
    /// Appends the tangents of a dual twin.
    fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>);
    /// The value of a dual twin.
    fn primal(dual: &Self::Dual) -> Self;
    /// A gradient for `self` with these elements.
    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient;
    /// Appends the elements of a gradient.
    fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>);
}

fn next(elements: &mut dyn Iterator<Item = f64>) -> f64 {
    elements
        .next()
        .expect("the flat form has one element per scalar")
}

macro_rules! scalar {
    ($float:ident $Dual:ident) => {
        impl Value for $float {
            type Dual = $Dual;
            type Gradient = $float;
            fn scalars(&self, flat: &mut Vec<f64>) {
                flat.push((*self).into());
            }
            fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
                next(scalars) as $float
            }
            fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> $Dual {
                $Dual::new(*self, next(tangents) as $float)
            }
            fn tangents(dual: &$Dual, flat: &mut Vec<f64>) {
                flat.push(dual.tangent().into());
            }
            fn primal(dual: &$Dual) -> Self {
                dual.value()
            }
            fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> $float {
                next(elements) as $float
            }
            fn flatten(gradient: &$float, flat: &mut Vec<f64>) {
                flat.push((*gradient).into());
            }
        }
    };
}
scalar!(f64 Dual64);
scalar!(f32 Dual32);

crate::inactive!(bool, char, String);
crate::inactive!(BTreeMap<String, usize>, BTreeSet<usize>, VecDeque<usize>);
crate::inactive!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

macro_rules! tuple {
    ($($T:ident $index:tt)*) => {
        impl<$($T: Value),*> Value for ($($T,)*) {
            type Dual = ($($T::Dual,)*);
            type Gradient = ($($T::Gradient,)*);
            fn scalars(&self, flat: &mut Vec<f64>) {
                $(self.$index.scalars(flat);)*
            }
            fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
                ($(self.$index.with_scalars(scalars),)*)
            }
            fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
                ($(self.$index.dual(tangents),)*)
            }
            fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
                $($T::tangents(&dual.$index, flat);)*
            }
            fn primal(dual: &Self::Dual) -> Self {
                ($($T::primal(&dual.$index),)*)
            }
            fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient {
                ($(self.$index.gradient(elements),)*)
            }
            fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>) {
                $($T::flatten(&gradient.$index, flat);)*
            }
        }
    };
}
crate::inactive!(());
tuple!(A 0);
tuple!(A 0 B 1);
tuple!(A 0 B 1 C 2);
tuple!(A 0 B 1 C 2 D 3);
tuple!(A 0 B 1 C 2 D 3 E 4);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);

impl<T: Value> Value for Vec<T> {
    type Dual = Vec<T::Dual>;
    type Gradient = Vec<T::Gradient>;
    fn scalars(&self, flat: &mut Vec<f64>) {
        self.iter().for_each(|element| element.scalars(flat));
    }
    fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
        self.iter()
            .map(|element| element.with_scalars(scalars))
            .collect()
    }
    fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        self.iter().map(|element| element.dual(tangents)).collect()
    }
    fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
        dual.iter().for_each(|element| T::tangents(element, flat));
    }
    fn primal(dual: &Self::Dual) -> Self {
        dual.iter().map(T::primal).collect()
    }
    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient {
        self.iter()
            .map(|element| element.gradient(elements))
            .collect()
    }
    fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>) {
        gradient
            .iter()
            .for_each(|element| T::flatten(element, flat));
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    type Dual = [T::Dual; N];
    type Gradient = [T::Gradient; N];
    fn scalars(&self, flat: &mut Vec<f64>) {
        self.iter().for_each(|element| element.scalars(flat));
    }
    fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
        std::array::from_fn(|index| self[index].with_scalars(scalars))
    }
    fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        std::array::from_fn(|index| self[index].dual(tangents))
    }
    fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
        dual.iter().for_each(|element| T::tangents(element, flat));
    }
    fn primal(dual: &Self::Dual) -> Self {
        std::array::from_fn(|index| T::primal(&dual[index]))
    }
    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient {
        std::array::from_fn(|index| self[index].gradient(elements))
    }
    fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>) {
        gradient
            .iter()
            .for_each(|element| T::flatten(element, flat));
    }
}

impl<T: Value> Value for Option<T> {
    type Dual = Option<T::Dual>;
    type Gradient = Option<T::Gradient>;
    fn scalars(&self, flat: &mut Vec<f64>) {
        self.iter().for_each(|content| content.scalars(flat));
    }
    fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
        self.as_ref().map(|content| content.with_scalars(scalars))
    }
    fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        self.as_ref().map(|content| content.dual(tangents))
    }
    fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
        dual.iter().for_each(|content| T::tangents(content, flat));
    }
    fn primal(dual: &Self::Dual) -> Self {
        dual.as_ref().map(T::primal)
    }
    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient {
        self.as_ref().map(|content| content.gradient(elements))
    }
    fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>) {
        gradient
            .iter()
            .for_each(|content| T::flatten(content, flat));
    }
}

impl<T: Value> Value for Box<T> {
    type Dual = Box<T::Dual>;
    type Gradient = Box<T::Gradient>;
    fn scalars(&self, flat: &mut Vec<f64>) {
        (**self).scalars(flat);
    }
    fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
        Box::new((**self).with_scalars(scalars))
    }
    fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        Box::new((**self).dual(tangents))
    }
    fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
        T::tangents(dual, flat);
    }
    fn primal(dual: &Self::Dual) -> Self {
        Box::new(T::primal(dual))
    }
    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient {
        Box::new((**self).gradient(elements))
    }
    fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>) {
        T::flatten(gradient, flat);
    }
}

/// A reference inside another value, such as a row in `&[&[f64]]`. Its copies
/// are leaked, which a test can afford.
impl<T> Value for &T
where
    T: Own + ?Sized,
    T::Dual: 'static,
{
    type Dual = &'static T::Dual;
    type Gradient = <T::Owned as Value>::Gradient;
    fn scalars(&self, flat: &mut Vec<f64>) {
        (**self).own().scalars(flat);
    }
    fn with_scalars(&self, scalars: &mut dyn Iterator<Item = f64>) -> Self {
        T::leak((**self).own().with_scalars(scalars))
    }
    fn dual(&self, tangents: &mut dyn Iterator<Item = f64>) -> Self::Dual {
        T::leak_dual((**self).own().dual(tangents))
    }
    fn tangents(dual: &Self::Dual, flat: &mut Vec<f64>) {
        T::tangents_of(dual, flat);
    }
    fn primal(dual: &Self::Dual) -> Self {
        T::leak(T::primal_of(dual))
    }
    fn gradient(&self, elements: &mut dyn Iterator<Item = f64>) -> Self::Gradient {
        (**self).own().gradient(elements)
    }
    fn flatten(gradient: &Self::Gradient, flat: &mut Vec<f64>) {
        T::Owned::flatten(gradient, flat);
    }
}

/// What stands behind a reference: a value, or the content of one.
pub trait Own {
    /// The value that lends it.
    type Owned: Value;
    /// What stands behind the reference in the dual twin.
    type Dual: ?Sized;

    /// A copy, made without `Clone`, which program texts need not implement.
    fn own(&self) -> Self::Owned;
    /// Lends for ever.
    fn leak<'a>(owned: Self::Owned) -> &'a Self
    where
        Self: 'a;
    /// Lends a dual twin for ever.
    fn leak_dual(dual: <Self::Owned as Value>::Dual) -> &'static Self::Dual
    where
        Self::Dual: 'static;
    /// Appends the tangents of a lent twin.
    fn tangents_of(dual: &Self::Dual, flat: &mut Vec<f64>);
    /// The value of a lent twin.
    fn primal_of(dual: &Self::Dual) -> Self::Owned;
}

impl<T: Value> Own for T {
    type Owned = T;
    type Dual = T::Dual;
    fn own(&self) -> T {
        copy(self)
    }
    fn leak<'a>(owned: T) -> &'a T
    where
        T: 'a,
    {
        Box::leak(Box::new(owned))
    }
    fn leak_dual(dual: T::Dual) -> &'static T::Dual
    where
        T::Dual: 'static,
    {
        Box::leak(Box::new(dual))
    }
    fn tangents_of(dual: &T::Dual, flat: &mut Vec<f64>) {
        T::tangents(dual, flat);
    }
    fn primal_of(dual: &T::Dual) -> T {
        T::primal(dual)
    }
}

impl<T: Value> Own for [T] {
    type Owned = Vec<T>;
    type Dual = [T::Dual];
    fn own(&self) -> Vec<T> {
        self.iter().map(copy).collect()
    }
    fn leak<'a>(owned: Vec<T>) -> &'a [T]
    where
        T: 'a,
    {
        owned.leak()
    }
    fn leak_dual(dual: Vec<T::Dual>) -> &'static [T::Dual]
    where
        [T::Dual]: 'static,
    {
        dual.leak()
    }
    fn tangents_of(dual: &[T::Dual], flat: &mut Vec<f64>) {
        dual.iter().for_each(|element| T::tangents(element, flat));
    }
    fn primal_of(dual: &[T::Dual]) -> Vec<T> {
        dual.iter().map(T::primal).collect()
    }
}

impl Own for str {
    type Owned = String;
    type Dual = str;
    fn own(&self) -> String {
        self.to_owned()
    }
    fn leak<'a>(owned: String) -> &'a str {
        owned.leak()
    }
    fn leak_dual(dual: String) -> &'static str {
        dual.leak()
    }
    fn tangents_of(_: &str, _: &mut Vec<f64>) {}
    fn primal_of(dual: &str) -> String {
        dual.to_owned()
    }
}

fn copy<T: Value>(value: &T) -> T {
    value.with_scalars(&mut flat(value).into_iter())
}

/// The scalars of a value.
#[doc(hidden)]
pub fn flat(value: &impl Value) -> Vec<f64> {
    let mut flat = Vec::new();
    value.scalars(&mut flat);
    flat
}

/// The elements of the gradient of a parameter of type `T` or `&T`.
#[doc(hidden)]
pub fn flatten<T: Own + ?Sized>(gradient: &<T::Owned as Value>::Gradient) -> Vec<f64> {
    let mut flat = Vec::new();
    T::Owned::flatten(gradient, &mut flat);
    flat
}
