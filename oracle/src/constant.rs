//! Literals, constants and lists of the twins of programs.

/// A scalar type that a float literal without suffix can become.
pub trait Literal {
    /// The constant with this value.
    fn literal(value: f64) -> Self;
}

/// A float literal whose width only type inference knows.
pub fn literal<T: Literal>(value: f64) -> T {
    T::literal(value)
}

/// A value whose tangent can be dropped.
pub trait Constant {
    /// The same value with a zero tangent.
    fn constant(self) -> Self;
}

/// The dual of `backprop::constant`: drops the tangent.
pub fn constant<T: Constant>(value: T) -> T {
    value.constant()
}

macro_rules! constant_unchanged {
    ($($ty:ty)*) => {$(
        impl Constant for $ty {
            fn constant(self) -> Self { self }
        }
    )*};
}
constant_unchanged!(() bool char i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize String f32 f64);

macro_rules! constant_tuple {
    ($($T:ident)*) => {
        impl<$($T: Constant),*> Constant for ($($T,)*) {
            fn constant(self) -> Self {
                #[expect(non_snake_case, reason = "one name serves as type and variable")]
                let ($($T,)*) = self;
                ($($T.constant(),)*)
            }
        }
    };
}
constant_tuple!(A);
constant_tuple!(A B);
constant_tuple!(A B C);
constant_tuple!(A B C D);
constant_tuple!(A B C D E);
constant_tuple!(A B C D E F);
constant_tuple!(A B C D E F G);
constant_tuple!(A B C D E F G H);

impl<T: Constant, const N: usize> Constant for [T; N] {
    fn constant(self) -> Self {
        self.map(T::constant)
    }
}

impl<T: Constant> Constant for Vec<T> {
    fn constant(self) -> Self {
        self.into_iter().map(T::constant).collect()
    }
}

impl<T: Constant> Constant for Option<T> {
    fn constant(self) -> Self {
        self.map(T::constant)
    }
}

impl<T: Constant> Constant for Box<T> {
    fn constant(self) -> Self {
        Box::new((*self).constant())
    }
}

/// `vec![a, b, c]`, as a call through which types can be followed.
#[doc(hidden)]
pub fn list<T, const N: usize>(elements: [T; N]) -> Vec<T> {
    elements.into()
}

/// `vec![element; length]`, likewise.
#[doc(hidden)]
pub fn repeat<T: Clone>(element: T, length: usize) -> Vec<T> {
    vec![element; length]
}
