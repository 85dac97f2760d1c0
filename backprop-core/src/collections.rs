//! Maps, sets, heaps and ranges: of constants, and constants themselves.

use crate::{Differentiable, Numbers};
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
#[cfg(feature = "std")]
use std::collections::{HashMap, HashSet};

macro_rules! collections {
    ($([$($generics:ident)*] [$($constants:ident)*] $ty:ty;)*) => {$(
        impl<$($generics),*> Differentiable for $ty
        where
            $($constants: Differentiable<Gradient = ()>),*
        {
            type Gradient = ();

            #[inline]
            fn zero_gradient(&self) {}

            #[inline]
            fn accumulate((): &mut (), (): &()) {}
        }

        impl<$($generics),*> Numbers for $ty
        where
            $($constants: Differentiable<Gradient = ()>),*
        {
            fn for_each_number(&self, _: &mut dyn FnMut(f64)) {}
            fn map_numbers(&mut self, _: &mut dyn FnMut(f64) -> f64) {}
        }
    )*};
}

collections! {
    [K V] [K V] BTreeMap<K, V>;
    [T] [T] BTreeSet<T>;
    [T] [T] BinaryHeap<T>;
    [T] [T] VecDeque<T>;
    [T] [T] core::ops::Range<T>;
    [T] [T] core::ops::RangeInclusive<T>;
}

#[cfg(feature = "std")]
collections! {
    [K V S] [K V] HashMap<K, V, S>;
    [T S] [T] HashSet<T, S>;
}
