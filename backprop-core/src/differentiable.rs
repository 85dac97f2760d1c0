//! The trait that says what the gradient of a type is.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A type that has a gradient: what generated functions return for it.
///
/// The gradient of a value has the value's own shape, with `()` where no
/// derivative can be: that of `(f64, usize)` is `(f64, ())`, that of `Vec<f32>`
/// is `Vec<f32>`.
///
/// Implement it for a type of your own to pass it to differentiated functions;
/// for a type that carries no derivative (an `enum` of modes) the gradient is
/// `()`.
///
/// ```
/// use backprop_core::Differentiable;
///
/// let point = (1.0_f64, 2.0_f32, 3_usize);
/// let mut gradient = point.zero_gradient();
/// assert_eq!(gradient, (0.0, 0.0, ()));
/// <(f64, f32, usize)>::accumulate(&mut gradient, &(0.5, 1.0, ()));
/// assert_eq!(gradient, (0.5, 1.0, ()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to carry a derivative",
    label = "needed by `#[differentiate]`",
    note = "implement `backprop::Differentiable` for `{Self}` (with `Gradient = ()` if it is a constant)",
    note = "or exclude the parameter: `#[differentiate(wrt(..))]` with the names of the others"
)]
pub trait Differentiable {
    /// The type of its gradient.
    type Gradient: Differentiable<Gradient = Self::Gradient>;

    /// The gradient that is zero, in the shape of `self`.
    fn zero_gradient(&self) -> Self::Gradient;

    /// Adds `from` to `into`, number by number.
    ///
    /// # Panics
    ///
    /// If the shapes differ, as vectors of different lengths do.
    fn accumulate(into: &mut Self::Gradient, from: &Self::Gradient);

    /// The zero gradients of the elements of an array. Numbers need no call for each:
    /// without optimisation, such calls are most of what small arrays cost.
    #[doc(hidden)]
    fn __zero_gradients<const N: usize>(array: &[Self; N]) -> [Self::Gradient; N]
    where
        Self: Sized,
    {
        core::array::from_fn(|i| array[i].zero_gradient())
    }

    /// The zero gradients of the elements of a slice; the same holds.
    #[doc(hidden)]
    fn __zero_gradients_of_slice(slice: &[Self]) -> Vec<Self::Gradient>
    where
        Self: Sized,
    {
        slice.iter().map(Self::zero_gradient).collect()
    }

    /// Adds each gradient of a slice to that of another one, which is as long; the same holds.
    #[doc(hidden)]
    #[inline]
    fn __accumulate_each(into: &mut [Self::Gradient], from: &[Self::Gradient])
    where
        Self: Sized,
    {
        let mut i = 0;
        while i < into.len() {
            Self::accumulate(&mut into[i], &from[i]);
            i += 1;
        }
    }

    /// Whether gradients have the shapes of the elements of a slice, which is as long; the
    /// same holds.
    #[doc(hidden)]
    #[inline]
    fn __all_fit(slice: &[Self], gradients: &[Self::Gradient]) -> bool
    where
        Self: Sized,
    {
        let mut pairs = slice.iter().zip(gradients);
        pairs.all(|(value, gradient)| value.__fits(gradient))
    }

    /// Whether a gradient has the shape of this value.
    #[doc(hidden)]
    fn __fits(&self, _: &Self::Gradient) -> bool {
        true
    }
}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl Differentiable for $float {
            type Gradient = $float;

            #[inline]
            fn zero_gradient(&self) -> $float {
                0.0
            }

            #[inline]
            fn __zero_gradients<const N: usize>(_: &[$float; N]) -> [$float; N] {
                // a copy, and no loop, without optimisation
                const { [0.0; N] }
            }

            #[inline]
            fn __zero_gradients_of_slice(slice: &[$float]) -> Vec<$float> {
                alloc::vec![0.0; slice.len()]
            }

            #[inline]
            fn __accumulate_each(into: &mut [$float], from: &[$float]) {
                let mut i = 0;
                while i < into.len() {
                    into[i] += from[i];
                    i += 1;
                }
            }

            #[inline]
            fn __all_fit(_: &[$float], _: &[$float]) -> bool {
                true
            }

            #[inline]
            fn accumulate(into: &mut $float, from: &$float) {
                *into += *from;
            }
        }
    )*};
}

floats! { f32 f64 }

macro_rules! constants {
    ($($ty:ty)*) => {$(
        impl Differentiable for $ty {
            type Gradient = ();

            #[inline]
            fn zero_gradient(&self) {}

            #[inline]
            fn accumulate((): &mut (), (): &()) {}
        }
    )*};
}

