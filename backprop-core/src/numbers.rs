//! The real numbers in a value, in order: what an optimiser changes.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The real numbers in a value, in order. Integers, flags and text have none.
///
/// A value and its gradient have the same numbers in the same places, so that
/// a step of an optimiser is one line. `#[derive(Differentiable)]` implements
/// it for the type and for its gradient.
///
/// ```
/// use backprop_core::Numbers;
///
/// let mut parameters = (vec![1.0, 2.0], 3.0_f64, 7_usize);
/// let gradient = (vec![10.0, 20.0], 30.0_f64, ());
/// parameters.update(&gradient, |x, d| x - 0.1 * d);
/// assert_eq!(parameters, (vec![0.0, 0.0], 0.0, 7));
/// ```
pub trait Numbers {
    /// Calls `f` with each number, as `f64`.
    fn for_each_number(&self, f: &mut dyn FnMut(f64));

    /// Replaces each number by what `f` makes of it; `f32` is rounded to.
    fn map_numbers(&mut self, f: &mut dyn FnMut(f64) -> f64);

    /// Whether any of them is an `f32`.
    #[doc(hidden)]
    fn __is_single(&self) -> bool {
        false
    }

    /// Calls `f` with each number and its place, as a path that begins with `name`.
    #[doc(hidden)]
    fn __for_each_named(&self, name: &str, f: &mut dyn FnMut(&str, f64)) {
        let mut index = 0;
        self.for_each_number(&mut |x| {
            f(&format!("{name}.{index}"), x);
            index += 1;
        });
    }

    /// How many there are.
    fn count_numbers(&self) -> usize {
        let mut count = 0;
        self.for_each_number(&mut |_| count += 1);
        count
    }

    /// All of them.
    fn numbers(&self) -> Vec<f64> {
        let mut numbers = Vec::new();
        self.for_each_number(&mut |x| numbers.push(x));
        numbers
    }

    /// Replaces all of them.
    ///
    /// # Panics
    ///
    /// If there are more or fewer than `numbers`.
    fn set_numbers(&mut self, numbers: &[f64]) {
        assert_eq!(
            self.count_numbers(),
            numbers.len(),
            "another count of numbers"
        );
        let mut rest = numbers.iter();
        self.map_numbers(&mut |x| rest.next().copied().unwrap_or(x));
    }

    /// Replaces each number `x` by `step(x, d)`, where `d` is the number of
    /// `gradient` in the same place.
    ///
    /// # Panics
    ///
    /// If the gradient has more or fewer numbers.
    fn update<G: Numbers + ?Sized>(&mut self, gradient: &G, mut step: impl FnMut(f64, f64) -> f64)
    where
        Self: Sized,
    {
        let gradient = gradient.numbers();
        assert_eq!(
            self.count_numbers(),
            gradient.len(),
            "another count of numbers"
        );
        let mut rest = gradient.iter();
        self.map_numbers(&mut |x| match rest.next() {
            Some(d) => step(x, *d),
            None => x,
        });
    }
}

macro_rules! floats {
    ($($float:ident $single:literal)*) => {$(
        impl Numbers for $float {
            fn for_each_number(&self, f: &mut dyn FnMut(f64)) {
                f(f64::from(*self));
            }
            fn map_numbers(&mut self, f: &mut dyn FnMut(f64) -> f64) {
                *self = f(f64::from(*self)) as $float;
            }
            fn __is_single(&self) -> bool {
                $single
            }
            fn __for_each_named(&self, name: &str, f: &mut dyn FnMut(&str, f64)) {
                f(name, f64::from(*self));
            }
        }
    )*};
}

floats! { f32 true f64 false }

macro_rules! constants {
    ($($ty:ty)*) => {$(
        impl Numbers for $ty {
            fn for_each_number(&self, _: &mut dyn FnMut(f64)) {}
            fn map_numbers(&mut self, _: &mut dyn FnMut(f64) -> f64) {}
        }
    )*};
}

constants! {
    () i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char &str String
    core::cmp::Ordering core::num::FpCategory
}

fn indexed(name: &str, index: usize) -> String {
    format!("{name}[{index}]")
}

/// The place of a payload: that of what holds it.
fn alone(name: &str, _: usize) -> String {
    name.into()
}

macro_rules! sequences {
    ($([$($generics:tt)*] $ty:ty, $place:expr;)*) => {$(
        impl<T: Numbers, $($generics)*> Numbers for $ty {
            fn for_each_number(&self, f: &mut dyn FnMut(f64)) {
                for element in self.iter() {
                    element.for_each_number(f);
                }
            }
            fn map_numbers(&mut self, f: &mut dyn FnMut(f64) -> f64) {
                for element in self.iter_mut() {
                    element.map_numbers(f);
                }
            }
            fn __is_single(&self) -> bool {
                self.iter().any(T::__is_single)
            }
            fn __for_each_named(&self, name: &str, f: &mut dyn FnMut(&str, f64)) {
                let place: fn(&str, usize) -> String = $place;
                for (index, element) in self.iter().enumerate() {
                    element.__for_each_named(&place(name, index), f);
                }
            }
        }
    )*};
}

sequences! {
    [] [T], indexed;
    [] Vec<T>, indexed;
    [const N: usize] [T; N], indexed;
    [] Option<T>, alone;
    [E] Result<T, E>, alone;
}

impl<T: Numbers + ?Sized> Numbers for Box<T> {
    fn for_each_number(&self, f: &mut dyn FnMut(f64)) {
        (**self).for_each_number(f);
    }
    fn map_numbers(&mut self, f: &mut dyn FnMut(f64) -> f64) {
        (**self).map_numbers(f);
    }
    fn __is_single(&self) -> bool {
        (**self).__is_single()
    }
    fn __for_each_named(&self, name: &str, f: &mut dyn FnMut(&str, f64)) {
        (**self).__for_each_named(name, f);
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt)*))*) => {$(
        impl<$($name: Numbers),*> Numbers for ($($name,)*) {
            fn for_each_number(&self, f: &mut dyn FnMut(f64)) {
                $(self.$index.for_each_number(f);)*
            }
            fn map_numbers(&mut self, f: &mut dyn FnMut(f64) -> f64) {
                $(self.$index.map_numbers(f);)*
            }
            fn __is_single(&self) -> bool {
                false $(|| self.$index.__is_single())*
            }
            fn __for_each_named(&self, name: &str, f: &mut dyn FnMut(&str, f64)) {
                $(
                    let place = concat!(".", stringify!($index));
                    self.$index.__for_each_named(&format!("{name}{place}"), f);
                )*
            }
        }
    )*};
}

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
