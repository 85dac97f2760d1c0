//! Argument and result values as flat lists of scalars.

use crate::{Dual32, Dual64};

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

/// [`Value::flatten`] where the value itself says the type.
#[doc(hidden)]
pub fn flatten_like<T: Value>(_: &T, gradient: &T::Gradient, flat: &mut Vec<f64>) {
    T::flatten(gradient, flat);
}