constants! {
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char str String
    core::cmp::Ordering core::num::FpCategory
}

impl<T: Differentiable + ?Sized> Differentiable for &T {
    type Gradient = T::Gradient;

    #[inline]
    fn zero_gradient(&self) -> T::Gradient {
        (**self).zero_gradient()
    }

    #[inline]
    fn __fits(&self, gradient: &T::Gradient) -> bool {
        (**self).__fits(gradient)
    }

    #[inline]
    fn accumulate(into: &mut T::Gradient, from: &T::Gradient) {
        T::accumulate(into, from);
    }
}

impl<T: Differentiable + ?Sized> Differentiable for Box<T> {
    type Gradient = Box<T::Gradient>;

    fn zero_gradient(&self) -> Box<T::Gradient> {
        Box::new((**self).zero_gradient())
    }

    fn __fits(&self, gradient: &Box<T::Gradient>) -> bool {
        (**self).__fits(gradient)
    }

    fn accumulate(into: &mut Box<T::Gradient>, from: &Box<T::Gradient>) {
        T::accumulate(into, from);
    }
}

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Gradient = [T::Gradient; N];

    fn zero_gradient(&self) -> [T::Gradient; N] {
        T::__zero_gradients(self)
    }

    fn __fits(&self, gradient: &[T::Gradient; N]) -> bool {
        crate::protocol::all_fit(self, gradient)
    }

    fn accumulate(into: &mut [T::Gradient; N], from: &[T::Gradient; N]) {
        // without optimisation, iterators would cost several times as much
        let mut i = 0;
        while i < N {
            T::accumulate(&mut into[i], &from[i]);
            i += 1;
        }
    }
}

fn accumulate_all<T: Differentiable>(into: &mut [T::Gradient], from: &[T::Gradient]) {
    assert_eq!(into.len(), from.len(), "gradients of different lengths");
    T::__accumulate_each(into, from);
}

impl<T: Differentiable> Differentiable for [T] {
    type Gradient = Vec<T::Gradient>;

    fn zero_gradient(&self) -> Vec<T::Gradient> {
        T::__zero_gradients_of_slice(self)
    }

    fn __fits(&self, gradient: &Vec<T::Gradient>) -> bool {
        crate::protocol::all_fit(self, gradient)
    }

    fn accumulate(into: &mut Vec<T::Gradient>, from: &Vec<T::Gradient>) {
        accumulate_all::<T>(into, from);
    }
}

impl<T: Differentiable> Differentiable for Vec<T> {
    type Gradient = Vec<T::Gradient>;

    fn zero_gradient(&self) -> Vec<T::Gradient> {
        T::__zero_gradients_of_slice(self)
    }

    fn __fits(&self, gradient: &Vec<T::Gradient>) -> bool {
        crate::protocol::all_fit(self, gradient)
    }

    fn accumulate(into: &mut Vec<T::Gradient>, from: &Vec<T::Gradient>) {
        accumulate_all::<T>(into, from);
    }
}

impl<T: Differentiable> Differentiable for Option<T> {
    type Gradient = Option<T::Gradient>;

    fn zero_gradient(&self) -> Option<T::Gradient> {
        self.as_ref().map(T::zero_gradient)
    }

    fn __fits(&self, gradient: &Option<T::Gradient>) -> bool {
        match (self, gradient) {
            (Some(value), Some(gradient)) => value.__fits(gradient),
            (None, None) => true,
            _ => false,
        }
    }

    fn accumulate(into: &mut Option<T::Gradient>, from: &Option<T::Gradient>) {
        match (into, from) {
            (Some(into), Some(from)) => T::accumulate(into, from),
            (None, None) => {}
            _ => panic!("gradients of `Some` and of `None`"),
        }
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt)*))*) => {$(
        impl<$($name: Differentiable),*> Differentiable for ($($name,)*) {
            type Gradient = ($($name::Gradient,)*);

            #[inline]
            fn zero_gradient(&self) -> Self::Gradient {
                ($(self.$index.zero_gradient(),)*)
            }

            #[inline]
            fn __fits(&self, gradient: &Self::Gradient) -> bool {
                $(self.$index.__fits(&gradient.$index))&&*
            }

            #[inline]
            fn accumulate(into: &mut Self::Gradient, from: &Self::Gradient) {
                $($name::accumulate(&mut into.$index, &from.$index);)*
            }
        }
    )*};
}

constants! { () }

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
}
