//! Elementary functions without `std`, and the one that `std` lacks.

/// The methods of `f32` and `f64` that `core` lacks, under their names in
/// `std`: brought into scope where there is no `std`, so that one text serves
/// both. Those of `std` are inherent and win where they exist.
pub trait Float: Sized {
    /// `e^x`
    fn exp(self) -> Self;
    /// `e^x − 1`, accurate near 0.
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// `ln(1 + x)`, accurate near 0.
    fn ln_1p(self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// A power with a real exponent.
    fn powf(self, y: Self) -> Self;
    /// A power with an integer exponent.
    fn powi(self, n: i32) -> Self;
    /// `2/√π ∫ e^(−t²) dt` from `x` to ∞, the complementary error function.
    #[doc(hidden)]
    fn __erfc(self) -> Self;
}

macro_rules! floats {
    ($($float:ident: $exp:ident $exp_m1:ident $ln:ident $ln_1p:ident $sqrt:ident $tanh:ident
        $powf:ident $erfc:ident;)*) => {$(
        impl Float for $float {
            #[inline]
            fn exp(self) -> $float {
                libm::$exp(self)
            }
            #[inline]
            fn exp_m1(self) -> $float {
                libm::$exp_m1(self)
            }
            #[inline]
            fn ln(self) -> $float {
                libm::$ln(self)
            }
            #[inline]
            fn ln_1p(self) -> $float {
                libm::$ln_1p(self)
            }
            #[inline]
            fn sqrt(self) -> $float {
                libm::$sqrt(self)
            }
            #[inline]
            fn tanh(self) -> $float {
                libm::$tanh(self)
            }
            #[inline]
            fn powf(self, y: $float) -> $float {
                libm::$powf(self, y)
            }
            #[inline]
            fn powi(self, n: i32) -> $float {
                // not every `i32` is an `f32`, the parity of large ones is lost there
                libm::pow(self.into(), n.into()) as $float
            }
            #[inline]
            fn __erfc(self) -> $float {
                libm::$erfc(self)
            }
        }
    )*};
}

floats! {
    f32: expf expm1f logf log1pf sqrtf tanhf powf erfcf;
    f64: exp expm1 log log1p sqrt tanh pow erfc;
}

/// `2/√π ∫ e^(−t²) dt` from `x` to ∞, the complementary error function.
#[inline]
pub fn erfc<T: Float>(x: T) -> T {
    x.__erfc()
}
