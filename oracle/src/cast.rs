//! The `as` operator as a trait, because `as` knows no dual numbers.

use crate::{Dual32, Dual64};

/// `self as Target`.
pub trait Cast<Target> {
    /// Converts as `as` does; integers from a dual number drop the tangent.
    fn cast(self) -> Target;
}

macro_rules! cast_as {
    ($($Source:ident => $($Target:ident)*;)*) => {$($(
        impl Cast<$Target> for $Source {
            fn cast(self) -> $Target { self as $Target }
        }
    )*)*};
}
macro_rules! cast_integers {
    ($($Source:ident)*) => {$(
        cast_as!($Source => i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;);
    )*};
}
cast_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char);

macro_rules! cast_duals {
    ($($int:ident)*) => {$(
        impl Cast<Dual64> for $int {
            fn cast(self) -> Dual64 { Dual64::constant(self as f64) }
        }
        impl Cast<Dual32> for $int {
            fn cast(self) -> Dual32 { Dual32::constant(self as f32) }
        }
        impl Cast<$int> for Dual64 {
            fn cast(self) -> $int { self.value() as $int }
        }
        impl Cast<$int> for Dual32 {
            fn cast(self) -> $int { self.value() as $int }
        }
    )*};
}
cast_duals!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl Cast<Dual64> for Dual64 {
    fn cast(self) -> Dual64 {
        self
    }
}
impl Cast<Dual32> for Dual32 {
    fn cast(self) -> Dual32 {
        self
    }
}
impl Cast<Dual64> for Dual32 {
    fn cast(self) -> Dual64 {
        self.into()
    }
}
impl Cast<Dual32> for Dual64 {
    fn cast(self) -> Dual32 {
        Dual32::new(self.value() as f32, self.tangent() as f32)
    }
}
