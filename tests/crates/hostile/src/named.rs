//! Items and traits with the names that generated code uses or makes.

/// Modules, constants, functions and types.
pub mod items {
    #![allow(
        dead_code,
        non_upper_case_globals,
        non_camel_case_types,
        non_snake_case,
        reason = "the names are those of generated code"
    )]

    mod backprop {}
    mod core {}
    mod std {}
    mod __private {}
    pub struct Option;
    pub struct Result;
    pub struct Vec;
    pub struct Box;
    pub struct String;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Active;
    pub struct Shared;
    pub struct Mut;
    pub struct Tape;
    pub struct Differentiable;
    pub struct Gradient;
    pub struct Real;
    pub struct ACTIVE;
    pub trait Clone {}
    pub trait Copy {}
    pub trait Default {}
    pub trait Sized {}
    pub trait Fn {}
    pub trait FnMut {}
    pub trait FnOnce {}
    pub trait Iterator {}
    pub trait IntoIterator {}
    pub trait PartialEq {}
    pub trait Debug {}
    const t: i32 = 1;
    const value: i32 = 1;
    fn upstream() {}
    const pullback: i32 = 1;
    fn d_x() {}
    fn d_y() {}
    fn d_s() {}
    const tape: i32 = 1;
    const branch: i32 = 1;
    const sum: i32 = 1;
    const product: i32 = 1;
    const state: i32 = 1;
    static share: i32 = 1;
    fn d_k() {}
    fn drop() {}
    fn same_type() {}
    fn branchy_of() {}
    fn max() {}
    fn sin() {}

    super::super::functions!();
}

/// Macros that shadow those of std.
pub mod macros {
    #![allow(unused_macros, reason = "they are there to be avoided")]

    macro_rules! panic {
        ($($any:tt)*) => {
            compile_error!("ours")
        };
    }
    macro_rules! vec {
        ($($any:tt)*) => {
            compile_error!("ours")
        };
    }
    macro_rules! matches {
        ($($any:tt)*) => {
            compile_error!("ours")
        };
    }
    macro_rules! unreachable {
        ($($any:tt)*) => {
            compile_error!("ours")
        };
    }

    super::super::functions!();
}

/// Methods of all types, by traits in scope.
pub mod methods {
    #![allow(dead_code)]

    trait Loud: Sized {
        fn sin(self) -> f64 {
            7.0
        }
        fn max(self, _: Self) -> f64 {
            7.0
        }
        fn abs(self) -> f64 {
            7.0
        }
        fn mul_add(self, _: Self, _: Self) -> f64 {
            7.0
        }
        fn accumulate(&self) -> f64 {
            7.0
        }
        fn zero_gradient(&self) -> f64 {
            7.0
        }
        fn add(&self) -> f64 {
            7.0
        }
        fn mul(&self) -> f64 {
            7.0
        }
        fn neg(&self) -> f64 {
            7.0
        }
        fn clone(&self) -> f64 {
            7.0
        }
        fn to_owned(&self) -> f64 {
            7.0
        }
        fn borrow(&self) -> f64 {
            7.0
        }
        fn as_ref(&self) -> f64 {
            7.0
        }
        fn into(self) -> f64 {
            7.0
        }
        fn push(&mut self, _: f64) {}
        fn pop(&mut self) -> f64 {
            7.0
        }
        fn next(&mut self) -> f64 {
            7.0
        }
        fn iter(&self) -> f64 {
            7.0
        }
        fn rev(self) -> f64 {
            7.0
        }
        fn map(self) -> f64 {
            7.0
        }
        fn zip(self) -> f64 {
            7.0
        }
        fn unwrap(self) -> f64 {
            7.0
        }
        fn unwrap_or(self, _: f64) -> f64 {
            7.0
        }
        fn is_some(&self) -> bool {
            false
        }
        fn into_iter(self) -> f64 {
            7.0
        }
        fn split(&self) -> f64 {
            7.0
        }
        fn joint(&self) -> f64 {
            7.0
        }
        fn drain(&mut self) -> f64 {
            7.0
        }
        fn to_f64(&self) -> f64 {
            7.0
        }
    }
    impl Loud for f64 {}
    impl Loud for [f64; 2] {}
    impl Loud for Option<f64> {}
    impl Loud for usize {}
    impl Loud for Vec<f64> {}
    impl Loud for core::ops::Range<usize> {}

    super::super::functions!();
}
